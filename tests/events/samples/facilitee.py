"""What Facilitee's events carry, after the examples in its document."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from events.facilitee import (
    Issue,
    IssueData,
    Manager,
    ManagerData,
    Owner,
    OwnerData,
    Property,
    PropertyData,
    PropertyUnit,
    PropertyUnitData,
    PropertyUser,
    PropertyUserData,
    ServiceProvider,
    ServiceProviderData,
)
from tests.events.samples.shared import Samples

ADDRESS = {
    "street": "Javastraat",
    "street_number": "1",
    "post_code": "1094 EM",
    "city": "Amsterdam",
    "country": "Netherlands",
}


def issue(**changes: Any) -> Issue:
    """The issue of the document, while somebody works on it."""
    fields: dict[str, Any] = {
        "id": 77,
        "name": "Broken pipe",
        "description": "The pipe in the bathroom burst open.",
        "category": "Plumbing",
        "status": "ToBeAssigned",
        "urgent": True,
        "property_users_involved": True,
        "created": "2021-07-17T16:24:40.180Z",
        "modified": "2021-07-18T17:20:20.181Z",
        "reporter_id": 33,
        "reporter_name": "Tessa Tulp",
        "issue_manager_name": "Jon Jonason",
        "user_reference": "AP-232",
        "rejection_comment": "",
        "property_id": 55,
        "property_name": "The Building",
        "custom_property_id": "222",
        "property_unit_id": 66,
        "property_unit_type": "Apartment",
        "address": ADDRESS,
        "floor": 0,
        "overall_rating": None,
    }
    return Issue.model_validate(fields | changes)


def person(**changes: Any) -> dict[str, Any]:
    """What everybody has."""
    fields: dict[str, Any] = {
        "id": 110,
        "name": "Tessa Tulp",
        "email": "tessa.tulp@example.com",
        "company_name": "Occupants Co.",
        "country_code": "31",
        "phone_number": "984356578",
        "status": "Active",
        "external_reference": "user-123",
        "address": ADDRESS,
    }
    return fields | changes


def owner(**changes: Any) -> Owner:
    """An owner whose bills go to a company."""
    fields = person(
        id=2564,
        currency="EUR",
        authorized_amount=Decimal("650.5"),
        invoice_address=ADDRESS,
        invoice_company="Owner Company",
        invoice_email="owner.invoice@example.com",
        attention_to="Bookkeeping",
    )
    return Owner.model_validate(fields | changes)


def property_user(**changes: Any) -> PropertyUser:
    """Somebody who lives in one unit."""
    occupancy = {
        "property_unit_id": 35,
        "custom_unit_id": "JavaStraat-1-200",
        "is_main_contact": True,
        "contract_start": "2021-12-16T11:49:14.365Z",
        "contract_end": None,
    }
    return PropertyUser.model_validate(person(property_units=[occupancy]) | changes)


def service_provider(**changes: Any) -> ServiceProvider:
    """A plumber."""
    fields = person(id=330, tags=["Plumbing"], average_rating=Decimal("4.5"))
    return ServiceProvider.model_validate(fields | changes)


def manager(**changes: Any) -> Manager:
    """A manager who has not been invited."""
    fields = person(id=398, status="Uninvited", average_rating=4)
    return Manager.model_validate(fields | changes)


def building(**changes: Any) -> Property:
    """The property of the document."""
    fields: dict[str, Any] = {
        "id": 55,
        "name": "The Building",
        "custom_property_id": "222",
        "address": ADDRESS,
        "is_active": True,
        "property_type": "Apartment Building",
    }
    return Property.model_validate(fields | changes)


def property_unit(**changes: Any) -> PropertyUnit:
    """A unit of that property, with two users."""
    fields: dict[str, Any] = {
        "id": 1489,
        "custom_unit_id": "JavaStraat-1-200",
        "property_id": 55,
        "property_name": "The Building",
        "custom_property_id": "222",
        "property_unit_type": "Apartment",
        "address": ADDRESS,
        "has_property_address": False,
        "floor": 1,
        "is_active": True,
        "is_common_space": False,
        "contract_start": "2021-01-01T00:00:00.000Z",
        "contract_end": "2022-01-01T00:00:00.000Z",
        "owner_id": 468,
        "owner_company_id": 22,
        "manager_id": 398,
        "default_issue_manager_id": 33,
        "property_user_ids": [2566, 2567],
        "main_contact_id": 2567,
    }
    return PropertyUnit.model_validate(fields | changes)


DATA: Samples = {
    "facilitee.issue.reported": lambda: IssueData(issue=issue(status="New"), previous=None),
    "facilitee.issue.status_changed": lambda: IssueData(
        issue=issue(), previous={"status": "new", "modified": "2021-07-17T16:24:40.180000Z"}
    ),
    "facilitee.issue.updated": lambda: IssueData(
        issue=issue(
            status="Closed",
            overall_rating={
                "rating": 5,
                "comment": "Perfect work",
                "user": "Tessa Tulp",
                "rated": "2021-07-18T17:20:20.181Z",
            },
        ),
        previous={"overall_rating": None},
    ),
    "facilitee.owner.created": lambda: OwnerData(owner=owner(), previous=None),
    "facilitee.owner.updated": lambda: OwnerData(
        owner=owner(), previous={"authorized_amount": "350.50"}
    ),
    "facilitee.owner.removed": lambda: OwnerData(owner=owner(), previous={}),
    "facilitee.property_user.created": lambda: PropertyUserData(
        property_user=property_user(), previous=None
    ),
    "facilitee.property_user.updated": lambda: PropertyUserData(
        property_user=property_user(), previous={"property_units": []}
    ),
    "facilitee.property_user.removed": lambda: PropertyUserData(
        property_user=property_user(), previous={}
    ),
    "facilitee.service_provider.created": lambda: ServiceProviderData(
        service_provider=service_provider(), previous=None
    ),
    "facilitee.service_provider.updated": lambda: ServiceProviderData(
        service_provider=service_provider(), previous={"tags": []}
    ),
    "facilitee.service_provider.removed": lambda: ServiceProviderData(
        service_provider=service_provider(), previous={}
    ),
    "facilitee.manager.created": lambda: ManagerData(manager=manager(), previous=None),
    "facilitee.manager.updated": lambda: ManagerData(
        manager=manager(status="Active"), previous={"status": "uninvited"}
    ),
    "facilitee.manager.removed": lambda: ManagerData(manager=manager(), previous={}),
    "facilitee.property.created": lambda: PropertyData(property=building(), previous=None),
    "facilitee.property.updated": lambda: PropertyData(
        property=building(), previous={"name": "A Building"}
    ),
    "facilitee.property.removed": lambda: PropertyData(property=building(), previous={}),
    "facilitee.property_unit.created": lambda: PropertyUnitData(
        property_unit=property_unit(), previous=None
    ),
    "facilitee.property_unit.updated": lambda: PropertyUnitData(
        property_unit=property_unit(), previous={"owner_id": "467", "contract_end": None}
    ),
    "facilitee.property_unit.removed": lambda: PropertyUnitData(
        property_unit=property_unit(), previous={}
    ),
}
