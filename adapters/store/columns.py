"""The three column types that SQLite and PostgreSQL must agree on: id, time, JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

Json = Any
"""What a JSON column holds: whatever orjson reads and writes. None is SQL's NULL."""

Headers = Sequence[tuple[str, str]]
"""A record's headers in their order, as (name, text)."""

ROW_ID: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit id that the database hands out. SQLite does so only for a column declared INTEGER."""


_LENGTH = len("2026-01-31 23:59:59.999999")


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC to the microsecond. A naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """How a time goes to the driver: to SQLite without the detour by SQLAlchemy's own way."""
        return _as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: UTC."""
        return None if value is None else _in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database: aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"the store takes aware datetimes only, not {value.isoformat()}")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


@lru_cache(maxsize=256)  # most rows share their times, which cost more to write than all the rest
def _as_text(value: datetime | None) -> str | None:
    # as SQLAlchemy reads it; without an offset it sorts as time
    return None if value is None else _in_utc(value).isoformat(" ", "microseconds")[:_LENGTH]


class JsonText(TypeDecorator[Json]):
    """JSON as text, written and read by orjson, the same on every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Json, dialect: Dialect) -> str | None:
        """To the database: compact JSON text, keys in the order given."""
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Json:
        """From the database: plain Python values."""
        return None if value is None else orjson.loads(value)


class HeadersText(TypeDecorator[Headers]):
    """Record headers as JSON text: [[name, text], …]."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Headers | None, dialect: Dialect) -> str | None:
        """To the database: compact JSON text."""
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Headers | None:
        """From the database: a list of pairs."""
        return None if value is None else [(name, text) for name, text in orjson.loads(value)]
