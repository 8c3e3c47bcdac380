from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from itertools import pairwise

import pytest

from adapters.http.limits import Limits, RateLimiter
from tests.adapters.http.fake_clock import FakeClock, StandingClock


async def test_a_hundred_callers_start_evenly_spaced_and_never_in_a_burst() -> None:
    clock = FakeClock()
    limiter = RateLimiter(Limits(requests_per_second=10, max_in_flight=100), clock)
    starts: list[float] = []

    async def caller() -> None:
        async with limiter.slot():
            starts.append(clock.seconds)

    await asyncio.gather(*(caller() for _ in range(100)))

    assert starts[0] == 1000.0
    assert all(later - earlier == pytest.approx(0.1) for earlier, later in pairwise(starts))


async def test_time_without_calls_is_not_made_up_for_by_a_burst() -> None:
    clock = FakeClock()
    limiter = RateLimiter(Limits(requests_per_second=10), clock)
    async with limiter.slot():
        pass
    clock.seconds += 60
    starts = []
    for _ in range(3):
        async with limiter.slot():
            starts.append(clock.seconds)

    assert all(later - earlier == pytest.approx(0.1) for earlier, later in pairwise(starts))


async def test_timers_that_wake_late_do_not_lower_the_rate() -> None:
    clock = LateClock()
    limiter = RateLimiter(Limits(requests_per_second=500), clock)
    for _ in range(501):
        async with limiter.slot():
            pass

    assert clock.seconds - 1000.0 == pytest.approx(1.0, abs=0.005)


async def test_a_hundred_callers_never_exceed_what_may_be_in_flight() -> None:
    limiter = RateLimiter(Limits(requests_per_second=100_000, max_in_flight=8))
    flying = highest = 0

    async def caller() -> None:
        nonlocal flying, highest
        async with limiter.slot():
            flying += 1
            highest = max(highest, flying)
            await asyncio.sleep(0.001)
            flying -= 1

    await asyncio.gather(*(caller() for _ in range(100)))

    assert highest == 8


async def test_callers_are_served_in_the_order_they_came() -> None:
    limiter = RateLimiter(Limits(requests_per_second=100, max_in_flight=3), FakeClock())
    order: list[int] = []

    async def caller(number: int) -> None:
        async with limiter.slot():
            order.append(number)

    await asyncio.gather(*(caller(number) for number in range(50)))

    assert order == list(range(50))


async def test_everybody_obeys_a_pause_the_one_whose_turn_it_is_too() -> None:
    clock = StandingClock()
    limiter = RateLimiter(Limits(requests_per_second=10), clock)
    async with limiter.slot():
        pass
    starts: list[float] = []

    async def caller() -> None:
        async with limiter.slot():
            starts.append(clock.seconds)

    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(caller())
        await clock.asleep.wait()  # the head of the queue waits for its tenth of a second
        limiter.pause(30)
        limiter.pause(5)  # does not shorten the longer one
        while len(starts) < 2:
            clock.advance(0.1)
            await asyncio.sleep(0)

    assert starts[0] == pytest.approx(1030.0, abs=0.11)
    assert starts[1] > starts[0]


async def test_callers_cancelled_while_they_wait_leave_no_slot_taken() -> None:
    clock = StandingClock()
    limiter = RateLimiter(Limits(requests_per_second=1, max_in_flight=1), clock)
    async with limiter.slot():
        pass

    async def caller() -> None:
        async with limiter.slot():
            raise AssertionError("was to wait")

    waiting = [asyncio.create_task(caller()) for _ in range(10)]
    await clock.asleep.wait()
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    assert all(task.cancelled() for task in waiting)
    clock.seconds += 1.0  # not ten: the cancelled ones have not used up their second
    async with asyncio.timeout(1), limiter.slot():
        pass


def _free(limiter: RateLimiter) -> int:
    return limiter._places


async def _waiting(limiter: RateLimiter, callers: int) -> list[asyncio.Task[None]]:
    """Callers that wait for a place; every one of them becomes free in this turn of the loop."""

    async def caller() -> None:
        async with limiter.slot():
            await asyncio.Event().wait()

    async with AsyncExitStack() as held:
        for _ in range(_free(limiter)):
            await held.enter_async_context(limiter.slot())
        waiting = [asyncio.create_task(caller()) for _ in range(callers)]
        await asyncio.sleep(0)
    return waiting


async def _end(limiter: RateLimiter, tasks: list[asyncio.Task[None]]) -> None:
    """Cancel all; every place is free afterwards, and given to who asks."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert _free(limiter) == 2
    async with asyncio.timeout(5), limiter.slot(), limiter.slot():
        pass


async def test_all_who_may_start_do_so_together() -> None:
    limiter = RateLimiter(Limits(requests_per_second=1e9, max_in_flight=2))
    waiting = await _waiting(limiter, callers=3)

    await asyncio.sleep(0)  # the turn in which they wake

    assert _free(limiter) == 0
    await _end(limiter, waiting)


@pytest.mark.parametrize("turns", range(5))
@pytest.mark.parametrize("cancelled", [(0,), (1,), (1, 2), (0, 1, 2, 3)])
async def test_one_cancelled_as_it_is_let_go_gives_its_place_to_the_next(
    turns: int, cancelled: tuple[int, ...]
) -> None:
    limiter = RateLimiter(Limits(requests_per_second=1e9, max_in_flight=2))
    waiting = await _waiting(limiter, callers=6)
    for _ in range(turns):
        await asyncio.sleep(0)

    for number in cancelled:
        waiting[number].cancel()
    for _ in range(20):
        await asyncio.sleep(0)

    assert _free(limiter) == 0
    left = [task for task in waiting if not task.done()]
    assert len(left) == 6 - len(cancelled)
    await _end(limiter, left)


async def test_a_caller_cancelled_in_its_slot_gives_it_back() -> None:
    limiter = RateLimiter(Limits(requests_per_second=1000, max_in_flight=1))
    inside = asyncio.Event()

    async def caller() -> None:
        async with limiter.slot():
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(caller())
    await inside.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    async with asyncio.timeout(1), limiter.slot():
        pass


async def test_a_slot_says_how_long_was_waited() -> None:
    limiter = RateLimiter(Limits(requests_per_second=10), FakeClock())
    async with limiter.slot() as first:
        assert first == 0
    async with limiter.slot() as second:
        assert second == pytest.approx(0.1)


async def test_the_real_clock_keeps_the_rate() -> None:
    limiter = RateLimiter(Limits(requests_per_second=200, max_in_flight=50))
    started = time.monotonic()

    async def caller() -> None:
        async with limiter.slot():
            pass

    await asyncio.gather(*(caller() for _ in range(41)))

    assert time.monotonic() - started >= 0.19


@pytest.mark.parametrize(
    ("rate", "flying", "says"),
    [(0, 1, "requests_per_second"), (-1, 1, "requests_per_second"), (1, 0, "max_in_flight")],
)
def test_limits_that_allow_nothing_are_refused(rate: float, flying: int, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Limits(rate, flying)


class LateClock(FakeClock):
    """Wakes a millisecond late, as a busy event loop does."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds + 0.001)
