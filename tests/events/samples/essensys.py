"""What the events of essensys Operate carry, after the examples in its document."""

from __future__ import annotations

from datetime import date
from typing import Any

from events.essensys import (
    Account,
    AccountData,
    Booking,
    BookingData,
    ChargeSheet,
    ChargeSheetData,
    Invoice,
    InvoiceData,
    Lead,
    LeadData,
)
from tests.events.samples.shared import INVOICE_UUID, Samples


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


def booking(**changes: Any) -> Booking:
    """The booking of the document, as a detector would build it."""
    fields: dict[str, Any] = {
        "booking_id": "629",
        "status": "confirmed",
        "title": "Board meeting",
        "account": "62",
        "account_name": "Larkspur Ltd",
        "contact": "79",
        "resource": "150",
        "resource_name": "Round Table Room",
        "product_group": "27",
        "location": "1",
        "start": "2016-10-21T11:00:00+00:00",
        "end": "2016-10-21T11:30:00+00:00",
        "duration_hours": "0.5",
        "booked": "2016-10-19T14:08:36+00:00",
        "booked_by": "Mabel Quill",
        "notes": "Coffee for six",
        "invoiced": False,
        "web_booking": False,
        "recurring": False,
        "created": "2016-10-19T14:08:36+00:00",
    }
    return Booking.model_validate(fields | changes)


def lead(**changes: Any) -> Lead:
    """A lead that is still open."""
    fields: dict[str, Any] = {
        "lead_id": "64",
        "name": "Coalition of Clockmakers",
        "first_name": "Wellie",
        "last_name": "Thimble",
        "email": "wellie.thimble@example.com",
        "phone": "020 7946 0001",
        "mobile": "07700 900001",
        "website": "www.example.com",
        "address_line_1": "1 Pendulum Row",
        "town": "London",
        "postcode": "E1 7XX",
        "country": "United Kingdom",
        "location": "4",
        "lead_status": "0",
        "lead_status_id": "2",
        "lead_source": "Walk in",
        "client_type": "1",
        "industry": "Accounting",
        "enquired": "2016-11-29T16:33:44+00:00",
        "converted": False,
        "converted_at": None,
        "dead": False,
        "created": "2016-11-29T16:37:59+00:00",
    }
    return Lead.model_validate(fields | changes)


def invoice(**changes: Any) -> Invoice:
    """The invoice of the document, whose days are midnights three hours east of UTC there."""
    fields: dict[str, Any] = {
        "invoice_id": "403",
        "number": "08",
        "description": "Standard Invoice",
        "status_code": "5",
        "account": "15",
        "location": "1",
        "organization": "1",
        "approved": True,
        "paid": False,
        "invoice_date": date(2017, 1, 5),
        "due_date": date(2017, 1, 31),
        "currency": "GBP",
        "net": 200,
        "tax": 40,
        "gross": 240,
        "brought_forward": 502,
        "payments_and_credits": 0,
        "ending_balance": 742,
        "created": "2016-11-04T11:10:31+03:00",
    }
    return Invoice.model_validate(fields | changes)


def account(**changes: Any) -> Account:
    """The account of the document, a customer."""
    fields: dict[str, Any] = {
        "account_id": "572467",
        "name": "Larkspur Ltd",
        "account_type": "-1",
        "client_type": "1",
        "organization": "1",
        "first_name": "Mabel",
        "email": "mabel.quill@example.com",
        "phone": "020 7946 0002",
        "address_line_1": "8 Larkspur Lane",
        "town": "London",
        "postcode": "E14 7XX",
        "has_active_licence": False,
        "is_external": False,
        "is_residential": True,
        "is_virtual": False,
        "start_date": date(2017, 6, 22),
        "end_date": date(2017, 10, 22),
        "created": "2017-07-06T14:20:03+00:00",
    }
    return Account.model_validate(fields | changes)


DATA: Samples = {
    "essensys.booking.created": lambda: BookingData(
        booking=booking(status="provisional"), previous=None
    ),
    "essensys.booking.confirmed": lambda: BookingData(
        booking=booking(), previous={"status": "provisional"}
    ),
    "essensys.booking.updated": lambda: BookingData(
        booking=booking(), previous={"end": "2016-10-21T11:15:00Z", "duration_hours": "0.25"}
    ),
    "essensys.booking.cancelled": lambda: BookingData(
        booking=booking(status="cancelled"), previous={"status": "confirmed"}
    ),
    "essensys.lead.created": lambda: LeadData(lead=lead(), previous=None),
    "essensys.lead.updated": lambda: LeadData(lead=lead(), previous={"town": None}),
    "essensys.lead.converted": lambda: LeadData(
        lead=lead(converted=True, converted_at="2016-11-29T16:42:39+00:00"),
        previous={"converted": False, "converted_at": None},
    ),
    "essensys.lead.died": lambda: LeadData(
        lead=lead(dead=True, dead_reason="3"), previous={"dead": False, "dead_reason": None}
    ),
    "essensys.invoice.issued": lambda: InvoiceData(invoice=invoice(), previous=None),
    "essensys.invoice.paid": lambda: InvoiceData(
        invoice=invoice(paid=True, paid_date=date(2017, 1, 30)),
        previous={"paid": False, "paid_date": None},
    ),
    "essensys.invoice.updated": lambda: InvoiceData(
        invoice=invoice(), previous={"due_date": "2017-01-19"}
    ),
    "essensys.account.created": lambda: AccountData(account=account(), previous=None),
    "essensys.account.updated": lambda: AccountData(account=account(), previous={"end_date": None}),
    "essensys.charge_sheet.created": lambda: ChargeSheetData(charge_sheet=charge_sheet()),
}
