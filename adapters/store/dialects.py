"""Where SQLite and PostgreSQL need different words: URL, engines, upsert, locks, size of a list.

Everything else in this package is the same for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import URL, ColumnElement, Select, Table, func, literal_column, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from adapters.store.sqlite import sqlite_engine

READERS = 5
"""Read transactions at the same time in one process; on SQLite each has a thread."""
WRITERS = {"sqlite": 1, "postgresql": 10}
"""Write transactions at the same time in one process: SQLite has one writer anyway."""
LIST_SIZE = 1_000
"""Ids in one IN list; both databases take about 32,000 parameters a statement."""
PING = {"sqlite": "PRAGMA schema_version", "postgresql": "SELECT 1"}
"""A statement that has to touch the database; SQLite answers SELECT 1 without its file."""

OLDEST = 14
"""The oldest PostgreSQL that is good enough: the oldest that its makers still mend."""
CONNECT_WITHIN = 10.0
"""Seconds that PostgreSQL may take to accept a connection."""
STAND_STILL = 15.0
"""Seconds that a PostgreSQL transaction may be idle in: who stands still longer loses his locks."""
_OPTIONS = {"host", "port", "ssl", "sslmode"}

T = TypeVar("T")

Database = AsyncConnection | AsyncEngine
"""By which the dialect is known."""


@dataclass(frozen=True)
class Engines:
    """One pool for reading and one for writing. `place` is the URL without its password.

    `own_trips`: the connections are `TripConnection`s; writers share one, and end in groups.
    `bell` is for the connection by which processes wake each other; None: they do not.
    """

    reader: AsyncEngine
    writer: AsyncEngine
    readers: int
    writers: int
    place: str
    own_trips: bool
    bell: AsyncEngine | None = None


def connect(url: str, busy_timeout: float) -> Engines:
    """The engines of a store's URL. Nothing is opened yet.

    Raises ValueError for a URL that names no SQLite file and no PostgreSQL database.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, busy_timeout)
    return _postgresql(parsed, busy_timeout)


def insert(tx: Database, table: Table) -> sqlite.Insert | postgresql.Insert:
    """INSERT with `on_conflict_do_nothing` and `on_conflict_do_update`, alike in both dialects."""
    return postgresql.insert(table) if tx.dialect.name == "postgresql" else sqlite.insert(table)


def locking(name: ColumnElement[str]) -> Select[Any]:
    """On PostgreSQL: wait until nobody else has the lock of this name, and have it to the end."""
    return select(func.pg_advisory_xact_lock(func.hashtextextended(name, literal_column("0"))))


def too_old(tx: AsyncConnection) -> str | None:
    """What is wrong with the version of the server, if it is too old."""
    version = tx.dialect.server_version_info
    if tx.dialect.name != "postgresql" or version is None or int(version[0]) >= OLDEST:
        return None
    return f"the server is PostgreSQL {version[0]}: it has to be {OLDEST} or newer"


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


def _postgresql(url: URL, busy_timeout: float) -> Engines:
    if unknown := sorted(url.query.keys() - _OPTIONS):
        known = ", ".join(sorted(_OPTIONS))
        raise ValueError(f"store.url knows the options {known}, not {', '.join(unknown)}")
    writers = WRITERS["postgresql"]
    pool: dict[str, Any] = {"max_overflow": 0, "pool_pre_ping": True}
    writer = _postgresql_engine(
        url,
        {
            "lock_timeout": f"{int(busy_timeout * 1000)}",
            "idle_in_transaction_session_timeout": f"{int(STAND_STILL * 1000)}",
        },
        pool_size=writers,
        **pool,
    )
    reader = _postgresql_engine(
        url,
        {},
        pool_size=READERS,
        # As on SQLite: a reader sees one moment and cannot write.
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
        **pool,
    )
    bell = _postgresql_engine(url, {}, poolclass=NullPool)
    place = url.set(drivername="postgresql").render_as_string(hide_password=True)
    return Engines(reader, writer, READERS, writers, place, own_trips=False, bell=bell)


def _postgresql_engine(url: URL, settings: dict[str, str], **more: Any) -> AsyncEngine:
    usual = {
        "application_name": "tiebeam",
        "jit": "off",  # to translate a statement takes longer than any of ours runs
        "plan_cache_mode": "force_custom_plan",  # else a LIMIT is taken for a tenth of the table
    }
    arguments: dict[str, Any] = {
        "timeout": CONNECT_WITHIN,
        "server_settings": usual | settings,
    }
    if "sslmode" in url.query:  # as PostgreSQL's own programs call it
        arguments["ssl"] = url.query["sslmode"]
    address = url.difference_update_query(["sslmode"])
    return create_async_engine(address, hide_parameters=True, connect_args=arguments, **more)


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
