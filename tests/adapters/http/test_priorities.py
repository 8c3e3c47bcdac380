"""Who gets the next slot: the most urgent one, but nobody starves, and all keep to the pace."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from adapters.http.limits import (
    AGEING,
    OVERTAKEN,
    Limits,
    Priority,
    RateLimiter,
    at_priority,
    present_priority,
)
from tests.adapters.http.fake_clock import FakeClock, StandingClock


class Queue:
    """Callers of a limiter, with a note of who started when."""

    def __init__(self, limiter: RateLimiter, clock: FakeClock) -> None:
        self.limiter = limiter
        self.clock = clock
        self.starts: list[tuple[str, float]] = []

    async def call(self, name: str, priority: Priority) -> None:
        """Call once, and be gone again at once."""
        with at_priority(priority):
            await self.call_here(name)

    async def call_here(self, name: str) -> None:
        """The same at the present priority."""
        async with self.limiter.slot():
            self.starts.append((name, self.clock.seconds - 1000.0))

    async def keep_calling(self, name: str, priority: Priority, until: Callable[[], bool]) -> None:
        """Call again and again, for a thousand seconds at most."""
        while not until() and self.clock.seconds < 2000:
            await self.call(name, priority)

    def order(self) -> list[str]:
        return [name for name, _ in self.starts]

    def first(self, name: str) -> float:
        return next(at for one, at in self.starts if one == name)


@pytest.fixture
async def queue() -> Queue:
    """A limiter of one call a second, which has just let one go."""
    clock = FakeClock()
    queue = Queue(RateLimiter(Limits(1, 1), clock), clock)
    async with queue.limiter.slot():
        return queue


async def test_the_next_slot_goes_to_the_highest_priority_and_there_to_who_came_first(
    queue: Queue,
) -> None:
    names = random.Random(1).sample([f"{one.label} {n}" for one in Priority for n in range(4)], 20)
    asked = [(name, Priority[name.split()[0].upper()]) for name in names]
    await asyncio.gather(*(queue.call(name, priority) for name, priority in asked))

    in_order = sorted(asked, key=lambda one: one[1])  # keeps the order within a priority
    assert queue.order() == [name for name, _ in in_order]
    assert [at for _, at in queue.starts] == pytest.approx(range(1, 21))


async def test_who_comes_while_another_waits_goes_first_if_it_is_more_urgent() -> None:
    clock = StandingClock()
    queue = Queue(RateLimiter(Limits(1, 8), clock), clock)
    async with queue.limiter.slot():
        pass
    async with asyncio.TaskGroup() as group:
        group.create_task(queue.call("sweep", Priority.SWEEP))
        await clock.asleep.wait()
        clock.advance(0.9)
        group.create_task(queue.call("reaction", Priority.REACTION))
        while len(queue.starts) < 2:
            await asyncio.sleep(0)
            clock.advance(0.1)

    assert queue.order() == ["reaction", "sweep"]
    assert queue.first("reaction") == pytest.approx(1.0, abs=0.25)


async def test_within_a_priority_the_lowest_number_goes_first(queue: Queue) -> None:
    async def call(number: int) -> None:
        with at_priority(Priority.REACTION, number):
            await queue.call_here(str(number))

    await asyncio.gather(*map(call, [3, 5, 1, 4, 1, 2]))

    assert queue.order() == ["1", "1", "2", "3", "4", "5"]


async def test_a_number_counts_within_its_priority_only(queue: Queue) -> None:
    async def call(priority: Priority, number: int) -> None:
        with at_priority(priority, number):
            await queue.call_here(priority.label)

    await asyncio.gather(call(Priority.SWEEP, 1), call(Priority.REACTION, 2))

    assert queue.order() == ["reaction", "sweep"]


async def test_nobody_is_overtaken_for_long_by_lower_numbers(queue: Queue) -> None:
    async def call(name: str, number: int) -> None:
        with at_priority(Priority.REACTION, number):
            await queue.call_here(name)

    async def keep_calling() -> None:
        while "last" not in queue.order():
            await call("first", 1)

    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(keep_calling())
        group.create_task(call("last", 2))

    assert OVERTAKEN <= queue.first("last") <= OVERTAKEN + 1


async def test_calls_are_hot_unless_they_are_said_to_be_something_else() -> None:
    assert present_priority() is Priority.HOT
    with at_priority(Priority.SWEEP):
        with at_priority(Priority.BACKFILL):
            assert present_priority() is Priority.BACKFILL
        assert present_priority() is Priority.SWEEP
    assert present_priority() is Priority.HOT


async def test_tasks_have_the_priority_of_who_makes_them() -> None:
    async def look() -> Priority:
        await asyncio.sleep(0)
        return present_priority()

    with at_priority(Priority.HINT):
        task = asyncio.create_task(look())
    assert await task is Priority.HINT
    assert present_priority() is Priority.HOT


@pytest.mark.parametrize(
    ("priority", "seconds"),
    [
        (Priority.HINT, AGEING),
        (Priority.HOT, 2 * AGEING),
        (Priority.SWEEP, 3 * AGEING),
        (Priority.BACKFILL, 4 * AGEING),
    ],
)
async def test_nobody_starves_whatever_goes_before(
    priority: Priority, seconds: float, queue: Queue
) -> None:
    def served() -> bool:
        return "low" in queue.order()

    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(queue.keep_calling("high", Priority.REACTION, served))
        group.create_task(queue.call("low", priority))

    # not before its time, and then at once but for those that wait for longer
    assert seconds <= queue.first("low") <= seconds + 4


async def test_each_of_a_low_priority_gains_a_class_only_while_its_priority_gets_nothing(
    queue: Queue,
) -> None:
    def served() -> bool:
        return queue.order().count("low") == 3

    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(queue.keep_calling("high", Priority.HOT, served))
        for _ in range(3):
            group.create_task(queue.call("low", Priority.SWEEP))

    at = [when for name, when in queue.starts if name == "low"]
    assert at[0] == pytest.approx(AGEING, abs=4)
    gaps = [later - earlier for earlier, later in pairwise(at)]
    assert gaps == pytest.approx([AGEING] * 2, abs=4)


async def test_a_crowd_that_has_waited_for_long_does_not_go_before_a_reaction(
    queue: Queue,
) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(400):
            group.create_task(queue.call("sweep", Priority.SWEEP))
        while len(queue.starts) < 200:  # noqa: ASYNC110  they only note that they started
            await asyncio.sleep(0)
        asked = len(queue.starts)
        group.create_task(queue.call("reaction", Priority.REACTION))

    assert queue.order().index("reaction") - asked <= 1


@pytest.mark.parametrize("priority", Priority)
async def test_every_priority_obeys_a_pause(priority: Priority, queue: Queue) -> None:
    queue.limiter.pause(30)
    await queue.call("any", priority)

    assert queue.first("any") == pytest.approx(30)


async def test_a_reaction_goes_first_when_a_pause_ends(queue: Queue) -> None:
    queue.limiter.pause(20)
    callers = [(one.label, one) for one in reversed(Priority)]
    await asyncio.gather(*(queue.call(*caller) for caller in callers))

    assert queue.order() == [one.label for one in Priority]
    assert queue.first("reaction") == pytest.approx(20)


@pytest.mark.parametrize("seed", range(30))
async def test_callers_of_all_priorities_cancelled_anywhere_take_no_time_and_no_place(
    seed: int,
) -> None:
    chance, clock = random.Random(seed), FakeClock()
    limiter = RateLimiter(Limits(10, 2), clock)
    starts: list[float] = []

    async def caller() -> None:
        with at_priority(chance.choice(list(Priority))):
            async with limiter.slot():
                starts.append(clock.seconds)
                for _ in range(chance.randrange(4)):
                    await asyncio.sleep(0)

    others = asyncio.all_tasks()
    async with asyncio.timeout(5):
        callers = [asyncio.create_task(caller()) for _ in range(40)]
        cancelled = chance.sample(callers, 20)
        for one in cancelled:
            for _ in range(chance.randrange(6)):
                await asyncio.sleep(0)
            one.cancel()
        await asyncio.gather(*callers, return_exceptions=True)
        staying = [one for one in callers if one not in cancelled]
        assert not any(one.cancelled() or one.exception() for one in staying)
        async with limiter.slot(), limiter.slot():
            starts.append(clock.seconds)

    assert asyncio.all_tasks() == others
    gaps = [later - earlier for earlier, later in pairwise(starts[:-1])]
    assert gaps == pytest.approx([0.1] * len(gaps))


async def test_who_sleeps_may_be_cancelled_with_the_one_that_he_has_just_let_go() -> None:
    clock = StandingClock()
    queue = Queue(RateLimiter(Limits(1, 1), clock), clock)
    async with queue.limiter.slot():
        pass
    for turns in range(6):  # one of them is when the reaction has been let go and has not woken
        clock.asleep.clear()
        sweep = asyncio.create_task(queue.call("sweep", Priority.SWEEP))
        await clock.asleep.wait()
        reaction = asyncio.create_task(queue.call("reaction", Priority.REACTION))
        await asyncio.sleep(0)
        clock.advance(1)
        for _ in range(turns):
            await asyncio.sleep(0)
        reaction.cancel()
        sweep.cancel()
        await asyncio.gather(sweep, reaction, return_exceptions=True)
        clock.seconds += 1
        async with asyncio.timeout(1), queue.limiter.slot():
            pass


async def test_callers_start_at_the_pace_that_is_left_after_a_refusal() -> None:
    clock = FakeClock()
    queue = Queue(RateLimiter(Limits(10, 8), clock), clock)
    await queue.call("first", Priority.HOT)
    queue.limiter.pause(2)
    queue.limiter.slow_down(clock.seconds)
    await asyncio.gather(*(queue.call("more", Priority.HOT) for _ in range(11)))

    at = [when for name, when in queue.starts if name == "more"]
    assert at[0] == pytest.approx(2.0)
    assert at[-1] - at[0] == pytest.approx(10 / 5, rel=0.01)


async def test_whoever_watches_a_limiter_is_told_of_each_time_it_is_slowed_down() -> None:
    clock, told = FakeClock(), 0

    def hear() -> None:
        nonlocal told
        told += 1

    limiter = RateLimiter(Limits(10, 8), clock)
    limiter.slow_down(clock.seconds)
    limiter.watch(hear)
    async with limiter.slot():
        assert told == 0
    limiter.slow_down(clock.seconds)
    assert told == 1


async def test_a_limiter_goes_on_as_slowly_as_the_one_before_a_restart() -> None:
    clock = FakeClock()
    before = RateLimiter(Limits(10, 8), clock)
    before.pause(5)
    before.slow_down(clock.seconds)
    clock.seconds += 1
    queue = Queue(RateLimiter(Limits(10, 8), clock), clock)
    queue.limiter.resume(before.export())
    await asyncio.gather(*(queue.call("any", Priority.REACTION) for _ in range(6)))

    at = [when for _, when in queue.starts]
    assert at == pytest.approx([5, 5.2, 5.4, 5.6, 5.8, 6.0], abs=0.01)
