"""Reading topics without a group: from a time on, to the ends known at the start."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord

from adapters.kafka.errors import KafkaUnavailable
from adapters.kafka.reader import BATCH, open_reader
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import TopicSpec, open_topics

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

# the embedded broker gives the beginning of the last batch as a partition's end
pytestmark = [pytest.mark.kafka, pytest.mark.real_kafka]


async def filled(settings: KafkaSettings, *minutes: int, topic: str = "read") -> str:
    """A topic of three partitions with a record in each for every minute after noon."""
    name = f"{settings.topic_prefix}{topic}"
    async with open_topics(settings) as topics:
        await topics.create_missing([TopicSpec(name, 3, 1)])
    await append(settings, name, *minutes)
    return name


async def append(settings: KafkaSettings, topic: str, *minutes: int) -> None:
    producer: Any = AIOKafkaProducer(**settings.client_options(), acks="all")
    await producer.start()
    try:
        sent = [
            await producer.send(
                topic,
                key=b"k",
                value=str(minute).encode(),
                headers=[("h", b"v")],
                partition=partition,
                timestamp_ms=round((NOON + timedelta(minutes=minute)).timestamp() * 1000),
            )
            for minute in minutes
            for partition in range(3)
        ]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


def minutes_of(records: list[ConsumerRecord], partition: int) -> list[int]:
    return [int(one.value or b"") for one in records if one.partition == partition]


async def read(settings: KafkaSettings, *topics: str, **times: Any) -> list[ConsumerRecord]:
    async with open_reader(settings, topics, **times) as reader:
        return [record async for batch in reader.batches() for record in batch]


async def test_everything_is_read_in_the_order_of_each_partition(
    kafka_settings: KafkaSettings,
) -> None:
    topic = await filled(kafka_settings, *range(BATCH // 2))

    records = await read(kafka_settings, topic)

    assert [minutes_of(records, one) for one in range(3)] == [list(range(BATCH // 2))] * 3
    assert (records[0].key, records[0].headers) == (b"k", (("h", b"v"),))


async def test_a_period_is_read_from_its_first_instant_until_before_its_last(
    kafka_settings: KafkaSettings,
) -> None:
    topic = await filled(kafka_settings, 0, 10, 20, 30)

    records = await read(
        kafka_settings,
        topic,
        since=NOON + timedelta(minutes=10),
        until=NOON + timedelta(minutes=30),
    )

    assert [minutes_of(records, one) for one in range(3)] == [[10, 20]] * 3


async def test_what_comes_after_the_start_is_not_read_and_a_second_reading_finds_the_same(
    kafka_settings: KafkaSettings,
) -> None:
    topic = await filled(kafka_settings, 0, 1)

    async with open_reader(kafka_settings, [topic]) as reader:
        await append(kafka_settings, topic, 2)
        first = [record async for batch in reader.batches() for record in batch]
        second = [record async for batch in reader.batches() for record in batch]

    for records in (first, second):
        assert [minutes_of(records, one) for one in range(3)] == [[0, 1]] * 3
    assert reader.size == 6
    assert [(span.first, span.start, span.end) for span in reader.spans.values()] == [(0, 0, 2)] * 3


async def test_a_topic_that_is_not_there_or_a_period_without_records_gives_nothing(
    kafka_settings: KafkaSettings,
) -> None:
    topic = await filled(kafka_settings, 0)

    assert await read(kafka_settings, f"{kafka_settings.topic_prefix}nowhere") == []
    assert await read(kafka_settings, topic, since=NOON + timedelta(minutes=1)) == []
    assert await read(kafka_settings, topic, until=NOON) == []
    async with open_topics(kafka_settings) as topics:
        assert f"{kafka_settings.topic_prefix}nowhere" not in await topics.names()


async def test_a_broker_that_is_not_there_is_said_so() -> None:
    with pytest.raises(KafkaUnavailable, match="does not answer"):
        await read(KafkaSettings("127.0.0.1:9"), "any")
