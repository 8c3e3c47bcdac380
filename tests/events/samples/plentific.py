"""What Plentific's events carry, after the examples in its document."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from events.plentific import (
    Booking,
    BookingData,
    CompletionReport,
    CompletionReportData,
    Invoice,
    InvoiceData,
    OutstandingIssue,
    OutstandingIssueData,
    Quote,
    QuoteData,
    WorkOrder,
    WorkOrderData,
)
from tests.events.samples.shared import HAPPENED, INVOICE_UUID, WORK_ORDER_UUID, Samples


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


def booking(**changes: Any) -> Booking:
    """An appointment that is still to come, for which the document has no status."""
    fields: dict[str, Any] = {
        "uuid": "b0a3b3a4-5a8e-4a37-9f0d-2f2a6a2b9c11",
        "work_order_uuid": WORK_ORDER_UUID,
        "status": None,
        "created": "2023-01-20 09:52:20.051000+00:00",
        "start": "2023-01-24T08:00:00Z",
        "end": "2023-01-24T12:00:00Z",
        "cancelling_reason": None,
    }
    return Booking.model_validate(fields | changes)


def completion_report(**changes: Any) -> CompletionReport:
    """A report that waits to be accepted."""
    fields: dict[str, Any] = {
        "uuid": "c58f60a2-9a0b-4d0e-8b52-1d4a6ce0d1f3",
        "work_order_uuid": WORK_ORDER_UUID,
        "status": "new",
        "status_date": "2023-01-24T12:31:00Z",
        "created": "2023-01-24 12:30:20.051000+00:00",
        "job_outcome": "FULLY_COMPLETED",
        "declined_on": None,
        "declining_reason": None,
    }
    return CompletionReport.model_validate(fields | changes)


def quote(**changes: Any) -> Quote:
    """An offer of one visit and its materials."""
    fields: dict[str, Any] = {
        "uuid": "0f4e2d0a-6cf5-4f6b-a4f1-37a4a4a7c2d8",
        "work_order_uuid": WORK_ORDER_UUID,
        "status": "pending",
        "created": "2023-01-19 15:12:20.051000+00:00",
        "accepted_on": None,
        "rejected_on": None,
        "rejection_reason": None,
        "is_approved_on_all_steps": False,
        "previous_submitted_quote_uuid": None,
        "currency": "GBP",
        "items": [
            {
                "description": "Replace the lock of the front door",
                "is_materials": False,
                "quantity": Decimal("1.5"),
                "unit_price": 40,
                "unit_type": "per_hour",
                "tax_amount": 12,
            },
            {
                "description": "Lock, five levers",
                "is_materials": True,
                "quantity": 1,
                "unit_price": Decimal("35.5"),
                "unit_type": "per_item",
                "tax_amount": Decimal("7.1"),
            },
        ],
        "total_excluding_tax": Decimal("95.5"),
        "total_tax": Decimal("19.1"),
        "total_including_tax": Decimal("114.6"),
    }
    return Quote.model_validate(fields | changes)


def outstanding_issue(**changes: Any) -> OutstandingIssue:
    """An obstacle that is still there."""
    fields: dict[str, Any] = {
        "uuid": "9d1c7a35-1d55-4c1e-9a6e-6a6a3c0f7e21",
        "work_order_uuid": WORK_ORDER_UUID,
        "closed": False,
        "reason": "CANNOT_CONTACT_TENANT",
        "opened": "2023-01-22 09:52:20.051000+00:00",
        "closed_at": None,
    }
    return OutstandingIssue.model_validate(fields | changes)


DATA: Samples = {
    "plentific.work_order.created": lambda: WorkOrderData(work_order=work_order(), previous=None),
    "plentific.work_order.status_changed": lambda: WorkOrderData(
        work_order=work_order(), previous={"status": "new"}
    ),
    "plentific.work_order.updated": lambda: WorkOrderData(
        work_order=work_order(), previous={"due_date": None, "tags": []}
    ),
    "plentific.booking.created": lambda: BookingData(booking=booking(), previous=None),
    "plentific.booking.updated": lambda: BookingData(
        booking=booking(status="attended"),
        previous={"status": None, "end": "2023-01-24T11:00:00Z"},
    ),
    "plentific.completion_report.submitted": lambda: CompletionReportData(
        completion_report=completion_report(), previous=None
    ),
    "plentific.completion_report.status_changed": lambda: CompletionReportData(
        completion_report=completion_report(
            status="declined",
            declined_on="2023-01-25T09:00:00Z",
            declining_reason="NOT_EVERYTHING_DONE",
        ),
        previous={"status": "new", "declined_on": None, "declining_reason": None},
    ),
    "plentific.quote.received": lambda: QuoteData(quote=quote(), previous=None),
    "plentific.quote.status_changed": lambda: QuoteData(
        quote=quote(
            status="declined",
            rejected_on="2023-01-19T16:00:00Z",
            rejection_reason="VARIATION_TOO_EXPENSIVE",
        ),
        previous={"status": "pending", "rejected_on": None, "rejection_reason": None},
    ),
    "plentific.outstanding_issue.created": lambda: OutstandingIssueData(
        outstanding_issue=outstanding_issue(), previous=None
    ),
    "plentific.outstanding_issue.status_changed": lambda: OutstandingIssueData(
        outstanding_issue=outstanding_issue(closed=True, closed_at="2023-01-23T10:00:00Z"),
        previous={"closed": False, "closed_at": None},
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
}
