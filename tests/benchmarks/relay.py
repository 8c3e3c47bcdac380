"""W7, first half: from the outbox to Kafka through the relay, beside raw aiokafka produce."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaProducer

from adapters.kafka.producer import RecordProducer
from adapters.kafka.settings import KafkaSettings
from adapters.kafka.topics import TopicSpec, open_topics
from adapters.store import outbox
from adapters.store.outbox import NewRecord
from events import catalogue
from tests.benchmarks.material import EVENT_BYTES, EVENT_TYPE, paid_invoices
from tests.benchmarks.progress import total, until
from tests.benchmarks.rounds import Goal, Moment, Sample, Workload
from tests.benchmarks.stores import new_store
from workers import announce, relay
from workers.clock import SystemClock
from workers.crew import Crew
from workers.lease import Lessee
from workers.relay import Relay
from workers.telemetry import metrics

KEYS = 500


def workload(kafka: KafkaSettings, folder: Path, records: int = 10_000) -> Workload:
    """The workload; `kafka` must be running."""
    rows = outbox_rows(records)
    return Workload(
        name="W7 relay",
        about=(
            f"{records:,} events of {EVENT_BYTES:,} bytes over {KEYS} keys to a new topic of "
            f"{kafka.partitions} partitions. Proven in each round: every record acknowledged, and "
            "marked as published."
        ),
        unit="records",
        rows={
            "raw produce": "aiokafka alone: send() of the same records, acks=all; keeps no account",
            "tiebeam relay": (
                "outbox rows read from SQLite, a span each (not kept), idempotent produce with "
                "acks=all in key order, marked as published (synchronous=FULL), measured"
            ),
        },
        contenders={
            "raw produce": partial(_raw, kafka, rows),
            "tiebeam relay": partial(_ours, kafka, folder, rows),
        },
        goals=[Goal("tiebeam relay", "raw produce", 0.5, _cause)],
        warm_up=partial(_ours, kafka, folder, rows[:100]),
    )


def outbox_rows(count: int) -> list[NewRecord]:
    """So many rows of the outbox."""
    return [announce.row(event, event.detected_at) for event in paid_invoices(count, KEYS)]


async def new_topic(kafka: KafkaSettings) -> KafkaSettings:
    """Make the events' topic under a new prefix; return the settings with that prefix."""
    fresh = replace(kafka, topic_prefix=f"{kafka.topic_prefix}{uuid4().hex[:8]}.")
    name = catalogue.topic_of(EVENT_TYPE, fresh.topic_prefix)
    async with open_topics(fresh) as topics:
        await topics.create_missing([TopicSpec(name, fresh.partitions, fresh.replication_factor)])
    return fresh


async def _raw(kafka: KafkaSettings, rows: Sequence[NewRecord]) -> Mapping[str, Sample]:
    fresh = await new_topic(kafka)
    async with raw_producer(fresh) as producer:
        began = Moment.start()
        await produce(producer, fresh, rows)
        return {"raw produce": began.sample(len(rows))}


@asynccontextmanager
async def raw_producer(kafka: KafkaSettings) -> AsyncIterator[Any]:
    """A connected aiokafka producer."""
    producer: Any = AIOKafkaProducer(**kafka.client_options(), acks="all")
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def produce(producer: Any, kafka: KafkaSettings, rows: Sequence[NewRecord]) -> None:
    """Send the rows' records and wait until all are acknowledged."""
    sent = [
        await producer.send(
            f"{kafka.topic_prefix}{row.topic}",
            row.value,
            row.key.encode(),
            headers=[(name, text.encode()) for name, text in row.headers],
        )
        for row in rows
    ]
    await asyncio.gather(*sent)


async def _ours(
    kafka: KafkaSettings, folder: Path, rows: Sequence[NewRecord]
) -> Mapping[str, Sample]:
    fresh = await new_topic(kafka)
    async with new_store(folder) as store, RecordProducer(fresh) as producer:
        async with store.write() as tx:
            await outbox.add(tx, rows)
        ours = Relay(
            store=store,
            producer=producer,
            clock=SystemClock(),
            topic_prefix=fresh.topic_prefix,
            crew=Crew("relay", Lessee(store, SystemClock(), "benchmark", timedelta(seconds=10))),
        )
        published = partial(total, metrics.EVENTS_PUBLISHED)
        all_published = published() + len(rows)
        store.forget()
        began = Moment.start()
        running = asyncio.create_task(relay.run(ours), name="relay")
        try:
            await until(published, all_published, running)
            sample = began.sample(
                len(rows), store.written_at, writes=store.writes, writing=store.writing
            )
        finally:
            running.cancel()
            await asyncio.wait({running})
        async with store.read() as tx:
            left = await outbox.backlog(tx)
        assert left.rows == 0, f"{left.rows} rows not published"
        return {"tiebeam relay": sample}


def _cause(sample: Sample) -> str:
    facts = sample.facts
    return (
        f"{sample.cpu:.1f} of the {sample.seconds:.1f} s were CPU time "
        f"({sample.cpu / sample.items * 1e6:.0f} µs a record), nearly all on one core; the rest is "
        "waiting for the broker and for SQLite, which was being written to for "
        f"{facts['writing']:.1f} s in {facts['writes']:.0f} transactions"
    )
