"""Who of those that wait for a connection may call next, and how many may at once."""

from __future__ import annotations

import asyncio
import math
from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import IntEnum
from itertools import count
from typing import Literal

from adapters.http.clock import SYSTEM_CLOCK, Clock
from adapters.http.pace import Pace, Pacer, Start

OVERTAKEN = 5.0  # seconds for which others of its priority may go before who came first
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


_rank: ContextVar[tuple[Priority, int]] = ContextVar("rank", default=(Priority.HOT, 0))


@contextmanager
def at_priority(priority: Priority, number: int = 0) -> Iterator[None]:
    """Let all calls within have this priority, those of tasks that are made within, too.

    Of those of one priority that wait, the one with the lowest `number` goes first, as what has
    waited longest to be done; of equal ones, who came first. Nobody is overtaken for long.
    """
    before = _rank.set((priority, number))
    try:
        yield
    finally:
        _rank.reset(before)


def present_priority() -> Priority:
    """The priority that a call made here and now has."""
    return _rank.get()[0]


class RateLimiter:
    """Hands out slots, evenly spaced, to the highest priority that waits when a slot is due.

    Within a priority the lowest number goes first, unless who came first has waited long. Whoever
    gives a place back lets those go who may start; where only the time is missing, one of those
    that wait sleeps until it comes, and only then sees whose turn it is. Nothing is reserved before
    that: a cancelled caller leaves no place taken, and time for one start at most.
    """

    def __init__(self, limits: Limits, clock: Clock = SYSTEM_CLOCK) -> None:
        self._clock = clock
        self._pacer = Pacer(limits.requests_per_second, clock)
        self._line = _Line(clock)
        self._sleeper: _Caller | None = None
        self._places = limits.max_in_flight
        self._told: Callable[[], None] | None = None

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[float]:
        """Wait for a slot and hold it; gives the seconds that were waited."""
        asked = self._clock.monotonic()
        await self._wait_for_start()
        try:
            yield self._clock.monotonic() - asked
        finally:
            self._give_back()

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

    async def _wait_for_start(self) -> None:
        own = self._line.join(*_rank.get())
        self._let_go()
        try:
            while await own.call == "sleep":
                own.call = asyncio.get_running_loop().create_future()
                await self._wait_until_due()
                self._sleeper = None
                self._let_go()
        except BaseException:
            self._leave(own)
            raise

    async def _wait_until_due(self) -> None:
        # In a loop: a pause may be asked for, or made longer, meanwhile.
        while (wait := self._pacer.due_in()) > 0:
            await self._clock.sleep(wait)

    def _let_go(self) -> None:
        """Start all who may; where only the time is missing, have the first of them sleep."""
        while self._places and self._sleeper is None and (first := self._line.first()):
            if first.call.cancelled():
                self._line.leave(first)
            elif self._pacer.due_in() > 0:
                self._sleeper = first
                first.call.set_result("sleep")
            else:
                self._line.leave(first)
                self._line.serve(first.priority)
                self._places -= 1
                first.start = self._pacer.start()
                first.call.set_result("start")

    def _leave(self, own: _Caller) -> None:
        self._line.leave(own)
        if own.start is not None:
            self._pacer.undo(own.start)
            self._give_back()
        elif self._sleeper is own:
            self._sleeper = None
            self._let_go()

    def _give_back(self) -> None:
        self._places += 1
        self._let_go()


@dataclass(eq=False)
class _Caller:
    """Somebody who waits, to be woken by `call` to start, or to sleep until the time has come.

    `place`: The number of what is to be done, and that of the caller, in the order they came.
    """

    priority: Priority
    asked: float
    place: tuple[int, int]
    call: asyncio.Future[Literal["sleep", "start"]]
    start: Start | None = None


class _Line:
    """Those who wait, by priority, and within one by their places."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._came = count()
        self._waiting: dict[Priority, list[_Caller]] = {priority: [] for priority in Priority}
        self._as_they_came: dict[Priority, OrderedDict[int, _Caller]] = {
            priority: OrderedDict() for priority in Priority
        }
        self._served_at = dict.fromkeys(Priority, -math.inf)

    def join(self, priority: Priority, number: int) -> _Caller:
        call = asyncio.get_running_loop().create_future()
        own = _Caller(priority, self._clock.monotonic(), (number, next(self._came)), call)
        insort(self._waiting[priority], own, key=_place)
        self._as_they_came[priority][own.place[1]] = own
        return own

    def leave(self, own: _Caller) -> None:
        if self._as_they_came[own.priority].pop(own.place[1], None) is not None:
            line = self._waiting[own.priority]
            del line[bisect_left(line, own.place, key=_place)]

    def serve(self, priority: Priority) -> None:
        self._served_at[priority] = self._clock.monotonic()

    def first(self) -> _Caller | None:
        heads = [self._head(priority) for priority, line in self._waiting.items() if line]
        if len(heads) == 1:
            return heads[0]
        return min(heads, key=self._rank, default=None)

    def _head(self, priority: Priority) -> _Caller:
        earliest = next(iter(self._as_they_came[priority].values()))
        overtaken = self._clock.monotonic() - earliest.asked >= OVERTAKEN
        return earliest if overtaken else self._waiting[priority][0]

    def _rank(self, head: _Caller) -> tuple[int, int]:
        # By how long the priority, not the caller, went without: a crowd that waits for long only
        # because it is a crowd does not go before others.
        without = self._clock.monotonic() - max(head.asked, self._served_at[head.priority])
        return max(head.priority - int(without // AGEING), 0), head.place[1]


def _place(one: _Caller) -> tuple[int, int]:
    return one.place
