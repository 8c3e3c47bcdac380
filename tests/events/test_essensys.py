"""The events of essensys Operate."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from events.base import json_form
from events.essensys import BookingStatus
from events.schemas import schema_of
from tests.events.samples.essensys import account, booking, invoice, lead

BANKING = ("bank", "debit", "password", "processor", "wifi", "token")


def test_a_booking_reads_as_the_contract_says() -> None:
    form = json_form(booking())

    assert form["status"] == "confirmed"
    assert (form["start"], form["end"]) == ("2016-10-21T11:00:00Z", "2016-10-21T11:30:00Z")
    assert form["duration_hours"] == "0.5"
    assert form["resource"] == "150"


def test_a_booking_status_beyond_the_four_codes_keeps_its_text() -> None:
    read = booking(status="7")

    assert (read.status, read.status_raw) == (BookingStatus.OTHER, "7")


def test_an_invoice_reads_as_the_contract_says() -> None:
    form = json_form(invoice(paid=True, paid_date=date(2017, 1, 30)))

    assert (form["number"], form["status_code"], form["paid"]) == ("08", "5", True)
    assert (form["invoice_date"], form["due_date"]) == ("2017-01-05", "2017-01-31")
    assert form["paid_date"] == "2017-01-30"
    assert (form["net"], form["tax"], form["gross"]) == ("200.00", "40.00", "240.00")
    assert form["currency"] == "GBP"
    assert form["created"] == "2016-11-04T08:10:31Z"


@pytest.mark.parametrize("name", ["invoice_date", "due_date", "paid_date"])
def test_a_day_of_the_site_cannot_become_the_day_before_by_way_of_utc(name: str) -> None:
    midnight_in_the_east = datetime.fromisoformat("2017-01-31T00:00:00+03:00").astimezone(UTC)

    with pytest.raises(ValidationError, match=name):
        invoice(**{name: midnight_in_the_east})


def test_ids_are_text_whatever_they_look_like_and_never_empty() -> None:
    form = json_form(account(account_id=572467, account_type=-1, client_type="007"))

    assert (form["account_id"], form["account_type"]) == ("572467", "-1")
    assert form["client_type"] == "007"
    with pytest.raises(ValidationError, match="location"):
        account(location="")


@pytest.mark.parametrize("nothing", ["0", 0, None])
def test_a_reference_to_nothing_is_null(nothing: object) -> None:
    assert json_form(account(location=nothing))["location"] is None
    assert json_form(lead(broker=nothing, dead_reason=nothing))["dead_reason"] is None


def test_a_lead_says_whether_it_was_converted_and_how_to_reach_who_it_is_from() -> None:
    form = json_form(lead(converted=True, converted_at="2016-11-29T16:42:39+00:00"))

    assert (form["converted"], form["dead"]) == (True, False)
    assert form["converted_at"] == "2016-11-29T16:42:39Z"
    assert form["email"] == "wellie.thimble@example.com"
    assert (form["lead_status"], form["lead_status_id"]) == ("0", "2")
    with pytest.raises(ValidationError, match="converted"):
        lead(converted=None)


def test_no_field_has_a_place_for_bank_details_or_secrets() -> None:
    for entity in ("account.created", "lead.created", "invoice.issued", "booking.created"):
        parts = schema_of(f"essensys.{entity}")["$defs"].values()
        fields = {name for part in parts for name in part.get("properties", ())}
        assert not [name for name in fields for word in BANKING if word in name]
