from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from adapters.facilitee.models.common import AddressPart
from adapters.facilitee.models.issues import ISSUE_STATUSES, Issue
from adapters.facilitee.models.owners import Owner, OwnerNew, OwnerRow
from adapters.facilitee.models.properties import PropertyAddress, PropertyNew
from adapters.facilitee.models.property_units import PropertyUnit, PropertyUnitNew, PropertyUnitRow
from adapters.facilitee.models.service_providers import (
    ServiceProvider,
    ServiceProviderChange,
    ServiceProviderRow,
)
from adapters.http.errors import Unsendable
from adapters.http.models import unknown_fields, unknown_values

ADDRESS = {
    "street": "Javastraat",
    "street_number": "1",
    "post_code": "1094 EM",
    "city": "Amsterdam",
    "country": "Netherlands",
}


@pytest.mark.parametrize("missing", sorted(ADDRESS))
def test_a_unit_with_an_address_of_its_own_needs_all_of_it(missing: str) -> None:
    part = AddressPart(**{name: text for name, text in ADDRESS.items() if name != missing})

    with pytest.raises(Unsendable, match=f"PropertyUnitNew: address: needs {missing} where"):
        PropertyUnitNew(owner_id=20, has_property_address=False, address=part)


def test_a_unit_with_an_address_of_its_own_needs_one() -> None:
    with pytest.raises(
        Unsendable, match="address: needs street, street_number, post_code, city, country"
    ):
        PropertyUnitNew(owner_id=20, has_property_address=False)

    given = PropertyUnitNew(owner_id=20, has_property_address=False, address=AddressPart(**ADDRESS))
    assert given.address is not None


@pytest.mark.parametrize("told", [{}, {"has_property_address": True}])
def test_a_unit_with_its_propertys_address_needs_none(told: dict[str, Any]) -> None:
    assert PropertyUnitNew(owner_id=20, **told).address is None


def test_a_unit_cannot_be_sent_without_its_owner() -> None:
    with pytest.raises(Unsendable, match="PropertyUnitNew: ownerId: Field required"):
        PropertyUnitNew(floor=1)  # type: ignore[call-arg]


@pytest.mark.parametrize("missing", sorted(ADDRESS))
def test_a_property_needs_its_whole_address(missing: str) -> None:
    given: dict[str, str] = {name: text for name, text in ADDRESS.items() if name != missing}

    with pytest.raises(Unsendable, match=r"PropertyAddress: .*: Field required"):
        PropertyNew(address=PropertyAddress(**given))


def test_what_the_document_has_no_null_for_is_left_out_or_given() -> None:
    with pytest.raises(Unsendable, match="company_name: cannot be null; leave it out"):
        OwnerNew(email="o@example.com", name="O", company_name=None)

    assert OwnerNew(email="o@example.com", name="O").to_wire() == {
        "email": "o@example.com",
        "name": "O",
    }


def test_an_amount_is_a_decimal_and_sent_as_a_number() -> None:
    owner = OwnerNew(email="o@example.com", name="O", authorized_amount=Decimal("650.50"))

    assert owner.to_wire()["authorizedAmount"] == 650.5
    with pytest.raises(Unsendable, match="authorized_amount"):
        OwnerNew(email="o@example.com", name="O", authorized_amount=650.5)  # type: ignore[arg-type]


def test_a_contract_is_read_from_the_examples_spelling_and_written_in_the_rules() -> None:
    unit = PropertyUnitNew.model_validate_json(
        '{"ownerId": 20, "contractStart": "02.01.2021", "contractEnd": "2022-01-01T00:00:00.000Z"}'
    )

    assert unit.contract_start == datetime(2021, 1, 2, tzinfo=UTC)
    assert unit.to_wire() == {
        "ownerId": 20,
        "contractStart": "2021-01-02T00:00:00.000Z",
        "contractEnd": "2022-01-01T00:00:00.000Z",
    }


@pytest.mark.parametrize("start", ["2021-01-01T00:00:00", "0999-01-01T00:00:00Z", "soon", 5])
def test_a_contract_that_starts_at_no_time_that_can_be_told_is_refused(start: object) -> None:
    with pytest.raises(Unsendable, match="contractStart"):
        PropertyUnitNew.model_validate({"ownerId": 20, "contractStart": start})


def test_a_status_is_read_under_either_name_and_a_new_one_is_counted() -> None:
    assert Owner.model_validate({"id": 7, "status": "Active"}).status == "Active"
    row = OwnerRow.model_validate({"id": 7, "userStatus": "Retired"})

    assert row.user_status == "Retired"
    assert list(unknown_values(row)) == [("OwnerRow", "user_status")]


def test_every_status_of_an_issue_is_known_and_another_one_is_kept() -> None:
    assert len(ISSUE_STATUSES.values) == 20
    known = [Issue(id=1, status=status) for status in ISSUE_STATUSES.values]
    assert [found for issue in known for found in unknown_values(issue)] == []

    issue = Issue(id=1, status="Reopened")
    assert (issue.status, list(unknown_values(issue))) == ("Reopened", [("Issue", "status")])


def test_tags_are_objects_in_full_texts_in_rows_and_ids_in_requests() -> None:
    full = ServiceProvider.model_validate({"id": 1, "tags": [{"id": 2, "name": "Plumbing"}]})
    row = ServiceProviderRow.model_validate({"id": 1, "tags": ["Plumbing"]})
    change = ServiceProviderChange(email="s@example.com", name="S", tags=(2,))

    assert [(tag.id, tag.name) for tag in full.tags] == [(2, "Plumbing")]
    assert row.tags == ("Plumbing",)
    assert change.to_wire()["tags"] == [2]


def test_everything_but_the_id_may_be_null_or_missing() -> None:
    for model in (Owner, OwnerRow, PropertyUnit, PropertyUnitRow, ServiceProvider, Issue):
        names = [info.alias for info in model.model_fields.values() if info.alias != "id"]
        assert model.model_validate({"id": "7", **dict.fromkeys(names)}) == model.model_validate(
            {"id": 7}
        )


def test_what_is_added_to_a_nested_thing_is_kept_and_counted() -> None:
    unit = PropertyUnit.model_validate({"id": 1, "owner": {"id": 2, "vatNumber": "NL1"}})

    assert list(unknown_fields(unit)) == [("UnitOwner", "vatNumber")]


def test_flags_of_a_type_are_booleans_though_they_come_as_texts() -> None:
    row = PropertyUnitRow.model_validate(
        {"id": 1, "propertyUnitType": {"id": 19, "canDelete": "true", "isUsed": False}}
    )

    assert row.property_unit_type is not None
    assert (row.property_unit_type.can_delete, row.property_unit_type.is_used) == (True, False)
