"""How Plentific wants times written: in UTC, in two spellings.

Both are to the second, as in the examples of requests: a fraction of a second is cut off.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, PlainSerializer


def spaced(value: datetime) -> str:
    """As work orders are sent them: `2020-09-26 07:00:00+00:00`."""
    return value.astimezone(UTC).isoformat(sep=" ", timespec="seconds")


def iso(value: datetime) -> str:
    """As report runs are sent them: `2023-01-19T08:10:58Z`."""
    return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def _from_text(value: Any) -> Any:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value  # for the type behind this to refuse


SpacedTime = Annotated[AwareDatetime, BeforeValidator(_from_text), PlainSerializer(spaced)]
IsoTime = Annotated[AwareDatetime, BeforeValidator(_from_text), PlainSerializer(iso)]
