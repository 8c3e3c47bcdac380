"""What adding and claiming cost as the inbox grows, in SQLite's own steps: always the same."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import Store, cursors, inbox
from tests.adapters.store.examples import NOW, SOON, a_reaction, within

PENDING = 10_000
_FILL = """
INSERT INTO reactions (reaction, event_id, event_type, subject, ordering_key, sequence, mode, state,
                       attempts, lease_token, received_at, updated_at, headers, value)
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :rows)
SELECT 'recharge', :state || n, 't', 's', {key}, 1, 'live', :state, 0, 0,
       '2025-03-01 12:00:00.000000', '2025-03-01 12:00:00.000000', '[]', zeroblob(:size)
FROM numbers
"""
Work = Callable[[AsyncConnection], Awaitable[None]]
DISTINCT, HOT = "'key-' || n", "'hot'"


class _RollBack(Exception):
    """The store is to be left as it was."""


async def _fill(store: Store, state: str, rows: int, key: str, size: int = 100) -> None:
    values = {"state": state, "rows": rows, "size": size}
    async with store.write() as tx:
        await tx.execute(text(_FILL.format(key=key)), values)


async def _claim(tx: AsyncConnection) -> None:
    assert await inbox.claim(within(tx), "a", NOW, SOON, 10, ["recharge", "mirror"])


async def _add(tx: AsyncConnection) -> None:
    assert await inbox.add(tx, [a_reaction(f"new-{number}") for number in range(10)]) == 10


async def _steps(store: Store, work: Work) -> int:
    """The steps of SQLite's virtual machine that `work` takes, in hundreds; it is rolled back."""
    hundreds = 0

    def count() -> int:
        nonlocal hundreds
        hundreds += 1
        return 0

    with suppress(_RollBack):
        await _count_and_roll_back(store, work, count)
    return hundreds


async def _count_and_roll_back(store: Store, work: Work, count: Callable[[], int]) -> None:
    async with store.write() as tx:
        driver = (await tx.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.set_progress_handler(count, 100)
        await work(tx)
        await driver.set_progress_handler(None, 0)
        raise _RollBack


async def test_adding_costs_the_same_however_many_there_are(sqlite_store: Store) -> None:
    empty = await _steps(sqlite_store, _add)

    await _fill(sqlite_store, "succeeded", PENDING, DISTINCT)

    assert await _steps(sqlite_store, _add) < 2 * empty


async def test_finished_rows_do_not_make_a_claim_dearer(sqlite_store: Store) -> None:
    await _fill(sqlite_store, "pending", PENDING, DISTINCT)
    without = await _steps(sqlite_store, _claim)

    await _fill(sqlite_store, "succeeded", 2 * PENDING, DISTINCT)

    assert await _steps(sqlite_store, _claim) <= without + 1


async def test_rows_that_wait_behind_the_oldest_ones_cost_nothing(sqlite_store: Store) -> None:
    await _fill(sqlite_store, "pending", 1_000, DISTINCT)
    few = await _steps(sqlite_store, _claim)

    await _fill(sqlite_store, "retrying", PENDING, DISTINCT)

    assert await _steps(sqlite_store, _claim) <= few + 1


async def test_a_hot_key_costs_a_few_steps_a_row_and_no_search_for_each(
    sqlite_store: Store,
) -> None:
    await _fill(sqlite_store, "pending", PENDING, HOT)

    assert await _steps(sqlite_store, _claim) * 100 < 100 * PENDING


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    taken = []
    for _ in range(25):
        started = time.perf_counter()
        await work()
        taken.append(time.perf_counter() - started)
    return min(taken)  # what disturbs it can only add to it


@pytest.mark.slow
async def test_a_claim_among_many_costs_no_more_than_a_few_small_writes(
    sqlite_store: Store,
) -> None:
    await _fill(sqlite_store, "succeeded", 10 * PENDING, DISTINCT, size=1_500)
    await _fill(sqlite_store, "pending", PENDING, DISTINCT, size=1_500)

    async def put() -> None:
        async with sqlite_store.write() as tx:
            await cursors.put(tx, "c", "s", 1, NOW)

    async def claim() -> None:
        async with sqlite_store.write() as tx:
            await _claim(tx)

    small = await _seconds(put)
    assert await _seconds(claim) < 30 * small
