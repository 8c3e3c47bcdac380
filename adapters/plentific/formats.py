"""How Plentific wants times written: in UTC, in two spellings.

Both are to the second, as in the examples of requests: a fraction of a second is cut off.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, PlainSerializer

from adapters.http.models import in_utc


def spaced(value: datetime) -> str:
    """As work orders are sent them: `2020-09-26 07:00:00+00:00`."""
    return in_utc(value).isoformat(sep=" ", timespec="seconds")


def iso(value: datetime) -> str:
    """As report runs are sent them: `2023-01-19T08:10:58Z`."""
    return f"{in_utc(value).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def _from_text(value: Any) -> Any:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value  # for the type behind this to refuse


_Time = Annotated[AwareDatetime, BeforeValidator(_from_text), AfterValidator(in_utc)]
SpacedTime = Annotated[_Time, PlainSerializer(spaced)]
IsoTime = Annotated[_Time, PlainSerializer(iso)]
