"""Reads what topics hold, from a time on or from the beginning, to the ends known at the start.

No consumer group: nothing is committed, and nobody else's place in the topics is touched.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from adapters.kafka.diagnosis import told
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import open_topics

BATCH: Final = 1_000
"""Records in one batch, but for the last: fewer than twice as many."""
QUIET: Final = 200  # milliseconds without a record before positions are asked for


@dataclass(frozen=True)
class Span:
    """The part of a partition that is read: from `start` until before `end`.

    `first` is the oldest offset that the partition still holds.
    """

    first: int
    start: int
    end: int


class Reader:
    """The chosen parts of some topics, from open_reader(); they may be read several times."""

    def __init__(
        self, consumer: Any, settings: KafkaSettings, spans: Mapping[TopicPartition, Span]
    ) -> None:
        self._consumer = consumer
        self._settings = settings
        self.spans = spans

    @property
    def size(self) -> int:
        """How many offsets are to be read; records may be fewer."""
        return sum(span.end - span.start for span in self.spans.values())

    async def batches(self) -> AsyncIterator[Sequence[ConsumerRecord]]:
        """Yield all records in batches, those of a partition in their order.

        Raises:
            KafkaUnavailable: no broker answers.
            NotAllowed: we may not read a topic.
        """
        left = {part: span for part, span in self.spans.items() if span.start < span.end}
        if not left:
            return
        async with told(self._settings):
            self._consumer.assign(list(left))
            for partition, span in left.items():
                self._consumer.seek(partition, span.start)
        kept: list[ConsumerRecord] = []
        while left:
            async with told(self._settings):
                found = await self._consumer.getmany(timeout_ms=QUIET, max_records=BATCH)
                await self._drop_ended(left, found)
            for partition, some in found.items():
                end = self.spans[partition].end
                kept += some if some[-1].offset < end else [r for r in some if r.offset < end]
            if len(kept) >= BATCH or (kept and not left):
                yield kept
                kept = []

    async def _drop_ended(
        self, left: dict[TopicPartition, Span], found: Mapping[TopicPartition, Sequence[Any]]
    ) -> None:
        """Forget the partitions that were read to their ends."""
        ended = [one for one, some in found.items() if some[-1].offset + 1 >= self.spans[one].end]
        if not found:  # what stands last may be a mark of a transaction, which is no record
            ended = [
                one for one, span in left.items() if await self._consumer.position(one) >= span.end
            ]
        for partition in ended:
            if left.pop(partition, None):
                self._consumer.pause(partition)


@asynccontextmanager
async def open_reader(
    settings: KafkaSettings,
    topics: Collection[str],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    timeout: float = 10.0,
) -> AsyncIterator[Reader]:
    """Find out which part of each topic is to be read; a topic that does not exist has none.

    Args:
        settings: where the cluster is.
        topics: their names, with prefix.
        since: from the first record of that time or later on; absent: from the beginning.
        until: before the first record of that time or later; absent: all there is now.
        timeout: seconds for one question.

    Times are those at which the records were sent, aware.

    Raises:
        KafkaUnavailable: no broker answers.
        NotLetIn: TLS or the login failed.
    """
    async with open_topics(settings, timeout) as there:
        described = await there.describe(sorted(topics))
    partitions = [
        TopicPartition(one.name, number) for one in described for number in range(one.partitions)
    ]
    if not partitions:
        yield Reader(None, settings, {})
        return
    consumer: Any = AIOKafkaConsumer(
        **settings.client_options(),
        client_id="tiebeam-reader",
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=4 * 1024 * 1024,
        request_timeout_ms=round(timeout * 1000),
    )
    try:
        async with told(settings):
            async with asyncio.timeout(timeout):
                await consumer.start()
            spans = await _spans(consumer, partitions, since, until)
        yield Reader(consumer, settings, spans)
    finally:
        await consumer.stop()


async def _spans(
    consumer: Any,
    partitions: Sequence[TopicPartition],
    since: datetime | None,
    until: datetime | None,
) -> dict[TopicPartition, Span]:
    firsts = await consumer.beginning_offsets(partitions)
    ends = await consumer.end_offsets(partitions)
    starts = await _offsets_at(consumer, partitions, since, ends) if since else firsts
    stops = await _offsets_at(consumer, partitions, until, ends) if until else ends
    return {
        one: Span(firsts[one], max(starts[one], firsts[one]), min(stops[one], ends[one]))
        for one in partitions
    }


async def _offsets_at(
    consumer: Any,
    partitions: Sequence[TopicPartition],
    at: datetime,
    ends: Mapping[TopicPartition, int],
) -> dict[TopicPartition, int]:
    """The first offset of that time or later in each partition, its end where there is none."""
    asked = dict.fromkeys(partitions, max(round(at.timestamp() * 1000), 0))
    found = await consumer.offsets_for_times(asked)
    # some brokers say "none" by a record without a time
    there = {one: at for one, at in found.items() if at is not None and at.timestamp >= 0}
    return {one: there[one].offset if one in there else ends[one] for one in partitions}
