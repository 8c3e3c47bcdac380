"""Announcements: the row of the outbox carries the whole event, so that nothing else is needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from events import envelope
from events.building import new_event
from events.catalogue import EVENT_TYPES, UnknownEventType
from events.envelope import Event
from events.plentific import InvoiceData
from tests.events import samples
from workers import announce

NOW = datetime(2026, 3, 2, 9, 30, 15, 250000, tzinfo=UTC)


def event(**changes: Any) -> Event:
    values: dict[str, Any] = {
        "connection": "repairs",
        "entity_id": "i-1",
        "transition": "received",
        "data": InvoiceData(invoice=samples.invoice()),
        "sequence": 7,
        "time": NOW,
        "detected_at": NOW,
        "key": "wo-1",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }
    return new_event("plentific.invoice.received", **(values | changes))


def test_a_row_can_be_read_back_as_the_event() -> None:
    told = event()

    row = announce.row(told, NOW)

    headers = [(name, text.encode()) for name, text in row.headers]
    assert envelope.from_record(row.key.encode(), row.value, headers) == told
    assert (row.event_id, row.key, row.created_at) == (told.id, "wo-1", NOW)


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_the_topic_is_the_types_own_without_a_prefix(name: str) -> None:
    row = announce.row(samples.event(name), NOW)

    assert row.topic == EVENT_TYPES[name].topic


def test_headers_beyond_ascii_survive() -> None:
    told = event(entity_id="Straße 5 £")

    row = announce.row(told, NOW)

    assert dict(row.headers)["ce_subject"] == "Straße 5 £"


def test_an_event_of_no_known_type_is_refused() -> None:
    with pytest.raises(UnknownEventType, match="no event type is named"):
        announce.row(replace(event(), type="plentific.invoice.lost"), NOW)
