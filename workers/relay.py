"""The relay: moves outbox rows to their topics, in key order, and forgets none.

A row is marked published only after all in-sync replicas have it. Whatever happens in between, it
is sent again with the same `ce_id`. While the broker is away, rows wait.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from opentelemetry.trace import SpanKind

from adapters.kafka.errors import KafkaUnavailable, NotLetIn
from adapters.kafka.producer import RecordProducer
from adapters.kafka.records import Record
from adapters.store import outbox
from adapters.store.engine import Store
from adapters.store.errors import StoreError
from adapters.store.outbox import OutboxRow
from events import catalogue
from workers.clock import Clock
from workers.crew import Crew
from workers.lease import run_under_lease
from workers.telemetry import logs, metrics, pulse, tracing

BATCH = 500
IDLE = 0.5
"""Seconds between two looks at an empty outbox when no writer in this process rings."""
KEEP_PUBLISHED = timedelta(days=7)
PURGE_BATCH = 1_000
LONGEST_PASS = timedelta(seconds=30)
LOGIN_PAUSE = 15.0
"""Seconds between two tries where login or permission fails: more would have us locked out."""
TOPICS = frozenset(catalogue.all_topics(""))
OTHERS = "relay/*"
PARTS = (*(f"relay/{topic}" for topic in sorted(TOPICS)), OTHERS)
"""The parts of the outbox, each with a lease of its own: the topics, and all that another version
may have written."""
PURGE_PAUSE = 3600.0
"""Seconds between two clean-ups."""

log = logs.logger("relay")


@dataclass(frozen=True)
class Relay:
    """What the relay works with."""

    store: Store
    producer: RecordProducer
    clock: Clock
    topic_prefix: str
    crew: Crew


async def run(relay: Relay) -> None:
    """Move rows until cancelled; each topic is moved by one relay of a store at a time."""
    with pulse.of("relay") as turned:
        while True:
            turned()
            try:
                wanted = relay.crew.ours(PARTS)
                if wanted:
                    work = partial(_drain, relay, wanted, turned)
                    await run_under_lease(relay.crew.lessee, wanted, work)
            except StoreError as error:
                log.error("store not usable", why=str(error))
            await relay.clock.sleep(IDLE)


async def _drain(
    relay: Relay, wanted: Sequence[str], turned: Callable[[], None], held: Collection[str]
) -> None:
    """Move the rows of some parts, until others are this relay's or could be had."""
    retry_at = None if len(held) == len(wanted) else relay.clock.now() + relay.crew.lessee.duration
    while relay.crew.ours(PARTS) == wanted:
        if retry_at is not None and relay.clock.now() > retry_at:
            return
        turned()
        seen = relay.store.notified("outbox")
        if await move_all(relay, held, turned) == 0:
            await relay.store.wait("outbox", timeout=IDLE, since=seen)


def _part_of(topic: str) -> str:
    return f"relay/{topic}" if topic in TOPICS else OTHERS


def _choice(parts: Collection[str]) -> outbox.Choice:
    """The topics of parts; those that this version does not know belong to one of them."""
    if OTHERS in parts:
        return outbox.Choice(but=[one for one in TOPICS if _part_of(one) not in parts])
    return outbox.Choice(only=[one for one in TOPICS if _part_of(one) in parts])


async def move_all(
    relay: Relay, parts: Collection[str] | None = None, turned: Callable[[], None] = lambda: None
) -> int:
    """Go through the outbox once, oldest rows first; return how many were published.

    After half a minute it leaves the rest for the next time. `turned` is called for each batch.

    A row that the broker refuses holds back the later rows of its key, and no others. When the
    broker is away, the rest waits.
    """
    choice = _choice(PARTS if parts is None else parts)
    end = relay.clock.now() + LONGEST_PASS
    moved, after = 0, 0
    held: set[tuple[str, str]] = set()
    while True:
        async with relay.store.read() as tx:
            rows = await outbox.unpublished(tx, BATCH, after=after, topics=choice)
        free = [row for row in rows if (row.topic, row.key) not in held]
        published, away = await _move(relay, free)
        moved += len(published)
        turned()
        if away or len(rows) < BATCH or relay.clock.now() > end:
            return moved
        after = rows[-1].id
        done = {row.id for row in published}
        held |= {(row.topic, row.key) for row in free if row.id not in done}


async def _move(relay: Relay, rows: Sequence[OutboxRow]) -> tuple[list[OutboxRow], bool]:
    """Publish rows and mark those acknowledged; return them, and whether the broker was away."""
    if not rows:
        return [], False
    published, away = await _publish(relay, rows)
    if published:
        async with relay.store.write() as tx:
            await outbox.mark_published(tx, [row.id for row in published], relay.clock.now())
        _measure(relay, published)
    return published, away


async def _publish(relay: Relay, rows: Sequence[OutboxRow]) -> tuple[list[OutboxRow], bool]:
    with ExitStack() as spans:
        records = [_record(relay, row, spans) for row in rows]
        results = await relay.producer.send_all(records)
    failed = [result.error for result in results if result.error is not None]
    if failed:
        log.warning("broker did not take all", rows=len(failed), why=str(failed[0]))
    if any(isinstance(error, NotLetIn) for error in failed):
        await relay.clock.sleep(LOGIN_PAUSE)
    published = [row for row, result in zip(rows, results, strict=True) if result.acknowledged]
    return published, any(isinstance(error, KafkaUnavailable) for error in failed)


def _record(relay: Relay, row: OutboxRow, spans: ExitStack) -> Record:
    topic = f"{relay.topic_prefix}{row.topic}"
    headers = dict(row.headers)
    spans.enter_context(
        tracing.span(
            f"publish {row.topic}",
            kind=SpanKind.PRODUCER,
            parent=tracing.carried(headers),
            attributes={
                "messaging.system": "kafka",
                "messaging.operation.type": "send",
                "messaging.operation.name": "publish",
                "messaging.destination.name": topic,
                "messaging.message.id": row.event_id,
                "messaging.kafka.message.key": row.key,
            },
        )
    )
    headers |= tracing.carry()
    return Record(
        topic=topic,
        key=row.key.encode(),
        value=row.value,
        headers=[(name, text.encode()) for name, text in headers.items()],
    )


def _measure(relay: Relay, published: Sequence[OutboxRow]) -> None:
    now = relay.clock.now()
    for row in published:
        metrics.EVENTS_PUBLISHED.labels(row.topic).inc()
        metrics.PUBLISH_SECONDS.labels(row.topic).observe((now - row.created_at).total_seconds())


async def purge(store: Store, clock: Clock) -> None:
    """Delete rows published more than a week ago, now and then, until cancelled."""
    while True:
        deleted = 0
        try:
            async with store.write() as tx:
                deleted = await outbox.purge(tx, clock.now() - KEEP_PUBLISHED, PURGE_BATCH)
        except StoreError as error:
            log.error("store not usable", why=str(error))
        if deleted < PURGE_BATCH:
            await clock.sleep(PURGE_PAUSE)
