"""What Plentific answers, as far as it has quirks."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from adapters.http.models import unknown_fields, unknown_values
from adapters.plentific.models.bookings import Booking, BookingRow
from adapters.plentific.models.categories import FaultCategory
from adapters.plentific.models.completion_reports import CompletionReport, CompletionReportRow
from adapters.plentific.models.invoices import Invoice, InvoiceRow
from adapters.plentific.models.people import Landlord, Organisation, Tenant, TenantRow, UserRow
from adapters.plentific.models.quotes import Quote
from adapters.plentific.models.reports import ReportRun
from adapters.plentific.models.work_orders import WorkOrder

CREATED = "2023-01-19T08:10:58Z"


def test_a_time_is_the_same_instant_in_every_spelling() -> None:
    spellings = [
        ("2020-11-12 09:52:20+00:00", datetime(2020, 11, 12, 9, 52, 20, tzinfo=UTC)),
        ("2020-11-12T09:52:20Z", datetime(2020, 11, 12, 9, 52, 20, tzinfo=UTC)),
        ("2020-11-12 09:52:20.051000+00:00", datetime(2020, 11, 12, 9, 52, 20, 51_000, UTC)),
        ("2020-11-12T09:52:20.051Z", datetime(2020, 11, 12, 9, 52, 20, 51_000, UTC)),
    ]

    for spelling, instant in spellings:
        assert BookingRow.model_validate({"uuid": "b", "created": spelling}).created == instant


def test_a_booking_to_come_has_no_status_and_a_detail_no_uuid() -> None:
    booking = Booking.model_validate({"status": None, "start_datetime": CREATED})

    assert booking.status is None
    assert booking.start_datetime is not None
    assert list(unknown_values(booking)) == []


def test_a_report_that_nobody_declined_has_nulls() -> None:
    nothing = dict.fromkeys(CompletionReport.model_fields)

    report = CompletionReport.model_validate(nothing)

    assert report.declined_on is None
    assert report.outcome_attachments == ()
    assert CompletionReportRow.model_validate({"uuid": "r", "status": None}).status is None


def test_a_quote_in_detail_may_have_a_status_that_only_the_list_documents() -> None:
    quote = Quote.model_validate({"uuid": "q", "status": "deposit_paid", "rejected_on": None})

    assert list(unknown_values(quote)) == []


def test_an_account_code_and_a_company_number_may_be_numbers() -> None:
    invoice = Invoice.model_validate(
        {
            "uuid": "i",
            "status": "paid",
            "account_code": 23100,
            "sender": {"company_registration_number": 42798, "address": None},
        }
    )

    assert invoice.account_code == "23100"
    assert invoice.sender is not None
    assert invoice.sender.company_registration_number == "42798"


def test_an_unpaid_invoice_of_a_list_has_no_day_of_payment() -> None:
    row = InvoiceRow.model_validate({"uuid": "i", "paid_on": None, "property_uuid": "P-1"})

    assert row.paid_on is None
    assert row.property_uuid == "P-1"


def test_fault_categories_are_as_deep_as_they_are() -> None:
    tree = FaultCategory.model_validate(
        {"uuid": "1", "children": [{"uuid": "2", "children": [{"uuid": "3", "children": None}]}]}
    )

    assert tree.children[0].children[0].uuid == "3"
    assert tree.children[0].children[0].children == ()


def test_a_field_that_is_new_is_counted_however_deep_it_is() -> None:
    tree = FaultCategory.model_validate({"uuid": "1", "children": [{"uuid": "2", "colour": "red"}]})

    assert list(unknown_fields(tree)) == [("FaultCategory", "colour")]


def test_a_misspelt_legal_address_is_an_address() -> None:
    organisation = Organisation.model_validate(
        {"uuid": "o", "legal_addresss": {"city": "London"}, "quote_approval_threshold": 99.5}
    )

    assert organisation.legal_address is not None
    assert organisation.legal_address.city == "London"
    assert organisation.quote_approval_threshold == Decimal("99.5")
    assert list(unknown_fields(organisation)) == []


def test_the_times_of_a_report_run_are_read_under_other_names() -> None:
    run = ReportRun.model_validate(
        {"uuid": "r", "status": "none", "parameters": {"from": CREATED, "to": None}}
    )

    assert run.parameters is not None
    assert run.parameters.from_ == datetime(2023, 1, 19, 8, 10, 58, tzinfo=UTC)
    assert list(unknown_values(run)) == []


def test_a_tenants_row_and_detail_show_different_things() -> None:
    assert TenantRow.model_validate({"uuid": "t", "tenant_identifier": "T-1"}).tenant_identifier
    assert Tenant.model_validate({"uuid": "t", "property_uuid": "P-1"}).property_uuid == "P-1"
    assert UserRow.model_validate({"uuid": "u", "deactivation_date": None}).verified is None


def test_a_landlords_address_is_an_object_when_it_is_read() -> None:
    landlord = Landlord.model_validate({"uuid": "l", "address": {"country": "GB"}, "estates": None})

    assert landlord.address is not None
    assert landlord.address.country == "GB"
    assert landlord.estates == ()


def test_a_contractor_that_is_null_or_made_of_nulls_is_no_obstacle() -> None:
    least = {"uuid": "u", "status": "new", "created": CREATED}

    assert WorkOrder.model_validate({**least, "contractor": None}).contractor is None
    nulls = WorkOrder.model_validate({**least, "contractor": {"uuid": None, "name": None}})
    assert nulls.contractor is not None
    assert nulls.contractor.uuid is None


@pytest.mark.parametrize("status", ["on_ice", "cancelled"])
def test_a_status_that_is_not_documented_is_kept_as_text(status: str) -> None:
    order = WorkOrder.model_validate({"uuid": "u", "status": status, "created": CREATED})

    assert order.status == status
    assert list(unknown_values(order)) == [("WorkOrder", "status")]
