"""Strict in what is sent, lenient in what is read."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from adapters.http.errors import Unsendable
from adapters.http.models import ProviderModel, unknown_fields
from adapters.http.requests import RequestModel
from adapters.planiso.models.customers import Customer, CustomerChange, CustomerNew
from adapters.planiso.models.equipment import Equipment, EquipmentChange, EquipmentNew
from adapters.planiso.models.organizations import (
    Organization,
    OrganizationChange,
    OrganizationNew,
)
from adapters.planiso.models.projects import Project, ProjectChange, ProjectNew
from adapters.planiso.models.subcontractors import (
    Subcontractor,
    SubcontractorChange,
    SubcontractorNew,
)
from adapters.planiso.models.suppliers import Supplier, SupplierChange, SupplierNew
from adapters.planiso.models.users import User, UserChange, UserNew

LEAST: dict[type[RequestModel], dict[str, Any]] = {
    UserNew: {"custom_no": "k", "fullname": "Jo Doe"},
    CustomerNew: {"custom_no": "k", "organization_name": "n", "organization_address": "a"},
    SupplierNew: {"custom_no": "k"},
    SubcontractorNew: {"custom_no": "k"},
    OrganizationNew: {"name": "n", "address": "a"},
    ProjectNew: {"custom_no": "k", "name": "n"},
    EquipmentNew: {"num_equip": "k", "brand": "b"},
}
CHANGES: list[type[RequestModel]] = [
    UserChange,
    CustomerChange,
    SupplierChange,
    SubcontractorChange,
    OrganizationChange,
    ProjectChange,
    EquipmentChange,
]
REQUIRED = [(model, name) for model, fields in LEAST.items() for name in fields]


@pytest.mark.parametrize("model", LEAST, ids=lambda one: one.__name__)
def test_the_required_fields_are_enough(model: type[RequestModel]) -> None:
    assert len(model(**LEAST[model]).to_wire()) == len(LEAST[model])


@pytest.mark.parametrize(("model", "name"), REQUIRED)
@pytest.mark.parametrize("value", ["", " ", None])
def test_what_is_required_cannot_be_missing_null_or_empty(
    model: type[RequestModel], name: str, value: str | None
) -> None:
    wire = name.replace("organization_address", "organization_adress")
    with pytest.raises(Unsendable, match=f"{model.__name__}: ({name}|{wire}): "):
        model(**{**LEAST[model], name: value})
    without = {given: one for given, one in LEAST[model].items() if given != name}
    with pytest.raises(Unsendable, match=f"{model.__name__}: ({name}|{wire}): Field required"):
        model(**without)


@pytest.mark.parametrize("model", CHANGES, ids=lambda one: one.__name__)
def test_a_change_names_something_to_change(model: type[RequestModel]) -> None:
    with pytest.raises(Unsendable, match=f"^{model.__name__}: names nothing to change$"):
        model()


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (UserChange, "active"),
        (UserChange, "last_update"),
        (CustomerChange, "organization_name"),
        (SupplierChange, "organization_name"),
        (SubcontractorChange, "organization"),
        (OrganizationNew, "province"),
        (ProjectChange, "active"),
        (EquipmentChange, "type_nos"),
        (EquipmentChange, "brand"),
    ],
)
def test_what_the_form_does_not_have_cannot_be_given(model: type[RequestModel], name: str) -> None:
    with pytest.raises(Unsendable, match=f"{name}: Extra inputs are not permitted"):
        model(**{name: "1", "custom_no": "k"})


@pytest.mark.parametrize(
    ("model", "given", "said"),
    [
        (UserNew, {"email": "jo"}, "email: is not an e-mail address"),
        (UserNew, {"username": None}, "username: cannot be null; leave it out"),
        (UserNew, {"hired_date": "01/02/2024"}, "hired_date: Input should be a valid date"),
        (UserNew, {"active": "yes"}, "active: Input should be a valid boolean"),
        (SupplierNew, {"is_9001": None}, "is_9001: cannot be null; leave it out"),
        (SupplierNew, {"organization_city": "c"}, "organization_name and organization_adress"),
        (SubcontractorNew, {"organization_name": "n"}, "organization_name and organization_adr"),
        (EquipmentNew, {"year": 1900}, "year: Input should be greater than 1900"),
        (EquipmentNew, {"year": 20240}, "year: Input should be less than or equal to 9999"),
        (EquipmentNew, {"year": "new"}, "year: Input should be a valid integer"),
        (EquipmentNew, {"type_nos": ()}, "type_nos: Value should have at least 1 item"),
        (EquipmentNew, {"type_nos": ("van",)}, "type_nos.0: Input should be a valid integer"),
        (EquipmentNew, {"type_nos": "[3"}, "type_nos: unexpected end"),
        (
            ProjectNew,
            {"start_date": date(2024, 2, 1), "end_date": date(2024, 1, 31)},
            "ProjectNew: end_date is before start_date",
        ),
    ],
)
def test_what_would_be_refused_is_not_sent(
    model: type[RequestModel], given: dict[str, Any], said: str
) -> None:
    with pytest.raises(Unsendable) as refused:
        model(**LEAST[model], **given)

    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_days_of_a_changed_project_are_in_order() -> None:
    day = date(2024, 2, 1)
    assert ProjectChange(start_date=day, end_date=day).end_date == day
    with pytest.raises(Unsendable, match="ProjectChange: end_date is before start_date"):
        ProjectChange(start_date=day, end_date=date(2024, 1, 31))


def test_a_body_can_be_given_as_it_is_on_the_wire() -> None:
    text = """{"num_equip": "F", "brand": "B", "year": "2024", "purchase_date": "2024-03-10",
               "type_nos": "[3]"}"""
    equipment = EquipmentNew.model_validate_json(text)
    supplier = SupplierNew.model_validate_json('{"custom_no": "s", "is_9001": "", "is_18001": "1"}')

    assert equipment.to_wire() == {
        "num_equip": "F",
        "brand": "B",
        "year": 2024,
        "purchase_date": "2024-03-10",
        "type_nos": [3],
    }
    assert supplier.to_wire() == {"custom_no": "s", "is_9001": False, "is_18001": True}


def test_a_key_that_may_be_null_can_be_taken_away_by_a_change_but_not_emptied() -> None:
    assert ProjectChange(custom_no=None).to_wire() == {"custom_no": None}
    with pytest.raises(Unsendable, match="custom_no: cannot be empty"):
        SubcontractorChange(custom_no="")
    with pytest.raises(Unsendable, match="custom_no: cannot be null; leave it out"):
        CustomerChange(custom_no=None)


@pytest.mark.parametrize(
    "model", [User, Customer, Supplier, Subcontractor, Organization, Project, Equipment]
)
def test_a_number_is_text_and_the_only_thing_that_must_be_there(
    model: type[ProviderModel],
) -> None:
    assert model.model_validate({"no": 7}) == model.model_validate({"no": "7"})
    with pytest.raises(ValueError, match="no\n"):
        model.model_validate({"active": True})
    nulls = {name: None for name in model.model_fields if name != "no"}
    assert list(unknown_fields(model.model_validate({"no": "7", **nulls}))) == []


@pytest.mark.parametrize(
    ("sent", "read"),
    [(True, True), ("1", True), (1, True), (False, False), ("", False), ("0", False), (None, None)],
)
def test_a_flag_is_read_in_every_spelling(sent: Any, read: bool | None) -> None:
    assert User.model_validate({"no": "7", "active": sent}).active is read


@pytest.mark.parametrize("sent", [None, "", "0000-00-00"])
def test_no_day_is_read_in_every_spelling(sent: Any) -> None:
    assert Project.model_validate({"no": "7", "end_date": sent}).end_date is None


@pytest.mark.parametrize("sent", [[], {}, "soon"])
def test_a_day_that_is_none_does_not_fit(sent: Any) -> None:
    with pytest.raises(ValueError, match="end_date"):
        Project.model_validate({"no": "7", "end_date": sent})


def test_an_organization_that_is_an_empty_array_is_none() -> None:
    assert Customer.model_validate({"no": "7", "organization": []}).organization is None
    assert Supplier.model_validate({"no": "7", "organization": None}).organization is None


@pytest.mark.parametrize("name", ["adress", "address"])
def test_an_address_is_read_under_both_of_its_names(name: str) -> None:
    customer = Customer.model_validate({"no": "7", "organization": {"no": 32, name: "1 Road"}})

    assert customer.organization is not None
    assert customer.organization.address == "1 Road"
    assert list(unknown_fields(customer)) == []


def test_a_time_stays_as_it_was_written() -> None:
    user = User.model_validate({"no": "7", "last_update": "2024-11-22 15:00:00"})

    assert user.last_update == "2024-11-22 15:00:00"


def test_the_types_of_equipment_are_read_with_their_flags() -> None:
    kinds = [{"no": 3, "type_name": "Van", "active": "1"}]
    equipment = Equipment.model_validate({"no": "7", "year": 2024, "type": kinds})

    assert equipment.year == "2024"
    assert [(one.no, one.type_name, one.active) for one in equipment.type] == [("3", "Van", True)]
