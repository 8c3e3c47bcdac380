"""Where SQLite and PostgreSQL need different words: engines, BEGIN, upsert, the size of a list.

Everything else in this package is the same for both.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import URL, Connection, Table, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

READERS = 5
"""Read transactions at the same time in one process; on SQLite each has a thread."""
WRITERS = {"sqlite": 1, "postgresql": 10}
"""Write transactions at the same time in one process: SQLite has one writer anyway."""
LIST_SIZE = 1_000
"""Ids in one IN list; both databases take about 32,000 parameters a statement."""
PING = {"sqlite": "PRAGMA schema_version", "postgresql": "SELECT 1"}
"""A statement that has to touch the database; SQLite answers SELECT 1 without its file."""

_WAL_RETRY_SECONDS = 0.02

T = TypeVar("T")


@dataclass(frozen=True)
class Engines:
    """One pool for reading and one for writing. `place` is the URL without its password."""

    reader: AsyncEngine
    writer: AsyncEngine
    readers: int
    writers: int
    place: str


def connect(url: str, busy_timeout: float) -> Engines:
    """The engines of a store's URL. Nothing is opened yet.

    Raises ValueError for a URL that names no SQLite file and no PostgreSQL database.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, busy_timeout)
    return _postgresql(parsed)


def insert(tx: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
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
        writer = create_async_engine(url, pool_size=writers, max_overflow=0, pool_pre_ping=True)
        reader = create_async_engine(
            url,
            pool_size=READERS,
            max_overflow=0,
            pool_pre_ping=True,
            # As on SQLite: a reader sees one moment and cannot write.
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
        )
    except ModuleNotFoundError as error:
        raise ValueError(f"store.url names PostgreSQL: install the package {error.name}") from None
    return Engines(reader, writer, READERS, writers, url.render_as_string(hide_password=True))


def _sqlite(url: URL, busy_timeout: float) -> Engines:
    writers = WRITERS["sqlite"]
    place = url.set(drivername="sqlite").render_as_string()
    writer = create_async_engine(url, pool_size=writers, max_overflow=0)
    reader = create_async_engine(url, pool_size=READERS, max_overflow=0)
    _prepare(writer, "BEGIN IMMEDIATE", busy_timeout, writes=True)
    _prepare(reader, "BEGIN", busy_timeout, writes=False)
    return Engines(reader, writer, READERS, writers, place)


def _prepare(engine: AsyncEngine, begin: str, busy_timeout: float, *, writes: bool) -> None:
    """Set up SQLite's connections and say BEGIN ourselves: the driver would say it too late."""

    async def configure(driver: aiosqlite.Connection) -> None:
        try:
            # First of all, so that what follows waits for other processes as well.
            await _pragma(driver, f"busy_timeout = {int(busy_timeout * 1000)}")
            if writes:
                await _switch_to_wal(driver, busy_timeout)
            await _pragma(driver, "synchronous = FULL")
            await _pragma(driver, "foreign_keys = ON")
            await _pragma(driver, f"query_only = {'OFF' if writes else 'ON'}")
        except BaseException:
            await driver.close()  # the pool never saw it, so nobody else would
            raise

    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver's own BEGIN is off
        connection.run_async(configure)

    @event.listens_for(engine.sync_engine, "begin")
    def _on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


async def _switch_to_wal(driver: aiosqlite.Connection, patience: float) -> None:
    """Put the file in WAL mode, which stays with it.

    The switch needs the file for itself and SQLite does not wait for that, whatever
    busy_timeout says: processes that start together on a new file would fail.
    """
    give_up = time.monotonic() + patience
    while await _pragma(driver, "journal_mode") != "wal":
        try:
            await _pragma(driver, "journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
            await asyncio.sleep(_WAL_RETRY_SECONDS)


async def _pragma(driver: aiosqlite.Connection, text: str) -> Any:
    async with driver.execute(f"PRAGMA {text}") as cursor:
        row = await cursor.fetchone()
    return row[0] if row else None
