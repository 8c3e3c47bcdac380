"""Leases: one process at a time works, keeps its lease while it lives, and stops without it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs

from adapters.store import leases, tables
from adapters.store.engine import Store
from tests.workers.fake_clock import FakeClock
from workers.lease import Lessee, run_under_lease

LONG = timedelta(minutes=1)
SHORT = timedelta(milliseconds=60)
"""Renewals are timed by the event loop, so a test that waits for one needs a short lease."""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        await opened.upgrade()
        yield opened


class Work:
    """Work that a test lets begin and end."""

    def __init__(self) -> None:
        self.begun, self.end = asyncio.Event(), asyncio.Event()
        self.cancelled = False

    async def __call__(self, held: frozenset[str]) -> str:
        self.begun.set()
        try:
            await self.end.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return "done"


async def done(_held: frozenset[str]) -> str:
    return "done"


async def take(store: Store, clock: FakeClock, owner: str, duration: timedelta = LONG) -> bool:
    """Take the lease for an owner that does no work."""
    now = clock.now()
    async with store.write() as tx:
        return await leases.acquire(tx, "job", owner, now, now + duration) is not None


async def test_the_work_is_done_and_the_lease_is_free_at_once(store: Store) -> None:
    clock = FakeClock()

    assert await run_under_lease(Lessee(store, clock, "a", LONG), ["job"], done) == "done"

    assert await take(store, clock, "b")


async def test_work_that_another_does_is_not_begun(store: Store) -> None:
    clock, work = FakeClock(), Work()
    await take(store, clock, "b")

    assert await run_under_lease(Lessee(store, clock, "a", LONG), ["job"], work) is None

    assert not work.begun.is_set()


async def test_a_lease_that_ran_out_is_taken_over(store: Store) -> None:
    clock = FakeClock()
    await take(store, clock, "b")
    clock.advance(minutes=1)

    assert await run_under_lease(Lessee(store, clock, "a", LONG), ["job"], done) == "done"


async def test_different_work_is_done_at_the_same_time(store: Store) -> None:
    clock, work = FakeClock(), Work()
    task = asyncio.create_task(run_under_lease(Lessee(store, clock, "a", LONG), ["job"], work))
    await work.begun.wait()

    assert await run_under_lease(Lessee(store, clock, "b", LONG), ["other job"], done) == "done"

    work.end.set()
    assert await task == "done"


class AskedClock(FakeClock):
    """Lets a test wait until somebody asks for the time."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()

    def now(self) -> datetime:
        self.asked.set()
        return super().now()


async def test_the_lease_is_renewed_while_the_work_lasts(store: Store) -> None:
    clock, work = AskedClock(), Work()
    task = asyncio.create_task(run_under_lease(Lessee(store, clock, "a", SHORT), ["job"], work))
    await work.begun.wait()
    clock.advance(minutes=5)  # long after the lease as it was taken
    clock.asked.clear()

    async with asyncio.timeout(10):
        await clock.asked.wait()
    async with store.write() as tx:  # waits for the renewal that is being written
        assert await tx.scalar(select(tables.leases.c.until)) == clock.now() + SHORT

    work.end.set()
    assert await task == "done"


async def test_who_loses_the_lease_stops_working(store: Store) -> None:
    clock, work = FakeClock(), Work()
    task = asyncio.create_task(run_under_lease(Lessee(store, clock, "a", SHORT), ["job"], work))
    await work.begun.wait()
    clock.advance(minutes=5)
    assert await take(store, clock, "b")

    async with asyncio.timeout(10):
        assert await task is None

    assert work.cancelled
    assert not await take(store, clock, "c")  # the lease of the other was not let go


async def test_work_that_fails_lets_the_lease_go_and_says_why(store: Store) -> None:
    clock = FakeClock()

    async def fail(_held: frozenset[str]) -> None:
        raise LookupError("no such thing")

    with pytest.raises(LookupError, match="no such thing"):
        await run_under_lease(Lessee(store, clock, "a", LONG), ["job"], fail)

    assert await take(store, clock, "b")


