"""The crew: work is shared out among the replicas that live, and moves when one goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from adapters.store import leases
from adapters.store.engine import Store
from tests.workers.fake_clock import FakeClock
from workers.crew import Crew
from workers.lease import Lessee

LEASE = timedelta(seconds=15)
WORK = [f"stream/{number}" for number in range(40)]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        await opened.upgrade()
        yield opened


def replica(store: Store, clock: FakeClock, owner: str, role: str = "poll") -> Crew:
    return Crew(role, Lessee(store, clock, owner, LEASE))


async def gathered(store: Store, clock: FakeClock, *owners: str) -> list[Crew]:
    """Replicas that have all seen each other."""
    crews = [replica(store, clock, owner) for owner in owners]
    for crew in [*crews, *crews]:
        await crew.join()
    return crews


async def test_who_is_alone_does_all_even_before_he_has_looked(store: Store) -> None:
    crew = replica(store, FakeClock(), "a")
    assert crew.ours(WORK) == WORK

    await crew.join()
    assert crew.ours(WORK) == WORK


async def test_each_piece_of_work_is_one_replicas_and_each_replica_has_some(store: Store) -> None:
    crews = await gathered(store, FakeClock(), "a", "b", "c")

    shares = [crew.ours(WORK) for crew in crews]

    assert sorted(work for share in shares for work in share) == sorted(WORK)
    assert min(map(len, shares)) >= len(WORK) / 8


async def test_who_comes_takes_from_the_others_and_moves_nothing_between_them(
    store: Store,
) -> None:
    clock = FakeClock()
    first, second = await gathered(store, clock, "a", "b")
    before = {"a": set(first.ours(WORK)), "b": set(second.ours(WORK))}

    third = replica(store, clock, "c")
    for crew in (third, first, second):
        await crew.join()

    assert set(first.ours(WORK)) < before["a"]
    assert set(second.ours(WORK)) < before["b"]
    assert set(third.ours(WORK)) == set(WORK) - set(first.ours(WORK)) - set(second.ours(WORK))


async def test_the_share_of_a_silent_one_moves_when_his_lease_has_run_out(store: Store) -> None:
    clock = FakeClock()
    first, second = await gathered(store, clock, "a", "silent")
    assert second.ours(WORK)

    clock.advance(seconds=14)
    await first.join()
    assert first.ours(WORK) != WORK

    clock.advance(seconds=1)
    await first.join()
    assert first.ours(WORK) == WORK


async def test_who_stops_leaves_at_once(store: Store) -> None:
    clock = FakeClock()
    first, second = await gathered(store, clock, "a", "b")
    keeping = asyncio.create_task(second.keep())
    await clock.until_asleep()

    keeping.cancel()
    await asyncio.wait({keeping})

    await first.join()
    assert first.ours(WORK) == WORK


async def test_who_stays_is_seen_as_long_as_he_lives(store: Store) -> None:
    clock = FakeClock()
    first, second = await gathered(store, clock, "a", "b")
    keeping = asyncio.create_task(second.keep())
    try:
        for _ in range(12):
            await clock.until_asleep()
            clock.advance(seconds=5)
        await clock.until_asleep()
        await first.join()
        assert first.ours(WORK) != WORK
    finally:
        keeping.cancel()
        await asyncio.wait({keeping})


async def test_roles_have_crews_of_their_own(store: Store) -> None:
    clock = FakeClock()
    relay = replica(store, clock, "a", role="relay")
    await replica(store, clock, "b", role="relayer").join()
    await replica(store, clock, "b").join()
    await relay.join()

    assert relay.members == ("a",)


async def test_a_change_wakes_who_waits_for_it(store: Store) -> None:
    clock = FakeClock()
    (first,) = await gathered(store, clock, "a")
    waiting = asyncio.create_task(first.changed.wait())
    await first.join()
    await asyncio.sleep(0)
    assert not waiting.done()

    await replica(store, clock, "b").join()
    await first.join()

    assert await waiting


async def test_while_the_store_is_away_the_crew_is_as_last_seen(tmp_path: Path) -> None:
    clock = FakeClock()
    async with Store.open(f"sqlite:///{tmp_path}/without-tables.db") as store:
        crew = replica(store, clock, "a")
        crew.members = ("a", "b")
        keeping = asyncio.create_task(crew.keep())
        async with asyncio.timeout(10):
            await clock.until_asleep()
        assert crew.members == ("a", "b")
        keeping.cancel()
        await asyncio.wait({keeping})
        assert keeping.cancelled()


async def test_who_cannot_say_that_he_leaves_ends_with_one_line_and_is_missed_in_time(
    store: Store, tmp_path: Path
) -> None:
    clock = FakeClock()
    (first,) = await gathered(store, clock, "a")
    async with Store.open(f"sqlite:///{tmp_path / 'store.db'}", busy_timeout=0.05) as refused:
        keeping = asyncio.create_task(replica(refused, clock, "b").keep())
        await clock.until_asleep()
        async with store.write() as tx:  # somebody else keeps writing
            await leases.acquire(tx, "written", "c", clock.now(), clock.now() + LEASE)
            with capture_logs() as lines:
                keeping.cancel()
                await asyncio.wait({keeping})

    assert keeping.cancelled()
    (line,) = lines
    assert line["event"] == "store not usable"
    assert len(line["why"].splitlines()) == 1
    await first.join()
    assert list(first.members) == ["a", "b"]
    clock.advance(seconds=LEASE.total_seconds())
    await first.join()
    assert list(first.members) == ["a"]
