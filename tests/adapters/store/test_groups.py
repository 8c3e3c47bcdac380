"""Write transactions that share a commit: one failure is its own, and none ends before it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import Store, StoreUnavailable, cursors, outbox
from adapters.store.groups import MOST
from adapters.store.tables import outbox as outbox_table
from tests.adapters.store.examples import NOW, a_record


async def put(tx: AsyncConnection, name: str, value: object = 1) -> None:
    await cursors.put(tx, "c", name, value, NOW)


async def kept(store: Store) -> list[str]:
    """The names that are in the store."""
    async with store.read() as tx:
        return sorted(one.stream for one in await cursors.everywhere(tx))


async def write(store: Store, name: str, error: Exception | None = None) -> None:
    """Write a name, and fail afterwards where an error is given."""
    async with store.write() as tx:
        await put(tx, name)
        if error is not None:
            raise error


async def together(store: Store, *names: str, failing: Sequence[str] = ()) -> list[object]:
    """Write the names at the same time; some fail. Returns what came of each."""
    errors = {name: LookupError(name) for name in failing}
    work = [write(store, name, errors.get(name)) for name in names]
    return list(await asyncio.gather(*work, return_exceptions=True))


async def test_those_that_wait_at_the_same_time_end_with_one_commit(
    sqlite_store: Store, commits: list[int]
) -> None:
    names = [f"{number:02}" for number in range(MOST)]

    assert await together(sqlite_store, *names) == [None] * MOST

    assert await kept(sqlite_store) == names
    assert len(commits) == 1


async def test_more_than_a_group_takes_end_with_the_next(
    sqlite_store: Store, commits: list[int]
) -> None:
    names = [f"{number:03}" for number in range(2 * MOST + 1)]

    await together(sqlite_store, *names)

    assert await kept(sqlite_store) == names
    assert len(commits) == 3


@pytest.mark.parametrize(
    "failing",
    [("a",), ("b",), ("c",), ("a", "b"), ("b", "c"), ("a", "c"), ("a", "b", "c")],
    ids=lambda names: "".join(names),
)
async def test_one_that_fails_is_undone_alone(sqlite_store: Store, failing: Sequence[str]) -> None:
    ends = await together(sqlite_store, "a", "b", "c", failing=failing)

    assert await kept(sqlite_store) == [name for name in "abc" if name not in failing]
    assert [type(end) for end in ends] == [
        LookupError if name in failing else type(None) for name in "abc"
    ]


async def test_one_that_fails_behind_one_that_wrote_nothing_is_undone_alone(
    sqlite_store: Store,
) -> None:
    async def nothing() -> None:
        async with sqlite_store.write():
            pass

    failing = write(sqlite_store, "b", LookupError("b"))
    ends = await asyncio.gather(
        nothing(), failing, write(sqlite_store, "c"), return_exceptions=True
    )

    assert [type(end) for end in ends] == [type(None), LookupError, type(None)]
    assert await kept(sqlite_store) == ["c"]


async def test_a_statement_that_is_refused_is_undone_alone(sqlite_store: Store) -> None:
    async def twice(name: str) -> None:
        async with sqlite_store.write() as tx:
            await put(tx, name)
            row = {"event_id": name, "topic": "t", "key": "k", "created_at": NOW}
            row |= {"headers": [], "value": b""}
            await tx.execute(outbox_table.insert(), [row, row])

    ends = await asyncio.gather(
        write(sqlite_store, "a"),
        twice("b"),
        write(sqlite_store, "c"),
        return_exceptions=True,
    )

    assert [type(end) for end in ends] == [type(None), IntegrityError, type(None)]
    assert await kept(sqlite_store) == ["a", "c"]


async def test_nobody_is_told_before_the_commit_of_all(sqlite_store: Store) -> None:
    told: list[str] = []
    second_may_end = asyncio.Event()

    async def first() -> None:
        await write(sqlite_store, "first")
        told.append("first")

    async def second() -> None:
        async with sqlite_store.write("topic") as tx:
            await put(tx, "second")
            await second_may_end.wait()
        told.append("second")

    async with asyncio.TaskGroup() as group:
        group.create_task(first())
        group.create_task(second())
        for _ in range(50):
            await asyncio.sleep(0.002)
        assert told == []
        assert await kept(sqlite_store) == []
        assert sqlite_store.notified("topic") == 0
        second_may_end.set()

    assert sorted(told) == ["first", "second"]
    assert sqlite_store.notified("topic") == 1


async def test_one_cancelled_while_it_works_is_undone_and_the_others_end(
    sqlite_store: Store,
) -> None:
    working = asyncio.Event()

    async def stuck() -> None:
        async with sqlite_store.write() as tx:
            await put(tx, "stuck")
            working.set()
            await asyncio.Event().wait()

    tasks = [
        asyncio.create_task(work)
        for work in (write(sqlite_store, "a"), stuck(), write(sqlite_store, "c"))
    ]
    await working.wait()
    tasks[1].cancel()
    await asyncio.wait(tasks, timeout=10)

    assert [task.cancelled() for task in tasks] == [False, True, False]
    assert await kept(sqlite_store) == ["a", "c"]


async def test_one_cancelled_while_it_waits_for_the_commit_has_committed(
    sqlite_store: Store,
) -> None:
    first_is_done, second_may_end = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with sqlite_store.write() as tx:
            await put(tx, "first")
            first_is_done.set()

    async def second() -> None:
        async with sqlite_store.write() as tx:
            await put(tx, "second")
            await second_may_end.wait()

    tasks = [asyncio.create_task(first()), asyncio.create_task(second())]
    await first_is_done.wait()
    tasks[0].cancel()
    await asyncio.sleep(0)
    assert not tasks[0].done()
    second_may_end.set()
    await asyncio.wait(tasks, timeout=10)

    assert tasks[0].cancelled()
    assert await kept(sqlite_store) == ["first", "second"]


@pytest.mark.parametrize("turns", range(12))
async def test_one_cancelled_around_its_turn_holds_nobody_up(
    sqlite_store: Store, turns: int
) -> None:
    tasks = [asyncio.create_task(write(sqlite_store, name)) for name in "abc"]
    for _ in range(turns):
        await asyncio.sleep(0)
    tasks[1].cancel()
    _, waiting = await asyncio.wait(tasks, timeout=10)

    assert not waiting
    names = await kept(sqlite_store)
    assert {"a", "c"} <= set(names)
    if not tasks[1].cancelled():
        assert "b" in names


async def test_what_another_process_holds_fails_for_each_that_waits(sqlite_url: str) -> None:
    async with Store.open(sqlite_url, busy_timeout=0.05) as store:
        await store.upgrade()
        path = sqlite_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            ends = await together(store, "a", "b", "c")
            other.execute("ROLLBACK")
        assert [type(end) for end in ends] == [StoreUnavailable] * 3

        assert await together(store, "a", "b") == [None, None]
        assert await kept(store) == ["a", "b"]


async def test_after_an_error_that_undid_all_nobody_is_told_that_it_was_kept(
    sqlite_store: Store,
) -> None:
    async def undoing() -> None:
        async with sqlite_store.write() as tx:
            await put(tx, "b")
            await tx.exec_driver_sql("ROLLBACK")  # as SQLite does where the disk is full

    ends = await asyncio.gather(
        write(sqlite_store, "a"), undoing(), write(sqlite_store, "c"), return_exceptions=True
    )

    assert all(isinstance(end, Exception) for end in ends), ends
    assert await kept(sqlite_store) == []
    assert await together(sqlite_store, "d") == [None]
    assert await kept(sqlite_store) == ["d"]


async def test_two_stores_on_one_file_take_turns(sqlite_url: str, sqlite_store: Store) -> None:
    async with Store.open(sqlite_url) as other:
        names = [f"{number:03}" for number in range(100)]
        work = [write((sqlite_store, other)[number % 2], name) for number, name in enumerate(names)]
        await asyncio.gather(*work)
        assert await kept(other) == names


async def test_who_waits_when_the_store_is_closed_is_refused(sqlite_store: Store) -> None:
    working, may_end = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with sqlite_store.write() as tx:
            await put(tx, "slow")
            working.set()
            await may_end.wait()

    first = asyncio.create_task(slow())
    await working.wait()
    closing_it = asyncio.create_task(sqlite_store.aclose())
    await asyncio.sleep(0)
    late = asyncio.create_task(write(sqlite_store, "late"))
    await asyncio.sleep(0)
    may_end.set()
    async with asyncio.timeout(10):
        await first
        await closing_it
        with pytest.raises(StoreUnavailable, match="closed"):
            await late


async def test_records_of_one_transaction_stay_together_in_order(sqlite_store: Store) -> None:
    async def two(number: int) -> None:
        async with sqlite_store.write() as tx:
            await outbox.add(tx, [a_record(f"{number}-a")])
            await asyncio.sleep(0)
            await outbox.add(tx, [a_record(f"{number}-b")])

    await asyncio.gather(*(two(number) for number in range(30)))

    async with sqlite_store.read() as tx:
        ids = [row.event_id for row in await outbox.unpublished(tx, 100)]
    assert [one.split("-")[0] for one in ids[::2]] == [one.split("-")[0] for one in ids[1::2]]


@pytest.mark.parametrize("turns", range(40))
async def test_one_cancelled_at_any_of_its_steps_takes_nobody_with_it(
    sqlite_store: Store, turns: int
) -> None:
    async def many_steps() -> None:
        async with sqlite_store.write() as tx:
            for number in range(5):
                await put(tx, f"steps-{number}")

    works = [write(sqlite_store, "a"), many_steps(), write(sqlite_store, "c")]
    tasks = [asyncio.create_task(work) for work in works]
    for _ in range(turns):
        await asyncio.sleep(0)
    tasks[1].cancel()
    done, waiting = await asyncio.wait(tasks, timeout=10)

    assert not waiting
    assert [task.exception() for task in done if not task.cancelled()] == [None] * (
        len(done) - tasks[1].cancelled()
    )
    names = await kept(sqlite_store)
    steps = [name for name in names if name.startswith("steps")]
    assert [name for name in names if name not in steps] == ["a", "c"]
    assert len(steps) in (0, 5)
    if not tasks[1].cancelled():
        assert len(steps) == 5


async def test_a_time_out_within_a_statement_is_a_time_out(sqlite_url: str) -> None:
    async with Store.open(sqlite_url, busy_timeout=0.3) as store:
        await store.upgrade()
        path = sqlite_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises((TimeoutError, StoreUnavailable)):
                async with asyncio.timeout(0.05):
                    await write(store, "a")
        assert await together(store, "b") == [None]
        assert await kept(store) == ["b"]
