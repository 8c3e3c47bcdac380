"""SQLite's connections: how few trips to their thread they take, and what they leave behind."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from types import SimpleNamespace
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, InvalidRequestError, NotSupportedError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import Store, StoreUnavailable, cursors
from adapters.store.tables import outbox
from adapters.store.trips import TripConnection
from tests.adapters.store.examples import NOW

AT_ONCE = 0.0
IN_TIME = 20.0


async def _put(tx: AsyncConnection, value: object) -> None:
    await cursors.put(tx, "c", "s", value, NOW)


async def _value(store: Store) -> object:
    async with store.read() as tx:
        found = await cursors.get(tx, "c", "s")
    return found.value if found else None


async def _driver(tx: AsyncConnection) -> Any:
    return (await tx.get_raw_connection()).driver_connection


async def _pragma(tx: AsyncConnection, name: str) -> object:
    return (await tx.exec_driver_sql(f"PRAGMA {name}")).scalar_one()


def _other(url: str, timeout: float) -> closing[sqlite3.Connection]:
    """The file in another program's hands; it waits for `timeout` seconds where it has to."""
    path = url.removeprefix("sqlite:///")
    return closing(sqlite3.connect(path, timeout=timeout, isolation_level=None))


class _Counted:
    """The queue of a connection's thread, with what it was given counted."""

    def __init__(self, queue: Any) -> None:
        self.queue = queue
        self.waited = self.unwaited = 0

    def put_nowait(self, item: tuple[object, object]) -> None:
        if item[0] is None:
            self.unwaited += 1
        else:
            self.waited += 1
        self.queue.put_nowait(item)


@contextmanager
def _counted(driver: Any) -> Iterator[_Counted]:
    counted = _Counted(driver._tx)
    driver._tx = counted
    try:
        yield counted
    finally:
        driver._tx = counted.queue


async def test_a_write_waits_for_a_trip_a_statement_and_one_to_commit(sqlite_store: Store) -> None:
    async with sqlite_store.write() as tx:
        driver = await _driver(tx)

    with _counted(driver) as counted:
        async with sqlite_store.write() as tx:
            await _put(tx, 1)
            await tx.execute(select(outbox))
    assert (counted.waited, counted.unwaited) == (3, 0)

    with _counted(driver) as counted:
        async with sqlite_store.write():
            pass
    assert (counted.waited, counted.unwaited) == (1, 0)


async def test_a_read_waits_for_a_trip_a_statement_and_not_for_its_end(
    sqlite_store: Store,
) -> None:
    async with sqlite_store.read() as tx:
        driver = await _driver(tx)

    with _counted(driver) as counted:
        assert await _value(sqlite_store) is None
    assert (counted.waited, counted.unwaited) == (1, 1)


async def test_connections_are_kept_and_stay_as_they_were_set_up(sqlite_store: Store) -> None:
    drivers = set()
    for number in range(3):
        async with sqlite_store.write() as tx:
            await _put(tx, number)
            assert await _pragma(tx, "synchronous") == 2
            assert await _pragma(tx, "query_only") == 0
            drivers.add(await _driver(tx))
        async with sqlite_store.read() as tx:
            assert await _pragma(tx, "synchronous") == 2
            assert await _pragma(tx, "query_only") == 1
            drivers.add(await _driver(tx))

    assert len(drivers) == 2


async def test_nobody_uses_a_connection_after_his_transaction(sqlite_store: Store) -> None:
    async with sqlite_store.write() as writing:
        await _put(writing, 1)
    async with sqlite_store.read() as reading:
        pass

    for late in (writing, reading):
        with pytest.raises(InvalidRequestError):
            await late.execute(select(outbox))


async def test_what_has_failed_leaves_the_file_to_others_at_once(
    sqlite_store: Store, sqlite_url: str
) -> None:
    async def fail() -> None:
        async with sqlite_store.write() as tx:
            await _put(tx, 1)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()

    with _other(sqlite_url, AT_ONCE) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    assert await _value(sqlite_store) is None


async def test_a_read_that_is_over_keeps_no_old_state(sqlite_store: Store, sqlite_url: str) -> None:
    async with sqlite_store.write() as tx:
        await _put(tx, 1)
    assert await _value(sqlite_store) == 1
    async with sqlite_store.write() as tx:
        await _put(tx, 2)

    with _other(sqlite_url, IN_TIME) as other:
        busy, *_ = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert busy == 0
    assert await _value(sqlite_store) == 2


async def test_a_read_that_fails_between_two_rows_keeps_no_old_state(
    sqlite_store: Store, sqlite_url: str
) -> None:
    async with sqlite_store.write() as tx:
        await _put(tx, 1)

    async def read() -> None:
        async with sqlite_store.read() as tx:
            await tx.exec_driver_sql("SELECT CAST(x'ff' AS TEXT) FROM cursors, sqlite_master")

    with pytest.raises(OperationalError, match="UTF-8") as caught:
        await read()
    async with sqlite_store.write() as tx:
        await _put(tx, 2)

    with _other(sqlite_url, AT_ONCE) as other:
        busy, *_ = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert busy == 0
    assert caught.value is not None  # it, and with it all that its traceback holds, lives until now


