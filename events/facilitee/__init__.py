"""What the events of Facilitee carry: issues, and the people and places that they are about.

They name people: let those read these topics who may. Left out on purpose: notes about people and
places, attachments, and counters that move by themselves.
"""

from events.facilitee.issues import (
    Issue,
    IssueData,
    IssueStatus,
    Rating,
)
from events.facilitee.people import (
    Manager,
    ManagerData,
    Occupancy,
    Owner,
    OwnerData,
    PropertyUser,
    PropertyUserData,
    ServiceProvider,
    ServiceProviderData,
)
from events.facilitee.places import (
    Property,
    PropertyData,
    PropertyUnit,
    PropertyUnitData,
)
from events.facilitee.shared import (
    Address,
    FaciliteeId,
    Person,
    UserStatus,
)

__all__ = [
    "Address",
    "FaciliteeId",
    "Issue",
    "IssueData",
    "IssueStatus",
    "Manager",
    "ManagerData",
    "Occupancy",
    "Owner",
    "OwnerData",
    "Person",
    "Property",
    "PropertyData",
    "PropertyUnit",
    "PropertyUnitData",
    "PropertyUser",
    "PropertyUserData",
    "Rating",
    "ServiceProvider",
    "ServiceProviderData",
    "UserStatus",
]
