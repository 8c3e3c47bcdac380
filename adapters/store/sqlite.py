"""SQLite made safe to share: durable commits, waiting writers, connections that let go of the file.

WAL lets readers and one writer work at the same time; synchronous=FULL makes a commit survive a
power cut. A write transaction begins with BEGIN IMMEDIATE: it waits for its turn before it reads
anything, so what it has read cannot change under it, and it cannot fail halfway for want of a lock.
How all this is said to SQLite's thread is in `trips.py`.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from typing import Any

import aiosqlite
from sqlalchemy import URL, Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.store.trips import TripConnection

_WAL_RETRY_SECONDS = 0.02
PAGES_IN_WAL = 4_000  # of 4 KiB: a page that changes often is copied into the file less often


def sqlite_engine(url: URL, size: int, busy_timeout: float, *, writes: bool) -> AsyncEngine:
    """A pool of `size` connections, each with a thread; `busy_timeout` is in seconds.

    Those that do not write see one moment in each transaction and are refused any change.
    """
    engine = create_async_engine(
        url,
        # what is stored may be about people, and an error's text may be shown
        hide_parameters=True,
        pool_size=size,
        max_overflow=0,
    )

    async def configure(driver: aiosqlite.Connection) -> None:
        # First of all, so that what follows waits for other processes as well.
        await _pragma(driver, f"busy_timeout = {int(busy_timeout * 1000)}")
        if writes:
            await _switch_to_wal(driver, busy_timeout)
            await _pragma(driver, f"wal_autocheckpoint = {PAGES_IN_WAL}")
        await _pragma(driver, "synchronous = FULL")
        await _pragma(driver, "foreign_keys = ON")
        await _pragma(driver, f"query_only = {'OFF' if writes else 'ON'}")

    @event.listens_for(engine.sync_engine, "do_connect")
    def _connect(dialect: Any, _record: object, names: Any, options: Any) -> Any:
        # A file that cannot be opened fails here: the driver would leave a thread behind for it,
        # which complains aloud when the event loop ends before it does.
        sqlite3.connect(*names, **options).close()
        adapted = dialect.loaded_dbapi.connect(*names, **options)
        return TripConnection(adapted, writes=writes)

    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver says BEGIN too late: we say it below
        connection.run_async(configure)

    @event.listens_for(engine.sync_engine, "begin")
    def _on_begin(connection: Connection) -> None:
        trips: Any = connection.connection.dbapi_connection
        trips.begin()

    return engine


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
