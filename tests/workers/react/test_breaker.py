"""The circuit breaker: a provider that is down is left alone, and wears out nobody's attempts."""

from __future__ import annotations

import asyncio

from prometheus_client import REGISTRY

from tests.workers.fake_clock import FakeClock
from tests.workers.react.test_executor import numbered, running, until, until_states
from tests.workers.react.world import World
from workers.react.audit import Ending
from workers.react.breaker import FAILURES, FIRST_PAUSE, LONGEST_PAUSE, Breaker

TROUBLE = Ending("retrying", trouble=True)
ANSWERED = Ending("succeeded", answered=True)
PLANNED_NOTHING = Ending("blocked")


def opened(clock: FakeClock) -> Breaker:
    """A breaker that has just opened."""
    breaker = Breaker("operate", clock)
    for _ in range(FAILURES):
        assert breaker.allows(8) == 8
        breaker.ended(TROUBLE)
    assert breaker.allows(8) == 0
    return breaker


def is_shown_open() -> bool:
    return REGISTRY.get_sample_value("tiebeam_breaker_open", {"connection": "operate"}) == 1


def test_it_opens_after_failures_in_a_row_and_is_shown() -> None:
    opened(FakeClock())
    assert is_shown_open()


def test_an_answer_in_between_begins_the_count_anew_and_a_plan_does_not() -> None:
    breaker = Breaker("operate", FakeClock())
    for ending in [TROUBLE] * (FAILURES - 1) + [ANSWERED] + [TROUBLE] * (FAILURES - 1):
        breaker.ended(ending)
        breaker.ended(PLANNED_NOTHING)
    assert breaker.allows(8) == 8
    breaker.ended(TROUBLE)
    assert breaker.allows(8) == 0


def test_when_the_pause_is_over_one_is_let_through_to_see() -> None:
    clock = FakeClock()
    breaker = opened(clock)

    clock.advance(seconds=FIRST_PAUSE.total_seconds())
    assert breaker.allows(8) == 1
    breaker.began(0)
    assert breaker.allows(8) == 1, "there was none to let through"
    breaker.began(1)
    assert breaker.allows(7) == 0

    breaker.ended(ANSWERED)
    assert breaker.allows(8) == 8
    assert not is_shown_open()


def test_a_probe_that_says_nothing_of_the_provider_is_followed_by_another() -> None:
    clock = FakeClock()
    breaker = opened(clock)
    clock.advance(seconds=FIRST_PAUSE.total_seconds())
    breaker.began(1)

    breaker.ended(PLANNED_NOTHING)

    assert breaker.allows(8) == 1


def test_each_probe_that_fails_doubles_the_pause_up_to_the_longest() -> None:
    clock = FakeClock()
    breaker = opened(clock)
    pause = FIRST_PAUSE
    for _ in range(8):
        clock.advance(seconds=pause.total_seconds() - 1)
        assert breaker.allows(8) == 0
        clock.advance(seconds=1)
        assert breaker.allows(8) == 1
        breaker.began(1)
        breaker.ended(TROUBLE)
        pause = min(pause * 2, LONGEST_PAUSE)
    assert pause == LONGEST_PAUSE


def test_those_in_flight_when_it_opens_do_not_make_the_pause_longer() -> None:
    clock = FakeClock()
    breaker = opened(clock)
    breaker.ended(TROUBLE)
    clock.advance(seconds=FIRST_PAUSE.total_seconds())
    assert breaker.allows(8) == 1


async def test_while_a_provider_is_down_no_attempt_is_burned_and_afterwards_all_is_done(
    world: World,
) -> None:
    world.fault("status", status=503, times=None)
    await world.take(*[numbered(str(number)) for number in range(FAILURES)])
    async with running(world.executor()):
        await until_states(world, *["retrying"] * FAILURES)
        await until(is_shown_open)
        await world.take(*[numbered(f"late-{number}") for number in range(10)])
        tried = len(world.puts())
        world.clock.advance(seconds=FIRST_PAUSE.total_seconds())
        world.store.notify("reactions")
        await until(lambda: len(world.puts()) == tried + 1)
        await _until_none_is_in_flight()
        late = [row for row in await world.rows() if row.subject.startswith("uuid-late")]
        assert sum(row.attempts for row in late) <= 1, "one probe at most"

        world.sandbox.state.faults.clear()
        for _ in range(3):  # the probe, what was unclear, and what waited for that
            world.clock.advance(seconds=LONGEST_PAUSE.total_seconds())
            world.store.notify("reactions")
            await until(lambda: _all_wait(world))
            await _until_none_is_in_flight()
        assert set(await world.states()) == {"succeeded"}
    world.assert_once(FAILURES + 10)


async def _until_none_is_in_flight() -> None:
    """Wait until the breaker knows how each reaction ended, which is after its row tells it."""
    await until(
        lambda: not any(task.get_name().startswith("reaction ") for task in asyncio.all_tasks())
    )
    await asyncio.sleep(0)  # a task's callbacks come after it is done


async def _all_wait(world: World) -> bool:
    """Whether nothing goes on until the clock moves."""
    now = world.clock.now()
    return all(
        row.state == "succeeded" or (row.next_attempt_at is not None and row.next_attempt_at > now)
        for row in await world.rows()
    )
