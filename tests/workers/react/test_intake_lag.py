"""The intake's lag is told while it runs, and is nothing once all is stored."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from adapters.kafka.producer import RecordProducer
from adapters.kafka.records import Record
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import TopicSpec, open_topics
from events.envelope import to_headers
from tests.workers.react.taking import TOPIC, numbered
from tests.workers.react.world import World
from workers import lag
from workers.react.intake import listen

pytestmark = pytest.mark.kafka


async def test_the_lag_of_the_intake_is_told_while_it_runs(
    world: World, kafka_settings: KafkaSettings
) -> None:
    name = f"{kafka_settings.topic_prefix}{TOPIC}"
    intake = replace(world.intake(), topic_prefix=kafka_settings.topic_prefix)
    async with open_topics(kafka_settings) as topics:
        await topics.create_missing([TopicSpec(name, 1, 1)])
    events = [numbered(number) for number in range(5)]
    async with RecordProducer(kafka_settings) as producer:
        await producer.send_all(
            [Record(name, one.key.encode(), one.data, to_headers(one)) for one in events]
        )
    listening = asyncio.create_task(listen(intake, kafka_settings))
    try:
        async with asyncio.timeout(30):
            while len(await world.rows()) < 5:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert await lag.by_topic() == {name: 0}
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
    assert await lag.by_topic() == {}
