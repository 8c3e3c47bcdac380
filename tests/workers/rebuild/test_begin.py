"""From when on a stream tells what a rebuilt store does not know."""

from __future__ import annotations

from datetime import datetime, timedelta

from events.envelope import Event
from tests.events import samples
from workers.detect.registry import STREAMS
from workers.rebuild.begin import Witnesses

AT = datetime.fromisoformat("2026-03-02T09:30:00+00:00")
INVOICES, ORDERS = ("repairs", "invoices"), ("repairs", "work-orders")
TOPIC = "plentific.invoices"


def event(
    detected: timedelta, name: str = "plentific.invoice.received", **changes: object
) -> Event:
    return samples.event(name, connection="repairs", detected_at=AT + detected, **changes)


def heard(*events: tuple[timedelta, int], cut: tuple[int, ...] = ()) -> Witnesses:
    """Invoices' events by when they were detected and their partitions."""
    found = Witnesses([(TOPIC, partition) for partition in cut])
    for at, partition in events:
        found.hear(event(at), (TOPIC, partition))
    return found


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def test_a_stream_begins_with_its_own_first_event() -> None:
    begins = heard((minutes(5), 0), (minutes(2), 1), (minutes(9), 0)).begins()

    assert begins[INVOICES] == AT + minutes(2)
    assert {name for _, name in begins} == {
        stream.name for stream in STREAMS if stream.provider == "plentific"
    }


def test_history_witnesses_nothing() -> None:
    found = heard((minutes(5), 0))
    found.hear(event(minutes(1), backfill=True), (TOPIC, 0))

    assert found.begins()[INVOICES] == AT + minutes(5)


def test_a_stream_that_told_nothing_begins_with_the_connection_but_at_most_a_day_ago() -> None:
    young = heard((minutes(0), 0), (minutes(90), 0))
    old = heard((minutes(0), 0), (timedelta(days=3), 0))

    assert young.begins()[ORDERS] == AT
    assert old.begins()[ORDERS] == AT + timedelta(days=2)


def test_a_partition_that_lost_its_beginning_lets_the_stream_begin_later() -> None:
    whole = (minutes(1), 0), (minutes(30), 1), (minutes(60), 2)

    assert heard(*whole, cut=(1,)).begins()[INVOICES] == AT + minutes(30)
    assert heard(*whole, cut=(0, 1)).begins()[INVOICES] == AT + minutes(30)
    # nothing is left of what it told: it may have been anything up to the newest event
    assert heard(*whole, cut=(3,)).begins()[INVOICES] == AT + minutes(60)


def test_connections_have_nothing_to_do_with_each_other() -> None:
    found = heard((minutes(5), 0))
    other = samples.event(
        "facilitee.issue.reported", connection="places", detected_at=AT + minutes(1)
    )
    found.hear(other, ("facilitee.issues", 0))

    begins = found.begins()

    assert begins[INVOICES] == AT + minutes(5)
    assert begins["places", "issues"] == begins["places", "owners"] == AT + minutes(1)
    assert ("repairs", "issues") not in begins
