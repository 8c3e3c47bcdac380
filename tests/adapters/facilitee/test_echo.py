from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from adapters.facilitee.echo import not_saved
from adapters.facilitee.models.common import AddressPart
from adapters.facilitee.models.owners import Owner, OwnerNew
from adapters.facilitee.models.property_units import PropertyUnit, PropertyUnitNew
from adapters.facilitee.models.service_providers import ServiceProvider, ServiceProviderChange
from adapters.http.models import Detail

SENT = OwnerNew(
    email="o@example.com",
    name="O",
    country_code="31",
    phone_number="984356578",
    authorized_amount=Decimal("650.50"),
    additional_note="",
    address=AddressPart(street="Javastraat", city="Amsterdam"),
)
SAVED: dict[str, Any] = {**SENT.to_wire(), "id": 7, "status": "Uninvited", "companyName": "C"}


def owner(**changed: Any) -> Detail[Owner]:
    raw = {**SAVED, **changed}
    return Detail(raw, Owner.model_validate(raw))


def unit(**given: Any) -> Detail[PropertyUnit]:
    raw = {"id": 1489, **given}
    return Detail(raw, PropertyUnit.model_validate(raw))


def test_what_comes_back_as_sent_is_saved_whatever_else_there_is() -> None:
    assert not_saved(SENT, owner()) == []
    assert not_saved(SENT, owner(additionalNote=None)) == []


@pytest.mark.parametrize("dropped", [None, "", "32"])
def test_a_telephone_number_that_was_dropped_is_named(dropped: str | None) -> None:
    echo = owner(countryCode=dropped, phoneNumber=dropped)

    assert not_saved(SENT, echo) == ["countryCode", "phoneNumber"]


def test_a_field_that_is_missing_from_the_answer_is_named() -> None:
    raw = {name: value for name, value in SAVED.items() if name != "phoneNumber"}

    assert not_saved(SENT, Detail(raw, Owner.model_validate(raw))) == ["phoneNumber"]


def test_a_part_of_an_address_is_named_with_its_place() -> None:
    assert not_saved(SENT, owner(address={"street": "Javastraat"})) == ["address.city"]
    assert not_saved(SENT, owner(address=None)) == ["address.street", "address.city"]


def test_what_was_not_sent_is_not_compared() -> None:
    sent = OwnerNew(email="o@example.com", name="O")

    assert not_saved(sent, owner(phoneNumber="1", authorizedAmount=5)) == []


def test_ids_are_looked_for_in_the_things_that_they_became() -> None:
    sent = PropertyUnitNew(owner_id=20, manager_id=15, property_unit_type_id=10)

    saved = unit(owner={"id": 20}, manager={"id": 15}, propertyUnitType={"id": 10})
    assert not_saved(sent, saved) == []
    assert not_saved(sent, unit(owner={"id": 468}, manager=None)) == [
        "ownerId",
        "managerId",
        "propertyUnitTypeId",
    ]


def test_tags_are_compared_by_their_ids_in_any_order() -> None:
    sent = ServiceProviderChange(email="s@example.com", name="S", tags=(2, 3))

    def echo(*ids: int) -> Detail[ServiceProvider]:
        raw = {**sent.to_wire(), "id": 1, "tags": [{"id": one} for one in ids]}
        return Detail(raw, ServiceProvider.model_validate(raw))

    assert not_saved(sent, echo(3, 2)) == []
    assert not_saved(sent, echo(2)) == ["tags"]


def test_times_are_compared_as_they_were_sent_to_the_millisecond() -> None:
    sent = PropertyUnitNew(
        owner_id=20, contract_start=datetime(2021, 1, 1, 0, 0, 0, 365_999, UTC), contact_id=35
    )

    saved = unit(owner={"id": 20}, contractStart="2021-01-01T01:00:00.365+01:00")
    assert not_saved(sent, saved) == []
    assert not_saved(sent, unit(owner={"id": 20}, contractStart="2021-01-02T00:00:00Z")) == [
        "contractStart"
    ]
