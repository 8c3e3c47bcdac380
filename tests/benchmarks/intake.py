"""W7, second half: from Kafka to the inbox through the intake, beside raw getmany and insert."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from adapters.kafka.producer import RecordProducer
from adapters.kafka.settings import KafkaSettings
from adapters.store import inbox
from adapters.store.engine import Store
from adapters.store.outbox import NewRecord
from events import catalogue
from tests.benchmarks.material import EVENT_BYTES, EVENT_TYPE, REACTION_NAME, configured
from tests.benchmarks.progress import total, until
from tests.benchmarks.relay import KEYS, new_topic, outbox_rows, produce, raw_producer
from tests.benchmarks.rounds import Goal, Moment, Sample, Workload
from tests.benchmarks.stores import new_store
from workers.clock import SystemClock
from workers.react import intake
from workers.react.intake import MAX_RECORDS, Intake
from workers.telemetry import metrics

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
                "the FastStream batch subscriber: envelope checked, a span each (not kept), known "
                "events looked up, inserted (synchronous=FULL), measured"
            ),
        },
        contenders={
            "raw getmany + insert": partial(_raw, kafka, folder, rows),
            "tiebeam intake": partial(_ours, kafka, folder, rows),
        },
        goals=[Goal("tiebeam intake", "raw getmany + insert", 0.5, _cause)],
        warm_up=partial(_ours, kafka, folder, rows[:100]),
    )


async def _filled_topic(kafka: KafkaSettings, rows: Sequence[NewRecord]) -> KafkaSettings:
    fresh = await new_topic(kafka)
    async with raw_producer(fresh) as producer:
        await produce(producer, fresh, rows)
    return fresh


class _Clock(SystemClock):
    """The system's clock, which remembers its first look: the first record is being read."""

    began: Moment | None = None

    def now(self) -> datetime:
        self.began = self.began or Moment.start()
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
        read = partial(total, metrics.EVENTS_RECEIVED)
        all_read = read() + len(rows)
        store.forget()
        broker = intake.consumer(needs, fresh)
        await broker.start()
        try:
            await until(read, all_read)
        finally:
            await broker.stop()  # ends when the last batch is stored and committed
        await _check_stored(store, len(rows))
        assert clock.began is not None
        return {
            "tiebeam intake": clock.began.sample(
                len(rows), store.written_at, writes=store.writes, writing=store.writing
            )
        }


async def _check_stored(store: Store, events: int) -> None:
    async with store.read() as tx:
        counts = await inbox.counts(tx)
    assert counts == {(REACTION_NAME, "pending"): events}, f"not each event once: {counts}"


async def _raw(
    kafka: KafkaSettings, folder: Path, rows: Sequence[NewRecord]
) -> Mapping[str, Sample]:
    fresh = await _filled_topic(kafka, rows)
    topic = catalogue.topic_of(EVENT_TYPE, fresh.topic_prefix)
    consumer: Any = AIOKafkaConsumer(
        topic,
        **fresh.client_options(),
        group_id=f"{fresh.topic_prefix}raw",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    async with new_store(folder) as store:
        await consumer.start()
        try:
            with closing(_connect(store)) as connection:
                sample = await _consume(consumer, connection, len(rows))
        finally:
            await consumer.stop()
        await _check_stored(store, len(rows))
    return {"raw getmany + insert": sample}


def _connect(store: Store) -> sqlite3.Connection:
    connection = sqlite3.connect(store.place.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


async def _consume(consumer: Any, connection: sqlite3.Connection, events: int) -> Sample:
    began: Moment | None = None
    stored = 0
    while True:
        batches = await consumer.getmany(timeout_ms=200, max_records=MAX_RECORDS)
        records = [record for batch in batches.values() for record in batch]
        if not records:
            continue
        began = began or Moment.start()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(RAW_INSERT, map(_raw_row, records))
        connection.execute("COMMIT")
        stored += len(records)
        if stored == events:
            return began.sample(events)
        await consumer.commit(
            {partition: batch[-1].offset + 1 for partition, batch in batches.items()}
        )


def _raw_row(record: ConsumerRecord) -> tuple[object, ...]:
    headers = [(name, text.decode()) for name, text in record.headers]
    found = dict(headers)
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
    return (
        REACTION_NAME,
        found["ce_id"],
        found["ce_type"],
        found["ce_subject"],
        record.key.decode(),
        int(found["ce_sequence"]),
        now,
        now,
        found["traceparent"],
        orjson.dumps(headers).decode(),
        record.value,
    )


def _cause(sample: Sample) -> str:
    facts = sample.facts
    return (
        f"{sample.cpu:.1f} of the {sample.seconds:.1f} s were CPU time "
        f"({sample.cpu / sample.items * 1e6:.0f} µs a record), nearly all on one core; "
        f"SQLite was being written to for {facts['writing']:.1f} s in {facts['writes']:.0f} "
        "transactions"
    )
