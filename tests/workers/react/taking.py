"""Batches of records, taken by the intake."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition

from adapters.kafka.records import SendResult
from adapters.store.inbox import NewReaction
from events.envelope import Event, to_headers
from tests.workers.react.invoices import paid
from tests.workers.react.world import (
    FakeConsumer,
)
from workers.react import intake as intake_module
from workers.react.intake import Intake, take

TOPIC = "plentific.invoices"
FIRST, SECOND = TopicPartition(TOPIC, 0), TopicPartition(TOPIC, 1)
DONE = SendResult(0, 0)


def numbered(number: int, **changes: Any) -> Event:
    return paid(uuid=f"invoice-{number}", **changes)


def waiting(event: Event) -> NewReaction:
    """The row by which an event waits to be recharged."""
    return NewReaction(
        reaction="recharge-paid-invoice",
        event_id=event.id,
        event_type=event.type,
        subject=event.subject,
        ordering_key=event.key,
        sequence=event.sequence,
        value=event.data,
        headers=[(name, text.decode()) for name, text in to_headers(event)],
        mode="live",
        received_at=event.detected_at,
        traceparent=event.traceparent,
    )


async def taken(
    intake: Intake, records: Sequence[ConsumerRecord], consumer: FakeConsumer
) -> FakeConsumer:
    """Take a batch; if it has to be read again, let the pause before that pass."""
    clock: Any = intake.clock
    taking = asyncio.create_task(take(intake, records, consumer))
    pausing = asyncio.create_task(clock.until_asleep())
    await asyncio.wait([taking, pausing], return_when=asyncio.FIRST_COMPLETED)
    if not taking.done():
        assert consumer.calls == [], "nobody goes back before the pause is over"
        clock.advance(seconds=intake_module.STORE_PAUSE)
    pausing.cancel()
    await asyncio.wait([taking, pausing])
    await taking
    return consumer
