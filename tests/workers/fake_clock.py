"""Clocks that tests move, for all that tells the time or waits."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 9, 30, 15, tzinfo=UTC)


class FakeClock:
    """Stands still until a test moves it; who sleeps waits for that."""

    def __init__(self, start: datetime = START) -> None:
        self.time = start
        self.slept: list[float] = []
        self._wake_at: list[datetime] = []
        self._news = asyncio.Event()

    def now(self) -> datetime:
        return self.time

    def advance(self, **duration: float) -> None:
        """Move the clock by what `timedelta` takes, such as `minutes=5`; wake who is due."""
        self.time += timedelta(**duration)
        self._tell()

    async def sleep(self, seconds: float) -> None:
        until = self.time + timedelta(seconds=seconds)
        self.slept.append(seconds)
        self._wake_at.append(until)
        self._tell()
        try:
            while self.time < until:
                await self._news.wait()
        finally:
            self._wake_at.remove(until)

    async def until_asleep(self, sleepers: int = 1) -> None:
        """Wait until so many sleep and are not due yet."""
        while sum(until > self.time for until in self._wake_at) < sleepers:
            await self._news.wait()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


class HurryingClock:
    """Sleeping takes no time and moves the clock; what was slept is kept."""

    def __init__(self, start: datetime = START) -> None:
        self.start = start
        self.seconds = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)
