"""Write transactions that are known beforehand: they go together, and each fails alone."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from adapters.store import Store, StoreUnavailable, outbox
from adapters.store.bulk import Bulk, Step
from adapters.store.groups import MOST
from adapters.store.rows import values_of
from adapters.store.tables import outbox as outbox_table
from adapters.store.trips import Ran
from tests.adapters.store.examples import a_record

COUNT = Bulk(lambda _: select(func.count()).select_from(outbox_table))
NAMES = ["event_id", "topic", "key", "value", "headers", "created_at"]
STRICT = Bulk(lambda _: insert(outbox_table), NAMES)
UNDOES_ALL = Bulk(lambda _: insert(outbox_table).prefix_with("OR ROLLBACK"), NAMES)


def any_end(_: Sequence[Ran]) -> None:
    """Keep it, whatever it left."""


def adding(name: str) -> Step:
    """The step that writes a record of this name."""
    return outbox.adding(a_record(name))


async def kept(store: Store) -> list[str]:
    """The names of the records, in the order in which they were written."""
    async with store.read() as tx:
        return [row.event_id for row in await outbox.unpublished(tx, 1_000)]


async def run(store: Store, name: str, error: Exception | None = None) -> None:
    """Write a record, and find it wrong where an error is given."""

    def judge(_: Sequence[Ran]) -> None:
        if error is not None:
            raise error

    await store.run([adding(name)], judge)


async def write(store: Store, name: str) -> None:
    """Write a record in a block."""
    async with store.write() as tx:
        await outbox.add(tx, [a_record(name)])


async def test_each_step_tells_what_it_left(store: Store) -> None:
    steps = [COUNT.one(), adding("a"), COUNT.one(), adding("a")]

    before, added, after, again = await store.run(steps, any_end)

    assert [tuple(row) for row in (*before.rows, *after.rows)] == [(0,), (1,)]
    assert (added.changed, again.changed) == (1, 0)
    assert await kept(store) == ["a"]


async def test_what_is_judged_wrong_is_undone_alone_and_its_caller_hears_why(store: Store) -> None:
    wrong = LookupError("wrong")

    ends = await asyncio.gather(
        run(store, "a"), run(store, "b", wrong), run(store, "c"), return_exceptions=True
    )

    assert list(ends) == [None, wrong, None]
    assert sorted(await kept(store)) == ["a", "c"]


async def test_a_statement_that_is_refused_is_undone_alone(store: Store) -> None:
    twice = STRICT.one(**values_of(a_record("b")))

    ends = await asyncio.gather(
        run(store, "a"), store.run([twice, twice], any_end), run(store, "c"), return_exceptions=True
    )

    assert [type(end) for end in ends] == [type(None), IntegrityError, type(None)]
    assert sorted(await kept(store)) == ["a", "c"]


async def test_they_share_a_commit_with_blocks_and_keep_their_order(
    sqlite_store: Store, commits: list[int]
) -> None:
    names = [f"{number:02}" for number in range(MOST)]

    works = [(write, run)[number // 3 % 2](sqlite_store, name) for number, name in enumerate(names)]
    await asyncio.gather(*works)

    assert await kept(sqlite_store) == names
    assert len(commits) == 1


@pytest.mark.parametrize("wrong", [(0,), (1,), (2,), (0, 1), (0, 1, 2), (3,), (0, 3)])
async def test_whatever_fails_around_a_block_is_undone_alone(
    sqlite_store: Store, wrong: tuple[int, ...]
) -> None:
    async def block(name: str, error: Exception | None) -> None:
        async with sqlite_store.write() as tx:
            await outbox.add(tx, [a_record(name)])
            if error is not None:
                raise error

    errors = [LookupError(name) if number in wrong else None for number, name in enumerate("abcd")]
    ends = await asyncio.gather(
        run(sqlite_store, "a", errors[0]),
        block("b", errors[1]),
        run(sqlite_store, "c", errors[2]),
        block("d", errors[3]),
        return_exceptions=True,
    )

    assert list(ends) == errors
    assert await kept(sqlite_store) == [
        name for number, name in enumerate("abcd") if number not in wrong
    ]


async def test_after_an_error_that_undid_all_nobody_is_told_that_it_was_kept(
    sqlite_store: Store,
) -> None:
    undoing = UNDOES_ALL.one(**values_of(a_record("b")))

    ends = await asyncio.gather(
        write(sqlite_store, "a"),
        sqlite_store.run([undoing, undoing], any_end),
        run(sqlite_store, "c"),
        return_exceptions=True,
    )

    # by what happened, and not by that the transaction has ended: only so it is known what to do
    assert [type(end) for end in ends] == [IntegrityError] * 3
    assert await kept(sqlite_store) == []
    await run(sqlite_store, "d")
    assert await kept(sqlite_store) == ["d"]


async def test_those_who_wait_for_a_topic_are_woken_after_the_commit_and_only_then(
    sqlite_store: Store,
) -> None:
    told: list[str] = []
    may_end = asyncio.Event()

    async def first() -> None:
        await sqlite_store.run([adding("first")], any_end, "topic")
        told.append("first")

    async def second() -> None:
        async with sqlite_store.write():
            await may_end.wait()

    async with asyncio.TaskGroup() as group:
        group.create_task(first())
        group.create_task(second())
        for _ in range(50):
            await asyncio.sleep(0.002)
        assert (told, sqlite_store.notified("topic"), await kept(sqlite_store)) == ([], 0, [])
        may_end.set()

    assert (told, sqlite_store.notified("topic")) == (["first"], 1)


async def test_one_judged_wrong_wakes_nobody(store: Store) -> None:
    def judge(_: Sequence[Ran]) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await store.run([adding("a")], judge, "topic")

    assert store.notified("topic") == 0


@pytest.mark.parametrize("turns", range(25))
async def test_one_cancelled_at_any_moment_is_whole_or_not_there_and_holds_nobody_up(
    sqlite_store: Store, turns: int
) -> None:
    two = [adding("b1"), adding("b2")]
    works = [write(sqlite_store, "a"), sqlite_store.run(two, any_end), run(sqlite_store, "c")]
    tasks = [asyncio.create_task(work) for work in works]
    for _ in range(turns):
        await asyncio.sleep(0)
    tasks[1].cancel()
    _, waiting = await asyncio.wait(tasks, timeout=10)

    assert not waiting
    assert [tasks[0].exception(), tasks[2].exception()] == [None, None]
    names = await kept(sqlite_store)
    assert names in (["a", "c"], ["a", "b1", "b2", "c"])
    if not tasks[1].cancelled():
        assert "b1" in names


async def test_one_cancelled_before_its_turn_never_runs(sqlite_store: Store) -> None:
    working, may_end = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with sqlite_store.write():
            working.set()
            await may_end.wait()

    first = asyncio.create_task(slow())
    await working.wait()
    second = asyncio.create_task(run(sqlite_store, "b"))
    await asyncio.sleep(0)
    second.cancel()
    async with asyncio.timeout(10):
        await asyncio.wait([second])
        may_end.set()
        await first

    assert second.cancelled()
    assert await kept(sqlite_store) == []


async def test_what_another_process_holds_fails_for_each_that_waits(sqlite_url: str) -> None:
    async with Store.open(sqlite_url, busy_timeout=0.05) as store:
        await store.upgrade()
        path = sqlite_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            ends = await asyncio.gather(run(store, "a"), run(store, "b"), return_exceptions=True)
            other.execute("ROLLBACK")
        assert [type(end) for end in ends] == [StoreUnavailable] * 2

        await run(store, "a")
        assert await kept(store) == ["a"]


async def test_inside_a_write_transaction_it_would_wait_for_itself(store: Store) -> None:
    async with store.write():
        with pytest.raises(RuntimeError, match="waits for itself"):
            await run(store, "a")


async def test_one_cancelled_under_way_hears_that_and_not_that_it_was_judged_wrong(
    sqlite_store: Store,
) -> None:
    began, go_on = threading.Event(), threading.Event()

    def judge(_: Sequence[Ran]) -> None:
        began.set()
        go_on.wait(5)
        raise LookupError

    running = asyncio.create_task(sqlite_store.run([adding("a")], judge))
    await asyncio.to_thread(began.wait)
    running.cancel()
    go_on.set()

    with pytest.raises(asyncio.CancelledError):
        await running
    assert await kept(sqlite_store) == []
