"""The documented work order and invoice, read as what they mean."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from adapters.plentific.models.invoices import Invoice
from adapters.plentific.models.work_orders import WorkOrder
from tests.paths import SHARED

EXAMPLES = SHARED / "providers" / "examples" / "plentific"
pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason="the providers' documents are not beside this repository"
)


def example(operation: str) -> Any:
    text = (EXAMPLES / f"{operation}.response.json").read_text()
    return json.loads(text, parse_float=Decimal)


def test_the_documented_work_order_is_typed() -> None:
    order = WorkOrder.model_validate(example("get_work_order"))

    assert order.created == datetime(2023, 1, 19, 8, 10, 58, tzinfo=UTC)
    assert order.due_date == datetime(2020, 9, 26, 7, 0, tzinfo=UTC)
    assert order.state_history[0].status == "new"
    assert order.visitation_rules == ("PAIR_VISIT", "CONTACT_PM_BEFORE")
    assert order.work_order_id == 1461
    assert order.metadata == {"key1": "value1", "key2": 2}
    assert order.contractor is not None
    assert order.contractor.name == "Custom resource name"


def test_the_documented_invoice_is_typed() -> None:
    invoice = Invoice.model_validate(example("get_invoice"))

    assert invoice.id == "211706"
    assert invoice.account_code == "23100"
    assert invoice.due_date == date(2020, 3, 13)
    assert invoice.paid_on == datetime(2020, 3, 12, 11, 6, 13, 178151, tzinfo=UTC)
    assert invoice.tax_withheld == Decimal("16.5")
    assert invoice.items[0].metadata == {"account_code": "8000", "resident_recharge": "1"}
    assert invoice.sender is not None
    assert invoice.sender.company_registration_number == "42798"
    assert invoice.sender.address is not None
    assert invoice.sender.address.city is None
