"""The invoices of essensys Operate: issued, paid, updated.

A draft is listed elsewhere until it is approved, and keeps its creation date: when an invoice was
issued is not said, and it may have been made long before.
"""

from __future__ import annotations

from adapters.essensys.client import EssensysClient
from adapters.essensys.models import invoices
from adapters.http.models import Detail
from events.base import json_form
from events.essensys import Invoice
from workers.detect.changes import created_or_updated, turned
from workers.detect.essensys.shared import (
    OFTEN,
    created,
    day,
    lately_updated,
    listing,
    row_flag,
    row_instant,
    same_fields,
)
from workers.detect.stream import Facts, Json, Stream


def invoice_row_state(row: Json) -> Json:
    """Return what decides how an invoice is told, in the words of its events."""
    return {
        "invoice_id": row["invoiceid"],
        "paid": row_flag(row.get("paid")),
        "created": row_instant(row.get("creationdate")),
    }


def invoice_state(row: Detail[invoices.Invoice], facts: Facts) -> Json:
    """Return an invoice as its events carry it."""
    read = row.model
    named_otherwise = {
        "status_code": read.status,
        "paid": bool(read.paid),
        "paid_date": day(read.date_paid),
        "invoice_date": day(read.invoice_date),
        "due_date": day(read.due_date),
        "payments_and_credits": read.payments_credits,
        "currency": facts.currency,
    }
    shown = same_fields(read, Invoice)
    return json_form(Invoice.model_validate(shown | named_otherwise))


INVOICES = Stream(
    name="invoices",
    provider="essensys",
    entity="invoice",
    id_field=EssensysClient.invoices.id_field,
    pages=listing(lambda client: client.invoices),
    windows=lately_updated,
    shows_changes=True,
    row=EssensysClient.invoices.model,
    row_state=invoice_row_state,
    happened=created,
    state=invoice_state,
    live=lambda state: not state["paid"],
    told=created_or_updated(
        "essensys.invoice", created="issued", special=turned("paid", True, "paid")
    ),
    cadence=OFTEN,
)
