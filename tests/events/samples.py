"""Real-looking data of every event type, after the examples in the providers' documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from events.base import EventModel
from events.building import new_event
from events.catalogue import EVENT_TYPES
from events.envelope import Event
from events.essensys import ChargeSheet, ChargeSheetData
from events.plentific import Invoice, InvoiceData, WorkOrder, WorkOrderData
from events.reactions import Reaction, ReactionData

WORK_ORDER_UUID = "131f86c8-4427-4579-8b63-b1c2f540d0a2"
INVOICE_UUID = "967fb16f-0273-45bb-9cce-45ef747526cf"
HAPPENED = datetime(2020, 3, 12, 11, 6, 13, 178151, tzinfo=UTC)
DETECTED = datetime(2020, 3, 12, 11, 7, tzinfo=UTC)


def work_order(**changes: Any) -> WorkOrder:
    """The work order of Plentific's document, as a detector would build it."""
    fields: dict[str, Any] = {
        "uuid": WORK_ORDER_UUID,
        "work_order_id": 1461,
        "status": "hired",
        "work_order_type": "MARKETPLACE",
        "created": "2023-01-19T08:10:58Z",
        "due_date": "2020-09-26 07:00:00+00:00",
        "is_emergency": True,
        "external_reference": "EG1234",
        "organisation_uuid": "49df3292-2767-44bb-80c5-285e8eb85c97",
        "property": {
            "uuid": "82e03dcc-bd93-41ea-a234-db5dfe8a4617",
            "external_reference": "EG1234",
            "type": "property",
        },
        "service": {
            "uuid": "15791638-f098-49ca-b1a6-40da5bc47255",
            "name": "Home Security Specialist",
        },
        "contractor": None,
        "account_code": "ACCOUNT-1",
        "faults": [
            {
                "uuid": "e7a4b13a-7a73-4711-8039-77bef9fb4840",
                "service_uuid": "15791638-f098-49ca-b1a6-40da5bc47255",
            }
        ],
        "tags": ["1300ac83-504b-48ad-88e8-c061ece90780"],
        "visitation_rules": ["PAIR_VISIT", "CONTACT_PM_BEFORE"],
        "is_background_check_required": True,
        "is_contractor_tax_withheld": True,
        "metadata": {"key1": "value1", "key2": 2},
        "state_history": [
            {"status": "new", "created": "2023-01-19T08:10:58Z"},
            {"status": "hired", "created": "2023-01-20T09:00:00.051000+00:00"},
        ],
    }
    return WorkOrder.model_validate(fields | changes)


def invoice(**changes: Any) -> Invoice:
    """The invoice of Plentific's document, as a detector would build it."""
    fields: dict[str, Any] = {
        "uuid": INVOICE_UUID,
        "number": "211706",
        "invoice_type": "job_invoice",
        "status": "paid",
        "created": "2020-02-28T01:41:58.538216Z",
        "due_date": date(2020, 3, 13),
        "paid_on": HAPPENED,
        "service_date": "2020-02-26T12:00:00Z",
        "approval_completion_date": "2020-03-06T12:00:00Z",
        "external_reference": "234567/1",
        "account_code": 23100,
        "payment_reference": "XYZ-0123",
        "currency": "GBP",
        "items": [
            {
                "line": 1,
                "type": "LABOUR",
                "description": "We do 2 inspections once a week.",
                "quantity": Decimal("1.0"),
                "unit_price": 55,
                "vat_percent": Decimal("20.0"),
                "amount_including_tax": Decimal("66.0"),
                "account_code": "8000",
                "resident_recharge": "1",
                "metadata": {"account_code": "8000", "resident_recharge": "1"},
            }
        ],
        "total_excluding_tax": 55,
        "total_tax": 11,
        "total_including_tax": 66,
        "tax_withheld": Decimal("16.5"),
        "outstanding_amount": 0,
        "property_uuid": "4f69c0c7-d288-49e7-8ccb-cfc3ffc3927d",
        "property_external_reference": "67895422/1",
        "work_order_uuid": WORK_ORDER_UUID,
        "work_order_external_reference": "12341234/1",
        "organisation_uuid": "2d238e20-d195-45a6-9a69-740b88404d10",
        "sender_name": "Boyer and Sons",
    }
    return Invoice.model_validate(fields | changes)


