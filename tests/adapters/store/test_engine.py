"""The open store: transactions, cancellation, closing, what it refuses."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import Store, StoreError, StoreUnavailable, cursors, outbox
from tests.adapters.store.examples import NOW, a_record

IN_TIME = 20.0  # seconds; only a broken store takes them


async def _put(tx: AsyncConnection, value: object) -> None:
    await cursors.put(tx, "c", "s", value, NOW)


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def _value(store: Store) -> object:
    async with store.read() as tx:
        found = await cursors.get(tx, "c", "s")
    return found.value if found else None


async def test_what_was_written_is_there_for_the_next_reader(store: Store) -> None:
    async with store.write() as tx:
        await _put(tx, 1)

    assert await _value(store) == 1


async def test_a_write_that_raises_leaves_nothing(store: Store) -> None:
    async def write_and_fail() -> None:
        async with store.write() as tx:
            await _put(tx, 1)
            raise LookupError

    with pytest.raises(LookupError):
        await write_and_fail()

    assert await _value(store) is None


async def test_a_reader_does_not_wait_for_a_writer_and_sees_one_moment(store: Store) -> None:
    async with asyncio.timeout(IN_TIME), store.read() as reading:
        assert await cursors.get(reading, "c", "s") is None
        async with store.write() as writing:
            await _put(writing, 1)
            assert await _value(store) is None

        assert await _value(store) == 1
        assert await cursors.get(reading, "c", "s") is None


async def test_more_readers_than_connections_take_turns(store: Store) -> None:
    assert await asyncio.gather(*(_value(store) for _ in range(50))) == [None] * 50


async def test_one_writer_at_a_time(sqlite_store: Store) -> None:
    inside = 0

    async def write() -> None:
        nonlocal inside
        async with sqlite_store.write() as tx:
            inside += 1
            assert inside == 1
            await _put(tx, 1)
            inside -= 1

    await asyncio.gather(*(write() for _ in range(30)))


async def test_a_write_inside_a_write_is_refused_and_not_waited_for(store: Store) -> None:
    async with store.write() as tx:
        await _put(tx, 1)
        with pytest.raises(RuntimeError, match="inside a write transaction"):
            async with store.write():
                pass

    assert await _value(store) == 1


async def test_a_reader_cannot_write(sqlite_store: Store) -> None:
    with pytest.raises(StoreError, match=r"store\.write\(\) is used"):
        async with sqlite_store.read() as tx:
            await _put(tx, 1)


async def test_waiters_are_woken_after_the_commit(store: Store) -> None:
    if store._bell is not None:
        await store.wait("outbox", IN_TIME, 0)  # all are woken once when it begins to listen
    seen = store.notified("outbox")

    async def relay() -> int:
        await store.wait("outbox", IN_TIME, seen)
        async with store.read() as tx:
            return len(await outbox.unpublished(tx, 10))

    waiting = asyncio.create_task(relay())
    async with store.write("outbox") as tx:
        await outbox.add(tx, [a_record()])
        assert store.notified("outbox") == seen

    assert await waiting == 1


async def test_nobody_is_woken_by_a_write_that_fails(store: Store) -> None:
    with pytest.raises(LookupError):
        async with store.write("outbox"):
            raise LookupError

    assert store.notified("outbox") == 0


class _Hold:
    """Holds SQLite's thread, inside SQLite, from `SELECT hold()` on until it is let go."""

    def __init__(self) -> None:
        self.held = asyncio.Event()
        self._go_on = threading.Event()
        self._loop = asyncio.get_running_loop()

    async def teach(self, tx: AsyncConnection) -> Any:
        """The driver's connection of `tx`, which knows hold() now."""
        driver: Any = (await tx.get_raw_connection()).driver_connection
        await driver.create_function("hold", 0, self._hold)
        return driver

    def let_go(self) -> None:
        self._go_on.set()

    def _hold(self) -> int:
        self._loop.call_soon_threadsafe(self.held.set)
        self._go_on.wait(IN_TIME)
        return 1


async def test_a_write_cancelled_in_the_middle_of_a_statement_leaves_nothing(
    sqlite_store: Store,
) -> None:
    hold = _Hold()

    async def write() -> None:
        async with sqlite_store.write("outbox") as tx:
            await _put(tx, "half")
            await hold.teach(tx)
            await tx.execute(text("SELECT hold()"))

    async with asyncio.timeout(IN_TIME):
        task = asyncio.create_task(write())
        await hold.held.wait()
        task.cancel()
        hold.let_go()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert await _value(sqlite_store) is None
        assert sqlite_store.notified("outbox") == 0
        async with sqlite_store.write() as tx:
            await _put(tx, "after")
    assert await _value(sqlite_store) == "after"


async def test_a_writer_waiting_for_his_turn_can_be_cancelled(sqlite_store: Store) -> None:
    async def wait_and_write() -> None:
        async with sqlite_store.write() as tx:
            await _put(tx, "second")

    async with asyncio.timeout(IN_TIME):
        async with sqlite_store.write() as tx:
            await _put(tx, "first")
            second = asyncio.create_task(wait_and_write())
            await asyncio.sleep(0)
            second.cancel()
            with pytest.raises(asyncio.CancelledError):
                await second

        assert await _value(sqlite_store) == "first"


