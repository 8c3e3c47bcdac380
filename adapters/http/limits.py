"""How fast and how many at once a connection may call, and when all of it must pause."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from adapters.http.clock import SYSTEM_CLOCK, Clock

# Seconds. A timer that wakes this late does not lower the rate; idle time is not made up for.
LATENESS_KEPT = 0.02
LONGEST_PAUSE = 3600.0  # seconds; a provider that asks for more is asked again after this


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


class RateLimiter:
    """Hands out slots in the order they are asked for, evenly spaced, never in a burst.

    One caller at a time, the head of the queue, waits for a place in flight and then for its
    time; nothing is reserved before it starts, so a cancelled caller leaves nothing taken.
    """

    def __init__(self, limits: Limits, clock: Clock = SYSTEM_CLOCK) -> None:
        self._interval = 1.0 / limits.requests_per_second
        self._clock = clock
        self._turn = asyncio.Lock()
        self._in_flight = asyncio.Semaphore(limits.max_in_flight)
        self._next_start = clock.monotonic()
        self._paused_until = self._next_start

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[float]:
        """Wait for a slot and hold it; gives the seconds that were waited."""
        asked = self._clock.monotonic()
        async with self._turn:
            await self._in_flight.acquire()
            try:
                await self._wait_until_due()
            except BaseException:
                self._in_flight.release()
                raise
        try:
            yield self._clock.monotonic() - asked
        finally:
            self._in_flight.release()

    def pause_left(self) -> float:
        """Seconds until the pause ends that the provider asked for; 0 where there is none."""
        return max(self._paused_until - self._clock.monotonic(), 0.0)

    def pause(self, seconds: float) -> None:
        """Start nothing for so long; a shorter pause never ends a longer one early."""
        until = self._clock.monotonic() + min(max(seconds, 0.0), LONGEST_PAUSE)
        self._paused_until = max(self._paused_until, until)

    async def _wait_until_due(self) -> None:
        # In a loop: a pause may be asked for, or made longer, while the head of the queue sleeps.
        while (wait := max(self._next_start, self._paused_until) - self._clock.monotonic()) > 0:
            await self._clock.sleep(wait)
        now = self._clock.monotonic()
        due = max(self._next_start, self._paused_until)
        self._next_start = (due if now - due <= LATENESS_KEPT else now) + self._interval
