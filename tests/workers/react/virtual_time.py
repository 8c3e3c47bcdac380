"""Hours that pass in seconds: one clock for all parts, moved only when nobody has work left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx

from adapters.http.client import HttpClient
from adapters.http.limits import Limits, RateLimiter
from adapters.http.transport import SafeAiohttpTransport
from adapters.store.engine import Store
from tests.workers.fake_clock import START, FakeClock

PATIENCE = 20.0
"""Seconds, real ones, after which those at work will not come to rest any more."""


class VirtualClock(FakeClock):
    """The clock of the executor and of the HTTP clients, so that limits are of the same time."""

    def monotonic(self) -> float:
        return (self.now() - START).total_seconds()

    def wakes(self) -> list[datetime]:
        """When those who sleep are due."""
        return self._wake_at


class WatchedLimiter(RateLimiter):
    """The limiter of a connection, and how many wait in it."""

    waiting = 0

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[float]:
        self.waiting += 1
        entered = False
        try:
            async with super().slot() as waited:
                self.waiting -= 1
                entered = True
                yield waited
        finally:
            if not entered:
                self.waiting -= 1


def watch(client: Any, limits: Limits, clock: VirtualClock) -> WatchedLimiter:
    """Give a provider's client a limiter that tells who waits in it."""
    http: HttpClient = client.http
    http.limiter = limiter = WatchedLimiter(limits, clock)
    return limiter


class Tries(httpx.AsyncBaseTransport):
    """The transport of a connection, and when what was tried over it, answered or not."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._inner = SafeAiohttpTransport(8, 5.0)
        self.made: list[tuple[datetime, str]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.made.append((self._clock.now(), request.url.path))
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


class Rest:
    """Knows when nothing more happens unless the clock moves.

    That is when each of the executor's loops waits for news, and every reaction under way waits in
    a limiter whose first one sleeps.
    """

    def __init__(
        self, store: Store, clock: VirtualClock, loops: int, limiters: Sequence[WatchedLimiter]
    ) -> None:
        self._store, self._clock = store, clock
        self._loops, self._limiters = loops, limiters
        self._idle: list[int | None] = []
        self._wait = store.wait

    async def wait(self, topic: str, timeout: float, since: int | None = None) -> int:
        """Stands in for the store's own: nobody looks without being rung."""
        self._idle.append(since)
        try:
            return await self._wait(topic, 3600.0, since)
        finally:
            self._idle.remove(since)

    async def come(self) -> None:
        """Wait until it is so."""
        async with asyncio.timeout(PATIENCE):
            while not self._is_here():  # noqa: ASYNC110 - those at work have no event in common
                await asyncio.sleep(0.001)

    async def pass_time(self, seconds: float, step: float) -> None:
        """Let so many seconds pass, in which the loops look at the inbox after each step."""
        await self.come()
        end = self._clock.now() + timedelta(seconds=seconds)
        look = min(self._clock.now() + timedelta(seconds=step), end)
        while (now := self._clock.now()) < end:
            until = min([*self._clock.wakes(), look])
            self._clock.advance(seconds=(until - now).total_seconds())
            if until == look:
                look = min(look + timedelta(seconds=step), end)
                self._store.notify("reactions")
            await self.come()

    def _is_here(self) -> bool:
        if self._idle != [self._store.notified("reactions")] * self._loops:
            return False
        at_work = sum(one.get_name().startswith("reaction ") for one in asyncio.all_tasks())
        lines = [one.waiting for one in self._limiters if one.waiting]
        wakes = self._clock.wakes()
        asleep = len(wakes) == len(lines) and all(one > self._clock.now() for one in wakes)
        return at_work == sum(lines) and asleep
