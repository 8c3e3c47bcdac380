"""What a claim costs as the inbox grows, as ratios: to itself, to the smallest write there is."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from statistics import median

import pytest
from sqlalchemy import text

from adapters.store import Store, cursors, inbox
from tests.adapters.store.examples import NOW, SOON

pytestmark = pytest.mark.slow

FINISHED, PENDING = 100_000, 10_000
_FILL = """
INSERT INTO reactions (reaction, event_id, event_type, subject, ordering_key, sequence, mode, state,
                       attempts, lease_token, received_at, updated_at, headers, value)
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :rows)
SELECT 'recharge', :state || n, 't', 's', {key}, 1, 'live', :state, 0, 0,
       '2025-03-01 12:00:00.000000', '2025-03-01 12:00:00.000000', '[]', zeroblob(1500)
FROM numbers
"""
DISTINCT, HOT = "'key-' || n", "'hot'"


async def _fill(store: Store, state: str, rows: int, key: str) -> None:
    async with store.write() as tx:
        await tx.execute(text(_FILL.format(key=key)), {"state": state, "rows": rows})


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    taken = []
    for _ in range(15):
        started = time.perf_counter()
        await work()
        taken.append(time.perf_counter() - started)
    return median(taken)


async def _claim_seconds(store: Store) -> float:
    async def claim() -> None:
        async with store.write() as tx:
            await inbox.claim(tx, "a", NOW, SOON, 10, ["recharge", "mirror"])

    return await _seconds(claim)


async def _write_seconds(store: Store) -> float:
    async def put() -> None:
        async with store.write() as tx:
            await cursors.put(tx, "c", "s", 1, NOW)

    return await _seconds(put)


async def test_finished_rows_do_not_slow_a_claim_down(sqlite_store: Store) -> None:
    await _fill(sqlite_store, "pending", PENDING, DISTINCT)
    without = await _claim_seconds(sqlite_store)

    await _fill(sqlite_store, "succeeded", FINISHED, DISTINCT)

    assert await _claim_seconds(sqlite_store) < 4 * without


async def test_a_claim_costs_no_more_than_a_few_small_writes(sqlite_store: Store) -> None:
    await _fill(sqlite_store, "succeeded", FINISHED, DISTINCT)
    await _fill(sqlite_store, "pending", PENDING, DISTINCT)

    assert await _claim_seconds(sqlite_store) < 10 * await _write_seconds(sqlite_store)


async def test_a_hot_key_does_not_make_claims_dear(sqlite_store: Store) -> None:
    await _fill(sqlite_store, "succeeded", FINISHED, DISTINCT)
    await _fill(sqlite_store, "pending", PENDING, HOT)

    assert await _claim_seconds(sqlite_store) < 20 * await _write_seconds(sqlite_store)
