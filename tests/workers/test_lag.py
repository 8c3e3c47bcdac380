"""The lag of consumers: what the broker has and they have not read, as far as they know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError
from faststream.kafka import KafkaBroker

from adapters.kafka.producer import RecordProducer
from adapters.kafka.records import Record
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import TopicSpec, open_topics
from workers import lag

INVOICES, WORK_ORDERS = "plentific.invoices", "plentific.work-orders"


@dataclass(eq=False)
class Subscriber:
    """What is asked of FastStream's one."""

    consumer: Any


@dataclass
class Consumer:
    """What it knows of its partitions: where it stands, and where each ends."""

    at: dict[TopicPartition, int | Exception | None]
    ends: dict[TopicPartition, int | None] = field(default_factory=dict)

    def assignment(self) -> frozenset[TopicPartition]:
        return frozenset(self.at)

    def highwater(self, partition: TopicPartition) -> int | None:
        return self.ends[partition]

    async def position(self, partition: TopicPartition) -> int:
        match self.at[partition]:
            case Exception() as error:
                raise error
            case None:
                return await asyncio.Future()
            case int() as position:
                return position
        raise AssertionError(partition)


async def lag_of(consumer: Any) -> dict[str, int]:
    """The lag that is told of this consumer."""
    subscriber = Subscriber(consumer)
    lag.follow(subscriber)
    return await lag.by_topic()


def partition(number: int, topic: str = INVOICES) -> TopicPartition:
    return TopicPartition(topic, number)


async def test_the_partitions_of_a_topic_are_added_up() -> None:
    places = {partition(0): 7, partition(1): 5, partition(0, WORK_ORDERS): 9}
    ends = {partition(0): 10, partition(1): 6, partition(0, WORK_ORDERS): 9}

    assert await lag_of(Consumer({**places}, {**ends})) == {INVOICES: 4, WORK_ORDERS: 0}


async def test_of_what_was_not_asked_for_yet_nothing_is_told() -> None:
    assert await lag_of(Consumer({partition(0): 0}, {partition(0): None})) == {}


async def test_a_partition_that_is_taken_away_meanwhile_is_left_out() -> None:
    gone = Consumer(
        {partition(0): IllegalStateError("not assigned"), partition(0, WORK_ORDERS): 2},
        {partition(0): 5, partition(0, WORK_ORDERS): 3},
    )

    assert (await lag_of(gone))[WORK_ORDERS] == 1


async def test_a_consumer_that_does_not_know_where_it_stands_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lag, "PATIENCE", 0.01)

    assert await lag_of(Consumer({partition(0): None}, {partition(0): 5})) == {}


async def test_one_that_has_not_begun_has_none_and_one_that_is_gone_is_forgotten() -> None:
    subscriber = KafkaBroker("127.0.0.1:9").subscriber(INVOICES, batch=True)
    lag.follow(subscriber)

    assert await lag.by_topic() == {}
    assert await lag_of(Consumer({partition(0): 1}, {partition(0): 3})) == {INVOICES: 2}
    assert await lag.by_topic() == {}


@asynccontextmanager
async def consuming(kafka: KafkaSettings, topic: str) -> AsyncIterator[Any]:
    reader: Any = AIOKafkaConsumer(
        topic, auto_offset_reset="earliest", **kafka.client_options(), client_id="lag"
    )
    await reader.start()
    try:
        yield reader
    finally:
        await reader.stop()


@pytest.mark.kafka
async def test_a_consumer_knows_what_it_has_not_read(kafka_settings: KafkaSettings) -> None:
    topic = f"{kafka_settings.topic_prefix}lag"
    async with open_topics(kafka_settings) as topics:
        await topics.create_missing([TopicSpec(topic, 1, 1)])
    async with RecordProducer(kafka_settings) as producer:
        await producer.send_all([Record(topic, b"key", b"value", []) for _ in range(5)])
    async with consuming(kafka_settings, topic) as reader:
        read = sum(map(len, (await reader.getmany(timeout_ms=10_000, max_records=2)).values()))
        assert await lag_of(reader) == {topic: 5 - read}
        while read < 5:
            read += sum(map(len, (await reader.getmany(timeout_ms=10_000)).values()))
        assert await lag_of(reader) == {topic: 0}
