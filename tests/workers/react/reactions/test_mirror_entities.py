"""Names, numbers and addresses of Facilitee in the words of Plentific."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.facilitee.models.owners import Owner
from adapters.facilitee.models.properties import Property
from adapters.facilitee.models.property_units import PropertyUnit
from adapters.facilitee.models.property_users import PropertyUser
from deploy.sandbox.plentific.identity import ORGANISATION_UUID
from tests.workers.react.assets_world import ADDRESS
from workers.react.reaction import Blocked
from workers.react.reactions.mirror_entities import (
    estate,
    home,
    landlord,
    property_,
    reference,
    tenant,
)

KNOWN = ("R-1", ORGANISATION_UUID)
OTHER_ADDRESS = {**ADDRESS, "street": "Keizersgracht", "streetNumber": None}


def user(**fields: Any) -> dict[str, Any]:
    shown = tenant(PropertyUser.model_validate({"id": 1, **fields}), *KNOWN).to_wire()
    assert (shown.pop("external_reference"), shown.pop("organisation_uuid")) == KNOWN
    return shown


def unit(building: Property | None = None, **fields: Any) -> dict[str, Any]:
    read = PropertyUnit.model_validate({"id": 66, **fields})
    return property_(read, building, *KNOWN).to_wire()


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"name": "Tessa Tulp"}, {"first_name": "Tessa", "last_name": "Tulp"}),
        ({"name": " Jan  van der Berg "}, {"first_name": "Jan", "last_name": "van der Berg"}),
        ({"name": "Tessa"}, {"first_name": "Tessa"}),
        (
            {"name": " ", "companyName": "Occupants Co."},
            {"first_name": "Occupants", "last_name": "Co."},
        ),
        ({}, {}),
    ],
)
def test_a_name_is_its_first_word_and_the_rest(
    fields: dict[str, Any], names: dict[str, str]
) -> None:
    assert user(**fields) == names


@pytest.mark.parametrize(
    ("code", "number", "sent"),
    [
        ("31", "984356578", "+31984356578"),
        ("+31", " 984356578", "+31984356578"),
        ("31", "+32984356578", "+32984356578"),
        (None, "0984356578", "0984356578"),
        ("31", None, None),
    ],
)
def test_a_telephone_number_has_its_country(
    code: str | None, number: str | None, sent: str | None
) -> None:
    assert user(countryCode=code, phoneNumber=number).get("phone_number") == sent


@pytest.mark.parametrize(
    ("email", "sent"),
    [(" a@example.com ", "a@example.com"), ("not an address", None), (" ", None), (None, None)],
)
def test_an_address_that_is_no_e_mail_address_is_left_out(
    email: str | None, sent: str | None
) -> None:
    assert user(email=email).get("email") == sent


def test_a_landlords_address_is_whatever_there_is_of_it() -> None:
    read = Owner.model_validate({"id": 1, "address": {"city": "Amsterdam"}})

    sent = landlord(read, *KNOWN).to_wire()

    assert sent["town"] == "Amsterdam"
    assert not sent.keys() & {"address_line_1", "postcode"}


def test_an_estate_without_a_name_is_called_by_its_street() -> None:
    read = Property.model_validate({"id": 55, "address": ADDRESS})

    assert estate(read, *KNOWN).name == "Javastraat 1"


def test_an_address_without_a_number_or_a_city_is_sent_as_it_is() -> None:
    read = Property.model_validate({"id": 55, "address": {"street": "Dam", "postCode": "1012"}})

    sent = estate(read, *KNOWN).to_wire()

    assert (sent["address_line_1"], sent["postal_code"]) == ("Dam", "1012")
    assert "city" not in sent


def test_a_property_says_what_and_where_in_the_building_it_is() -> None:
    sent = unit(address=ADDRESS, floor=0, propertyUnitType={"id": 1, "name": "Apartment"})

    assert (sent["name"], sent["address_line_2"]) == ("Unit 66", "Apartment, floor 0")


def test_a_propertys_own_address_goes_before_the_buildings() -> None:
    building = Property.model_validate({"id": 55, "address": ADDRESS})

    assert unit(building)["address_line_1"] == "Javastraat 1"
    assert unit(building, address=OTHER_ADDRESS)["address_line_1"] == "Keizersgracht"


def test_a_property_without_an_address_is_blocked() -> None:
    with pytest.raises(Blocked, match="property unit 66 of Facilitee has no street"):
        unit()


@pytest.mark.parametrize(
    ("units", "chosen"),
    [
        ([], None),
        ([(67, False), (66, False)], 66),
        ([(66, False), (68, True), (67, True)], 67),
        ([(None, True), (66, None)], 66),
    ],
)
def test_a_user_of_many_units_has_one_home(
    units: list[tuple[int | None, bool | None]], chosen: int | None
) -> None:
    used = [{"propertyUnitId": number, "isMainContact": main} for number, main in units]

    assert home(PropertyUser.model_validate({"id": 1, "propertyUnits": used})) == chosen


def test_a_reference_has_no_slash() -> None:
    """One stands between kind and reference where an import names an entity of its own."""
    assert reference("facilitee", "property_unit", 66) == "facilitee-property_unit-66"
