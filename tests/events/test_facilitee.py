"""The events of Facilitee."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from events.base import json_form
from events.facilitee import UserStatus
from tests.events.samples.facilitee import (
    ADDRESS,
    issue,
    manager,
    owner,
    property_unit,
    property_user,
    service_provider,
)


def test_an_issue_reads_as_the_contract_says() -> None:
    form = json_form(issue())

    assert (form["id"], form["reporter_id"], form["property_unit_id"]) == ("77", "33", "66")
    assert (form["property_id"], form["custom_property_id"]) == ("55", "222")
    assert form["status"] == "to_be_assigned"
    assert form["category"] == "Plumbing"
    assert form["created"] == "2021-07-17T16:24:40.180000Z"
    assert form["address"] == ADDRESS
    assert form["overall_rating"] is None


def test_a_status_that_no_document_names_stops_neither_an_issue_nor_a_person() -> None:
    assert issue(status="Evaporated").status_raw == "Evaporated"
    assert (manager(status="string").status, manager(status="string").status_raw) == (
        UserStatus.OTHER,
        "string",
    )


def test_an_amount_has_its_currency_beside_it() -> None:
    form = json_form(owner())

    assert (form["authorized_amount"], form["currency"]) == ("650.50", "EUR")
    with pytest.raises(ValidationError, match="currency"):
        owner(currency=None)


def test_a_property_user_says_which_units_since_when() -> None:
    assert json_form(property_user())["property_units"] == [
        {
            "property_unit_id": "35",
            "custom_unit_id": "JavaStraat-1-200",
            "is_main_contact": True,
            "contract_start": "2021-12-16T11:49:14.365000Z",
            "contract_end": None,
        }
    ]


def test_a_property_unit_names_everybody_by_id() -> None:
    form = json_form(property_unit())

    assert (form["owner_id"], form["owner_company_id"], form["manager_id"]) == ("468", "22", "398")
    assert form["property_user_ids"] == ["2566", "2567"]
    assert form["main_contact_id"] == "2567"
    assert (form["contract_start"], form["floor"]) == ("2021-01-01T00:00:00Z", 1)


def test_ratings_are_numbers_without_superfluous_zeros() -> None:
    assert json_form(service_provider())["average_rating"] == "4.5"
    assert json_form(manager())["average_rating"] == "4"
