"""Compares paid Plentific invoices with the charges in essensys that should have come of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from adapters.http.errors import NotFound, Unsendable
from adapters.plentific.client import PlentificClient
from adapters.store import dialects
from events.base import parse_instant
from events.building import new_event
from events.envelope import Event
from events.plentific import Invoice, InvoiceData
from workers.detect.plentific.invoices import invoice_row_state, invoice_state
from workers.detect.stream import Facts
from workers.react.effects import charges_compared
from workers.react.effects.charge_sheet import PlannedCharge
from workers.react.reaction import Blocked, Effect, Place, Reach, Reconcile
from workers.react.reconciliation import Finding, Reconciliation

READ_AT_ONCE = 50
"""Invoices whose details are read at the same time."""
MOST_LINES = 100
"""An invoice paid earlier explains charges for so many lines of its own."""

Plan = Callable[[Event, Any, Place, None], list[Effect]]
Stamp = Callable[[str, str, int], str]


@dataclass
class _Expected:
    """What should be there, what cannot be told, and the stamps of what is not compared."""

    calls: list[PlannedCharge] = field(default_factory=list)
    unclear: list[Finding] = field(default_factory=list)
    explained: set[str] = field(default_factory=set)


def reconciling(plan: Plan, stamp: Stamp) -> Reconcile:
    """A function that compares both systems.

    Args:
        plan: What should come of the event that an invoice was paid.
        stamp: What a line's charge is known by: of the connection, the invoice and the line.
    """

    async def reconcile(reach: Reach, settings: Any, since: datetime | None) -> Reconciliation:
        expected = await _expected(reach, settings, since, plan, stamp)
        client = reach.target.client
        there = await charges_compared.held(client, since.date() if since else None)
        wrong = charges_compared.compare(expected.calls, there, client, expected.explained)
        compared = len(expected.calls) + len(expected.unclear)
        return Reconciliation(compared, [*expected.unclear, *wrong])

    return reconcile


async def _expected(
    reach: Reach, settings: Any, since: datetime | None, plan: Plan, stamp: Stamp
) -> _Expected:
    client: PlentificClient = reach.source.client
    expected = _Expected()
    wanted: list[str] = []
    async for page in client.list_invoices(status="paid"):
        for row in page.rows:
            shown = invoice_row_state(row)
            if since and shown["paid_on"] and parse_instant(shown["paid_on"]) < since:
                lines = range(1, MOST_LINES + 1)
                place = reach.source.connection
                expected.explained.update(stamp(place, shown["uuid"], line) for line in lines)
            else:
                wanted.append(shown["uuid"])
    for part in dialects.chunks(list(dict.fromkeys(wanted)), READ_AT_ONCE):
        for invoice in await asyncio.gather(*(_invoice(reach, uuid) for uuid in part)):
            if isinstance(invoice, Finding):
                expected.unclear.append(invoice)
            elif invoice is not None:
                _plan(expected, invoice, reach, settings, plan)
    return expected


async def _invoice(reach: Reach, uuid: str) -> Invoice | Finding | None:
    source = reach.source
    try:
        detail = await source.client.get_invoice(uuid)
        facts = Facts(source.connection, source.currency, source.timezone)
        return Invoice.model_validate(invoice_state(detail, facts))
    except NotFound:
        return None
    except ValidationError:
        return Finding("missing", f"invoice {uuid}", (), "it lacks what an event must have")


def _plan(expected: _Expected, invoice: Invoice, reach: Reach, settings: Any, plan: Plan) -> None:
    try:
        effects = plan(_paid(invoice, reach), settings, reach.target, None)
    except (Blocked, Unsendable) as error:
        expected.unclear.append(Finding("missing", f"invoice {invoice.number}", (), str(error)))
        return
    expected.calls += [effect.call for effect in effects]


def _paid(invoice: Invoice, reach: Reach) -> Event:
    at = invoice.paid_on or datetime.now(UTC)
    return new_event(
        "plentific.invoice.paid",
        connection=reach.source.connection,
        entity_id=invoice.uuid,
        transition="reconciled",
        data=InvoiceData(invoice=invoice),
        sequence=1,
        time=at,
        detected_at=at,
    )
