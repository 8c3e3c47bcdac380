"""What is sent: all that was given, nothing that was not."""

from __future__ import annotations

from adapters.plentific.models.assets import BlockNew, EstateChange
from adapters.plentific.models.bulk_import import BulkImportNew
from adapters.plentific.models.completion_reports import CompletionReportChange
from adapters.plentific.models.people import LandlordChange, TenantNew
from adapters.plentific.models.reports import ReportRunChoice
from adapters.plentific.models.work_orders import (
    PropertyChoice,
    WorkOrderChange,
    WorkOrderNew,
)
from tests.adapters.plentific.models.making import UUID, asset, contact, fault, sent, work_order


def test_a_new_work_order_is_not_published_unless_that_is_asked_for() -> None:
    assert sent(WorkOrderNew, work_order()) == {"status": "new", **work_order()}
    assert sent(WorkOrderNew, work_order(status="job_leads_sent"))["status"] == "job_leads_sent"


def test_a_work_order_is_sent_with_all_that_belongs_to_it() -> None:
    whole = work_order(
        status="new",
        contacts=[contact(role="property_manager", is_private=True)],
        faults=[fault(), fault(attachments=["f-1"])],
        booking_preferences={"calendar_events": None, "info": "After 4"},
        metadata={"key1": "value1", "key2": 2},
        tags=["t-1"],
        visitation_rules=["PAIR_VISIT"],
    )

    assert sent(WorkOrderNew, whole) == whole


def test_a_property_is_chosen_by_either_reference() -> None:
    assert PropertyChoice(uuid=UUID).to_wire() == {"uuid": UUID}
    assert PropertyChoice(external_reference="P-1").to_wire() == {"external_reference": "P-1"}


def test_null_takes_away_what_may_be_taken_away() -> None:
    assert EstateChange(external_reference=None, address_line_2=None).to_wire() == {
        "external_reference": None,
        "address_line_2": None,
    }
    assert WorkOrderChange(due_date=None).to_wire() == {"due_date": None}


def test_a_required_reference_that_there_is_not_is_sent_as_null() -> None:
    tenant = TenantNew(organisation_uuid=UUID, property_uuid="P-1", external_reference=None)

    assert tenant.to_wire() == {
        "organisation_uuid": UUID,
        "property_uuid": "P-1",
        "external_reference": None,
    }


def test_an_address_in_the_uk_needs_no_city() -> None:
    block = asset(parent_estate_uuid=UUID)
    del block["city"]

    assert sent(BlockNew, block) == block


def test_lists_may_be_given_as_lists_or_as_tuples() -> None:
    as_tuple = EstateChange(landlords=("l-1",), tags=())
    as_list = EstateChange(landlords=["l-1"], tags=[])  # type: ignore[arg-type]

    assert as_tuple.to_wire() == as_list.to_wire() == {"landlords": ["l-1"], "tags": []}


def test_a_landlords_address_is_flat_when_it_is_written() -> None:
    change = LandlordChange(organisation_uuid=UUID, city="London", country="GB")

    assert change.to_wire() == {"organisation_uuid": UUID, "city": "London", "country": "GB"}


def test_an_import_may_refer_to_what_is_imported_with_it() -> None:
    body = {
        "estates": [asset(landlords=["#/landlords/L-1"])],
        "blocks": [asset(parent_estate_uuid="#/estates/E-1")],
        "properties": [asset(parent_block_uuid="#/blocks/B-1", parent_estate_uuid=UUID)],
    }

    assert sent(BulkImportNew, body) == body


def test_a_report_is_accepted_without_a_reason_and_declined_with_one() -> None:
    assert CompletionReportChange(status="accepted").to_wire() == {"status": "accepted"}
    assert CompletionReportChange(
        status="declined", reason="NO_EVIDENCE", reason_msg="No picture"
    ).to_wire() == {"status": "declined", "reason": "NO_EVIDENCE", "reason_msg": "No picture"}


def test_an_accrual_report_needs_no_times() -> None:
    run = {"organisations": [UUID], "enquiry_status_list": ["booked"]}

    assert sent(ReportRunChoice, run) == run
