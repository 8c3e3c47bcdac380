"""The kinds of Facilitee's records: what they hold, refer to and are searched by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from deploy.sandbox.collection import Record
from deploy.sandbox.facilitee import views
from deploy.sandbox.facilitee.data import FaciliteeData

View = Callable[[FaciliteeData, Record, datetime], Record]
OWNER_CODE = r"\d{1,3}"  # "31", as the users' example requests have it
COMPANY_CODE = r"\+\d{1,3}"  # "+31", as the companies' have it


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record; `name` is that of its collection, of drift rules and of the control API.

    `blank` holds every field that is stored, `references` the kind that a field's ids belong to,
    `search` the fields that searchParameter looks into, `times` those that are times.
    """

    name: str
    entity: str
    first_id: int
    blank: Mapping[str, Any]
    view: View
    row: View
    search: tuple[str, ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    times: tuple[str, ...] = ()
    code: str = OWNER_CODE
    is_user: bool = False


_USER: Mapping[str, Any] = {
    "email": None,
    "name": None,
    "companyName": None,
    "countryCode": None,
    "phoneNumber": None,
    "additionalNote": None,
    "externalReferenceId": None,
    "address": None,
    "status": "Uninvited",
    "isActive": True,
}
_RATED = {**_USER, "averageRating": 0, "numberOfRatings": 0}
_OWNER = {
    **_USER,
    "authorizedAmount": None,
    "invoiceAddress": None,
    "invoiceCompany": None,
    "invoiceEmail": None,
    "attentionTo": None,
}
_COMPANY: Mapping[str, Any] = {
    "ownerId": None,
    "name": None,
    "invoiceEmail": None,
    "maxMandateAmount": None,
    "attentionTo": None,
    "countryCode": None,
    "phoneNumber": None,
    "externalReferenceId": None,
    "invoiceAddress": None,
}
_PROPERTY: Mapping[str, Any] = {
    "name": None,
    "customPropertyId": None,
    "address": None,
    "isActive": True,
    "propertyTypeId": None,
}
_UNIT: Mapping[str, Any] = {
    "propertyId": None,
    "address": None,
    "hasPropertyAddress": True,
    "floor": None,
    "contractStart": None,
    "contractEnd": None,
    "additionalNote": None,
    "isCommonSpace": False,
    "customUnitId": None,
    "managerId": None,
    "defaultIssueManagerId": None,
    "ownerId": None,
    "ownerCompanyId": None,
    "propertyUserIds": [],
    "contactId": None,
    "propertyUnitTypeId": None,
    "isActive": True,
    "attachments": None,
}
_ISSUE: Mapping[str, Any] = {
    "name": None,
    "description": None,
    "category": None,
    "reporterId": None,
    "reporterName": None,
    "issueManagerName": None,
    "urgent": False,
    "propertyUsersInvolved": False,
    "status": "New",
    "created": None,
    "modified": None,
    "responseTimeLeft": 0,
    "userReferenceId": None,
    "rejectionComment": "",
    "propertyUnitId": None,
    "overallRating": None,
}
_ADDRESS = tuple(
    f"address.{part}" for part in ("street", "streetNumber", "postCode", "city", "country")
)

OWNER = Kind(
    "owners",
    "Owner",
    2564,
    _OWNER,
    views.owner,
    views.owner,
    ("email", "name", "companyName", "externalReferenceId"),
    is_user=True,
)
COMPANY = Kind(
    "owner-companies",
    "Company",
    22,
    _COMPANY,
    views.plain,
    views.plain,
    ("name",),
    code=COMPANY_CODE,
)
MANAGER = Kind(
    "managers",
    "Property Manager",
    110,
    _RATED,
    views.manager,
    views.manager,
    ("name", "email", "countryCode", "phoneNumber", "externalReferenceId"),
    is_user=True,
)
PROPERTY_TYPE = Kind(
    "property-types",
    "Property Type",
    111,
    {"name": None, "isActive": True},
    views.property_type,
    views.property_type,
)
UNIT_TYPE = Kind(
    "property-unit-types",
    "Property Unit Type",
    230,
    {"name": None},
    views.unit_type,
    views.unit_type,
)
PROPERTY = Kind(
    "properties",
    "Property",
    10,
    _PROPERTY,
    views.property_,
    views.property_,
    (*_ADDRESS, "name", "customPropertyId", "propertyType.name"),
    {"propertyTypeId": "property-types"},
)
UNIT = Kind(
    "property-units",
    "Property Unit",
    1489,
    _UNIT,
    views.unit,
    views.unit_row,
    (*_ADDRESS, "customUnitId", "propertyUnitType.name"),
    {
        "managerId": "managers",
        "ownerId": "owners",
        "ownerCompanyId": "owner-companies",
        "propertyUserIds": "property-users",
        "contactId": "property-users",
        "propertyUnitTypeId": "property-unit-types",
    },
    times=("contractStart", "contractEnd"),
)
PROVIDER = Kind(
    "service-providers",
    "Service Provider",
    330,
    {**_RATED, "tags": [], "attachments": [], "activeIssues": 0},
    views.provider,
    views.provider_row,
    (
        *("name", "email", "companyName", "countryCode", "phoneNumber"),
        *("address.city", "externalReferenceId"),
    ),
    {"tags": "tags"},
    is_user=True,
)
PROPERTY_USER = Kind(
    "property-users",
    "Property User",
    610,
    _USER,
    views.property_user,
    views.property_user,
    ("name", "email", "companyName", "externalReferenceId"),
    is_user=True,
)
ISSUE = Kind("issues", "Issue", 77, _ISSUE, views.issue, views.issue, times=("created", "modified"))
TAG = Kind("tags", "Tag", 1, {"name": None}, views.plain, views.plain)

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        *(OWNER, COMPANY, MANAGER, PROPERTY_TYPE, UNIT_TYPE, PROPERTY, UNIT),
        *(PROVIDER, PROPERTY_USER, ISSUE, TAG),
    )
}
