"""Every documented field, value and example of our operations is understood."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, get_args

import pytest
import yaml

from adapters.http.models import Known, ProviderModel, unknown_fields, unknown_values
from adapters.plentific.models import Invoice, WorkOrder
from adapters.plentific.params import InvoiceFilter, WorkOrderFilter
from tests.paths import SHARED

EXAMPLES = SHARED / "providers" / "examples" / "plentific"
pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason="the providers' documents are not beside this repository"
)
DETAILS: list[tuple[str, type[ProviderModel]]] = [
    ("get_work_order", WorkOrder),
    ("get_invoice", Invoice),
]


def example(operation: str) -> Any:
    text = (EXAMPLES / f"{operation}.response.json").read_text()
    return json.loads(text, parse_float=Decimal)


@cache
def documented() -> dict[str, Any]:
    text = (SHARED / "providers" / "plentific.yaml").read_text()
    catalogue = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return {entry["name"]: entry for entry in catalogue["endpoints"]}


@pytest.mark.parametrize(
    ("operation", "model"), [*DETAILS, ("create_work_order", WorkOrder)], ids=str
)
def test_an_example_has_no_field_and_no_value_that_we_do_not_know(
    operation: str, model: type[ProviderModel]
) -> None:
    parsed = model.model_validate(example(operation))

    assert list(unknown_fields(parsed)) == []
    assert list(unknown_values(parsed)) == []


@pytest.mark.parametrize(("operation", "model"), DETAILS, ids=str)
def test_a_model_has_every_documented_field(operation: str, model: type[ProviderModel]) -> None:
    fields = {
        field["name"].replace("[]", "") for field in documented()[operation]["response_fields"]
    }
    free = {"metadata", "items.metadata"}  # kept as they are: whatever the client put there

    expected = {f for f in fields if not any(f.startswith(f"{name}.") for name in free)}
    assert expected - {name for name, _ in fields_of(model)} == set()


@pytest.mark.parametrize(("operation", "model"), DETAILS, ids=str)
def test_the_values_that_we_know_are_the_documented_ones(
    operation: str, model: type[ProviderModel]
) -> None:
    known = {name: set(known.values) for name, known in fields_of(model) if known}
    fields = documented()[operation]["response_fields"]
    enums = {f["name"].replace("[]", ""): set(f["enum"]) for f in fields if "enum" in f}
    # Shown without values here, but with them elsewhere in the documents.
    enums.setdefault("visitation_rules", known.get("visitation_rules", set()))
    enums.setdefault("status", set(documented()["list_invoices"]["query_params"][0]["enum"]))

    assert known == {name: values for name, values in enums.items() if values}


@pytest.mark.parametrize(
    ("operation", "filters"),
    [("list_work_orders", WorkOrderFilter), ("list_invoices", InvoiceFilter)],
)
def test_the_filters_are_the_documented_ones(operation: str, filters: Any) -> None:
    ours = {field.name for field in dataclasses.fields(filters)} - {"page_size"}

    assert ours == {parameter["name"] for parameter in documented()[operation]["query_params"]}


@pytest.mark.parametrize(
    ("operation", "model"), [("list_work_orders", WorkOrder), ("list_invoices", Invoice)], ids=str
)
def test_rows_fit_the_detail_model_as_far_as_they_go(
    operation: str, model: type[ProviderModel]
) -> None:
    for row in example(operation):
        assert model.model_validate(row).model_dump()["uuid"] == row["uuid"]


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


def test_a_contractor_that_is_null_or_made_of_nulls_is_no_obstacle() -> None:
    least = {"uuid": "u", "status": "new", "created": "2023-01-19T08:10:58Z"}

    assert WorkOrder.model_validate({**least, "contractor": None}).contractor is None
    nulls = WorkOrder.model_validate({**least, "contractor": {"uuid": None, "name": None}})
    assert nulls.contractor is not None
    assert nulls.contractor.uuid is None


def test_a_status_that_is_not_documented_is_kept_as_text() -> None:
    least = {"uuid": "u", "status": "on_ice", "created": "2023-01-19T08:10:58Z"}
    order = WorkOrder.model_validate(least)

    assert order.status == "on_ice"
    assert list(unknown_values(order)) == [("WorkOrder", "status")]


def fields_of(model: type[ProviderModel], prefix: str = "") -> Iterator[tuple[str, Known | None]]:
    """Every field as a dotted path, with its documented values where it has some."""
    for name, field in model.model_fields.items():
        known = next((mark for mark in field.metadata if isinstance(mark, Known)), None)
        yield prefix + name, known
        for nested in _models_in(field.annotation):
            yield from fields_of(nested, f"{prefix}{name}.")


def _models_in(annotation: Any) -> Iterator[type[ProviderModel]]:
    if isinstance(annotation, type) and issubclass(annotation, ProviderModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
