"""Wake-ups inside one process: who waits for a topic hears of it, and never too late.

Each topic has a counter. A waiter says which count it has seen; where the counter has moved on
since, it does not wait at all. So the order that loses nothing is: take the count, look, wait.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Topic:
    count: int = 0
    moved: asyncio.Event = field(default_factory=asyncio.Event)


class Wakeups:
    """Counters to wait on. All calls come from one event loop."""

    def __init__(self) -> None:
        self._topics: defaultdict[str, _Topic] = defaultdict(_Topic)

    def count(self, topic: str) -> int:
        """How often `topic` was notified so far: what `wait` takes as `since`."""
        return self._topics[topic].count

    def notify(self, topic: str) -> None:
        """Wake all who wait for `topic`."""
        entry = self._topics[topic]
        entry.count += 1
        # Each notification has its own event: a waiter can neither miss it nor clear it for others.
        entry.moved.set()
        entry.moved = asyncio.Event()

    def notify_all(self) -> None:
        """Wake all who wait for whatever topic."""
        for topic in list(self._topics):
            self.notify(topic)

    async def wait(self, topic: str, timeout: float, since: int | None = None) -> int:
        """Wait until `topic` was notified after `since` (default: now), at most `timeout` seconds.

        Returns the count to pass as `since` next time; an unchanged one means that time ran out.
        """
        entry = self._topics[topic]
        if since is not None and entry.count != since:
            return entry.count
        try:
            async with asyncio.timeout(timeout):
                await entry.moved.wait()
        except TimeoutError:
            pass
        return entry.count
