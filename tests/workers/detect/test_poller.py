"""The poller: streams look on their own cadence, one process at a time, and none stops another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.typing import EventDict

from adapters.store import cursors, leases
from adapters.store.engine import Store
from tests.workers.detect.world import CADENCE, CONNECTION, FACTS, Watch, World, types
from tests.workers.fake_clock import FakeClock
from workers.crew import Crew
from workers.detect.cycle import Progress, progress
from workers.detect.observe import Source
from workers.detect.plentific import INVOICES, WORK_ORDERS
from workers.detect.poller import (
    lease_of,
    left_at_start,
    look_under_lease,
    overview,
    pause_after,
    poll,
)
from workers.detect.stream import Cadence, no_windows
from workers.lease import Lessee
from workers.telemetry import metrics

LEASE = timedelta(seconds=15)
NAME = f"stream/{CONNECTION}/invoices"
BOTH = ["invoice.received", "invoice.paid"]


def every(**pause: float) -> Cadence:
    return replace(CADENCE, every=timedelta(**pause))


def whole_list(world: World) -> Source:
    """The work orders, of which the whole list is read at each look."""
    return world.watch(WORK_ORDERS, windows=no_windows, covered=None).source


def at(source: Source, cadence: Cadence) -> Source:
    return replace(source, cadence=cadence)


@asynccontextmanager
async def polling(*sources: Source, owner: str = "a") -> AsyncIterator[None]:
    """Poll in the background until the block ends."""
    crew = Crew("poll", Lessee(sources[0].store, sources[0].clock, owner, LEASE))
    task = asyncio.create_task(poll(sources, crew))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
    assert task.cancelled()


async def until_all_sleep(world: World, sleepers: int) -> None:
    async with asyncio.timeout(10):
        await world.clock.until_asleep(sleepers)


def broken(world: World, error: Callable[[], Exception]) -> Watch:
    """The invoices, of which no page can be read."""

    async def pages(_client: object, _filters: object) -> Any:
        raise error()
        yield

    return world.watch(INVOICES, name="broken", pages=pages)


@pytest.mark.parametrize(
    ("failures", "cadence", "seconds"),
    [
        (0, every(seconds=60), 60),
        (1, every(seconds=60), 120),
        (2, every(seconds=60), 240),
        (3, every(seconds=60), 300),
        (10_000, every(seconds=60), 300),
        (0, every(seconds=0.5), 0.5),
        (5, every(seconds=0.5), 16),
        (0, every(hours=1), 3600),
        (1, every(hours=1), 3600),
    ],
)
def test_the_pause_doubles_with_each_failure_up_to_five_minutes(
    failures: int, cadence: Cadence, seconds: float
) -> None:
    assert pause_after(Progress(failures=failures), cadence) == seconds


def test_a_stream_that_another_process_looks_at_is_asked_for_again_after_its_pause() -> None:
    assert pause_after(None, every(seconds=60)) == 60


async def test_every_stream_looks_on_its_own_cadence(world: World) -> None:
    sources = [
        at(whole_list(world), every(minutes=1)),
        at(world.invoices.source, every(minutes=3)),
    ]
    async with polling(*sources):
        for _ in range(6):
            await until_all_sleep(world, 2)
            world.clock.advance(minutes=1)
        await until_all_sleep(world, 2)

    assert world.calls("list_work_orders") == 1 + 6
    assert world.calls("list_invoices") == 1 + 2 * 2  # two windows each


async def test_twenty_restarts_in_a_minute_are_two_looks(world: World) -> None:
    source = at(world.invoices.source, CADENCE)
    for _ in range(21):
        async with polling(source):
            await until_all_sleep(world, 1)
        world.clock.advance(seconds=3)

    assert world.calls("list_invoices") == 1 + 2  # the baseline, then two windows


@pytest.mark.parametrize(
    ("ago", "failures", "cadence", "left"),
    [
        (20, 0, every(minutes=1), 40),
        (0, 0, every(hours=1), 3600),
        (60, 0, every(minutes=1), 0),
        (86_400, 0, every(hours=1), 0),
        (20, 3, every(hours=1), 40),  # whoever mended it does not wait for an hour
        (20, 3, every(seconds=30), 10),
        (-86_400, 0, every(minutes=1), 60),  # the clock was set back
    ],
)
async def test_after_a_restart_a_stream_waits_for_what_is_left_of_its_pause(
    ago: float, failures: int, cadence: Cadence, left: float, store: Store, clock: FakeClock
) -> None:
    looked_at = (clock.now() - timedelta(seconds=ago)).isoformat()
    before = Progress(looked_at=looked_at, failures=failures)
    async with store.write() as tx:
        await cursors.put(tx, CONNECTION, "invoices", asdict(before), clock.now())
    source = Source(INVOICES, None, FACTS, store, clock, cadence)

    assert max(await left_at_start(source), 0) == left


@pytest.mark.parametrize("value", [None, ["no", "cursor"], {"looked_at": "yesterday"}])
async def test_a_stream_with_no_usable_note_of_its_last_look_is_looked_at_at_once(
    value: object, store: Store, clock: FakeClock
) -> None:
    async with store.write() as tx:
        await cursors.put(tx, CONNECTION, "invoices", value, clock.now())

    assert await left_at_start(Source(INVOICES, None, FACTS, store, clock, CADENCE)) == 0


async def test_what_happens_between_two_looks_is_told(world: World) -> None:
    async with polling(at(world.invoices.source, CADENCE)):
        await until_all_sleep(world, 1)
        world.add_invoice(status="paid")
        world.clock.advance(minutes=1)
        await until_all_sleep(world, 1)

    assert types(await world.news()) == BOTH


async def test_a_stream_that_fails_backs_off_and_does_not_stop_the_others(world: World) -> None:
    world.sandbox.state.faults.add("status", operation="list_work_orders", status=500, times=2)
    sources = [at(world.work_orders.source, CADENCE), at(world.invoices.source, every(hours=1))]
    failed = metrics.CYCLE_FAILURES.labels(CONNECTION, "work-orders")
    before = failed._value.get()
    async with polling(*sources):
        await until_all_sleep(world, 2)
        assert (await progress(world.invoices.source)).baseline_at is not None
        for minutes in (2, 4):
            world.clock.advance(minutes=minutes)
            await until_all_sleep(world, 2)

    assert sorted(world.clock.slept) == [60, 120, 240, 3600]
    assert (await progress(world.work_orders.source)).failures == 0
    assert failed._value.get() == before + 2


async def test_a_surprise_backs_off_is_seen_and_does_not_stop_the_others(world: World) -> None:
    watch = broken(world, lambda: KeyError("never thought of"))
    sources = [at(watch.source, CADENCE), at(world.invoices.source, every(hours=1))]
    async with polling(*sources):
        for minutes in (2, 4):
            await until_all_sleep(world, 2)
            world.clock.advance(minutes=minutes)
        await until_all_sleep(world, 2)

    assert sorted(world.clock.slept) == [120, 240, 300, 3600]
    (looked, cursor), _ = await overview(sources)
    assert looked.stream.name == "broken"
    assert (cursor.failures, cursor.error) == (3, "KeyError, see the log")


async def test_a_cursor_that_cannot_be_read_stops_its_own_stream_alone(world: World) -> None:
    async with world.store.write() as tx:
        await cursors.put(tx, CONNECTION, "work-orders", ["no", "cursor"], world.clock.now())
    sources = [at(world.work_orders.source, CADENCE), at(world.invoices.source, every(hours=1))]
    async with polling(*sources):
        await until_all_sleep(world, 2)

    assert sorted(world.clock.slept) == [120, 3600]
    assert (await progress(world.invoices.source)).baseline_at is not None


async def test_a_store_that_cannot_be_used_is_waited_for(
    world: World, tmp_path: Path, logged: list[EventDict]
) -> None:
    async with Store.open(f"sqlite:///{tmp_path / 'without-tables.db'}") as store:
        source = replace(world.invoices.source, store=store)
        async with polling(at(source, CADENCE)):
            await until_all_sleep(world, 1)
            assert world.calls("list_invoices") == 0
            await store.upgrade()
            world.clock.advance(minutes=2)
            await until_all_sleep(world, 1)

        assert (await progress(source)).baseline_at is not None
    assert world.clock.slept == [120, 60]
    (entry,) = [entry for entry in logged if entry["event"] == "store not usable"]
    assert "run `tiebeam store upgrade`" in entry["why"]


async def test_a_second_process_does_not_look_at_the_same_time(world: World) -> None:
    await world.invoices.baseline()
    world.add_invoice(status="paid")
    held = world.sandbox.state.faults.add("delay", operation="get_invoice", when="after", hold=True)
    source = world.invoices.source
    first = asyncio.create_task(look_under_lease(source, world.lessee("a")))
    await world.sandbox.state.faults.until(lambda: held.held == 1)
    calls = world.calls("list_invoices")

    assert await look_under_lease(source, world.lessee("b")) is None
    assert world.calls("list_invoices") == calls

    world.sandbox.state.faults.clear()
    looked = await first
    assert looked is not None
    assert looked.events == 2
    assert await look_under_lease(source, world.lessee("b")) is not None


async def test_a_second_process_takes_over_when_the_lease_of_a_silent_one_has_run_out(
    world: World,
) -> None:
    await world.invoices.baseline()
    world.add_invoice(status="paid")
    now = world.clock.now()
    async with world.store.write() as tx:  # another process began to look, and fell silent
        assert await leases.acquire(tx, NAME, "silent", now, now + LEASE) is not None

    source = world.invoices.source
    world.clock.advance(seconds=14)
    assert await look_under_lease(source, world.lessee("b")) is None
    world.clock.advance(seconds=1)
    assert await look_under_lease(source, world.lessee("b")) is not None

    assert types(await world.news()) == BOTH


async def test_two_processes_share_the_work_and_tell_everything_once(world: World) -> None:
    source = at(world.invoices.source, CADENCE)
    async with polling(source, owner="a"), polling(source, owner="b"):
        for _ in range(3):
            await until_all_sleep(world, 2)
            world.add_invoice(status="paid")
            world.clock.advance(minutes=1)
        await until_all_sleep(world, 2)

    assert types(await world.news()) == BOTH * 3


async def test_the_overview_has_every_stream(world: World) -> None:
    await world.invoices.baseline()
    sources = [at(world.work_orders.source, CADENCE), at(world.invoices.source, CADENCE)]

    seen = await overview(sources)

    assert [source.labels for source, _ in seen] == [
        (CONNECTION, "work-orders"),
        (CONNECTION, "invoices"),
    ]
    assert [cursor.baseline_at for _, cursor in seen] == [None, "2026-03-02T09:30:15+00:00"]


# --- several replicas --------------------------------------------------------------------------


async def replicas(world: World, *owners: str) -> list[Crew]:
    """Replicas that have all seen each other."""
    crews = [Crew("poll", world.lessee(owner)) for owner in owners]
    for crew in [*crews, *crews]:
        await crew.join()
    return crews


@asynccontextmanager
async def polling_together(crews: Sequence[Crew], *sources: Source) -> AsyncIterator[None]:
    """All replicas poll in the background until the block ends."""
    tasks = [asyncio.create_task(poll(sources, crew)) for crew in crews]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def test_three_replicas_make_no_more_calls_than_one(world: World) -> None:
    source = at(whole_list(world), CADENCE)
    async with polling_together(await replicas(world, "a", "b", "c"), source):
        for _ in range(6):
            await until_all_sleep(world, 3)
            world.clock.advance(minutes=1)
        await until_all_sleep(world, 3)

    assert world.calls("list_work_orders") == 1 + 6


async def test_two_replicas_that_both_take_a_stream_for_theirs_look_once(world: World) -> None:
    source = at(whole_list(world), CADENCE)
    strangers = [Crew("poll", world.lessee(owner)) for owner in "ab"]
    async with polling_together(strangers, source):
        for _ in range(6):
            await until_all_sleep(world, 2)
            world.clock.advance(minutes=1)
        await until_all_sleep(world, 2)

    assert world.calls("list_work_orders") <= 1 + 6 + 1


async def test_a_stream_moves_to_another_replica_when_its_own_is_gone(world: World) -> None:
    source = at(whole_list(world), CADENCE)
    crews = await replicas(world, "a", "b")
    (here,) = [crew for crew in crews if crew.is_ours(lease_of(source))]
    (there,) = [crew for crew in crews if crew is not here]
    async with polling_together([there], source):
        await until_all_sleep(world, 1)
        assert world.calls("list_work_orders") == 0

        world.clock.advance(seconds=15)  # nothing was heard of its replica for so long
        await there.join()
        async with asyncio.timeout(10):
            while not world.calls("list_work_orders"):  # noqa: ASYNC110
                await asyncio.sleep(0.001)


async def test_a_replica_that_stood_still_in_a_look_saves_nothing_of_it(world: World) -> None:
    await world.invoices.baseline()
    world.add_invoice(status="paid")
    faults = world.sandbox.state.faults
    held = faults.add("delay", operation="get_invoice", when="after", hold=True, times=1)
    source = world.invoices.source
    frozen = asyncio.create_task(look_under_lease(source, world.lessee("frozen")))
    await faults.until(lambda: held.held == 1)
    world.clock.advance(seconds=15)
    assert await look_under_lease(source, world.lessee("heir")) is not None
    before = await progress(source)

    faults.clear()
    assert await frozen is None

    assert await progress(source) == before
    assert types(await world.news()) == BOTH


async def test_a_stream_of_one_who_died_in_a_look_is_looked_at_as_soon_as_its_lease_is_out(
    world: World,
) -> None:
    await world.invoices.baseline()
    now = world.clock.now()
    async with world.store.write() as tx:
        assert await leases.acquire(tx, NAME, "dead", now, now + LEASE) is not None
    world.clock.advance(hours=2)
    async with world.store.write() as tx:
        now = world.clock.now()
        assert await leases.acquire(tx, NAME, "dead", now, now + LEASE) is not None
    before = world.calls("list_invoices")
    async with polling(at(world.invoices.source, every(hours=1))):
        await until_all_sleep(world, 1)
        assert world.calls("list_invoices") == before
        world.clock.advance(seconds=15)
        await until_all_sleep(world, 1)
    assert world.calls("list_invoices") > before
