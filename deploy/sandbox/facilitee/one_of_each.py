"""At least one record of every kind, so that every operation of Facilitee can succeed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deploy.sandbox.facilitee import kinds
from deploy.sandbox.facilitee.formats import spelled
from deploy.sandbox.facilitee.records import add
from deploy.sandbox.state import SandboxState

ADDRESS: Mapping[str, str] = {
    "street": "Example Street",
    "streetNumber": "1",
    "postCode": "1000 AA",
    "city": "Exampleton",
    "country": "Netherlands",
    "googlePlaceId": "example-place-1",
}
PHONE: Mapping[str, str] = {"countryCode": "31", "phoneNumber": "984356578"}


def one_of_each(state: SandboxState) -> dict[str, str]:
    """Make the records; gives an existing id for the name of every path parameter.

    The types of `propertyTypeId` and `propertyUnitTypeId` are not used, so that they can be
    deleted. Under `owner_email`, `manager_email` and `property_user_email` there are addresses,
    under `new_owner_id` a second owner.
    """
    owner, new_owner, manager, user = _people(state)
    company = _add(
        state,
        kinds.COMPANY,
        ownerId=owner["id"],
        name="Example Holdings",
        countryCode="+31",
        phoneNumber="23545467",
        maxMandateAmount=1000,
        invoiceEmail="invoices@example.com",
        attentionTo="Accounts",
        externalReferenceId="EX-CO",
        invoiceAddress=ADDRESS,
    )
    tag = _add(state, kinds.TAG, name="Plumbing")
    provider = _person(state, kinds.PROVIDER, "Example Repairs", tags=[tag["id"]])
    place = _add(
        state,
        kinds.PROPERTY,
        name="The Example Building",
        customPropertyId="PROP-001",
        address=ADDRESS,
        propertyTypeId=_add(state, kinds.PROPERTY_TYPE, name="Apartment building")["id"],
    )
    unit = _add(
        state,
        kinds.UNIT,
        propertyId=place["id"],
        floor=1,
        additionalNote="At the end of the fictional hallway",
        customUnitId="EX-UNIT-1",
        contractStart="2025-01-01T00:00:00.000Z",
        contractEnd="2035-01-01T00:00:00.000Z",
        managerId=manager["id"],
        defaultIssueManagerId=manager["id"],
        ownerId=owner["id"],
        ownerCompanyId=company["id"],
        propertyUserIds=[user["id"]],
        contactId=user["id"],
        propertyUnitTypeId=_add(state, kinds.UNIT_TYPE, name="Apartment")["id"],
    )
    _issue(state, unit, user)
    unused = _add(state, kinds.PROPERTY_TYPE, name="Pavilion")
    unused_unit_type = _add(state, kinds.UNIT_TYPE, name="Storage")
    ids = {
        "id": owner["id"],
        "ownerId": owner["id"],
        "companyId": company["id"],
        "managerId": manager["id"],
        "propertyTypeId": unused["id"],
        "propertyUnitTypeId": unused_unit_type["id"],
        "propertyId": place["id"],
        "propertyUnitId": unit["id"],
        "serviceProviderId": provider["id"],
        "propertyUserId": user["id"],
        "new_owner_id": new_owner["id"],
        "owner_email": owner["email"],
        "manager_email": manager["email"],
        "property_user_email": user["email"],
    }
    return {name: str(value) for name, value in ids.items()}


def _people(state: SandboxState) -> tuple[dict[str, Any], ...]:
    owner = _person(
        state,
        kinds.OWNER,
        "Olive Owner",
        authorizedAmount=650.5,
        invoiceAddress=ADDRESS,
        invoiceCompany="Example Holdings",
        invoiceEmail="invoices@example.com",
        attentionTo="Accounts",
    )
    new_owner = _person(state, kinds.OWNER, "Otto Owner", authorizedAmount=750.5)
    manager = _person(state, kinds.MANAGER, "Mona Manager")
    user = _person(state, kinds.PROPERTY_USER, "Uma User")
    return owner, new_owner, manager, user


def _person(state: SandboxState, kind: kinds.Kind, name: str, **values: Any) -> dict[str, Any]:
    return _add(
        state,
        kind,
        name=name,
        email=f"{name.lower().replace(' ', '.')}@example.com",
        companyName="Example Company",
        additionalNote="Fictional",
        externalReferenceId=f"EX-{name[:2]}",
        address=ADDRESS,
        **PHONE,
        **values,
    )


def _issue(state: SandboxState, unit: dict[str, Any], user: dict[str, Any]) -> None:
    _add(
        state,
        kinds.ISSUE,
        name="Dripping tap",
        description="The tap in the fictional kitchen does not close.",
        category="Plumbing",
        reporterId=user["id"],
        reporterName=user["name"],
        issueManagerName="Mona Manager",
        userReferenceId="EX-ISSUE-1",
        propertyUnitId=unit["id"],
        overallRating={
            "rating": 5,
            "comment": "Good",
            "type": 2,
            "user": user["name"],
            "lastRatedDate": spelled(state.now()),
        },
    )


def _add(state: SandboxState, kind: kinds.Kind, **values: Any) -> dict[str, Any]:
    return add(state.facilitee, kind, values, state.now())
