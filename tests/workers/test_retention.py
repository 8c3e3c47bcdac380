"""The clean-up of finished reactions: now and then, and no reason for a process to end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from adapters.store import Store, inbox
from adapters.store.tables import leases, reactions
from tests.adapters.store.examples import a_reaction
from tests.workers.fake_clock import FakeClock
from workers import retention
from workers.crew import Crew
from workers.lease import Lessee

KEEP = timedelta(days=90)


@asynccontextmanager
async def finished(folder: Path, clock: FakeClock, number: int) -> AsyncIterator[Store]:
    """A store with reactions that have just succeeded."""
    async with Store.open(f"sqlite:///{folder / 'store.db'}") as store:
        await store.upgrade()
        async with store.write() as tx:
            await inbox.add(tx, [a_reaction(f"event-{one}") for one in range(number)])
            await tx.execute(update(reactions).values(state="succeeded", updated_at=clock.now()))
        yield store


async def kept(store: Store) -> int:
    """How many events are kept."""
    async with store.read() as tx:
        values = await tx.scalars(select(reactions.c.value))
    return sum(bool(value) for value in values)


async def test_all_that_ended_too_long_ago_is_forgotten_in_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    clock = FakeClock()
    async with finished(tmp_path, clock, 5) as store:
        clock.advance(days=89)
        keeping = asyncio.create_task(retention.keep(store, clock, KEEP))
        await clock.until_asleep()
        assert await kept(store) == 5

        clock.advance(days=2)
        await clock.until_asleep()
        assert await kept(store) == 0
        keeping.cancel()


async def test_a_store_that_is_away_is_tried_again_later(tmp_path: Path) -> None:
    clock = FakeClock()
    async with finished(tmp_path, clock, 1) as store:
        clock.advance(days=91)
        async with Store.open(f"sqlite:///{tmp_path}/store.db", busy_timeout=0.05) as refused:
            async with store.write() as tx:
                await inbox.add(tx, [a_reaction("event-9")])  # somebody else keeps writing
                keeping = asyncio.create_task(retention.keep(refused, clock, KEEP))
                await clock.until_asleep()
            assert await kept(store) == 2

            clock.advance(hours=7)
            await clock.until_asleep()
            assert await kept(store) == 1
            keeping.cancel()


async def test_the_places_of_replicas_that_are_long_gone_go_and_no_other_lease(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    async with finished(tmp_path, clock, 0) as store:

        def lessee(owner: str) -> Lessee:
            return Lessee(store, clock, owner, timedelta(seconds=15))

        await Crew("poll", lessee("killed")).join()
        await lessee("killed").take("stream/plentific/invoices")
        leaver = lessee("left")
        await leaver.release(await leaver.take("crew/relay/left"))
        clock.advance(hours=23)
        await Crew("poll", lessee("living")).join()
        await Crew("relay", lessee("killed today")).join()

        keeping = asyncio.create_task(retention.keep(store, clock, KEEP))
        await clock.until_asleep()
        assert len(await names(store)) == 5

        clock.advance(hours=6)
        await Crew("poll", lessee("living")).join()
        await clock.until_asleep()
        keeping.cancel()
        assert await names(store) == [
            "crew/poll/living",
            "crew/relay/killed today",
            "stream/plentific/invoices",
        ]


async def names(store: Store) -> list[str]:
    """The names of all leases."""
    async with store.read() as tx:
        return list(await tx.scalars(select(leases.c.name).order_by(leases.c.name)))