async def test_who_is_cancelled_stops_working_and_lets_the_lease_go(store: Store) -> None:
    clock, work = FakeClock(), Work()
    task = asyncio.create_task(run_under_lease(Lessee(store, clock, "a", LONG), ["job"], work))
    await work.begun.wait()

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert work.cancelled
    assert await take(store, clock, "b")


async def test_who_woke_up_after_his_lease_writes_nothing(store: Store) -> None:
    clock = FakeClock()

    async def sleep_too_long(_held: frozenset[str]) -> str:
        clock.advance(minutes=5)
        assert await take(store, clock, "b")
        async with store.write() as tx:
            await leases.acquire(tx, "written", "a", clock.now(), clock.now() + LONG)
        return "never"

    lessee = Lessee(store, clock, "a", LONG)
    assert await run_under_lease(lessee, ["job"], sleep_too_long) is None

    async with store.read() as tx:
        names = list(await tx.scalars(select(tables.leases.c.name)))
    assert names == ["job"]


async def test_of_several_leases_those_that_are_free_are_taken(store: Store) -> None:
    clock = FakeClock()
    await take(store, clock, "b")
    told: list[frozenset[str]] = []

    async def work(held: frozenset[str]) -> str:
        told.append(held)
        return "done"

    lessee = Lessee(store, clock, "a", LONG)
    assert await run_under_lease(lessee, ["job", "one", "two"], work) == "done"

    assert told == [{"one", "two"}]
    assert await take(store, clock, "b"), "it is still the other's"


async def test_who_loses_one_of_several_leases_lets_all_go(store: Store) -> None:
    clock, work = FakeClock(), Work()
    lessee = Lessee(store, clock, "a", SHORT)
    task = asyncio.create_task(run_under_lease(lessee, ["job", "other"], work))
    await work.begun.wait()
    clock.advance(minutes=5)
    assert await take(store, clock, "b")

    async with asyncio.timeout(10):
        assert await task is None

    other = Lessee(store, clock, "c", LONG)
    assert [one.name for one in await other.take("job", "other")] == ["other"]


class CutOff:
    """The store for somebody who is cancelled while he commits for the first time."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.cut = False

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        async with self.store.write() as tx:
            yield tx
            task = asyncio.current_task()
            if not self.cut and task is not None:
                self.cut = True
                asyncio.get_running_loop().call_soon(task.cancel)  # once he waits for the commit


async def test_who_is_cancelled_while_he_takes_leases_keeps_none(store: Store) -> None:
    clock, cut_off = FakeClock(), CutOff(store)
    store_of_a: Any = cut_off
    taking = asyncio.create_task(Lessee(store_of_a, clock, "a", LONG).take("job", "other"))

    with pytest.raises(asyncio.CancelledError):
        await taking

    assert cut_off.cut
    other = Lessee(store, clock, "b", LONG)
    assert [one.name for one in await other.take("job", "other")] == ["job", "other"]


async def test_a_lease_that_cannot_be_let_go_costs_one_line_and_runs_out(
    store: Store, tmp_path: Path
) -> None:
    clock, work = FakeClock(), Work()
    async with Store.open(f"sqlite:///{tmp_path / 'store.db'}", busy_timeout=0.05) as refused:
        with capture_logs() as lines:
            lessee = Lessee(refused, clock, "a", LONG)
            task = asyncio.create_task(run_under_lease(lessee, ["job"], work))
            await work.begun.wait()
            async with store.write() as tx:  # somebody else keeps writing
                await leases.acquire(tx, "written", "b", clock.now(), clock.now() + LONG)
                work.end.set()
                assert await task == "done"

    (line,) = lines
    assert (line["event"], line["log_level"]) == ("leases not released", "error")
    assert "locked" in line["why"]
    assert len(line["why"].splitlines()) == 1
    assert not await take(store, clock, "b")
    clock.advance(minutes=1)
    assert await take(store, clock, "b")
