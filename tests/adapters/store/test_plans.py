"""How SQLite goes about our statements: through an index, except where all rows are wanted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import Store, cursors, entities, hints, inbox, leases, ledger, outbox
from adapters.store.bulk import run_one, run_together
from adapters.store.trips import Ran, Statement, TripConnection
from tests.adapters.store.examples import (
    LATER,
    NOW,
    SOON,
    a_hint,
    a_reaction,
    a_record,
    an_entity,
    within,
)

Plans = list[list[str]]


@asynccontextmanager
async def _plans_of(store: Store) -> AsyncIterator[tuple[AsyncConnection, Plans]]:
    """A transaction, and afterwards the steps of each statement that was run in it."""
    engine = store._engines.writer.sync_engine
    sent: dict[str, Any] = {}
    plans: Plans = []

    def listen(_c: object, _cursor: object, statement: str, given: Any, *rest: Any) -> None:
        many = rest[-1]
        sent.setdefault(statement, given[0] if many else given)

    together = TripConnection.run_together

    async def listening(self: TripConnection, statements: Sequence[Statement]) -> list[Ran]:
        sent.update((one.text, one.rows[0]) for one in statements if one.rows)
        return await together(self, statements)

    async with store.write() as tx:
        event.listen(engine, "before_cursor_execute", listen)
        try:
            with patch.object(TripConnection, "run_together", listening):
                yield tx, plans
        finally:
            event.remove(engine, "before_cursor_execute", listen)
        for statement, given in sent.items():
            steps = await tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
            plans.append([step.detail for step in steps])


async def test_a_claim_looks_at_open_rows_only_and_at_nothing_but_indexes(
    sqlite_store: Store,
) -> None:
    async with _plans_of(sqlite_store) as (tx, plans):
        await inbox.claim(within(tx), "a", NOW, SOON, 10, ["recharge"])
        given = {"now": NOW, "its_owner": "a", "until": SOON, "limit": 10, "name_0": "recharge"}
        await run_together(tx, [inbox._take(("recharge",), windowed=False).one(**given)])

    oldest, number, all_of_them = plans
    assert any("SCAN reactions USING COVERING INDEX ix_reactions_open" in step for step in number)
    assert "SCAN reactions USING COVERING INDEX ix_reactions_open" in oldest
    assert any("USING COVERING INDEX ix_reactions_open_keys" in step for step in all_of_them)
    for plan in (oldest, all_of_them):
        assert "SEARCH reactions USING INTEGER PRIMARY KEY (rowid=?)" in plan
        assert any("SEARCH other USING INDEX ix_reactions_running" in step for step in plan)


async def _entities(tx: AsyncConnection) -> None:
    await entities.load(tx, "c", "k", ["1", "2"])
    await entities.fingerprints(tx, "c", "k", ["1", "2"])
    await entities.add_new(tx, [an_entity()])
    await entities.save(tx, an_entity(version=2), 1)
    await entities.due(tx, "c", "k", NOW, 10)
    await entities.set_due(tx, "c", "k", ["1", "2"], NOW)
    await entities.ids(tx, "c", "k")
    await entities.ids(tx, "c", "k", live=True)
    await entities.changed_since(tx, "c", "k", NOW)
    await entities.following(tx, "c", "k", "1", 10)


async def _outbox(tx: AsyncConnection) -> None:
    await outbox.add(tx, [a_record()])
    await outbox.unpublished(tx, 10)
    await outbox.unpublished(tx, 10, after=7)
    await outbox.mark_published(tx, [1, 2], NOW)
    await outbox.backlog(tx)
    await outbox.purge(tx, NOW)


async def _inbox(tx: AsyncConnection) -> None:
    await inbox.add(tx, [a_reaction()])
    (row,) = await inbox.claim(within(tx), "a", NOW, SOON, 10, ["recharge"])
    await run_one(tx, inbox.extending(row.id, "a", LATER, token=1))
    await inbox.release(tx, row.id, "a", token=1, now=NOW)
    await run_one(tx, inbox.finishing(row.id, "a", "dead", token=2, now=NOW))
    await inbox.retry(tx, [1, 2], NOW)
    await inbox.get(tx, 1)
    await inbox.ids_in(tx, ["blocked", "dead"])
    await inbox.find(tx, states=["blocked"])
    await inbox.find(tx, states=["pending", "retrying"])
    await inbox.counts(tx)


async def _ledger(tx: AsyncConnection) -> None:
    await ledger.begin(tx, "k", "recharge", 1, "operate", None, NOW)
    await ledger.begin(tx, "k", "recharge", 1, "operate", None, NOW)
    await ledger.mark_sent(tx, "k", request=None, now=NOW)
    await ledger.withdraw(tx, "k")
    await run_one(tx, ledger.finishing("k", "1", None, "answer", NOW))
    await ledger.of_reaction(tx, 1)
    await ledger.claimed_provider_ids(tx, "operate", ["1", "2"])


async def _the_rest(tx: AsyncConnection) -> None:
    await cursors.put(tx, "c", "s", 1, NOW)
    await cursors.get(tx, "c", "s")
    await leases.acquire(tx, "relay", "a", NOW, SOON)
    await leases.renew(tx, "relay", "a", 1, LATER)
    await run_together(tx, [leases.holding(leases.Held("relay", "a", 1))])
    await leases.release(tx, "relay", "a", 1, NOW)
    await hints.add(tx, [a_hint()])
    (hint,) = await hints.take(tx, "plentific", NOW, SOON, 10)
    await hints.postpone(tx, hint, LATER)
    await hints.add(tx, [a_hint()])
    await hints.complete(tx, hint)


@pytest.mark.parametrize("work", [_entities, _outbox, _inbox, _ledger, _the_rest])
async def test_no_statement_reads_a_whole_table(
    sqlite_store: Store, work: Callable[[AsyncConnection], Awaitable[None]]
) -> None:
    async with _plans_of(sqlite_store) as (tx, plans):
        await work(tx)

    assert plans
    whole = [step for plan in plans for step in plan if step.startswith("SCAN")]
    subqueries = ("SCAN anon_", "SCAN (", "SCAN picked")
    assert [step for step in whole if "INDEX" not in step and not step.startswith(subqueries)] == []
    wide = [step for step in whole if "sqlite_autoindex" in step]  # all of it, if only its index
    assert wide == []
