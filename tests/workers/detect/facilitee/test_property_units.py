"""Property units: rows of names, details of ids, and which events tell of them."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.facilitee.models.property_units import PropertyUnit
from tests.workers.detect.changed import only, state_of, tell, with_changes
from tests.workers.detect.facilitee.documented import TOLD_ADDRESS, UNIT, UNIT_ROW
from workers.detect.facilitee import PROPERTIES, PROPERTY_UNITS
from workers.detect.stream import Json


def unit(**changes: Any) -> Json:
    return state_of(PROPERTY_UNITS, PropertyUnit, with_changes(UNIT, **changes))


def test_a_unit_is_told_as_the_document_shows_it() -> None:
    assert unit() == {
        "id": "1489",
        "custom_unit_id": "JavaStraat-1-200",
        "property_id": "1257",
        "property_name": "Dutch building",
        "custom_property_id": None,
        "property_unit_type": "Apartment",
        "address": TOLD_ADDRESS,
        "has_property_address": False,
        "floor": 1,
        "is_active": True,
        "is_common_space": False,
        "contract_start": "2021-01-01T00:00:00Z",
        "contract_end": "2022-01-01T00:00:00Z",
        "owner_id": "468",
        "owner_company_id": "22",
        "manager_id": "398",
        "default_issue_manager_id": "33",
        "property_user_ids": ["2566", "2567"],
        "main_contact_id": "2567",
    }


def test_a_row_below_its_property_says_the_same_in_the_same_words() -> None:
    row = PROPERTY_UNITS.row_state(UNIT_ROW)

    assert row.items() <= unit().items()
    assert set(PROPERTY_UNITS.agree) <= row.keys()
    assert PROPERTY_UNITS.parent == PROPERTIES.entity


@pytest.mark.parametrize(
    "row",
    [
        {"id": 5},
        {"id": "5", "propertyUnitType": "Apartment", "address": [], "propertyManagerId": "x"},
    ],
)
def test_an_odd_row_stops_nothing(row: Json) -> None:
    state = PROPERTY_UNITS.row_state(row)

    assert (state["id"], state["property_unit_type"], state["address"]) == ("5", None, None)
    assert PROPERTY_UNITS.live(state)


def test_a_unit_of_nobody_is_told_as_well() -> None:
    bare = state_of(PROPERTY_UNITS, PropertyUnit, {"id": 5})

    assert (bare["owner_id"], bare["property_user_ids"], bare["main_contact_id"]) == (
        None,
        [],
        None,
    )


def test_a_unit_that_is_sold_is_updated() -> None:
    updated = only(tell(PROPERTY_UNITS, unit(), unit(owner={"id": 30})))

    assert updated.event_type == "facilitee.property_unit.updated"
    assert updated.previous == {"owner_id": "468"}


@pytest.mark.parametrize(
    "changes",
    [
        {"propertyUsers": UNIT["propertyUsers"][::-1]},
        {"owner": {"id": 468, "name": "Renamed"}},
        {"expired": True},
    ],
)
def test_what_events_do_not_carry_changes_in_silence(changes: Json) -> None:
    assert tell(PROPERTY_UNITS, unit(), unit(**changes)).transitions == []


def test_a_new_unit_is_created() -> None:
    created = only(tell(PROPERTY_UNITS, None, unit()))

    assert created.event_type == "facilitee.property_unit.created"
