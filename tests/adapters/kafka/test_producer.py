from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from adapters.kafka.errors import KafkaRefused, KafkaUnavailable, NotSent
from adapters.kafka.producer import RecordProducer
from adapters.kafka.records import Record
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import TopicSpec, open_topics
from tests.kafka import read_topic

pytestmark = pytest.mark.kafka


@pytest.fixture
async def topic(kafka_settings: KafkaSettings) -> str:
    return await create(kafka_settings, "topic")


async def create(settings: KafkaSettings, name: str, **configs: str) -> str:
    spec = TopicSpec(f"{settings.topic_prefix}{name}", settings.partitions, 1, configs)
    async with open_topics(settings) as topics:
        await topics.create_missing([spec])
    return spec.name


def values_by_key(records: list[Any]) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = defaultdict(list)
    for record in records:
        found[record.key].append(record.value)
    return found


def other_tasks() -> set[asyncio.Task[Any]]:
    return {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}


async def test_keys_values_and_headers_arrive_as_they_were_given(
    kafka_settings: KafkaSettings, topic: str
) -> None:
    headers = [("ce_id", b"1"), ("content-type", b"application/json"), ("empty", b"")]
    async with RecordProducer(kafka_settings) as producer:
        results = await producer.send_all(
            [
                Record(topic, "Schlüssel".encode(), b'{"amount": "66.00"}', headers),
                Record(topic, b"deleted", None),
                Record(topic, None, b"keyless"),
            ]
        )

    assert all(result.acknowledged for result in results)
    found = {
        (record.partition, record.offset): (record.key, record.value, list(record.headers))
        for record in await read_topic(kafka_settings.bootstrap_servers, topic)
    }
    assert [found[result.partition or 0, result.offset or 0] for result in results] == [
        ("Schlüssel".encode(), b'{"amount": "66.00"}', headers),
        (b"deleted", None, []),
        (None, b"keyless", []),
    ]


async def test_nothing_to_send_is_fine(kafka_settings: KafkaSettings) -> None:
    async with RecordProducer(kafka_settings) as producer:
        assert await producer.send_all([]) == []


async def test_order_per_key_is_kept_over_many_batches_and_calls(
    kafka_settings: KafkaSettings, topic: str
) -> None:
    records = [Record(topic, b"key-%d" % (n % 7), b"%d" % n) for n in range(2_000)]
    async with RecordProducer(kafka_settings, max_batch_bytes=2_000) as producer:
        calls = [producer.send_all(records[at : at + 500]) for at in range(0, 2_000, 500)]
        answers = await asyncio.gather(*calls)

    assert all(result.acknowledged for results in answers for result in results)
    arrived = values_by_key(await read_topic(kafka_settings.bootstrap_servers, topic))
    sent = {b"key-%d" % key: [b"%d" % n for n in range(key, 2_000, 7)] for key in range(7)}
    assert arrived == sent


async def test_a_key_goes_to_the_partition_that_other_clients_choose_for_it(
    kafka_settings: KafkaSettings, topic: str
) -> None:
    keys = [b"key-%d" % n for n in range(20)]
    async with RecordProducer(kafka_settings) as producer:
        ours = await producer.send_all([Record(topic, key, b"") for key in keys])
    other: Any = AIOKafkaProducer(bootstrap_servers=kafka_settings.bootstrap_servers)
    async with other:
        theirs = [await other.send_and_wait(topic, b"", key=key) for key in keys]

    assert [result.partition for result in ours] == [metadata.partition for metadata in theirs]


async def test_a_record_larger_than_a_batch_travels_alone(
    kafka_settings: KafkaSettings, topic: str
) -> None:
    sizes = (10, 60_000, 10, 900_000, 10)
    async with RecordProducer(kafka_settings, max_batch_bytes=1_000) as producer:
        results = await producer.send_all([Record(topic, b"k", b"x" * size) for size in sizes])

    assert all(result.acknowledged for result in results)
    found = values_by_key(await read_topic(kafka_settings.bootstrap_servers, topic))
    assert [len(value) for value in found[b"k"]] == list(sizes)


