"""The intake: a FastStream consumer group that puts events into the inbox and then commits.

Its only work is one insert a batch, so it never holds a partition up. Nothing is committed before
it is stored; a record that cannot be read goes to the dead letters with the reason.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage
from faststream.message import StreamMessage
from faststream.security import (
    BaseSecurity,
    SASLOAuthBearer,
    SASLPlaintext,
    SASLScram256,
    SASLScram512,
)
from opentelemetry.trace import SpanKind

from adapters.kafka.diagnosis import told
from adapters.kafka.errors import KafkaProblem, KafkaRefused, KafkaUnavailable, NotAllowed
from adapters.kafka.permissions import Need, in_words, missing
from adapters.kafka.producer import RecordProducer
from adapters.kafka.records import Record
from adapters.kafka.settings import KafkaSettings
from adapters.store import inbox
from adapters.store.engine import Store
from adapters.store.errors import StoreError
from adapters.store.inbox import NewReaction
from events import catalogue
from events.envelope import Event, MalformedEvent, from_record
from workers import lag
from workers.clock import Clock
from workers.react.reaction import Configured, answering
from workers.react.row import row_for
from workers.telemetry import logs, metrics, tracing

GROUP = "tiebeam-react"
MAX_RECORDS = 500
STORE_PAUSE = 1.0
"""Seconds before a batch is read again that the store could not take."""

PERMISSION_PAUSE = 10.0
"""Seconds before it is tried again to read what we are not allowed to."""

WATCH_PAUSE = 60.0
"""Seconds between two looks whether a consumer that reads still may."""

START_GRACE = 5.0
"""Seconds that a consumer which is only starting is given to do so before it is stopped."""

log = logs.logger("intake")


@dataclass(frozen=True)
class Intake:
    """What the intake works with."""

    store: Store
    clock: Clock
    dead_letters: RecordProducer
    reactions: Mapping[str, Configured]
    topic_prefix: str


def topics(intake: Intake) -> list[str]:
    """Return the topics, with prefix, whose events some reaction answers."""
    return sorted({catalogue.topic_of(name, intake.topic_prefix) for name in _types(intake)})


def _types(intake: Intake) -> set[str]:
    return {name for one in intake.reactions.values() for name in one.reaction.event_types}


def group_id(intake: Intake) -> str:
    """Return the id of the consumer group."""
    return f"{intake.topic_prefix}{GROUP}"


def consumer(intake: Intake, kafka: KafkaSettings) -> KafkaBroker:
    """Build the FastStream broker whose one subscriber feeds the inbox. It is not started yet."""
    for name in _types(intake):
        metrics.EVENTS_RECEIVED.labels(name)  # 0 from the start: that none is taken must be seen
    broker = KafkaBroker(
        kafka.servers,  # FastStream takes a text for one server, whatever commas are in it
        security=security(kafka),
        sasl_oauth_token_provider=kafka.client_options().get("sasl_oauth_token_provider"),
        logger=None,
        graceful_timeout=10.0,
        parser=_raw,
        decoder=_undecoded,
    )
    subscriber = broker.subscriber(
        *topics(intake),
        group_id=group_id(intake),
        batch=True,
        max_records=MAX_RECORDS,
        ack_policy=AckPolicy.MANUAL,
        auto_offset_reset="earliest",
        rebalance_timeout_ms=60_000,
    )
    lag.follow(subscriber)

    @subscriber
    async def take_batch(message: KafkaMessage) -> None:
        await take(intake, message.raw_message, subscriber.consumer)

    return broker


async def listen(intake: Intake, kafka: KafkaSettings) -> None:
    """Feed the inbox until cancelled, through outages of the broker and lacking permissions.

    Raises:
        KafkaUnavailable: The broker went away before the consumer had begun.
    """
    while True:
        try:
            await _listen(intake, kafka)
        except NotAllowed as error:
            log.error("waiting for the permission", why=str(error))
            await intake.clock.sleep(PERMISSION_PAUSE)


async def _listen(intake: Intake, kafka: KafkaSettings) -> None:
    broker = consumer(intake, kafka)
    starting = asyncio.ensure_future(broker.start())
    try:
        async with told(kafka):
            # cut halfway, it would leave its connections open and its place in the group taken
            await asyncio.shield(starting)
        await _watch(intake, kafka)
    finally:
        await asyncio.shield(_leave(broker, starting))


async def _watch(intake: Intake, kafka: KafkaSettings) -> None:
    """Say it, now and then, when Kafka would not let us read any more: the consumer does not."""
    while True:
        await intake.clock.sleep(WATCH_PAUSE)
        try:
            lacked = in_words(kafka, await missing(kafka, needs(intake)))
        except KafkaProblem as error:
            lacked = str(error)
        if lacked is not None:
            log.error("the consumer may stand still", why=lacked)


def needs(intake: Intake) -> list[Need]:
    """Return what the consumer must be allowed."""
    group = Need("Group", group_id(intake), "Read")
    return [group, *(Need("Topic", name, "Read") for name in topics(intake))]


async def _leave(broker: KafkaBroker, starting: asyncio.Future[None]) -> None:
    await asyncio.wait({starting}, timeout=START_GRACE)
    starting.cancel()
    await broker.stop()


def security(kafka: KafkaSettings) -> BaseSecurity | None:
    """Return the Kafka settings' login in FastStream's words."""
    by_password = {
        "PLAIN": SASLPlaintext,
        "SCRAM-SHA-256": SASLScram256,
        "SCRAM-SHA-512": SASLScram512,
    }
    context = kafka.ssl_context()
    if kafka.sasl_mechanism is None:
        return BaseSecurity(ssl_context=context) if kafka.encrypted else None
    if kafka.sasl_mechanism not in by_password:
        return SASLOAuthBearer(ssl_context=context, use_ssl=kafka.encrypted)
    return by_password[kafka.sasl_mechanism](
        username=kafka.sasl_username or "",
        password=kafka.sasl_password or "",
        ssl_context=context,
        use_ssl=kafka.encrypted,
    )


async def take(intake: Intake, records: Sequence[ConsumerRecord], consumer: Any) -> None:
    """Store the records' reactions, bury the unreadable ones, and commit exactly these records.

    If the store or the broker cannot take them, the consumer goes back to the first of them. It
    does so whatever goes wrong: the next batch's commit would pass over these records.
    """
    try:
        rows, letters = _sorted(intake, records)
        if rows:
            async with intake.store.write("reactions") as tx:
                await inbox.add(tx, rows)
        # Last: in the inbox a record is known when it comes again, a letter would be doubled.
        await _bury(intake, letters)
    except Exception as error:
        known = isinstance(error, StoreError | KafkaProblem)
        why = str(error) if known else type(error).__name__
        log.error("batch not taken", records=len(records), why=why, exc_info=not known)
        await intake.clock.sleep(STORE_PAUSE)
        _go_back(records, consumer)
        return
    await _commit(records, consumer)


def _sorted(
    intake: Intake, records: Sequence[ConsumerRecord]
) -> tuple[list[NewReaction], list[Record]]:
    rows: list[NewReaction] = []
    letters: list[Record] = []
    for record in records:
        try:
            event = from_record(record.key, record.value, record.headers)
            rows += _rows(intake, event)
        except MalformedEvent as error:
            letters.append(_dead_letter(intake, record, str(error)))
    return rows, letters


def _rows(intake: Intake, event: Event) -> list[NewReaction]:
    metrics.EVENTS_RECEIVED.labels(event.type).inc()
    answers = answering(intake.reactions, event.type, event.source)
    if event.backfill:  # history was asked for to be read; to act on it must be asked for too
        answers = [one for one in answers if one.settings.backfill]
    if not answers:
        return []
    now = intake.clock.now()
    with tracing.span(
        f"take {event.type}",
        kind=SpanKind.CONSUMER,
        parent=tracing.carried({"traceparent": event.traceparent, "tracestate": event.tracestate}),
        attributes={
            "messaging.system": "kafka",
            "messaging.operation.type": "process",
            "messaging.operation.name": "take",
            "messaging.destination.name": catalogue.topic_of(event.type, intake.topic_prefix),
            "messaging.message.id": event.id,
        },
    ):
        carrier = tracing.carry()
    return [row_for(one, event, carrier, now) for one in answers]


def _dead_letter(intake: Intake, record: ConsumerRecord, reason: str) -> Record:
    metrics.DEAD_LETTERS.labels(record.topic).inc()
    at = f"{record.topic}/{record.partition}/{record.offset}"
    log.error("record not readable", at=at, why=reason)
    return Record(
        topic=f"{intake.topic_prefix}{catalogue.DEAD_LETTERS}",
        key=record.key or at.encode(),
        value=record.value or b"",
        headers=[
            *((name, value) for name, value in record.headers if isinstance(value, bytes)),
            ("tiebeam-dead-reason", reason.encode()),
            ("tiebeam-dead-from", at.encode()),
        ],
    )


async def _bury(intake: Intake, letters: Sequence[Record]) -> None:
    if not letters:
        return
    results = await intake.dead_letters.send_all(letters)
    if any(isinstance(result.error, KafkaRefused) for result in results):
        # Most likely too large for us to send: told again and again it would end the consuming.
        left = zip(letters, results, strict=True)
        stubs = [_stub(letter) for letter, result in left if not result.acknowledged]
        results = await intake.dead_letters.send_all(stubs)
    for result in results:
        if not result.acknowledged:
            raise result.error or KafkaUnavailable("the dead letters were not taken")


def _stub(letter: Record) -> Record:
    """Keep of a dead letter what tells why it is one and where its record stands."""
    kept = {name: value for name, value in letter.headers if name.startswith("tiebeam-dead-")}
    size = f"left out, {len(letter.value or b'')} bytes".encode()
    return Record(
        topic=letter.topic,
        key=kept["tiebeam-dead-from"],
        value=b"",
        headers=[*kept.items(), ("tiebeam-dead-value", size)],
    )


def _go_back(records: Sequence[ConsumerRecord], consumer: Any) -> None:
    first: dict[TopicPartition, int] = {}
    for record in records:
        partition = TopicPartition(record.topic, record.partition)
        first[partition] = min(first.get(partition, record.offset), record.offset)
    for partition, offset in first.items():
        # a partition that was taken away meanwhile starts at its committed offset anyway
        with contextlib.suppress(IllegalStateError):
            consumer.seek(partition, offset)


async def _commit(records: Sequence[ConsumerRecord], consumer: Any) -> None:
    after: dict[TopicPartition, int] = {}
    for record in records:
        partition = TopicPartition(record.topic, record.partition)
        after[partition] = max(after.get(partition, 0), record.offset + 1)
    try:
        await consumer.commit(after)
    except (IllegalStateError, KafkaError) as error:
        # The records come again and are known by then: the inbox takes each event once.
        log.warning("offsets not committed", why=type(error).__name__)


async def _raw(records: tuple[ConsumerRecord, ...], original: Any) -> StreamMessage[Any]:
    # FastStream's own parser raises on headers that are not UTF-8, and the records would be lost
    return StreamMessage(raw_message=records, body=b"", headers={})


async def _undecoded(message: StreamMessage[Any], original: Any) -> None:
    return None
