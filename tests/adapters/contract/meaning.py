"""When two bodies mean the same: times in any spelling, numbers in any scale."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
DOTTED_DAY = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})")  # facilitee.txt:2028, read as day.month.year


def meaning(value: Any) -> Any:
    """A JSON value in a form that compares by meaning."""
    if isinstance(value, dict):
        return {name: meaning(one) for name, one in value.items()}
    if isinstance(value, list):
        return [meaning(one) for one in value]
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return Decimal(str(value)).normalize()
    return _text(value) if isinstance(value, str) else value


def _text(value: str) -> Any:
    if ISO_TIME.fullmatch(value):
        at = datetime.fromisoformat(value)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    if day := DOTTED_DAY.fullmatch(value):
        return datetime(int(day[3]), int(day[2]), int(day[1]), tzinfo=UTC)
    return value
