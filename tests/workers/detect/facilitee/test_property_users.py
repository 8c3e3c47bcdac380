"""Property users: who lives or works in which unit, and which events tell of it."""

from __future__ import annotations

from typing import Any

from adapters.facilitee.models.property_users import PropertyUser
from tests.workers.detect.changed import only, state_of, tell, with_changes
from tests.workers.detect.facilitee.documented import (
    OCCUPANCY,
    PROPERTY_USER,
    TOLD_ADDRESS,
    TOLD_PERSON,
)
from workers.detect.facilitee import PROPERTY_USERS
from workers.detect.stream import Json

TOLD_OCCUPANCY = {
    "property_unit_id": "35",
    "custom_unit_id": "Custom Unit ID",
    "is_main_contact": True,
    "contract_start": "2021-12-16T11:49:14.365000Z",
    "contract_end": "2022-12-16T11:49:14.365000Z",
}
OTHER = with_changes(OCCUPANCY, propertyUnitId=9, isMainContact=False)


def user(**changes: Any) -> Json:
    return state_of(PROPERTY_USERS, PropertyUser, with_changes(PROPERTY_USER, **changes))


def test_a_property_user_is_told_as_the_document_shows_him() -> None:
    assert user() == TOLD_PERSON | {
        "id": "110",
        "address": TOLD_ADDRESS,
        "property_units": [TOLD_OCCUPANCY],
    }


def test_who_moves_into_another_unit_is_updated() -> None:
    updated = only(tell(PROPERTY_USERS, user(), user(propertyUnits=[OCCUPANCY, OTHER])))

    assert updated.event_type == "facilitee.property_user.updated"
    assert updated.previous == {"property_units": [TOLD_OCCUPANCY]}
    told = [unit["property_unit_id"] for unit in updated.state["property_units"]]
    assert told == ["9", "35"]


def test_the_order_of_units_says_nothing() -> None:
    before, after = user(propertyUnits=[OCCUPANCY, OTHER]), user(propertyUnits=[OTHER, OCCUPANCY])

    assert tell(PROPERTY_USERS, before, after).transitions == []


def test_a_unit_without_an_id_cannot_be_told() -> None:
    odd = with_changes(OCCUPANCY, propertyUnitId=None)

    assert user(propertyUnits=[odd]) == user(propertyUnits=None)


def test_a_new_property_user_is_created() -> None:
    created = only(tell(PROPERTY_USERS, None, user(status="Uninvited")))

    assert created.event_type == "facilitee.property_user.created"
    assert created.state["status"] == "uninvited"