@asynccontextmanager
async def _committing(store: Store) -> AsyncIterator[asyncio.Task[None]]:
    """A write whose commit waits for SQLite's thread until we leave."""
    hold, drivers = _Hold(), []

    async def write() -> None:
        async with store.write("outbox") as tx:
            await _put(tx, 1)
            drivers.append(await hold.teach(tx))
            busy.append(asyncio.create_task(drivers[0].execute_fetchall("SELECT hold()")))
            await hold.held.wait()

    busy: list[asyncio.Task[Any]] = []
    task = asyncio.create_task(write())
    await hold.held.wait()
    while drivers[0]._tx.empty():  # noqa: ASYNC110 - a queue of threads has no event
        await asyncio.sleep(0)
    try:
        yield task
    finally:
        hold.let_go()
        await asyncio.gather(*busy)


async def test_a_write_cancelled_while_it_commits_is_committed_and_wakes(
    sqlite_store: Store,
) -> None:
    async with asyncio.timeout(IN_TIME):
        async with _committing(sqlite_store) as task:
            task.cancel("stop")
            await asyncio.sleep(0)
            task.cancel("stop")  # even when asked twice
            await asyncio.sleep(0)
            assert not task.done()
        with pytest.raises(asyncio.CancelledError, match="stop"):
            await task

    assert await _value(sqlite_store) == 1
    assert sqlite_store.notified("outbox") == 1


async def test_a_cancelled_commit_has_nothing_to_say_to_the_next_one(sqlite_store: Store) -> None:
    async with asyncio.timeout(IN_TIME):
        async with _committing(sqlite_store) as task:
            task.cancel()
        await asyncio.wait([task])

        async with sqlite_store.write("outbox") as tx:
            await _put(tx, 2)

    assert await _value(sqlite_store) == 2
    assert sqlite_store.notified("outbox") == 2


async def test_time_that_runs_out_while_committing_is_said_after_it(sqlite_store: Store) -> None:
    hold = _Hold()

    async def write() -> None:
        async with asyncio.timeout(None) as limit, sqlite_store.write() as tx:
            await _put(tx, 1)
            driver = await hold.teach(tx)
            busy.append(asyncio.create_task(driver.execute_fetchall("SELECT hold()")))
            await hold.held.wait()
            limit.reschedule(asyncio.get_running_loop().time())
            asyncio.get_running_loop().call_later(0.05, hold.let_go)

    busy: list[asyncio.Task[Any]] = []
    with pytest.raises(TimeoutError):
        await write()

    await asyncio.gather(*busy)
    assert await _value(sqlite_store) == 1


async def test_wherever_it_is_cancelled_a_write_is_whole_or_not_at_all(store_url: str) -> None:
    async def write(store: Store, number: int) -> None:
        async with store.write() as tx:
            await outbox.add(tx, [a_record(f"{number}-a")])
            await outbox.add(tx, [a_record(f"{number}-b")])

    finished = set()
    async with asyncio.timeout(3 * IN_TIME), Store.open(store_url) as store:
        await store.upgrade()
        for number in range(120):
            task = asyncio.create_task(write(store, number))
            for _ in range(number):  # each time a little later
                await asyncio.sleep(0)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                continue
            finished.add(number)
        async with store.read() as tx:
            said = {row.event_id for row in await outbox.unpublished(tx, 1_000)}

    numbers = {int(event_id.split("-")[0]) for event_id in said}
    assert said == {f"{number}-{half}" for number in numbers for half in "ab"}
    assert finished <= numbers


@pytest.mark.parametrize("ticks", range(0, 30, 2))
def test_a_program_that_is_stopped_while_it_connects_ends_quietly(
    sqlite_url: str, ticks: int
) -> None:
    async def program() -> None:
        async with Store.open(sqlite_url) as store:
            task = asyncio.create_task(_value(store))
            for _ in range(ticks):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])

    asyncio.run(program())  # a thread or a connection left behind fails the test as a warning


async def test_closing_waits_for_the_transactions_that_run(store: Store) -> None:
    async with asyncio.timeout(IN_TIME):
        async with store.read() as reading, store.write() as writing:
            closing = asyncio.create_task(store.aclose())
            await asyncio.sleep(0)
            await _put(writing, 1)
            assert await cursors.get(reading, "c", "s") is None
            assert not closing.done()
        await closing
        await store.aclose()  # once more does no harm


async def test_a_closed_store_refuses(store: Store) -> None:
    await store.aclose()

    with pytest.raises(StoreUnavailable, match="it is closed"):
        await store.ping()
    with pytest.raises(StoreUnavailable, match="it is closed"):
        async with store.write():
            pass


async def test_what_was_written_is_there_when_the_store_is_opened_again(store_url: str) -> None:
    async with Store.open(store_url) as store:
        await store.upgrade()
        async with store.write() as tx:
            await _put(tx, 1)

    async with Store.open(store_url) as store:
        assert await _value(store) == 1


async def test_a_closed_sqlite_store_is_one_file(sqlite_url: str, tmp_path: Path) -> None:
    async with Store.open(sqlite_url) as store:
        async with store.write() as tx:
            await _put(tx, 1)
        assert "store.db-wal" in _names(tmp_path)

    assert _names(tmp_path) == {"store.db"}


async def test_sqlite_is_set_up_to_lose_nothing(sqlite_store: Store) -> None:
    expected = {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 30_000, "foreign_keys": 1}

    found = {}
    async with sqlite_store.write() as tx:
        for name in expected:
            found[name] = (await tx.exec_driver_sql(f"PRAGMA {name}")).scalar_one()

    assert found == expected


async def test_opening_a_store_touches_nothing(tmp_path: Path) -> None:
    async with Store.open(f"sqlite:///{tmp_path}/new.db") as store:
        assert store.place == f"sqlite:///{tmp_path}/new.db"
        assert _names(tmp_path) == set()


async def test_a_store_that_works_answers_a_ping(store: Store) -> None:
    await store.ping()
