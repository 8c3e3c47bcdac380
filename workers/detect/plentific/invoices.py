"""The invoices of Plentific: received, paid, overdue, edited.

The listing cannot be filtered by change and its rows show no amounts: what they do not show is
found by reading details in rotation.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from adapters.http.models import Detail
from adapters.http.paging import Page
from adapters.plentific.client import PlentificClient
from adapters.plentific.models import invoices
from events.base import json_form, parse_instant
from events.plentific import Invoice, InvoiceStatus
from workers.detect.plentific.values import instant, latest_of, plain
from workers.detect.stream import (
    Cadence,
    Change,
    Facts,
    Json,
    Known,
    Stream,
    Told,
    Transition,
    history_before,
)

RECENT = timedelta(days=2)
"""The date filters name neither their zone nor whether their ends belong: look further back."""

ENDED_INVOICES = frozenset({"paid", "cancelled"})


def list_invoices(client: PlentificClient, filters: Mapping[str, Any]) -> AsyncIterable[Page]:
    """List invoices (document: "List all invoices")."""
    return client.list_invoices(**filters)


def recent_invoices(now: datetime) -> Sequence[Mapping[str, date]]:
    """Return the filters that show new and newly paid invoices."""
    day = (now - RECENT).date()
    return ({"paid_from": day}, {"created_from": day})


async def read_invoice(client: PlentificClient, uuid: str) -> Detail[invoices.Invoice]:
    """Read one invoice (document: "Retrieve invoice details")."""
    return await client.get_invoice(uuid)


def invoice_row_state(row: Json) -> Json:
    """Return what a listing row says of an invoice, in the words of its events."""
    status, raw = InvoiceStatus.read(row.get("status"))
    return {
        "uuid": row["uuid"],
        "status": status.value,
        "status_raw": raw,
        "created": instant(row.get("created")),
        "due_date": row.get("due_date"),
        "paid_on": instant(row.get("paid_on")),
        "service_date": instant(row.get("service_date")),
        "external_reference": row.get("external_reference"),
        "work_order_uuid": row.get("work_order_uuid"),
    }


def invoice_state(detail: Detail[invoices.Invoice], facts: Facts) -> Json:
    """Return an invoice as its events carry it.

    Raises:
        pydantic.ValidationError: The detail lacks what an event must have, such as an amount.
    """
    read = detail.model
    job, order = read.job_address, read.work_order
    billed = read.recipient.billing_address if read.recipient else None
    invoice = Invoice.model_validate(
        {
            "uuid": read.uuid,
            "number": read.id,
            "invoice_type": read.invoice_type,
            "status": read.status,
            "created": read.created,
            "due_date": read.due_date,
            "paid_on": read.paid_on,
            "service_date": read.service_date,
            "approval_completion_date": read.approval_completion_date,
            "external_reference": read.external_reference,
            "account_code": read.account_code,
            "payment_reference": read.payment_reference,
            "currency": facts.currency,
            "items": [_item(line, item) for line, item in enumerate(read.items, start=1)],
            "total_excluding_tax": read.total_excluding_tax,
            "total_tax": read.total_tax,
            "total_including_tax": read.total_including_tax,
            "tax_withheld": read.tax_withheld,
            "outstanding_amount": read.outstanding_amount,
            "property_uuid": job.property_uuid if job else None,
            "property_external_reference": job.external_reference if job else None,
            "work_order_uuid": order.uuid if order else None,
            "work_order_external_reference": order.external_reference if order else None,
            "organisation_uuid": billed.organisation_uuid if billed else None,
            "sender_name": read.sender.name if read.sender else None,
        }
    )
    return json_form(invoice)


def _item(line: int, item: invoices.InvoiceItem) -> Json:
    metadata = plain(item.metadata or {})
    return {
        "line": line,
        "type": item.type,
        "description": item.description,
        "quantity": item.quantity,
        "unit_price": item.unit_price,
        "vat_percent": item.vat,
        "amount_including_tax": item.amount_including_tax,
        "account_code": metadata.get("account_code"),
        "resident_recharge": metadata.get("resident_recharge"),
        "metadata": metadata,
    }


def invoice_told(change: Change) -> Told:
    """Tell that an invoice was received, paid, became overdue or was edited.

    One seen for the first time was received, and if it is paid or overdue it became so as well.
    A payment that is shown, taken back and shown again under the same date is told once.
    """
    if change.before is None:
        return _first_sight_of_invoice(change)
    payments = _payments_known(change.before)
    marks = {"payments": payments} if payments else {}
    now, previous = change.after, change.edits
    if not previous:
        return Told([], marks)
    turned = "status" in previous or "status_raw" in previous
    if turned and now["status"] == "paid" and _second(now["paid_on"]) not in payments:
        return Told([_paid(change, previous)], marks)
    if turned and now["status"] == "overdue":
        return Told([_overdue(change, previous)], marks)
    edited = Transition("plentific.invoice.updated", change.next_version, None, now, previous)
    return Told([edited], marks)


def _payments_known(before: Known) -> list[str]:
    """Return the dates of payments that were told, or were there before the baseline."""
    paid_on = _second(before.state["paid_on"]) if before.state["status"] == "paid" else None
    known: list[str] = before.marks.get("payments", [])
    return known if paid_on is None or paid_on in known else [*known, paid_on]


def _second(instant: str | None) -> str | None:
    # details show fractions of a second, rows do not
    return instant and instant[: len("2023-01-19T08:10:58")]


def _first_sight_of_invoice(change: Change) -> Told:
    now = change.after
    received = Transition(
        "plentific.invoice.received", "received", parse_instant(now["created"]), now, None
    )
    happened = [received]
    if now["status"] == "paid":
        happened.append(_paid(change, {"status": None, "paid_on": None}))
    if now["status"] == "overdue":
        happened.append(_overdue(change, {"status": None}))
    return history_before(change.baseline, happened)


def _paid(change: Change, previous: Json) -> Transition:
    paid_on = change.after["paid_on"]
    identity = f"paid/{paid_on}" if paid_on else f"paid/{change.next_version}"
    at = parse_instant(paid_on) if paid_on else None
    return Transition("plentific.invoice.paid", identity, at, change.after, previous)


def _overdue(change: Change, previous: Json) -> Transition:
    due = change.after["due_date"]
    day_after = date.fromisoformat(due) + timedelta(days=1) if due else None
    at = datetime.combine(day_after, time(), UTC) if day_after else None
    identity = f"overdue/{change.next_version}"
    return Transition("plentific.invoice.overdue", identity, at, change.after, previous)


INVOICES = Stream(
    name="invoices",
    provider="plentific",
    entity="invoice",
    id_field="uuid",
    pages=list_invoices,
    windows=recent_invoices,
    read=read_invoice,
    row_state=invoice_row_state,
    happened=latest_of("created", "paid_on"),
    state=invoice_state,
    agree=("status", "status_raw"),
    live=lambda state: state["status"] not in ENDED_INVOICES,
    ordering_key=lambda state: state["work_order_uuid"] or state["uuid"],
    told=invoice_told,
    cadence=Cadence(
        every=timedelta(seconds=60),
        sweep_every=timedelta(minutes=15),
        details_every=timedelta(hours=1),
    ),
)
