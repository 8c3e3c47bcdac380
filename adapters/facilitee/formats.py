"""The times of Facilitee, one written form and two that are read; amounts and ids in requests.

Source: "Dates" of the document: every DateTime is yyyy-MM-ddTHH:mm:ss.fffZ, of a year after 1000.
Its examples show "01.01.2021" as well, where a contract starts and ends and where issues are
asked for. That is only read, never written: a rule for all times stands above examples, and only
the documented form says which number is the day.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, ValidationInfo

from adapters.http.models import Instant, in_utc
from adapters.http.requests import JsonNumber

LAST_YEAR_REFUSED: Final = 1000

_DOTTED: Final = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")


def sendable_time(value: datetime) -> datetime:
    """The time as Facilitee can be told it: UTC, in whole milliseconds, the rest cut off.

    Raises:
        ValueError: it has no offset, a year that the document excludes, or is outside of all years.
    """
    if value.tzinfo is None:
        raise ValueError("a time without an offset is no instant")
    utc = in_utc(value)
    if utc.year <= LAST_YEAR_REFUSED:
        raise ValueError(f"the year must be after {LAST_YEAR_REFUSED}")
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def written_time(value: datetime) -> str:
    """A time as documented: 2021-12-16T11:49:14.365Z.

    Raises:
        ValueError: as `sendable_time`.
    """
    text = sendable_time(value).replace(tzinfo=None).isoformat(timespec="milliseconds")
    return f"{text}Z"


def read_time(value: Any) -> Any:
    """A dotted date as the start of that day in UTC, day first; an empty text is no time.

    Anything else stays as it is, for the type behind this to judge.
    """
    if value == "":
        return None
    dotted = _DOTTED.fullmatch(value) if isinstance(value, str) else None
    if dotted is None:
        return value
    day, month, year = map(int, dotted.groups())
    return datetime(year, month, day, tzinfo=UTC)


def _from_text(value: Any) -> Any:
    value = read_time(value)
    return datetime.fromisoformat(value) if isinstance(value, str) else value


ReadTime = Annotated[Instant | None, BeforeValidator(read_time)]
"""A time in an answer, aware, UTC; None where there is none."""

SentTime = Annotated[
    datetime,
    BeforeValidator(_from_text),
    AfterValidator(sendable_time),
    PlainSerializer(written_time),
]
"""A time in a request."""


def _from_number(value: Any, info: ValidationInfo) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Decimal(repr(value)) if info.mode == "json" and is_number else value


def _from_array(value: Any, info: ValidationInfo) -> Any:
    return tuple(value) if info.mode == "json" and isinstance(value, list) else value


# A strict model takes no float for an amount and no list for a tuple, which is all that JSON has.
Amount = Annotated[JsonNumber, BeforeValidator(_from_number)]
"""An amount in a request; which currency is not documented."""

Ids = Annotated[tuple[int, ...], BeforeValidator(_from_array)]
"""Ids in a request."""