async def test_a_topic_that_does_not_exist_is_refused_and_the_others_are_served(
    kafka_settings: KafkaSettings, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.kafka.producer.TOPIC_GRACE", 0)
    async with RecordProducer(kafka_settings) as producer:
        absent, present = await producer.send_all(
            [Record(f"{topic}-absent", b"k", b""), Record(topic, b"k", b"")]
        )

    assert present.acknowledged
    assert isinstance(absent.error, KafkaRefused)
    assert str(absent.error) == f"topic {topic}-absent does not exist: create it"


@pytest.mark.real_kafka
async def test_one_unacceptable_record_fails_alone_and_holds_back_only_its_key(
    kafka_settings: KafkaSettings,
) -> None:
    topic = await create(kafka_settings, "small", **{"max.message.bytes": "2000"})
    large = b"x" * 5_000
    records = [Record(topic, b"key-%d" % (n % 5), b"%d" % n) for n in range(60)]
    records[21] = Record(topic, b"key-1", large)
    async with RecordProducer(kafka_settings) as producer:
        results = await producer.send_all(records)
        (later,) = await producer.send_all([Record(topic, b"key-1", b"later")])

    assert isinstance(results[21].error, KafkaRefused)
    held = [n for n, result in enumerate(results) if isinstance(result.error, NotSent)]
    assert held == [n for n in range(22, 60) if n % 5 == 1]
    assert later.acknowledged
    arrived = values_by_key(await read_topic(kafka_settings.bootstrap_servers, topic))
    for key in range(5):
        last = 21 if key == 1 else 60
        expected = [b"%d" % n for n in range(key, last, 5)]
        assert arrived[b"key-%d" % key] == expected + [b"later"] * (key == 1)


async def test_where_no_broker_answers_each_record_is_unavailable() -> None:
    producer = RecordProducer(KafkaSettings("127.0.0.1:1"), give_up_after=0.2)

    results = await producer.send_all([Record("a", b"k", b"1"), Record("a", b"k", b"2")])

    assert [type(result.error) for result in results] == [KafkaUnavailable, KafkaUnavailable]
    assert "127.0.0.1:1" in str(results[0].error)
    await producer.stop()


async def test_start_gives_up_after_its_time() -> None:
    producer = RecordProducer(KafkaSettings("127.0.0.1:1"), give_up_after=0.2)

    with pytest.raises(KafkaUnavailable, match=r"Kafka at 127\.0\.0\.1:1 does not answer"):
        await producer.start()


async def test_a_cancelled_call_leaves_nothing_behind_and_the_next_one_works(
    kafka_settings: KafkaSettings, topic: str
) -> None:
    many = [Record(topic, b"k", b"%d" % n) for n in range(5_000)]
    async with RecordProducer(kafka_settings, max_batch_bytes=500) as producer:
        sending = asyncio.create_task(producer.send_all(many))
        while not await read_topic(kafka_settings.bootstrap_servers, topic):
            pass
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending

        (result,) = await producer.send_all([Record(topic, b"k", b"after")])

    assert result.acknowledged
    arrived = await read_topic(kafka_settings.bootstrap_servers, topic)
    assert len(arrived) < 5_000
    assert [record.value for record in arrived] == [b"%d" % n for n in range(len(arrived) - 1)] + [
        b"after"
    ]
    assert other_tasks() == set()


async def test_a_stopped_producer_can_be_started_again(
    kafka_settings: KafkaSettings, topic: str
) -> None:
    producer = RecordProducer(kafka_settings)
    for _ in range(2):
        await producer.start()
        (result,) = await producer.send_all([Record(topic, b"k", b"v")])
        await producer.stop()
        assert result.acknowledged

    (late,) = await producer.send_all([Record(topic, b"k", b"v")])
    assert str(late.error) == "the Kafka producer is stopped"
    assert other_tasks() == set()
