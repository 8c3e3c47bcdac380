"""The events of Planiso."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from events.base import EventModel, json_form
from tests.events.samples.planiso import (
    COMPANY,
    customer,
    equipment,
    organization,
    project,
    subcontractor,
    user,
)


def test_a_project_reads_as_the_contract_says() -> None:
    assert json_form(project()) == {
        "no": "8",
        "aff_number": "PROJ-008",
        "custom_no": "PR-0008",
        "name": "Concert Hall Construction",
        "location": "Gatineau",
        "start_date": "2024-06-15",
        "end_date": None,
        "active": True,
    }


def test_a_partner_carries_its_organization_as_the_organizations_own_event_does() -> None:
    assert json_form(customer())["organization"] == json_form(organization()) == COMPANY
    assert json_form(subcontractor())["organization"] is None


@pytest.mark.parametrize("record", [project, customer, organization, user, equipment])
def test_a_record_always_says_whether_it_is_active(record: Callable[..., EventModel]) -> None:
    with pytest.raises(ValidationError, match="active"):
        record(active=None)


def test_equipment_has_its_types_by_number_and_name() -> None:
    assert json_form(equipment())["types"] == [{"no": "2", "name": "Van"}]


def test_a_user_has_days_and_no_times_whose_zone_nobody_knows() -> None:
    form = json_form(user())

    assert form["hired_date"] == "2023-06-01"
    assert not {"create_date", "last_update"} & form.keys()
