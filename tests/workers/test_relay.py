"""The relay's promise: in key order, and what the broker refuses holds up nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.kafka.producer import RecordProducer
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import TopicSpec, open_topics
from adapters.store import outbox
from adapters.store.engine import Store
from adapters.store.outbox import NewRecord
from tests.kafka import read_topic
from workers import relay
from workers.clock import SystemClock
from workers.crew import Crew
from workers.lease import Lessee
from workers.relay import Relay

pytestmark = pytest.mark.kafka


def record(number: int, topic: str, key: str) -> NewRecord:
    return NewRecord(f"event-{number}", topic, key, b"{}", [], SystemClock().now())


def relay_of(store: Store, producer: RecordProducer, prefix: str) -> Relay:
    clock = SystemClock()
    crew = Crew("relay", Lessee(store, clock, "me", timedelta(seconds=10)))
    return Relay(store, producer, clock, prefix, crew)


async def test_rows_that_are_refused_hold_back_their_own_keys_and_nobody_else(
    kafka_settings: KafkaSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "BATCH", 3)
    prefix = kafka_settings.topic_prefix
    async with open_topics(kafka_settings) as topics:
        await topics.create_missing([TopicSpec(f"{prefix}there", 3, 1)])
    refused = [record(number, "nowhere", f"r{number % 2}") for number in range(7)]
    fine = [record(number, "there", f"k{number % 2}") for number in range(10, 17)]
    async with Store.open(f"sqlite:///{tmp_path}/store.db") as store:
        await store.upgrade()
        async with store.write() as tx:
            await outbox.add(tx, refused + fine)
        async with RecordProducer(replace(kafka_settings, partitions=3)) as producer:
            moved = await relay.move_all(relay_of(store, producer, prefix))
        async with store.read() as tx:
            left = await outbox.unpublished(tx, 100)

    arrived = [
        row.key for row in await read_topic(kafka_settings.bootstrap_servers, f"{prefix}there")
    ]
    assert moved == len(fine)
    assert [row.event_id for row in left] == [one.event_id for one in refused]
    assert sorted(arrived) == sorted(one.key.encode() for one in fine)
