"""Who of those that wait for a connection may call next, and how many may at once."""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import IntEnum
from itertools import count

from adapters.http.clock import SYSTEM_CLOCK, Clock
from adapters.http.pace import Pace, Pacer

AGEING = 30.0  # seconds for which a priority gets no slot, until its next caller gains one


@dataclass(frozen=True)
class Limits:
    """The budget of one connection: starts of requests a second, and requests in flight."""

    requests_per_second: float = 10.0
    max_in_flight: int = 8

    def __post_init__(self) -> None:
        if not self.requests_per_second > 0:
            raise ValueError(f"requests_per_second must be above 0, not {self.requests_per_second}")
        if self.max_in_flight < 1:
            raise ValueError(f"max_in_flight must be at least 1, not {self.max_in_flight}")


class Priority(IntEnum):
    """What a call is for; where several wait, the lowest number goes first."""

    REACTION = 0
    HINT = 1
    HOT = 2
    SWEEP = 3
    BACKFILL = 4

    @property
    def label(self) -> str:
        """Its name, as metrics have it."""
        return self.name.lower()


_priority: ContextVar[Priority] = ContextVar("priority", default=Priority.HOT)


@contextmanager
def at_priority(priority: Priority) -> Iterator[None]:
    """Let all calls within have this priority, those of tasks that are made within, too."""
    before = _priority.set(priority)
    try:
        yield
    finally:
        _priority.reset(before)


def present_priority() -> Priority:
    """The priority that a call made here and now has."""
    return _priority.get()


class RateLimiter:
    """Hands out slots, evenly spaced, to the highest priority that waits when a slot is due.

    Within a priority those who came first go first. One of those that wait leads: it waits for a
    place in flight and then for the time, and only then sees whose turn it is. Nothing is reserved
    before it starts, so a cancelled caller leaves nothing taken.
    """

    def __init__(self, limits: Limits, clock: Clock = SYSTEM_CLOCK) -> None:
        self._clock = clock
        self._pacer = Pacer(limits.requests_per_second, clock)
        self._line = _Line(clock)
        self._leader: _Caller | None = None
        self._places = limits.max_in_flight
        self._place_is_free = asyncio.Event()
        self._place_is_free.set()
        self._told: Callable[[], None] | None = None

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[float]:
        """Wait for a slot and hold it; gives the seconds that were waited."""
        priority, asked = present_priority(), self._clock.monotonic()
        if self._leader is None and self._places and self._pacer.due_in() <= 0:
            self._start(priority)  # nobody waits
        else:
            await self._wait_for_start(priority)
        try:
            yield self._clock.monotonic() - asked
        finally:
            self._places += 1
            self._place_is_free.set()

    def pace(self) -> float:
        """Starts a second that are allowed now."""
        return self._pacer.pace()

    def pause_left(self) -> float:
        """Seconds until the pause ends that the provider asked for; 0 where there is none."""
        return self._pacer.pause_left()

    def pause(self, seconds: float) -> None:
        """Start nothing for so long; a shorter pause never ends a longer one early."""
        self._pacer.pause(seconds)

    def slow_down(self, began: float) -> None:
        """Halve the pace, because the provider refused a request that `began` then."""
        self._pacer.slow_down(began)
        if self._told is not None:
            self._told()

    def watch(self, told: Callable[[], None]) -> None:
        """Call `told` whenever the connection is slowed down."""
        self._told = told

    def export(self) -> Pace:
        """What another process must know to go on as slowly as this one."""
        return self._pacer.export()

    def resume(self, pace: Pace) -> None:
        """Go no faster than another process did."""
        self._pacer.resume(pace)

    async def _wait_for_start(self, priority: Priority) -> None:
        own = self._line.join(priority)
        try:
            await self._wait_for_turn(own)
            self._start(priority)
        finally:
            self._leave(own)

    async def _wait_for_turn(self, own: _Caller) -> None:
        if self._leader is None:
            self._lead(own)
        while True:
            await own.call
            await self._wait_until_due()
            if (first := self._line.first()) is own:
                return
            own.call = asyncio.get_running_loop().create_future()
            self._lead(first)

    async def _wait_until_due(self) -> None:
        await self._place_is_free.wait()  # only who leads takes one
        # In a loop: a pause may be asked for, or made longer, while the leader sleeps.
        while (wait := self._pacer.due_in()) > 0:
            await self._clock.sleep(wait)

    def _start(self, priority: Priority) -> None:
        self._pacer.start()
        self._line.serve(priority)
        self._places -= 1
        if not self._places:
            self._place_is_free.clear()

    def _leave(self, own: _Caller) -> None:
        self._line.leave(own)
        if self._leader is own:
            self._lead(self._line.first())

    def _lead(self, caller: _Caller | None) -> None:
        # One that is cancelled at the same time still wakes, and passes it on as it leaves.
        self._leader = caller
        if caller is not None and not caller.call.done():
            caller.call.set_result(None)


@dataclass(eq=False)
class _Caller:
    """Somebody who waits, to be woken by `call` to lead."""

    priority: Priority
    asked: float
    number: int
    call: asyncio.Future[None]


class _Line:
    """Those who wait, by priority, and within one in the order they came."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = count()
        self._waiting: dict[Priority, OrderedDict[int, _Caller]] = {
            priority: OrderedDict() for priority in Priority
        }
        self._served_at = dict.fromkeys(Priority, -math.inf)

    def join(self, priority: Priority) -> _Caller:
        call = asyncio.get_running_loop().create_future()
        own = _Caller(priority, self._clock.monotonic(), next(self._numbers), call)
        self._waiting[priority][own.number] = own
        return own

    def leave(self, own: _Caller) -> None:
        del self._waiting[own.priority][own.number]

    def serve(self, priority: Priority) -> None:
        self._served_at[priority] = self._clock.monotonic()

    def first(self) -> _Caller | None:
        heads = [next(iter(line.values())) for line in self._waiting.values() if line]
        if len(heads) == 1:
            return heads[0]
        return min(heads, key=self._rank, default=None)

    def _rank(self, head: _Caller) -> tuple[int, int]:
        # By how long the priority, not the caller, went without: a crowd that waits for long only
        # because it is a crowd does not go before others.
        without = self._clock.monotonic() - max(head.asked, self._served_at[head.priority])
        return max(head.priority - int(without // AGEING), 0), head.number