def charge_sheet(**changes: Any) -> ChargeSheet:
    """A charge sheet that recharges the invoice's first line."""
    fields: dict[str, Any] = {
        "charge_sheet_id": 452326,
        "account": "277754",
        "product": "73",
        "tax": "5",
        "quantity": "1",
        "unit_price": "55.0000",
        "net_amount": "55.00",
        "currency": "GBP",
        "date_from": "2020-02-26T12:00:00Z",
        "date_to": "2020-02-26T12:00:00Z",
        "reference": "Plentific 211706/1",
        "line": 1,
        "source_invoice_uuid": INVOICE_UUID,
        "effect_key": f"charge-sheet/operate/{INVOICE_UUID}/1",
    }
    return ChargeSheet.model_validate(fields | changes)


def reaction(**changes: Any) -> Reaction:
    """A reaction that made that charge sheet."""
    fields: dict[str, Any] = {
        "name": "recharge-paid-invoice",
        "state": "succeeded",
        "attempts": 1,
        "dry_run": False,
        "trigger_ce_id": "0f8b9c8e-5d0f-5f5e-9d1c-0e8f6f3a2b1c",
        "trigger_type": "plentific.invoice.paid",
        "trigger_subject": INVOICE_UUID,
        "effects": [
            {
                "key": f"charge-sheet/operate/{INVOICE_UUID}/1",
                "connection": "operate",
                "provider_id": 452326,
                "found_by": "answer",
            }
        ],
    }
    return Reaction.model_validate(fields | changes)


DATA: Mapping[str, Callable[[], EventModel]] = {
    "plentific.work_order.created": lambda: WorkOrderData(work_order=work_order(), previous=None),
    "plentific.work_order.status_changed": lambda: WorkOrderData(
        work_order=work_order(), previous={"status": "new"}
    ),
    "plentific.work_order.updated": lambda: WorkOrderData(
        work_order=work_order(), previous={"due_date": None, "tags": []}
    ),
    "plentific.invoice.received": lambda: InvoiceData(
        invoice=invoice(status="outstanding", paid_on=None), previous=None
    ),
    "plentific.invoice.paid": lambda: InvoiceData(
        invoice=invoice(),
        previous={"status": "outstanding", "paid_on": None, "outstanding_amount": "66.00"},
    ),
    "plentific.invoice.overdue": lambda: InvoiceData(
        invoice=invoice(status="overdue", paid_on=None), previous={"status": "outstanding"}
    ),
    "plentific.invoice.updated": lambda: InvoiceData(
        invoice=invoice(), previous={"payment_reference": None}
    ),
    "essensys.charge_sheet.created": lambda: ChargeSheetData(charge_sheet=charge_sheet()),
    "tiebeam.reaction.succeeded": lambda: ReactionData(reaction=reaction()),
    "tiebeam.reaction.failed": lambda: ReactionData(
        reaction=reaction(state="dead", reason="400 from essensys: no such account", effects=[])
    ),
    "tiebeam.reaction.blocked": lambda: ReactionData(
        reaction=reaction(state="blocked", reason="no product for 'MATERIALS'", effects=[])
    ),
}

EVERY_TYPE = sorted(EVENT_TYPES)


def event(name: str, **changes: Any) -> Event:
    """An event of the type, with every optional part unless told otherwise."""
    fields: dict[str, Any] = {
        "connection": "plentific",
        "entity_id": INVOICE_UUID,
        "transition": "first",
        "data": DATA[name](),
        "sequence": 7,
        "time": HAPPENED,
        "detected_at": DETECTED,
        "key": WORK_ORDER_UUID,
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "tracestate": "vendor=1",
    }
    return new_event(name, **(fields | changes))
