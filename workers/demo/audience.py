"""The audience: reads every topic as any subscriber would, and shows each event as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer
from rich.console import Console

from events import catalogue
from events.envelope import Event, from_record
from workers.demo.lines import event_line
from workers.wiring import Parts


class Audience:
    """What was seen so far, and a way to wait for what is to come."""

    def __init__(self, console: Console) -> None:
        self.seen: list[Event] = []
        self._console = console
        self._changed = asyncio.Condition()

    async def take(self, event: Event) -> None:
        """Show an event and wake those who wait for it."""
        async with self._changed:
            self.seen.append(event)
            self._console.print(event_line(event))
            self._changed.notify_all()

    async def until(self, ready: Callable[[list[Event]], bool], within: float) -> None:
        """Return once the events seen satisfy a condition.

        Raises:
            TimeoutError: They did not, within so many seconds.
        """
        try:
            async with asyncio.timeout(within), self._changed:
                await self._changed.wait_for(lambda: ready(self.seen))
        except TimeoutError:
            raise TimeoutError(f"what should follow did not come within {within:g} s") from None


@asynccontextmanager
async def audience(parts: Parts, console: Console) -> AsyncIterator[Audience]:
    """Read all topics from their beginning while the block runs."""
    consumer = AIOKafkaConsumer(
        *catalogue.all_topics(parts.settings.kafka.topic_prefix),
        auto_offset_reset="earliest",
        **parts.kafka.client_options(),
    )
    await consumer.start()
    present = Audience(console)

    async def listen() -> None:
        async for record in consumer:
            await present.take(from_record(record.key, record.value, record.headers))

    listening = asyncio.create_task(listen(), name="audience")
    try:
        yield present
    finally:
        listening.cancel()
        await asyncio.wait({listening})
        await consumer.stop()
