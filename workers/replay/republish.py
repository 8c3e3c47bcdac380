"""Republishes chosen events to one topic, for a downstream that wants them once more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aiokafka import ConsumerRecord

from adapters.kafka.errors import KafkaUnavailable
from adapters.kafka.producer import RecordProducer
from adapters.kafka.records import Record
from events import catalogue
from events.base import format_instant
from workers.replay.choice import Choice, Count, chosen
from workers.replay.prospect import Records

MARKS = ("tiebeam-replay", "tiebeam-replayed-at")
"""The headers that tell a replayed record from the first one."""


def is_ours(topic: str, prefix: str) -> bool:
    """Whether events or dead letters of ours go to a topic."""
    return topic in (*catalogue.all_topics(prefix), f"{prefix}{catalogue.DEAD_LETTERS}")


async def count(choice: Choice, records: Records) -> Count:
    """Count what would be republished."""
    found = Count()
    async for batch in records.batches():
        for _ in chosen(choice, batch, found):
            pass
    return found


async def republish(
    choice: Choice,
    records: Records,
    producer: RecordProducer,
    topic: str,
    now: datetime,
    shown: Callable[[Count], None] = lambda _: None,
) -> Count:
    """Send the chosen events to the topic as they were, marked, those of a partition in order.

    Raises:
        KafkaProblem: one was not taken; those of the batches before were.
    """
    found = Count()
    async for batch in records.batches():
        copies = [_copy(one.record, topic, now) for one in chosen(choice, batch, found)]
        for result in await producer.send_all(copies):
            if not result.acknowledged:
                raise result.error or KafkaUnavailable(f"{topic} did not take a record")
        shown(found)
    return found


def _copy(record: ConsumerRecord, topic: str, now: datetime) -> Record:
    kept = [(name, value or b"") for name, value in record.headers if name not in MARKS]
    marks = zip(MARKS, (b"true", format_instant(now).encode()), strict=True)
    return Record(topic=topic, key=record.key, value=record.value, headers=[*kept, *marks])
