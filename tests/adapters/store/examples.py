"""What the store's tests are made of: a moment, and one of each row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.bulk import Run, run_together
from adapters.store.entities import Entity
from adapters.store.hints import NewHint
from adapters.store.inbox import NewReaction
from adapters.store.outbox import NewRecord

NOW = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)


def within(tx: AsyncConnection) -> Run:
    """Steps are run within this transaction."""
    return partial(run_together, tx)


def an_entity(entity_id: str = "e-1", **changes: Any) -> Entity:
    """A work order that we have seen once."""
    given: dict[str, Any] = {
        "connection": "plentific",
        "kind": "work-order",
        "entity_id": entity_id,
        "ordering_key": entity_id,
        "version": 1,
        "row_fingerprint": "row-1",
        "row_seen_at": NOW,
        "state": {"status": "new"},
    }
    return Entity(**(given | changes))


def a_record(event_id: str = "event-1", **changes: Any) -> NewRecord:
    """An event on its way to its topic."""
    given: dict[str, Any] = {
        "event_id": event_id,
        "topic": "plentific.work-orders",
        "key": "wo-1",
        "value": b'{"work_order":{}}',
        "headers": [("ce_id", event_id), ("ce_type", "plentific.work_order.created")],
        "created_at": NOW,
    }
    return NewRecord(**(given | changes))


def a_reaction(event_id: str = "event-1", key: str = "wo-1", **changes: Any) -> NewReaction:
    """A paid invoice that a reaction has to answer."""
    given: dict[str, Any] = {
        "reaction": "recharge",
        "event_id": event_id,
        "event_type": "plentific.invoice.paid",
        "subject": "invoice-1",
        "ordering_key": key,
        "sequence": 3,
        "value": b'{"invoice":{}}',
        "headers": [("ce_id", event_id)],
        "mode": "live",
        "received_at": NOW,
    }
    return NewReaction(**(given | changes))


def a_hint(entity_id: str = "e-1", **changes: Any) -> NewHint:
    """A webhook said that a work order has changed."""
    given: dict[str, Any] = {
        "connection": "plentific",
        "kind": "work-order",
        "entity_id": entity_id,
        "received_at": NOW,
    }
    return NewHint(**(given | changes))
