"""W7, second half: from Kafka to the inbox through the intake, beside raw getmany and insert."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from adapters.kafka.producer import RecordProducer
from adapters.kafka.settings import KafkaSettings
from adapters.store import inbox
from adapters.store.engine import Store
from adapters.store.outbox import NewRecord
from events import catalogue
from tests.benchmarks.material import EVENT_BYTES, EVENT_TYPE, REACTION_NAME, configured
from tests.benchmarks.relay import KEYS, new_topic, outbox_rows, produce, raw_producer
from tests.benchmarks.rounds import Goal, Sample, Stopwatch, Workload
from tests.benchmarks.stores import CountingStore, new_store
from workers.clock import SystemClock
from workers.react import intake
from workers.react.intake import MAX_RECORDS, Intake

RAW_INSERT = """
INSERT OR IGNORE INTO reactions
    (reaction, event_id, event_type, subject, ordering_key, sequence, mode, state, attempts,
     lease_token, received_at, updated_at, traceparent, headers, value)
VALUES (?, ?, ?, ?, ?, ?, 'live', 'pending', 0, 0, ?, ?, ?, ?, ?)
"""


def workload(kafka: KafkaSettings, folder: Path, records: int = 10_000) -> Workload:
    """The workload; `kafka` must be running."""
    rows = outbox_rows(records)
    return Workload(
        name="W7 intake",
        about=(
            f"{records:,} events of {EVENT_BYTES:,} bytes over {KEYS} keys from a topic of "
            f"{kafka.partitions} partitions into the inbox's table, {MAX_RECORDS} at most in a "
            "batch, each batch one transaction and then one commit of its offsets. Measured from "
            "the first record in hand, so that joining the group is not part of it. Proven in "
            "each round: every event stored."
        ),
        unit="records",
        rows={
            "raw getmany + insert": (
                "aiokafka and the standard library's sqlite3: one executemany a batch into the "
                "same table, from headers that are trusted (synchronous=FULL)"
            ),
            "tiebeam intake": (
                "the FastStream batch subscriber: envelope checked, a span each, known events "
                "looked up, inserted (synchronous=FULL), measured"
            ),
        },
        contenders={
            "raw getmany + insert": partial(_raw, kafka, folder, rows),
            "tiebeam intake": partial(_ours, kafka, folder, rows),
        },
        goals=[Goal("tiebeam intake", "raw getmany + insert", 0.5, _cause)],
    )


async def _filled_topic(kafka: KafkaSettings, rows: Sequence[NewRecord]) -> KafkaSettings:
    fresh = await new_topic(kafka)
    async with raw_producer(fresh) as producer:
        await produce(producer, fresh, rows)
    return fresh


class _Clock(SystemClock):
    """The system's clock, which remembers its first look: the first record is being read."""

    def __init__(self) -> None:
        self.looked = asyncio.Event()

    def now(self) -> datetime:
        self.looked.set()
        return super().now()


async def _ours(
    kafka: KafkaSettings, folder: Path, rows: Sequence[NewRecord]
) -> Mapping[str, Sample]:
    fresh = await _filled_topic(kafka, rows)
    async with new_store(folder) as store, RecordProducer(fresh) as producer:
        clock = _Clock()
        needs = Intake(
            store=store,
            clock=clock,
            dead_letters=producer,
            reactions=configured(client=None),
            topic_prefix=fresh.topic_prefix,
        )
        broker = intake.consumer(needs, fresh)
        await broker.start()
        try:
            await clock.looked.wait()
            with Stopwatch() as watch:
                await _stored(store, len(rows))
        finally:
            await broker.stop()
        return {
            "tiebeam intake": watch.sample(len(rows), writes=store.writes, writing=store.writing)
        }
