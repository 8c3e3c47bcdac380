"""The budget: what a provider has refused is remembered, so that a restart is no new storm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.http.limits import Limits, RateLimiter
from adapters.store import cursors
from adapters.store.engine import Store
from tests.adapters.http.fake_clock import StandingClock
from tests.workers.cli.conftest import CONFIGURATION
from workers import run, settings
from workers.budget import HEARD_EVERY, SAVED_EVERY, STREAM, Budget
from workers.wiring import assemble

SLOWED = {
    "pace": 5.0,
    "paused_until": "2026-03-02T09:00:30+00:00",
    "at": "2026-03-02T09:00:00+00:00",
}
"""At ten requests a second refused once, at the start of the clock, for half a minute."""


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


def budget(store: Store, clock: StandingClock) -> Budget:
    """The budget of a process that has just started."""
    return Budget(
        store, clock, {name: RateLimiter(Limits(10, 8), clock) for name in ("one", "two")}
    )


def refuse(own: Budget, clock: StandingClock, name: str, pause: float = 0.0) -> None:
    """Let the provider refuse a call that began just now."""
    clock.seconds += 0.001
    own.limiters[name].pause(pause)
    own.limiters[name].slow_down(clock.seconds)


@asynccontextmanager
async def keeping(own: Budget) -> AsyncIterator[None]:
    """Keep in the background until the block ends."""
    task = asyncio.create_task(own.keep())
    await asyncio.sleep(0)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
    assert task.cancelled()


async def saved(store: Store, name: str) -> Any:
    async with store.read() as tx:
        cursor = await cursors.get(tx, name, STREAM)
    return cursor and cursor.value


async def save(store: Store, clock: StandingClock, name: str, value: object) -> None:
    async with store.write() as tx:
        await cursors.put(tx, name, STREAM, value, clock.now())


async def until_asleep(clock: StandingClock, times: int, after: float = SAVED_EVERY) -> None:
    """Wait until the budget has slept so often after it saved, or asked, or begun to."""
    async with asyncio.timeout(5):
        while clock.slept.count(after) < times:  # noqa: ASYNC110  a clock has no event for that
            await asyncio.sleep(0.001)


async def test_a_connection_that_was_slowed_down_is_as_slow_after_a_restart(
    store: Store, clock: StandingClock
) -> None:
    before = budget(store, clock)
    async with keeping(before):
        refuse(before, clock, "one", pause=30)
        await until_asleep(clock, 1)
    clock.seconds += 10
    after = budget(store, clock)
    await after.load()

    assert after.limiters["one"].pace() == 5
    assert after.limiters["one"].pause_left() == pytest.approx(20)
    assert after.limiters["two"].pace() == 10
    assert after.limiters["two"].pause_left() == 0


async def test_twenty_restarts_in_a_minute_do_not_bring_the_pace_back(
    store: Store, clock: StandingClock
) -> None:
    for _ in range(20):
        process = budget(store, clock)
        await process.load()
        async with keeping(process):
            refuse(process, clock, "one")
        clock.seconds += 3

    assert process.limiters["one"].pace() == pytest.approx(0.5, abs=0.05)


async def test_what_one_process_is_refused_slows_the_others_down(
    store: Store, clock: StandingClock
) -> None:
    polls, reacts = budget(store, clock), budget(store, clock)
    async with keeping(polls), keeping(reacts):
        refuse(polls, clock, "one", pause=30)
        await until_asleep(clock, 1)
        assert reacts.limiters["one"].pace() == 10
        clock.advance(HEARD_EVERY)
        await until_asleep(clock, 4, HEARD_EVERY)

    slowed, other = reacts.limiters["one"], reacts.limiters["two"]
    assert slowed.pace() == pytest.approx(5, abs=0.1)
    assert slowed.pause_left() == pytest.approx(25, abs=0.1)
    assert (other.pace(), other.pause_left()) == (10, 0)


async def test_of_two_processes_that_are_refused_the_slower_pace_is_kept(
    store: Store, clock: StandingClock
) -> None:
    polls, reacts = budget(store, clock), budget(store, clock)
    async with keeping(polls):
        refuse(polls, clock, "one")
        refuse(polls, clock, "one")
    async with keeping(reacts):
        refuse(reacts, clock, "one")

    assert (await saved(store, "one"))["pace"] == pytest.approx(2.5, abs=0.1)
    assert reacts.limiters["one"].pace() == pytest.approx(2.5, abs=0.1)


async def test_time_without_the_process_counts_as_calm(store: Store, clock: StandingClock) -> None:
    await save(store, clock, "one", SLOWED)
    clock.seconds += 30 + 4 * 60
    own = budget(store, clock)
    await own.load()

    assert own.limiters["one"].pace() == pytest.approx(7)


async def test_a_refusal_is_saved_at_once_and_those_after_it_ten_seconds_later(
    store: Store, clock: StandingClock
) -> None:
    own = budget(store, clock)
    async with keeping(own):
        refuse(own, clock, "one")
        await until_asleep(clock, 1)
        first = await saved(store, "one")
        refuse(own, clock, "one")
        refuse(own, clock, "two")
        clock.advance(SAVED_EVERY - 0.1)
        assert await saved(store, "one") == first
        assert await saved(store, "two") is None
        clock.advance(0.2)
        await until_asleep(clock, 2)

        assert first["pace"] == 5
        assert (await saved(store, "one"))["pace"] == pytest.approx(2.5, abs=0.1)
        assert (await saved(store, "two"))["pace"] == pytest.approx(5, abs=0.1)


async def test_a_connection_that_nobody_refuses_is_never_written(
    store: Store, clock: StandingClock
) -> None:
    own = budget(store, clock)
    async with keeping(own):
        for limiter in own.limiters.values():
            async with limiter.slot():
                pass
        await until_asleep(clock, 1, HEARD_EVERY)
        clock.advance(HEARD_EVERY)
        await until_asleep(clock, 2, HEARD_EVERY)

    async with store.read() as tx:
        assert await cursors.everywhere(tx) == []


async def test_what_was_refused_just_before_the_end_is_saved(
    store: Store, clock: StandingClock
) -> None:
    own = budget(store, clock)
    async with keeping(own):
        refuse(own, clock, "one")
        await until_asleep(clock, 1)
        refuse(own, clock, "two")

    assert (await saved(store, "two"))["pace"] == 5


async def test_a_store_that_cannot_be_used_costs_only_the_memory(
    tmp_path: Path, clock: StandingClock
) -> None:
    async with Store.open(f"sqlite:///{tmp_path / 'without-tables.db'}") as store:
        own = budget(store, clock)
        with capture_logs() as logged:
            await own.load()
            async with keeping(own):
                refuse(own, clock, "one")
                await until_asleep(clock, 1)
                await store.upgrade()
                clock.advance(SAVED_EVERY)
                await until_asleep(clock, 2)

                assert (await saved(store, "one"))["pace"] == pytest.approx(5, abs=0.1)
    assert [entry["event"] for entry in logged] == [
        "paces not read",
        "paces not saved",
        "slowed down",
    ]


@pytest.mark.parametrize(
    "noted", [None, [], {}, "5", {**SLOWED, "pace": "fast"}, {**SLOWED, "at": "yesterday"}]
)
async def test_what_another_release_noted_otherwise_is_passed_over(
    noted: object, store: Store, clock: StandingClock
) -> None:
    await save(store, clock, "one", noted)
    await save(store, clock, "two", SLOWED)
    own = budget(store, clock)
    await own.load()

    assert own.limiters["one"].pace() == 10
    assert own.limiters["two"].pace() == 5


async def test_workers_load_the_paces_before_they_begin_and_keep_them(
    tmp_path: Path, store: Store, clock: StandingClock
) -> None:
    config = tmp_path / "tiebeam.toml"
    config.write_text(CONFIGURATION.replace("DATABASE", str(tmp_path / "store.db")))
    at = "2126-03-02T09:00:00+00:00"  # whatever day it is: the clients have the machine's clock
    await save(store, clock, "plentific", {"pace": 2.5, "paused_until": at, "at": at})
    stopping = asyncio.Event()
    async with assemble(settings.load(config, environ={}), config) as parts:
        limiters = {name: one.http.limiter for name, one in parts.clients.items()}
        working = asyncio.create_task(run.serve(parts, [], stopping))
        async with asyncio.timeout(5):
            while limiters["plentific"].pace() == 10:  # noqa: ASYNC110  loading has no event
                await asyncio.sleep(0.001)
            while await saved(store, "operate") is None:
                limiters["operate"].slow_down(float("inf"))  # again, until somebody listens
                await asyncio.sleep(0.001)
            stopping.set()
            await working

    assert limiters["plentific"].pace() == 2.5
    assert (await saved(store, "operate"))["pace"] <= 5
