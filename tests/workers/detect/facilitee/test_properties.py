"""Properties: which events tell of them."""

from __future__ import annotations

from typing import Any

from adapters.facilitee.models.properties import Property
from tests.workers.detect.changed import only, state_of, tell, with_changes
from tests.workers.detect.facilitee.documented import PROPERTY, TOLD_ADDRESS
from workers.detect.facilitee import PROPERTIES
from workers.detect.stream import Json


def place(**changes: Any) -> Json:
    return state_of(PROPERTIES, Property, with_changes(PROPERTY, **changes))


def test_a_property_is_told_as_the_document_shows_it() -> None:
    assert place() == {
        "id": "10",
        "name": "The Building",
        "custom_property_id": "222",
        "address": TOLD_ADDRESS,
        "is_active": True,
        "property_type": "Apartment Building",
    }
    assert PROPERTIES.row_state(PROPERTY).items() <= place().items()


def test_a_property_without_type_and_address_is_told_as_well() -> None:
    state = place(propertyType=None, address=None)

    assert (state["property_type"], state["address"]) == (None, None)


def test_a_property_given_a_reference_is_updated() -> None:
    updated = only(tell(PROPERTIES, place(customPropertyId=None), place()))

    assert updated.event_type == "facilitee.property.updated"
    assert updated.previous == {"custom_property_id": None}


def test_a_type_that_is_not_used_any_more_says_nothing_of_the_property() -> None:
    unused = with_changes(PROPERTY["propertyType"], isUsed=False, id=4)

    assert tell(PROPERTIES, place(), place(propertyType=unused)).transitions == []


def test_only_a_property_that_is_said_to_be_out_of_use_is_not_live() -> None:
    assert PROPERTIES.live(place())
    assert PROPERTIES.live(place(isActive=None))
    assert not PROPERTIES.live(place(isActive=False))
    assert PROPERTIES.live(PROPERTIES.row_state({"id": 5}))


def test_a_new_property_is_created() -> None:
    assert only(tell(PROPERTIES, None, place())).event_type == "facilitee.property.created"
