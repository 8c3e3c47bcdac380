"""Topics in memory: what was published, and how a store is rebuilt from it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from zlib import crc32

from aiokafka import ConsumerRecord

from adapters.store.engine import Store
from events import catalogue
from events.envelope import Event, to_headers
from workers.clock import Clock
from workers.rebuild.begin import Partition
from workers.rebuild.run import Rebuild, Report, rebuild

PARTITIONS = 3
AUDITS = "tiebeam.reactions"


def record_of(event: Event, offset: int, prefix: str = "") -> ConsumerRecord:
    """The event as a consumer gives it."""
    headers = tuple(to_headers(event))
    return ConsumerRecord(
        topic=catalogue.topic_of(event.type, prefix),
        partition=crc32(event.key.encode()) % PARTITIONS,
        offset=offset,
        timestamp=round(event.detected_at.timestamp() * 1000),
        timestamp_type=0,
        key=event.key.encode(),
        value=event.data,
        checksum=None,
        serialized_key_size=len(event.key),
        serialized_value_size=len(event.data),
        headers=headers,
    )


@dataclass
class Records:
    """Records in batches, partition after partition: across partitions there is no order."""

    records: Sequence[ConsumerRecord]
    size: int = 7

    async def batches(self) -> AsyncIterator[Sequence[ConsumerRecord]]:
        ordered = sorted(self.records, key=lambda one: (one.topic, one.partition, one.offset))
        for start in range(0, len(ordered), self.size):
            yield ordered[start : start + self.size]


async def rebuilt(
    store: Store,
    clock: Clock,
    published: Sequence[Event],
    cut: Collection[Partition] = (),
    parking: Collection[str] = (),
    connections: Collection[str] = (),
) -> Report:
    """Rebuild a store from the events that were published, in their order."""
    records = [record_of(event, offset) for offset, event in enumerate(published)]
    audits = [one for one in records if one.topic == AUDITS]
    others = [one for one in records if one.topic != AUDITS]
    needs = Rebuild(store, clock, "", frozenset(parking), frozenset(connections))
    return await rebuild(needs, Records(audits), Records(others), cut)
