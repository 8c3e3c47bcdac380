"""The intake at a broker with logins: every kind of login reads, and a missing grant is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from adapters.kafka import groups
from adapters.kafka.producer import RecordProducer
from adapters.kafka.records import Record
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import TopicSpec, open_topics
from deploy.kafka.acls import Grant
from deploy.kafka.cluster import Cluster
from events.envelope import to_headers
from tests.logins import (
    FORGIVING,
    by_certificate,
    by_plain,
    by_scram,
    by_token,
    grant,
    grant_all,
    late_connections,
    token_server,
)
from tests.workers.react.taking import TOPIC, numbered
from tests.workers.react.world import World
from workers.react.intake import PERMISSION_PAUSE, WATCH_PAUSE, Intake, group_id, listen

pytestmark = [pytest.mark.kafka, pytest.mark.real_kafka, FORGIVING]


@pytest.fixture(autouse=True)
def _late_connections() -> Iterator[None]:
    with late_connections():
        yield


@asynccontextmanager
async def listening(intake: Intake, kafka: KafkaSettings) -> AsyncIterator[None]:
    task = asyncio.create_task(listen(intake, kafka))
    try:
        yield
        assert not task.done(), task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def publish(admin: KafkaSettings, prefix: str, number: int = 1) -> None:
    event = numbered(number)
    name = f"{prefix}{TOPIC}"
    async with open_topics(admin) as topics:
        await topics.create_missing([TopicSpec(name, 1, 1)])
    async with RecordProducer(admin) as producer:
        await producer.send_all([Record(name, event.key.encode(), event.data, to_headers(event))])


async def rows(world: World, count: int) -> None:
    """Wait until so many events stand in the inbox."""
    async with asyncio.timeout(20):
        while len(await world.rows()) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("login", [by_scram, by_plain, by_certificate])
async def test_the_intake_reads_by_every_login(
    world: World,
    secured_cluster: Cluster,
    topic_prefix: str,
    login: Callable[[Cluster], KafkaSettings],
) -> None:
    kafka = login(secured_cluster)
    await grant_all(secured_cluster, kafka, topic_prefix)
    await publish(kafka, topic_prefix)

    async with listening(replace(world.intake(), topic_prefix=topic_prefix), kafka):
        await rows(world, 1)


async def test_the_intake_reads_on_by_tokens_that_end(
    world: World, secured_cluster: Cluster, topic_prefix: str
) -> None:
    async with token_server(life=1.0) as tokens:
        kafka = by_token(secured_cluster, tokens)
        await grant_all(secured_cluster, kafka, topic_prefix)
        await publish(kafka, topic_prefix)
        async with listening(replace(world.intake(), topic_prefix=topic_prefix), kafka):
            await rows(world, 1)
            given = tokens.given
            async with asyncio.timeout(20):
                while tokens.given < given + 2:
                    await groups.state(kafka, f"{topic_prefix}g")
            await publish(kafka, topic_prefix, 2)
            await rows(world, 2)


async def test_without_the_group_the_intake_says_so_waits_and_then_reads(
    world: World, secured_cluster: Cluster, topic_prefix: str
) -> None:
    kafka = by_scram(secured_cluster, "react")
    intake = replace(world.intake(), topic_prefix=topic_prefix)
    await publish(by_scram(secured_cluster, "admin"), topic_prefix)
    reading = Grant("react", "Topic", f"{topic_prefix}{TOPIC}", "Read")
    await grant(secured_cluster, kafka, [reading])

    with capture_logs() as logged:
        async with listening(intake, kafka):
            await world.clock.until_asleep()
            (line,) = (one for one in logged if one["event"] == "waiting for the permission")
            assert f"react by SCRAM-SHA-512 use the group {group_id(intake)}" in line["why"]
            assert await world.rows() == []

            await grant(secured_cluster, kafka, [Grant("react", "Group", group_id(intake), "Read")])
            world.clock.advance(seconds=PERMISSION_PAUSE)
            await rows(world, 1)

            secured_cluster.withdraw([reading])
            async with asyncio.timeout(10):
                while not any(one["event"] == "the consumer may stand still" for one in logged):
                    await world.clock.until_asleep()
                    world.clock.advance(seconds=WATCH_PAUSE)
                    await asyncio.sleep(0)
    line = logged[-1]
    assert f"no permission to Read on the topic {topic_prefix}{TOPIC}" in line["why"]