async def test_after_an_error_that_undid_everything_nothing_more_is_written(
    sqlite_store: Store,
) -> None:
    async def go_on_regardless() -> None:
        async with sqlite_store.write("outbox") as tx:
            await _put(tx, 1)
            with pytest.raises(IntegrityError):
                await tx.exec_driver_sql("INSERT OR ROLLBACK INTO cursors SELECT * FROM cursors")
            await cursors.put(tx, "c", "another", 2, NOW)

    with pytest.raises(OperationalError, match="an earlier error has ended the transaction"):
        await go_on_regardless()

    async with sqlite_store.read() as tx:
        assert await cursors.get(tx, "c", "s") is None
        assert await cursors.get(tx, "c", "another") is None
    assert sqlite_store.notified("outbox") == 0


async def test_a_commit_of_what_an_error_undid_is_no_success(sqlite_store: Store) -> None:
    async def swallow() -> None:
        async with sqlite_store.write("outbox") as tx:
            await _put(tx, 1)
            with pytest.raises(IntegrityError):
                await tx.exec_driver_sql("INSERT OR ROLLBACK INTO cursors SELECT * FROM cursors")

    with pytest.raises(OperationalError, match="an earlier error has ended the transaction"):
        await swallow()

    assert sqlite_store.notified("outbox") == 0


async def test_a_commit_that_fails_leaves_nothing_open_and_wakes_nobody(
    sqlite_store: Store, sqlite_url: str
) -> None:
    async with sqlite_store.write() as tx:
        await tx.exec_driver_sql("CREATE TABLE parents (id INTEGER PRIMARY KEY)")
        await tx.exec_driver_sql(
            "CREATE TABLE children (parent INTEGER"
            " REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)"
        )

    async def orphan() -> None:
        async with sqlite_store.write("outbox") as tx:
            await _put(tx, 1)
            await tx.exec_driver_sql("INSERT INTO children VALUES (7)")

    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        await orphan()

    assert sqlite_store.notified("outbox") == 0
    assert await _value(sqlite_store) is None
    with _other(sqlite_url, AT_ONCE) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    async with sqlite_store.write() as tx:
        await _put(tx, 2)
    assert await _value(sqlite_store) == 2


async def test_a_writer_that_has_lost_its_connection_gets_another_as_safe(
    sqlite_store: Store,
) -> None:
    async with sqlite_store.write() as tx:
        lost = await _driver(tx)
    await lost.close()

    with pytest.raises(StoreUnavailable, match="the connection was lost"):
        async with sqlite_store.write() as tx:
            await _put(tx, 1)

    async with sqlite_store.write() as tx:
        await _put(tx, 2)
        assert await _pragma(tx, "synchronous") == 2
        assert await _driver(tx) is not lost
    assert await _value(sqlite_store) == 2


async def test_a_commit_over_a_lost_connection_is_no_success(sqlite_store: Store) -> None:
    async def lose() -> None:
        async with sqlite_store.write("outbox") as tx:
            await _put(tx, 1)
            await (await _driver(tx)).close()

    with pytest.raises(StoreUnavailable, match="the connection was lost"):
        await lose()

    assert sqlite_store.notified("outbox") == 0
    assert await _value(sqlite_store) is None


async def test_a_reader_that_has_lost_its_connection_gets_another_that_cannot_write(
    sqlite_store: Store,
) -> None:
    async with sqlite_store.read() as tx:
        lost = await _driver(tx)
    await lost.close()

    with pytest.raises(StoreUnavailable, match="the connection was lost"):
        await _value(sqlite_store)

    async with sqlite_store.read() as tx:
        assert await _pragma(tx, "query_only") == 1
        assert await _driver(tx) is not lost


async def test_a_read_whose_connection_is_lost_after_it_has_read_ends_well(
    sqlite_store: Store,
) -> None:
    async with sqlite_store.read() as tx:
        assert await cursors.get(tx, "c", "s") is None
        await (await _driver(tx)).close()

    with pytest.raises(StoreUnavailable, match="the connection was lost"):
        await _value(sqlite_store)
    assert await _value(sqlite_store) is None


async def test_rows_are_not_streamed(sqlite_store: Store) -> None:
    async with sqlite_store.read() as tx:
        with pytest.raises(NotSupportedError, match="not streamed"):
            await tx.stream(select(outbox))


def test_the_driver_has_what_trips_take_of_it() -> None:
    driver = aiosqlite.connect(":memory:")  # not awaited: it has no thread yet
    taken = ["_running", "_tx", "_conn", "_thread", "stop"]

    missing = [name for name in taken if name not in {*vars(driver), *dir(type(driver))}]

    assert not missing, (
        f"aiosqlite {aiosqlite.__version__} has no {', '.join(missing)} any more: "
        "adapters/store/trips.py must learn how its thread is given work now"
    )


def _connection(driver: object) -> TripConnection:
    return TripConnection(SimpleNamespace(dbapi=None, driver_connection=driver), writes=True)


@pytest.mark.parametrize("missing", ["_running", "_tx", "_conn"])
async def test_a_driver_that_has_changed_fails_and_commits_nothing(missing: str) -> None:
    queue: asyncio.Queue[Any] = asyncio.Queue()
    driver = SimpleNamespace(_running=True, _tx=queue, _conn=None)
    delattr(driver, missing)
    connection = _connection(driver)
    connection.begin()

    with pytest.raises(AttributeError, match=missing):
        connection.commit()

    assert queue.empty()


async def test_a_commit_of_what_was_never_begun_fails() -> None:
    with pytest.raises(sqlite3.ProgrammingError, match="no transaction"):
        _connection(SimpleNamespace(_running=True)).commit()
