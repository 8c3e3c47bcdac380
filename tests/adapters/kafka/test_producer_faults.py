from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

import pytest

from adapters.kafka.errors import KafkaUnavailable
from adapters.kafka.producer import RecordProducer
from adapters.kafka.records import Record
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import TopicSpec, open_topics
from deploy.kafka.cluster import Cluster
from tests.kafka import read_topic

pytestmark = [pytest.mark.kafka, pytest.mark.real_kafka]

KEYS = 5


async def create_topic(cluster: Cluster, name: str, copies: int = 1) -> str:
    async with open_topics(KafkaSettings(cluster.bootstrap_servers)) as topics:
        await topics.create_missing([TopicSpec(name, 3, copies)])
    return name


def numbered(topic: str, count: int) -> list[Record]:
    return [Record(topic, b"key-%d" % (n % KEYS), b"%d" % n) for n in range(count)]


def first_arrivals(records: list[Any]) -> dict[bytes, list[int]]:
    """What a consumer that drops repeats sees of each key."""
    seen: dict[bytes, dict[int, None]] = defaultdict(dict)
    for record in records:
        seen[record.key].setdefault(int(record.value))
    return {key: list(numbers) for key, numbers in seen.items()}


def in_order(count: int) -> dict[bytes, list[int]]:
    return {b"key-%d" % key: list(range(key, count, KEYS)) for key in range(KEYS)}


async def until_something_arrived(cluster: Cluster, topic: str) -> None:
    async with asyncio.timeout(30):
        while not await read_topic(cluster.bootstrap_servers, topic):
            pass


async def until_logged(caplog: pytest.LogCaptureFixture, text: str) -> None:
    async with asyncio.timeout(30):
        while text not in caplog.text:  # noqa: ASYNC110 - a log line sets no event
            await asyncio.sleep(0.01)


@pytest.mark.slow
async def test_a_broker_that_restarts_in_the_middle_loses_and_reorders_nothing(
    kafka_cluster: Cluster, topic_prefix: str
) -> None:
    topic = await create_topic(kafka_cluster, f"{topic_prefix}a")
    settings = KafkaSettings(kafka_cluster.bootstrap_servers)
    async with RecordProducer(settings, request_timeout=2, max_batch_bytes=300) as producer:
        sending = asyncio.create_task(producer.send_all(numbered(topic, 20_000)))
        await until_something_arrived(kafka_cluster, topic)
        await asyncio.to_thread(kafka_cluster.stop_broker, 1)
        assert not sending.done()
        await asyncio.to_thread(kafka_cluster.start_broker, 1)
        results = await sending

    assert all(result.acknowledged for result in results)
    arrived = await read_topic(kafka_cluster.bootstrap_servers, topic)
    assert first_arrivals(arrived) == in_order(20_000)


@pytest.mark.slow
async def test_a_repeat_after_a_lost_answer_arrives_once(
    kafka_cluster: Cluster, topic_prefix: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A frozen broker takes the request in and answers after the client has asked again."""
    topic = await create_topic(kafka_cluster, f"{topic_prefix}a")
    settings = KafkaSettings(kafka_cluster.bootstrap_servers)
    async with RecordProducer(settings, request_timeout=2.5) as producer:
        await producer.send_all(numbered(topic, KEYS))
        kafka_cluster.pause_broker(1)
        sending = asyncio.create_task(producer.send_all(numbered(topic, 100)[KEYS:]))
        await until_logged(caplog, "Got error produce response: [Error 7] RequestTimedOutError")
        kafka_cluster.resume_broker(1)
        results = await sending
        assert producer.idempotent

    assert all(result.acknowledged for result in results)
    arrived = await read_topic(kafka_cluster.bootstrap_servers, topic)
    assert len(arrived) == 100
    assert first_arrivals(arrived) == in_order(100)


@pytest.mark.slow
async def test_a_broker_that_hangs_makes_us_give_up_in_time_and_works_again_afterwards(
    kafka_cluster: Cluster, topic_prefix: str
) -> None:
    topic = await create_topic(kafka_cluster, f"{topic_prefix}a")
    settings = KafkaSettings(kafka_cluster.bootstrap_servers)
    async with RecordProducer(settings, request_timeout=0.5, give_up_after=0.5) as producer:
        await producer.send_all(numbered(topic, 10))
        kafka_cluster.pause_broker(1)
        async with asyncio.timeout(10):
            lost = await producer.send_all(numbered(topic, 10))
        kafka_cluster.resume_broker(1)
        results = lost
        while not all(result.acknowledged for result in results):
            results = await producer.send_all(numbered(topic, 10))

    assert {type(result.error) for result in lost} == {KafkaUnavailable}
    arrived = await read_topic(kafka_cluster.bootstrap_servers, topic)
    assert first_arrivals(arrived) == in_order(10)


@pytest.mark.slow
async def test_a_call_that_is_cancelled_while_the_broker_hangs_lets_go_of_everything(
    kafka_cluster: Cluster, topic_prefix: str
) -> None:
    topic = await create_topic(kafka_cluster, f"{topic_prefix}a")
    producer = RecordProducer(KafkaSettings(kafka_cluster.bootstrap_servers), request_timeout=60)
    await producer.send_all(numbered(topic, 10))
    kafka_cluster.pause_broker(1)
    sending = asyncio.create_task(producer.send_all(numbered(topic, 10)))
    await asyncio.wait([sending], timeout=0.2)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending

    async with asyncio.timeout(10):
        await producer.stop()

    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.slow
async def test_three_brokers_of_which_one_is_killed_lose_and_reorder_nothing(
    three_brokers: Cluster, topic_prefix: str
) -> None:
    topic = await create_topic(three_brokers, f"{topic_prefix}a", copies=3)
    settings = KafkaSettings(three_brokers.bootstrap_servers)
    async with RecordProducer(settings, request_timeout=2, max_batch_bytes=300) as producer:
        sending = asyncio.create_task(producer.send_all(numbered(topic, 6_000)))
        await until_something_arrived(three_brokers, topic)
        await asyncio.to_thread(three_brokers.kill_broker, 1)
        assert not sending.done()
        results = await sending

    assert all(result.acknowledged for result in results)
    assert three_brokers.running() == [2, 3]
    arrived = await read_topic(three_brokers.bootstrap_servers, topic)
    assert first_arrivals(arrived) == in_order(6_000)
