"""How PostgreSQL goes about our statements when there are many rows: through an index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import Store, entities, inbox
from tests.adapters.store.examples import NOW, SOON, an_entity, within
from tests.adapters.store.statements import ALL_OF_THEM, Work
from tests.postgres import Databases

pytestmark = pytest.mark.slow  # it takes a while to fill the tables

MANY = 100_000
FILL = f"""
INSERT INTO entities (connection, kind, entity_id, ordering_key, version, row_fingerprint, live,
    row_seen_at, due_at, changed_at, state)
SELECT 'c' || n % 20, 'k', 'e-' || n, 'e-' || n, 1, 'row', n % 10 = 0, now(),
    now() + n * interval '1 minute', now() - n * interval '1 minute', '{{}}'
FROM generate_series(1, {MANY}) AS n;
INSERT INTO outbox (event_id, topic, key, created_at, published_at, headers, value)
SELECT 'old-' || n, 'topic', 'wo-' || n % 1000, now(),
    CASE WHEN n <= {MANY} - 100 THEN now() - n * interval '1 second' END, '[]', '{{}}'
FROM generate_series(1, {MANY}) AS n;
INSERT INTO reactions (reaction, event_id, event_type, subject, ordering_key, sequence, mode, state,
    attempts, lease_token, received_at, updated_at, headers, value)
SELECT 'other', 'old-' || n, 't', 's', 'wo-' || n % 5000, 1, 'live',
    CASE WHEN n % 1000 = 0 THEN 'blocked' WHEN n <= {MANY} - 5000 THEN 'succeeded'
    ELSE 'pending' END, 0, 0, now(), now() - n * interval '1 second', '[]',
    decode(repeat('7b', 500), 'hex')
FROM generate_series(1, {MANY}) AS n;
INSERT INTO effects (effect_key, reaction, reaction_id, connection, state, attempts, provider_id,
    first_sent_at, sent_at)
SELECT 'key-' || n, 'other', n, 'operate', 'done', 1, n, now(), now()
FROM generate_series(1, {MANY}) AS n;
INSERT INTO hints (connection, kind, entity_id, generation, handled, received_at, last_received_at)
SELECT 'c' || n % 20, 'k', 'h-' || n, 1, 0, now(), now()
FROM generate_series(1, {MANY}) AS n;
INSERT INTO cursors (connection, stream, updated_at)
SELECT 'c' || n, 's', now() FROM generate_series(1, 2000) AS n;
INSERT INTO leases (name, token, until)
SELECT 'l' || n, 1, now() FROM generate_series(1, 2000) AS n;
"""


@pytest.fixture(scope="module")
def full_url(databases: Databases) -> Iterator[str]:
    """The URL of a store with many rows in each table."""
    url = databases.upgraded()
    databases.run(url, FILL)
    databases.run(url, "VACUUM ANALYZE")
    yield url
    databases.drop(url)


async def _plans(store: Store, work: Work, setting: str = "SELECT 1") -> list[str]:
    """How the statements of some work, which is undone, would be gone about."""
    engine = store._engines.writer.sync_engine
    sent: dict[str, Any] = {}

    def listen(_c: object, _cursor: object, statement: str, given: Any, *rest: Any) -> None:
        sent.setdefault(statement, given[0] if rest[-1] else given)

    async with store.write() as tx:
        await tx.exec_driver_sql(setting)
        undone = await tx.begin_nested()
        event.listen(engine, "before_cursor_execute", listen)
        await work(tx)
        event.remove(engine, "before_cursor_execute", listen)
        await undone.rollback()
        return [
            "\n".join([row[0] for row in await tx.exec_driver_sql(f"EXPLAIN {statement}", given)])
            for statement, given in sent.items()
        ]


@pytest.mark.parametrize("work", ALL_OF_THEM)
async def test_no_statement_has_to_read_a_whole_table(full_url: str, work: Work) -> None:
    async with Store.open(full_url) as store:
        # Which way is cheaper depends on how much of a table is known to be visible to all.
        plans = await _plans(store, work, "SET LOCAL enable_seqscan = off")

    assert len(plans) > 5
    assert [plan for plan in plans if "Seq Scan" in plan] == []


async def test_entities_are_found_by_their_key_even_without_statistics(
    empty_postgres_url: str,
) -> None:
    async with Store.open(empty_postgres_url) as store:
        await store.upgrade()
        async with store.write() as tx:
            await entities.add_new(tx, [an_entity(f"e-{number}") for number in range(3_000)])

        async def change(tx: AsyncConnection) -> None:
            await entities.load(tx, "plentific", "work-order", ["e-7"])
            await entities.save(tx, an_entity("e-7", version=2), 1)
            await entities.save_all(tx, [(an_entity("e-7", version=3), 2)])

        plans = await _plans(store, change)

    assert len(plans) == 4
    assert [plan for plan in plans if "Index Scan using pk_entities" not in plan] == []


async def test_a_claim_looks_at_open_rows_only(full_url: str) -> None:
    async def claim(tx: AsyncConnection) -> None:
        assert await inbox.claim(within(tx), "a", NOW, SOON, 10, ["recharge"]) == []

    async with Store.open(full_url) as store:
        lock, oldest, number, all_of_them = await _plans(store, claim)

    assert "Result" in lock
    assert "Index Only Scan using ix_reactions_open on" in oldest
    assert "Index Only Scan using ix_reactions_open on" in number
    assert "Index Only Scan using ix_reactions_open_keys on" in all_of_them
    for plan in (oldest, all_of_them):
        assert "Index Scan using ix_reactions_running on reactions other" in plan
        assert "Index Scan using ix_reactions_parked on reactions earlier" in plan
