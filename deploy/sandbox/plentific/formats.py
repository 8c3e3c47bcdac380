"""Plentific's spellings of times, dates and amounts, as its examples show them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID


def zulu(at: datetime) -> str:
    """2023-01-19T08:10:58Z (created of rows and work orders)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def zulu_micro(at: datetime) -> str:
    """2020-02-28T01:41:58.538216Z (created and paid_on of an invoice's details)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def spaced(at: datetime) -> str:
    """2020-09-26 07:00:00+00:00 (due_date of work orders)."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S+00:00")


def spaced_micro(at: datetime) -> str:
    """2020-11-12 09:52:20.051000+00:00 (created of booking, report and quote rows)."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00:00")


def instant(text: str) -> datetime:
    """Parse a time with its zone; raises ValueError for anything else."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return at


def day(text: str) -> date:
    """Parse a date filter such as 2023-01-19; raises ValueError for any other spelling."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError("must be a date such as 2023-01-19")
    return date.fromisoformat(text)


def uuid_text(text: str) -> str:
    """Check a UUID and return it in lower case; raises ValueError."""
    try:
        return str(UUID(text))
    except ValueError:
        raise ValueError("must be a UUID") from None


def amount(value: Any) -> Decimal:
    """A number or numeric text as an exact decimal; raises ValueError."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a number") from None


def number(value: Decimal) -> int | float:
    """A decimal as the JSON number of the examples: 150, 16.5."""
    return int(value) if value == value.to_integral_value() else float(value)
