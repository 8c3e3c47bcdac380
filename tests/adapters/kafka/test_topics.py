from __future__ import annotations

import asyncio

import pytest

from adapters.kafka.errors import KafkaRefused, KafkaUnavailable, TopicMismatch
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import TopicDescription, TopicSpec, open_topics

pytestmark = pytest.mark.kafka


async def test_missing_topics_are_created_and_can_be_used_at_once(
    kafka_settings: KafkaSettings, topic_prefix: str
) -> None:
    invoices, orders = f"{topic_prefix}invoices", f"{topic_prefix}work-orders"
    async with open_topics(kafka_settings) as topics:
        created = await topics.create_missing(
            [TopicSpec(orders, 3, 1), TopicSpec(invoices, 2, 1, {"retention.ms": "-1"})]
        )

        assert created == [invoices, orders]
        assert [name for name in await topics.names() if name.startswith(topic_prefix)] == created
        assert await topics.describe([orders, invoices]) == [
            TopicDescription(orders, 3, 1, usable=True),
            TopicDescription(invoices, 2, 1, usable=True),
        ]
        assert await topics.brokers() == 1


async def test_creating_again_changes_nothing(
    kafka_settings: KafkaSettings, topic_prefix: str
) -> None:
    spec = TopicSpec(f"{topic_prefix}a", 2, 1, {"cleanup.policy": "compact"})
    async with open_topics(kafka_settings) as topics:
        assert await topics.create_missing([spec]) == [spec.name]
        assert await topics.create_missing([spec]) == []


async def test_two_processes_may_create_the_same_topics_at_once(
    kafka_settings: KafkaSettings, topic_prefix: str
) -> None:
    specs = [TopicSpec(f"{topic_prefix}{n}", 2, 1) for n in range(5)]
    async with open_topics(kafka_settings) as one, open_topics(kafka_settings) as other:
        created = await asyncio.gather(one.create_missing(specs), other.create_missing(specs))

    assert sorted(created[0] + created[1]) == [spec.name for spec in specs]


async def test_a_topic_that_does_not_exist_is_not_described_and_not_created(
    kafka_settings: KafkaSettings, topic_prefix: str
) -> None:
    async with open_topics(kafka_settings) as topics:
        assert await topics.describe([f"{topic_prefix}absent"]) == []
        assert f"{topic_prefix}absent" not in await topics.names()


async def test_another_number_of_partitions_is_a_mismatch_and_nothing_is_created(
    kafka_settings: KafkaSettings, topic_prefix: str
) -> None:
    existing, new = f"{topic_prefix}existing", f"{topic_prefix}new"
    async with open_topics(kafka_settings) as topics:
        await topics.create_missing([TopicSpec(existing, 2, 1)])

        with pytest.raises(TopicMismatch) as raised:
            await topics.create_missing([TopicSpec(new, 2, 1), TopicSpec(existing, 12, 1)])

        assert raised.value.differences == (f"topic {existing} has 2 partitions, wanted 12",)
        assert new not in await topics.names()


@pytest.mark.real_kafka
async def test_another_configuration_is_a_mismatch(
    kafka_settings: KafkaSettings, topic_prefix: str
) -> None:
    name = f"{topic_prefix}a"
    async with open_topics(kafka_settings) as topics:
        await topics.create_missing([TopicSpec(name, 1, 1, {"cleanup.policy": "compact"})])

        differences = await topics.differences(
            [TopicSpec(name, 1, 1, {"cleanup.policy": "delete", "retention.ms": "604800000"})]
        )

    assert differences == [f"topic {name} has cleanup.policy=compact, wanted delete"]


@pytest.mark.real_kafka
async def test_a_replication_factor_that_the_cluster_lacks_brokers_for_is_refused_with_the_reason(
    kafka_settings: KafkaSettings, topic_prefix: str
) -> None:
    async with open_topics(kafka_settings) as topics:
        with pytest.raises(KafkaRefused, match=rf"{topic_prefix}a: .*replication factor of 3"):
            await topics.create_missing([TopicSpec(f"{topic_prefix}a", 1, 3)])


async def test_a_cluster_that_is_not_there_is_unavailable_in_one_line() -> None:
    settings = KafkaSettings("127.0.0.1:1")

    with pytest.raises(KafkaUnavailable) as raised:
        async with open_topics(settings):
            pass

    assert str(raised.value).startswith("Kafka at 127.0.0.1:1 does not answer: ")
    assert "\n" not in str(raised.value)
