"""Claims by several at the same time on PostgreSQL, where transactions overlap."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import Store, inbox, ledger
from adapters.store.bulk import Step, run_together
from adapters.store.inbox import InboxRow
from tests.adapters.store.examples import LATER, NOW, SOON, a_reaction, within
from tests.adapters.store.intents import begin

IN_TIME = 60.0
LIMIT = 4


async def test_many_claimers_never_work_on_a_row_or_a_key_twice_nor_on_more_than_asked(
    postgres_url: str,
) -> None:
    rows = [a_reaction(f"event-{number}", key=f"wo-{number % 9}") for number in range(180)]
    working: Counter[str] = Counter()
    done: list[InboxRow] = []
    dead_once: set[int] = set()

    async def carry_out(store: Store, owner: str, row: InboxRow) -> None:
        working[row.ordering_key] += 1
        assert working[row.ordering_key] == 1
        await store.ping()
        working[row.ordering_key] -= 1
        dies = row.id % 5 == 0 and row.id not in dead_once
        (dead_once.add if dies else lambda _: done.append(row))(row.id)
        state: inbox.Outcome = "dead" if dies else "succeeded"
        (ended,) = await store.run(
            [inbox.finishing(row.id, owner, state, token=row.lease_token, now=NOW)]
        )
        assert ended.changed == 1

    async def claimer(store: Store, owner: str) -> None:
        while len(done) < len(rows):
            claimed = await inbox.claim(store.run, owner, NOW, SOON, LIMIT, ["recharge"])
            assert len(claimed) <= LIMIT
            await asyncio.gather(*(carry_out(store, owner, row) for row in claimed))

    async def retrier(store: Store) -> None:
        while len(done) < len(rows):
            async with store.write() as tx:
                await inbox.retry(tx, await inbox.ids_in(tx, ["dead"]), NOW)

    async with asyncio.timeout(IN_TIME), AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(Store.open(postgres_url)) for _ in range(4)]
        async with stores[0].write() as tx:
            await inbox.add(tx, rows)
        async with asyncio.TaskGroup() as tasks:
            for number in range(8):
                tasks.create_task(claimer(stores[number % 4], f"claimer-{number}"))
            tasks.create_task(retrier(stores[0]))

    assert sorted(row.id for row in done) == list(range(1, len(rows) + 1))


async def test_a_claim_sees_what_another_took_in_the_very_same_moment(
    postgres_store: Store,
) -> None:
    async with postgres_store.write() as tx:
        await inbox.add(tx, [a_reaction("first"), a_reaction("second")])
        (first,) = await inbox.claim(within(tx), "a", NOW, SOON, 1, ["recharge"])
    ending = inbox.finishing(first.id, "a", "dead", token=first.lease_token, now=NOW)
    await postgres_store.run([ending])

    async with asyncio.timeout(IN_TIME):
        async with postgres_store.write() as tx:
            (second,) = await inbox.claim(within(tx), "a", NOW, SOON, 1, ["recharge"])
            claiming = asyncio.create_task(_retry_and_claim(postgres_store, first))
            await _held_up(tx, claiming)
            assert second.event_id == "second"
        assert await claiming == []  # not the first one, while the second one is worked on

    ending = inbox.finishing(second.id, "a", "succeeded", token=second.lease_token, now=NOW)
    await postgres_store.run([ending])
    (first,) = await inbox.claim(postgres_store.run, "b", NOW, LATER, 2, ["recharge"])
    assert first.event_id == "first"


async def _retry_and_claim(store: Store, row: InboxRow) -> list[InboxRow]:
    async with store.write() as tx:
        assert await inbox.retry(tx, [row.id], NOW) == [row.id]
    return await inbox.claim(store.run, "b", NOW, SOON, 1, ["recharge"])


async def test_of_two_who_find_the_same_thing_the_second_sees_that_it_is_taken(
    postgres_store: Store,
) -> None:
    async with postgres_store.write() as tx:
        for key in ("one", "two"):
            await begin(tx, key, "recharge", 1, "operate", None, NOW)

    async with asyncio.timeout(IN_TIME):
        async with postgres_store.write() as tx:
            before, _ = await run_together(tx, _taking("one"))
            taking = asyncio.create_task(postgres_store.run(_taking("two")))
            await _held_up(tx, taking)
        after, _ = await taking

    assert (len(before.rows), len(after.rows)) == (0, 1)


def _taking(key: str) -> list[Step]:
    found = ledger.finishing(key, "sheet-7", None, "value", NOW)
    return [ledger.claimed("operate", "sheet-7", key), found]


async def _held_up(tx: AsyncConnection, other: asyncio.Task[Any]) -> None:
    """Wait until another transaction waits for this one, or until it has ended."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while not await tx.scalar(waiting):
        if other.done():
            return
