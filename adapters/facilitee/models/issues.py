"""Facilitee's issues, which can only be listed."""

from __future__ import annotations

from typing import Annotated, Final

from adapters.facilitee.formats import ReadTime
from adapters.facilitee.models.common import Address
from adapters.facilitee.models.property_types import PropertyUnitType
from adapters.facilitee.models.property_units import UnitProperty
from adapters.facilitee.records import FaciliteeModel
from adapters.http.models import Known

# The document lists them under "Possible statuses", below the list of issues.
ISSUE_STATUSES: Final = Known(
    "Future",
    "New",
    "MoreInfo",
    "MoreInfoOwner",
    "Rejected",
    "ToBeAssigned",
    "SubmittedByManager",
    "ServicerRejected",
    "Assigned",
    "MyTask",
    "ResolvedBeforeAssignmentWasAccepted",
    "InProgress",
    "Resolved",
    "Closed",
    "Quote",
    "NewQuotation",
    "QuotationAcceptedByManager",
    "QuotationSent",
    "QuotationAccepted",
    "QuotationRejected",
)


class IssueUnit(FaciliteeModel):
    """Where the issue is."""

    id: int | None = None
    address: Address | None = None
    floor: int | None = None
    property_unit_type: PropertyUnitType | None = None
    property: UnitProperty | None = None


class Rating(FaciliteeModel):
    """What somebody thought of the work; the numbers of `type` are not documented."""

    rating: int | None = None
    comment: str | None = None
    type: int | None = None
    user: str | None = None
    last_rated_date: ReadTime = None


class Issue(FaciliteeModel):
    """An issue (facilitee.txt: "Get a list of Issues within a specified period").

    The category is free text, and the time left has no documented unit.
    """

    id: int
    name: str | None = None
    description: str | None = None
    category: str | None = None
    reporter_id: int | None = None
    reporter_name: str | None = None
    issue_manager_name: str | None = None
    urgent: bool | None = None
    property_users_involved: bool | None = None
    status: Annotated[str | None, ISSUE_STATUSES] = None
    created: ReadTime = None
    modified: ReadTime = None
    response_time_left: int | None = None
    user_reference_id: str | None = None
    rejection_comment: str | None = None
    property_unit: IssueUnit | None = None
    overall_rating: Rating | None = None
