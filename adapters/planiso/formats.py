"""How Planiso writes values: as text in forms, and loosely in its answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Annotated, Any, Final

import orjson
from pydantic import AfterValidator, BeforeValidator, Field

NO_DAYS: Final = frozenset({"", "0000-00-00"})  # no day, as a form and as a database say it
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


# A form


def form_fields(wire: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a form, from JSON types."""
    return {name: form_text(value) for name, value in wire.items()}


def form_text(value: Any) -> str:
    """One value of a form: true is 1, false is empty, an array is JSON in a single field.

    How null is said is not documented. It is sent empty: a form has nothing else, and where a
    record has no `custom_no`, the answers show an empty text as well.
    """
    if value is None or isinstance(value, bool):
        return "1" if value else ""
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else str(value)


# Types of fields, which take both what we mean and what is on the wire


def _flag(value: Any) -> Any:
    return {"1": True, "": False}.get(value, value) if isinstance(value, str) else value


def _number(value: Any) -> Any:
    digits = isinstance(value, str) and value.isascii() and value.isdigit()
    return int(value) if digits else value


def _numbers(value: Any) -> Any:
    if isinstance(value, str):
        value = orjson.loads(value)  # its error is a ValueError
    return tuple(value) if isinstance(value, list) else value


def _written_day(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else value


def _read_day(value: Any) -> Any:
    return None if isinstance(value, str) and value in NO_DAYS else value


def _filled(value: str) -> str:
    if not value.strip():
        raise ValueError("cannot be empty")
    return value


Flag = Annotated[bool, BeforeValidator(_flag)]
"""A boolean, or "1" and the empty text, which stand for one."""

Filled = Annotated[str, AfterValidator(_filled)]
"""A text that Planiso requires, or that is the key by which a record is found again."""

Year = Annotated[int, BeforeValidator(_number), Field(gt=1900, le=9999)]
"""A year of manufacture. That it may not be in the future is left to Planiso, by its own clock."""

Numbers = Annotated[tuple[int, ...], BeforeValidator(_numbers), Field(min_length=1)]
"""Numbers (`no`) of other records."""

WrittenDay = Annotated[date, BeforeValidator(_written_day)]
"""A day to be sent, as Y-m-d."""

Day = Annotated[date | None, BeforeValidator(_read_day)]
"""A day that was read; empty is none."""

LocalTime = str
"""A time that was read, as written: "2024-11-20 10:15:30".

Its zone is not documented, so it is kept as text: a guessed zone would make it a wrong moment
that nobody could tell from a right one. As text it still tells whether a record changed, and
`moment` reads it for whoever knows the zone.
"""


def moment(text: LocalTime, zone: tzinfo) -> datetime:
    """A time that was read, aware, by a clock in `zone`.

    Raises:
        ValueError: it is not written as documented. The text itself is not told.
    """
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone)
    except ValueError:
        raise ValueError("is not a time written Y-m-d H:i:s") from None
