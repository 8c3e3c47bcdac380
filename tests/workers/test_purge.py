"""The clean-up of published rows: now and then, and no reason for a process to end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import select

from adapters.store import outbox
from adapters.store.engine import Store
from adapters.store.outbox import NewRecord
from adapters.store.tables import outbox as rows
from tests.workers.fake_clock import FakeClock
from workers import relay


@asynccontextmanager
async def opened(folder: Path, busy_timeout: float = 30.0) -> AsyncIterator[Store]:
    store = Store.open(f"sqlite:///{folder / 'store.db'}", busy_timeout=busy_timeout)
    async with store:
        yield store


async def published_once(store: Store, clock: FakeClock) -> None:
    await store.upgrade()
    row = NewRecord("an id", "topic", "key", b"{}", [], clock.now())
    async with store.write() as tx:
        await outbox.add(tx, [row])
        (added,) = await outbox.unpublished(tx, 1)
        await outbox.mark_published(tx, [added.id], clock.now())


async def published(store: Store) -> list[str]:
    async with store.read() as tx:
        return list(await tx.scalars(select(rows.c.event_id)))


async def test_a_published_row_is_deleted_after_a_week(tmp_path: Path) -> None:
    clock = FakeClock()
    async with opened(tmp_path) as store:
        await published_once(store, clock)
        clock.advance(days=6)
        purging = asyncio.create_task(relay.purge(store, clock))
        await clock.until_asleep()
        assert len(await published(store)) == 1

        clock.advance(days=2)
        await clock.until_asleep()
        assert await published(store) == []
        purging.cancel()


async def test_a_store_that_is_away_is_tried_again_later(tmp_path: Path) -> None:
    clock = FakeClock()
    async with opened(tmp_path) as store, opened(tmp_path, busy_timeout=0.05) as refused:
        await published_once(store, clock)
        clock.advance(days=8)
        async with store.write() as tx:
            await outbox.backlog(tx)  # somebody else keeps writing
            purging = asyncio.create_task(relay.purge(refused, clock))
            await clock.until_asleep()
        assert len(await published(store)) == 1

        clock.advance(hours=2)
        await clock.until_asleep()
        assert await published(store) == []
        purging.cancel()
