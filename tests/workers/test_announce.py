"""Announcements: the row of the outbox carries the whole event, so that nothing else is needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from events import envelope
from events.catalogue import EVENT_TYPES, UnknownEventType
from tests.events import samples
from workers import announce

NOW = datetime(2026, 3, 2, 9, 30, 15, 250000, tzinfo=UTC)


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_a_row_can_be_read_back_as_the_event(name: str) -> None:
    event = samples.event(name)

    row = announce.row(event, NOW)

    headers = [(name, text.encode()) for name, text in row.headers]
    assert envelope.from_record(row.key.encode(), row.value, headers) == event
    assert (row.event_id, row.key, row.created_at) == (event.id, event.key, NOW)


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_the_topic_is_the_types_own_without_a_prefix(name: str) -> None:
    row = announce.row(samples.event(name), NOW)

    assert row.topic == EVENT_TYPES[name].topic


def test_headers_beyond_ascii_survive() -> None:
    event = samples.event("plentific.invoice.paid", entity_id="Straße 5 £")

    row = announce.row(event, NOW)

    assert dict(row.headers)["ce_subject"] == "Straße 5 £"


def test_an_event_of_no_known_type_is_refused() -> None:
    event = replace(samples.event("plentific.invoice.paid"), type="plentific.invoice.lost")

    with pytest.raises(UnknownEventType, match="no event type is named"):
        announce.row(event, NOW)
