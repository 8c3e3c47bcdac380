"""A broker with events on their topics, for the commands that read them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from adapters.kafka.producer import RecordProducer
from adapters.kafka.records import Record
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import TopicSpec, open_topics
from events import catalogue
from events.envelope import Event, to_headers
from tests.kafka import read_topic
from tests.workers.cli.conftest import Shell


def connect(shell: Shell, kafka: str, prefix: str) -> None:
    """Let the configuration name a broker that is there, and make the store's tables."""
    shell.upgrade()
    shell.change(
        'bootstrap_servers = "127.0.0.1:9"',
        f'bootstrap_servers = "{kafka}"\ntopic_prefix = "{prefix}"\npartitions = 3',
    )


def make(settings: KafkaSettings, *names: str) -> None:
    """Make topics; their names are without prefix."""

    async def work() -> None:
        async with open_topics(settings) as topics:
            specs = [TopicSpec(f"{settings.topic_prefix}{name}", 3, 1) for name in names]
            await topics.create_missing(specs)

    asyncio.run(work())


def publish(settings: KafkaSettings, events: Sequence[Event]) -> None:
    """Make the topics of the events and publish them."""
    make(settings, *{catalogue.topic_of(event.type) for event in events})

    async def work() -> None:
        async with RecordProducer(settings) as producer:
            results = await producer.send_all(
                [
                    Record(
                        catalogue.topic_of(event.type, settings.topic_prefix),
                        event.key.encode(),
                        event.data,
                        to_headers(event),
                    )
                    for event in events
                ]
            )
        assert all(result.acknowledged for result in results)

    asyncio.run(work())


def forget_first(settings: KafkaSettings, *names: str) -> list[datetime]:
    """Delete the first record of each topic; return when the one was sent that is first now."""

    async def work() -> list[datetime]:
        return [await _forget_first(settings, f"{settings.topic_prefix}{name}") for name in names]

    return asyncio.run(work())


async def _forget_first(settings: KafkaSettings, topic: str) -> datetime:
    first, second, *_ = await read_topic(settings.bootstrap_servers, topic)
    assert first.partition == second.partition
    client: Any = AIOKafkaAdminClient(**settings.client_options())
    try:
        await client.start()
        partition = TopicPartition(topic, first.partition)
        await client.delete_records({partition: RecordsToDelete(second.offset)})
    finally:
        await client.close()
    return datetime.fromtimestamp(second.timestamp / 1000, UTC)
