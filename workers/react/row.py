"""Rows of the inbox: an event as it is kept for a reaction, and the event again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from adapters.store.inbox import InboxRow, NewReaction
from events.envelope import Event, from_record, header_texts
from workers.react.reaction import Configured


def row_for(
    one: Configured, event: Event, carrier: Mapping[str, str], now: datetime
) -> NewReaction:
    """Return the row by which a reaction will answer an event; `carrier` is its trace context."""
    return NewReaction(
        reaction=one.reaction.name,
        event_id=event.id,
        event_type=event.type,
        subject=event.subject,
        ordering_key=event.key,
        sequence=event.sequence,
        value=event.data,
        headers=header_texts(event),
        mode="live" if one.settings.mode == "live" else "dry-run",
        received_at=now,
        traceparent=carrier.get("traceparent", event.traceparent),
        parks=one.reaction.parks_key,
    )


def event_of(row: InboxRow) -> Event:
    """Return the event that an inbox row holds.

    Raises:
        MalformedEvent: The row was written by a version whose events this one cannot read.
    """
    headers = [(name, text.encode()) for name, text in row.headers]
    return from_record(row.ordering_key.encode(), row.value, headers)
