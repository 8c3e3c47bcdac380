"""What was told: the events on the topics as any subscriber reads them, with a plain consumer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import select

from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import open_topics
from adapters.store import Store
from adapters.store.tables import outbox

DEAD_LETTERS = "tiebeam.dead-letters"
PATIENCE = 30.0


@dataclass(frozen=True)
class Told:
    """One event: its topic without the prefix, its record key, its headers as text, its data."""

    topic: str
    key: str
    headers: dict[str, str]
    value: bytes

    @property
    def id(self) -> str:
        return self.headers["ce_id"]

    @property
    def type(self) -> str:
        return self.headers["ce_type"]

    @property
    def subject(self) -> str:
        return self.headers["ce_subject"]

    @property
    def source(self) -> str:
        return self.headers["ce_source"]

    @property
    def sequence(self) -> int:
        return int(self.headers["ce_sequence"])

    @property
    def data(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.value)
        return read

    @property
    def entity(self) -> dict[str, Any]:
        """The full state: the member of the data that is not `previous`."""
        state: dict[str, Any] = self.data[self.type.split(".")[1]]
        return state


async def on_topics(bootstrap_servers: str, prefix: str) -> list[Told]:
    """Every event on the topics of a prefix, from the beginning, in order per partition."""
    return [
        Told(
            topic=record.topic.removeprefix(prefix),
            key=record.key.decode(),
            headers={name: text.decode() for name, text in record.headers},
            value=record.value,
        )
        for record in await records(bootstrap_servers, prefix)
        if not record.topic.endswith(DEAD_LETTERS)
    ]


async def records(bootstrap_servers: str, prefix: str, topic: str = "") -> list[Any]:
    """Every record on the topics whose names begin so, as the broker has them now."""
    consumer: Any = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        partitions = await partitions_of(bootstrap_servers, prefix + topic)
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        found: list[Any] = []
        async with asyncio.timeout(PATIENCE):
            while any([await consumer.position(each) < ends[each] for each in partitions]):
                for batch in (await consumer.getmany(timeout_ms=100)).values():
                    found.extend(batch)
        return found
    finally:
        await consumer.stop()


async def partitions_of(bootstrap_servers: str, beginning: str) -> list[TopicPartition]:
    """The partitions of all topics whose names begin so."""
    async with open_topics(KafkaSettings(bootstrap_servers)) as topics:
        described = await topics.describe()
    return [
        TopicPartition(one.name, number)
        for one in described
        if one.name.startswith(beginning)
        for number in range(one.partitions)
    ]


async def consumed(bootstrap_servers: str, prefix: str, topic: str, group: str) -> bool:
    """Whether a group has committed everything that a topic holds, which is something."""
    consumer: Any = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, group_id=prefix + group, enable_auto_commit=False
    )
    await consumer.start()
    try:
        partitions = await partitions_of(bootstrap_servers, prefix + topic)
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        done = {each: await consumer.committed(each) for each in partitions}
    finally:
        await consumer.stop()
    # The embedded broker may name a later offset than there is: it mixes up those of one commit.
    return any(ends.values()) and all((done[each] or 0) >= end for each, end in ends.items())


async def in_outbox(store: Store) -> list[Told]:
    """Every event of which the store says that it is published."""
    columns = outbox.c.topic, outbox.c.key, outbox.c.headers, outbox.c.value
    chosen = select(*columns).where(outbox.c.published_at.is_not(None)).order_by(outbox.c.id)
    async with store.read() as tx:
        return [
            Told(topic, key, dict(headers), value)
            for topic, key, headers, value in await tx.execute(chosen)
        ]


def each_once(told: Iterable[Told]) -> list[Told]:
    """The events without repetitions, as a subscriber keeps them who dedupes by `ce_id`."""
    return list({one.id: one for one in reversed(list(told))}.values())[::-1]


def of_type(told: Sequence[Told], event_type: str, subject: str | None = None) -> list[Told]:
    """The events of a type, of one entity where it is given."""
    return [one for one in told if one.type == event_type and subject in (None, one.subject)]
