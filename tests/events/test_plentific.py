"""Plentific's events: work orders with what hangs on them, and invoices."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from events.base import changed_fields, json_form
from events.catalogue import EVENT_TYPES
from events.plentific import (
    InvoiceStatus,
    QuoteRejectionReason,
    QuoteUnitType,
    WorkOrderStatus,
    WorkOrderType,
)
from events.schemas import schema_of
from tests.events.samples import WORK_ORDER_UUID, invoice, work_order
from tests.events.samples.plentific import booking, completion_report, outstanding_issue, quote

PERSONAL = ("email", "phone", "contact", "first_name", "last_name", "address", "assignee")


def test_an_invoice_reads_as_the_contract_says() -> None:
    form = json_form(invoice())

    assert form["total_including_tax"] == "66.00"
    assert form["tax_withheld"] == "16.50"
    assert form["outstanding_amount"] == "0.00"
    assert form["currency"] == "GBP"
    assert form["account_code"] == "23100"
    assert form["due_date"] == "2020-03-13"
    assert form["paid_on"] == "2020-03-12T11:06:13.178151Z"
    assert form["items"] == [
        {
            "line": 1,
            "type": "labour",
            "type_raw": None,
            "description": "We do 2 inspections once a week.",
            "quantity": "1",
            "unit_price": "55.00",
            "vat_percent": "20",
            "amount_including_tax": "66.00",
            "account_code": "8000",
            "resident_recharge": True,
            "metadata": {"account_code": "8000", "resident_recharge": "1"},
        }
    ]


def test_a_work_order_reads_as_the_contract_says() -> None:
    form = json_form(work_order())

    assert form["work_order_type"] == "marketplace"
    assert form["due_date"] == "2020-09-26T07:00:00Z"
    assert form["visitation_rules"] == ["pair_visit", "contact_pm_before"]
    assert form["metadata"] == {"key1": "value1", "key2": 2}
    assert form["state_history"] == [
        {"status": "new", "status_raw": None, "created": "2023-01-19T08:10:58Z"},
        {"status": "hired", "status_raw": None, "created": "2023-01-20T09:00:00.051000Z"},
    ]


def test_everything_below_a_work_order_names_it() -> None:
    for part in (booking(), completion_report(), quote(), outstanding_issue()):
        assert json_form(part)["work_order_uuid"] == WORK_ORDER_UUID


def test_a_booking_that_is_still_to_come_has_times_and_no_status() -> None:
    form = json_form(booking())

    assert (form["status"], form["status_raw"]) == (None, None)
    assert (form["start"], form["end"]) == ("2023-01-24T08:00:00Z", "2023-01-24T12:00:00Z")
    assert form["created"] == "2023-01-20T09:52:20.051000Z"


def test_a_quote_reads_as_the_contract_says() -> None:
    form = json_form(quote(rejection_reason="BACK_TO_MARKET"))

    assert (form["currency"], form["total_including_tax"]) == ("GBP", "114.60")
    assert form["rejection_reason"] == "back_to_market"
    assert form["items"] == [
        {
            "description": "Replace the lock of the front door",
            "is_materials": False,
            "quantity": "1.5",
            "unit_price": "40.00",
            "unit_type": "per_hour",
            "unit_type_raw": None,
            "tax_amount": "12.00",
        },
        {
            "description": "Lock, five levers",
            "is_materials": True,
            "quantity": "1",
            "unit_price": "35.50",
            "unit_type": "per_item",
            "unit_type_raw": None,
            "tax_amount": "7.10",
        },
    ]


def test_values_that_no_document_names_do_not_stop_what_is_below_a_work_order() -> None:
    offer = quote(status="HAGGLED", rejection_reason="BAD_MOOD", items=[{"unit_type": "per_moon"}])
    report = completion_report(job_outcome="VANISHED", declining_reason="TOO_BLUE")

    assert offer.status_raw == "HAGGLED"
    assert offer.rejection_reason is QuoteRejectionReason.OTHER
    assert offer.rejection_reason_raw == "BAD_MOOD"
    assert offer.items[0].unit_type is QuoteUnitType.OTHER
    assert (report.job_outcome_raw, report.declining_reason_raw) == ("VANISHED", "TOO_BLUE")
    assert booking(status="ATE_LUNCH").status_raw == "ATE_LUNCH"
    assert outstanding_issue(reason="HAUNTED").reason_raw == "HAUNTED"


def test_values_that_no_document_names_stop_neither_a_work_order_nor_an_invoice() -> None:
    order = work_order(
        status="teleported",
        work_order_type="FRANCHISE",
        property={"uuid": "p", "type": "Garage"},
        state_history=[{"status": "Beamed", "created": "2023-01-19T08:10:58Z"}],
        visitation_rules=["RING_TWICE"],
        metadata=None,
    )
    bill = invoice(status="haunted", invoice_type="pro-forma")

    assert (order.status, order.status_raw) == (WorkOrderStatus.OTHER, "teleported")
    assert (order.work_order_type, order.work_order_type_raw) == (WorkOrderType.OTHER, "FRANCHISE")
    assert order.property.type_raw == "Garage"
    assert order.state_history[0].status_raw == "Beamed"
    assert order.visitation_rules == ("ring_twice",)
    assert order.metadata == {}
    assert (bill.status, bill.status_raw) == (InvoiceStatus.OTHER, "haunted")
    assert bill.invoice_type_raw == "pro-forma"


def test_an_edit_shows_as_previous_values_in_json_form() -> None:
    before = invoice(status="outstanding", paid_on=None, outstanding_amount=Decimal(66))

    assert changed_fields(json_form(before), json_form(invoice())) == {
        "status": "outstanding",
        "paid_on": None,
        "outstanding_amount": "66.00",
    }


def test_no_field_has_a_place_for_personal_data() -> None:
    for row in EVENT_TYPES.values():
        if row.provider == "plentific":
            parts = schema_of(row.name)["$defs"].values()
            fields = {name for part in parts for name in part.get("properties", ())}
            assert not [name for name in fields for word in PERSONAL if word in name]
    for name in ("assignee", "created_by", "contacts", "access_notes"):
        with pytest.raises(ValidationError, match="Extra inputs"):
            work_order(**{name: "johndoe@test.com"})
    with pytest.raises(ValidationError, match="Extra inputs"):
        invoice(job_address={"address_line_1": "72 Strattondale Street"})


def test_an_invoice_line_has_a_number_from_one() -> None:
    line = invoice().items[0].model_dump()

    with pytest.raises(ValidationError, match=r"items\.0\.line"):
        invoice(items=[line | {"line": 0}])
