"""What the workloads are made of: events of a kilobyte, and a reaction of two calls to each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from events.base import to_json
from events.building import new_event
from events.envelope import Event
from events.plentific import InvoiceData
from tests.events.samples import invoice
from workers.react.effects import charge_sheet
from workers.react.effects.charge_sheet import PlannedCharge
from workers.react.reaction import (
    Configured,
    Effect,
    Place,
    Reaction,
    ReactionSettings,
)

EVENT_TYPE = "plentific.invoice.paid"
SOURCE, TARGET = "plentific", "operate"
REACTION_NAME = "benchmark"
CALLS = 2
"""Calls to the provider that the reaction makes for each event."""
EVENT_BYTES = 1024
"""Of an event's JSON value."""
PAID = datetime(2025, 3, 12, 11, 6, tzinfo=UTC)
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def paid_invoice() -> Event:
    """One event of `EVENT_BYTES`, as the detector writes it."""
    bare = InvoiceData(invoice=invoice(external_reference="x"), previous={"status": "approved"})
    padding = "x" * (EVENT_BYTES - len(to_json(bare)) + 1)
    return new_event(
        EVENT_TYPE,
        connection=SOURCE,
        entity_id=bare.invoice.uuid,
        transition="paid",
        data=InvoiceData(
            invoice=invoice(external_reference=padding), previous={"status": "approved"}
        ),
        sequence=1,
        time=PAID,
        detected_at=PAID,
        traceparent=TRACE,
    )


def paid_invoices(count: int, keys: int) -> list[Event]:
    """So many events over so many keys, in turn; each key's are numbered from 1 by `sequence`."""
    sample = paid_invoice()
    return [
        replace(
            sample,
            id=str(UUID(int=number + 1)),
            key=f"key-{number % keys}",
            sequence=number // keys + 1,
        )
        for number in range(count)
    ]


def with_hot_key(count: int, hot: int) -> list[Event]:
    """Events of as many keys, but so many of them, evenly among the others, of one key."""
    spread = sorted(
        paid_invoices(count, count), key=lambda event: (int(event.id[-8:], 16) * hot) % count
    )
    chosen = {event.id for event in spread[:hot]}
    found, numbers = [], defaultdict[str, int](int)
    for event in paid_invoices(count, count):
        key = "hot" if event.id in chosen else event.key
        numbers[key] += 1
        found.append(replace(event, key=key, sequence=numbers[key]))
    return found


def stamp(key: str, sequence: int, call: int) -> str:
    """The reference by which the provider is told which call of which event this is."""
    return f"{key} {sequence} {call}"


def charges_of(event: Event) -> list[PlannedCharge]:
    """The calls that an event needs, in order."""
    return [
        PlannedCharge(
            effect_key=f"benchmark/{event.id}/{call}",
            invoice_uuid=event.subject,
            line=call,
            account="277754",
            product="73",
            tax="5",
            quantity=Decimal(1),
            unit_price=Decimal("55.00"),
            currency="GBP",
            date_from=PAID,
            date_to=PAID + timedelta(minutes=call),
            reference=stamp(event.key, event.sequence, call),
        )
        for call in range(1, CALLS + 1)
    ]


def plan(event: Event, settings: Any, place: Place, _facts: None) -> list[Effect]:
    """Two charge sheets for each event."""
    return [Effect(call.effect_key, charge_sheet.KIND, call) for call in charges_of(event)]


REACTION = Reaction(
    name=REACTION_NAME,
    source_provider="plentific",
    target_provider="essensys",
    event_types=frozenset({EVENT_TYPE}),
    settings=ReactionSettings,
    plan=plan,
)


def configured(client: Any) -> dict[str, Configured]:
    """The reaction, live, with its effects at the place that the client calls."""
    settings = ReactionSettings(mode="live", source=SOURCE, target=TARGET)
    place = Place(TARGET, client, "GBP", "Europe/London")
    origin = Place(SOURCE, None, "GBP", "Europe/London")
    return {REACTION_NAME: Configured(REACTION, settings, origin, place)}
