"""How SQLite goes about our statements: through an index, except where all rows are wanted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import Store, inbox
from adapters.store.bulk import run_together
from adapters.store.trips import Ran, Statement, TripConnection
from tests.adapters.store.examples import NOW, SOON, within
from tests.adapters.store.statements import ALL_OF_THEM, Work

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


@pytest.mark.parametrize("work", ALL_OF_THEM)
async def test_no_statement_reads_a_whole_table(sqlite_store: Store, work: Work) -> None:
    async with _plans_of(sqlite_store) as (tx, plans):
        await work(tx)

    assert plans
    whole = [step for plan in plans for step in plan if step.startswith("SCAN")]
    subqueries = ("SCAN anon_", "SCAN (", "SCAN picked")
    assert [step for step in whole if "INDEX" not in step and not step.startswith(subqueries)] == []
    wide = [step for step in whole if "sqlite_autoindex" in step]  # all of it, if only its index
    assert wide == []
