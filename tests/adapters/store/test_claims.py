"""Which rows may be worked on now: the rules one by one, many claimers, and the indexes used."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import AsyncExitStack
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest

from adapters.store import Store, inbox
from adapters.store.bulk import run_one
from adapters.store.inbox import InboxRow, Outcome
from tests.adapters.store.examples import LATER, NOW, SOON, a_reaction, within

WINDOW = 256  # the oldest rows, which a claim looks at before the others


async def _add(store: Store, *keys: str, reaction: str = "recharge") -> None:
    async with store.write() as tx:
        known = sum((await inbox.counts(tx)).values())
        events = [
            a_reaction(f"event-{known + number}", key=key, reaction=reaction)
            for number, key in enumerate(keys)
        ]
        assert await inbox.add(tx, events) == len(keys)


async def _claim(store: Store, limit: int = 1_000, **given: Any) -> list[InboxRow]:
    owner, now, names = given.get("owner", "a"), given.get("now", NOW), given.get("names")
    async with store.write() as tx:
        until = now + timedelta(minutes=1)
        return await inbox.claim(within(tx), owner, now, until, limit, names or ["recharge"])


async def _finish(store: Store, row: InboxRow, state: Outcome) -> None:
    later = SOON if state == "retrying" else None
    async with store.write() as tx:
        assert await run_one(
            tx,
            inbox.finishing(
                row.id,
                row.lease_owner or "",
                state,
                token=row.lease_token,
                now=NOW,
                next_attempt_at=later,
            ),
        )


def _ids(rows: list[InboxRow]) -> list[int]:
    return [row.id for row in rows]


async def test_only_the_first_row_of_a_key_is_claimed(store: Store) -> None:
    await _add(store, "a", "a", "b", "a", "b")

    assert _ids(await _claim(store)) == [1, 3]
    assert _ids(await _claim(store)) == []


async def test_at_most_the_limit_is_claimed_oldest_first(store: Store) -> None:
    await _add(store, "d", "c", "b", "a")

    assert _ids(await _claim(store, 0)) == []
    assert _ids(await _claim(store, 2)) == [1, 2]
    assert _ids(await _claim(store, 2)) == [3, 4]


@pytest.mark.parametrize("state", ["succeeded", "blocked", "dead"])
async def test_an_ended_row_lets_the_next_one_go(store: Store, state: Outcome) -> None:
    await _add(store, "a", "a")
    (first,) = await _claim(store)

    await _finish(store, first, state)

    assert _ids(await _claim(store)) == [2]


async def test_a_retrying_row_holds_its_key_until_it_is_due(store: Store) -> None:
    await _add(store, "a", "a", "b")
    first, _ = await _claim(store)
    await _finish(store, first, "retrying")

    assert _ids(await _claim(store)) == []
    assert _ids(await _claim(store, now=SOON)) == [1, 3]  # 3: its lease has run out


async def test_a_row_whose_lease_ran_out_is_taken_over_before_the_next_one(store: Store) -> None:
    await _add(store, "a", "a")
    await _claim(store, owner="crashed")

    assert _ids(await _claim(store, owner="b")) == []
    (row,) = await _claim(store, owner="b", now=SOON)
    assert (row.id, row.lease_owner, row.attempts) == (1, "b", 2)


async def test_only_the_reactions_asked_for_are_claimed(store: Store) -> None:
    await _add(store, "a", reaction="recharge")
    await _add(store, "a", "b", reaction="mirror")
    await _add(store, "c", reaction="off")

    assert _ids(await _claim(store, names=["unknown"])) == []
    assert _ids(await _claim(store, names=["mirror", "recharge"])) == [1, 2, 3]


async def test_keys_of_different_reactions_do_not_hold_each_other(store: Store) -> None:
    await _add(store, "a", reaction="recharge")
    await _claim(store)

    await _add(store, "a", reaction="mirror")

    assert _ids(await _claim(store, names=["recharge", "mirror"])) == [2]


async def test_an_earlier_row_retried_by_hand_waits_for_the_later_one_that_runs(
    store: Store,
) -> None:
    await _add(store, "a", "a", "a")
    (first,) = await _claim(store)
    await _finish(store, first, "blocked")
    (second,) = await _claim(store)
    async with store.write() as tx:
        await inbox.retry(tx, [first.id], NOW)

    assert _ids(await _claim(store)) == []
    await _finish(store, second, "succeeded")
    assert _ids(await _claim(store)) == [1]


async def test_an_earlier_row_retried_by_hand_goes_before_a_later_one_that_crashed(
    store: Store,
) -> None:
    await _add(store, "a", "a")
    (first,) = await _claim(store)
    await _finish(store, first, "dead")
    await _claim(store, owner="crashed")
    async with store.write() as tx:
        await inbox.retry(tx, [first.id], NOW)

    assert _ids(await _claim(store, now=SOON)) == [1]


async def test_many_rows_of_one_key_do_not_starve_the_others(store: Store) -> None:
    await _add(store, *["hot"] * (2 * WINDOW), "cold", *["hot"] * 5, "mild")

    claimed = await _claim(store, 3)

    assert [row.ordering_key for row in claimed] == ["hot", "cold", "mild"]


async def test_rows_that_wait_for_hours_do_not_starve_the_others(store: Store) -> None:
    await _add(store, *(f"key-{number}" for number in range(2 * WINDOW)))
    async with store.write() as tx:
        waiting = await inbox.claim(within(tx), "a", NOW, SOON, 2 * WINDOW, ["recharge"])
        for row in waiting:
            await run_one(
                tx,
                inbox.finishing(row.id, "a", "retrying", token=1, now=NOW, next_attempt_at=LATER),
            )

    await _add(store, "fresh")

    assert [row.ordering_key for row in await _claim(store)] == ["fresh"]


# Two stores are like two processes: they share nothing but the database.
@pytest.mark.parametrize(("stores", "workers", "rows"), [(1, 8, 35), (2, 6, 30)])
async def test_many_claimers_never_work_on_one_row_or_one_key_together(
    store_url: str, stores: int, workers: int, rows: int
) -> None:
    keys = [f"key-{number % 7}" for number in range(rows)]
    at_work: set[str] = set()
    worked: dict[str, list[int]] = defaultdict(list)

    async def worker(store: Store, name: str) -> None:
        while sum(map(len, worked.values())) < rows:
            for row in await _claim(store, 3, owner=name):
                assert row.ordering_key not in at_work
                at_work.add(row.ordering_key)
                worked[row.ordering_key].append(row.id)
                await asyncio.sleep(0)
                at_work.discard(row.ordering_key)
                await _finish(store, row, "succeeded")

    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(Store.open(store_url)) for _ in range(stores)]
        await opened[0].upgrade()
        await _add(opened[0], *keys)
        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            for number in range(workers):
                tasks.create_task(worker(opened[number % stores], f"worker-{number}"))

    assert {key: sorted(ids) for key, ids in worked.items()} == worked
    assert sorted(chain.from_iterable(worked.values())) == list(range(1, rows + 1))
