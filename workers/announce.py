"""Announcements: an event, detected or caused by us, becomes one row of the outbox."""

from __future__ import annotations

from datetime import datetime

from adapters.store.outbox import NewRecord
from events import catalogue, envelope
from events.envelope import Event


def row(event: Event, now: datetime) -> NewRecord:
    """Build the outbox row of an event. The topic is without prefix: the relay adds it."""
    return NewRecord(
        event_id=event.id,
        topic=catalogue.event_type(event.type).topic,
        key=event.key,
        value=event.data,
        headers=envelope.header_texts(event),
        created_at=now,
    )
