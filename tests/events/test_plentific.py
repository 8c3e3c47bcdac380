"""Plentific's work orders and invoices as events."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from events.base import changed_fields, json_form
from events.plentific import InvoiceStatus, WorkOrderStatus, WorkOrderType
from tests.events.samples import invoice, work_order

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
    for form in (json_form(work_order()), json_form(invoice())):
        assert not [name for name in form for word in PERSONAL if word in name]
    for name in ("assignee", "created_by", "contacts", "access_notes"):
        with pytest.raises(ValidationError, match="Extra inputs"):
            work_order(**{name: "johndoe@test.com"})
    with pytest.raises(ValidationError, match="Extra inputs"):
        invoice(job_address={"address_line_1": "72 Strattondale Street"})


def test_an_invoice_line_has_a_number_from_one() -> None:
    line = invoice().items[0].model_dump()

    with pytest.raises(ValidationError, match=r"items\.0\.line"):
        invoice(items=[line | {"line": 0}])
