"""Where SQLite and PostgreSQL need different words: URL, engines, upsert, the size of a list.

Everything else in this package is the same for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import URL, Table, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from adapters.store.sqlite import sqlite_engine

READERS = 5
"""Read transactions at the same time in one process; on SQLite each has a thread."""
WRITERS = {"sqlite": 1, "postgresql": 10}
"""Write transactions at the same time in one process: SQLite has one writer anyway."""
LIST_SIZE = 1_000
"""Ids in one IN list; both databases take about 32,000 parameters a statement."""
PING = {"sqlite": "PRAGMA schema_version", "postgresql": "SELECT 1"}
"""A statement that has to touch the database; SQLite answers SELECT 1 without its file."""

T = TypeVar("T")

Database = AsyncConnection | AsyncEngine
"""By which the dialect is known."""


@dataclass(frozen=True)
class Engines:
    """One pool for reading and one for writing. `place` is the URL without its password.

    `own_trips`: the connections are `TripConnection`s; writers share one, and end in groups.
    """

    reader: AsyncEngine
    writer: AsyncEngine
    readers: int
    writers: int
    place: str
    own_trips: bool


def connect(url: str, busy_timeout: float) -> Engines:
    """The engines of a store's URL. Nothing is opened yet.

    Raises ValueError for a URL that names no SQLite file and no PostgreSQL database.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, busy_timeout)
    return _postgresql(parsed)


def insert(tx: Database, table: Table) -> sqlite.Insert | postgresql.Insert:
    """INSERT with `on_conflict_do_nothing` and `on_conflict_do_update`, alike in both dialects."""
    return postgresql.insert(table) if tx.dialect.name == "postgresql" else sqlite.insert(table)


def chunks(items: Sequence[T], size: int = LIST_SIZE) -> Iterator[Sequence[T]]:
    """`items` in parts that fit one statement."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _parse(url: str) -> URL:
    shown = url.split("://", maxsplit=1)[0]
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError(
            "store.url is not a URL: write sqlite:///file.db or postgresql://user:pw@host/name"
        ) from None
    if parsed.drivername in ("sqlite", "sqlite+aiosqlite"):
        if parsed.database in (None, "", ":memory:"):
            raise ValueError("store.url needs a file: sqlite:///tiebeam.db (a store is shared)")
        return parsed.set(drivername="sqlite+aiosqlite")
    if parsed.drivername in ("postgres", "postgresql", "postgresql+asyncpg"):
        return parsed.set(drivername="postgresql+asyncpg")
    raise ValueError(f"store.url knows sqlite:/// and postgresql://, not {shown}://")


def _postgresql(url: URL) -> Engines:
    writers = WRITERS["postgresql"]
    try:
        writer = create_async_engine(
            url, hide_parameters=True, pool_size=writers, max_overflow=0, pool_pre_ping=True
        )
        reader = create_async_engine(
            url,
            hide_parameters=True,
            pool_size=READERS,
            max_overflow=0,
            pool_pre_ping=True,
            # As on SQLite: a reader sees one moment and cannot write.
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
        )
    except ModuleNotFoundError as error:
        raise ValueError(f"store.url names PostgreSQL: install the package {error.name}") from None
    place = url.set(drivername="postgresql").render_as_string(hide_password=True)
    return Engines(reader, writer, READERS, writers, place, own_trips=False)


def _sqlite(url: URL, busy_timeout: float) -> Engines:
    writers = WRITERS["sqlite"]
    return Engines(
        reader=sqlite_engine(url, READERS, busy_timeout, writes=False),
        writer=sqlite_engine(url, writers, busy_timeout, writes=True),
        readers=READERS,
        writers=writers,
        place=url.set(drivername="sqlite").render_as_string(),
        own_trips=True,
    )
