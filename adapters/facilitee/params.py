"""The parameters of Facilitee's operations, one class for each set of them.

A field that the path names fills the path; the others are query parameters, None left out.
`search_parameter` selects by part of a text, so that equality remains to be checked;
`page_size` is the number of rows asked for at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from adapters.facilitee.paging import PAGE_SIZE


@dataclass(frozen=True)
class Email:
    """Somebody by e-mail address."""

    email: str


@dataclass(frozen=True, kw_only=True)
class Search:
    """The lists of owners, managers, properties, service providers and property users."""

    search_parameter: str | None = None
    page_size: int = PAGE_SIZE


@dataclass(frozen=True)
class OneOwner:
    """An owner by id, which the path calls just that."""

    id: int


@dataclass(frozen=True)
class OfOwner:
    """What belongs to an owner."""

    owner_id: int


@dataclass(frozen=True)
class CompanySearch:
    """An owner's companies, searched by their names only."""

    owner_id: int
    search_parameter: str | None = None
    page_size: int = PAGE_SIZE


@dataclass(frozen=True, kw_only=True)
class OneOwnerCompany:
    """A company of an owner."""

    owner_id: int
    company_id: int


@dataclass(frozen=True)
class OneManager:
    """A property manager by id."""

    manager_id: int


@dataclass(frozen=True)
class OnePropertyType:
    """A type of properties by id."""

    property_type_id: int


@dataclass(frozen=True)
class OnePropertyUnitType:
    """A type of property units by id."""

    property_unit_type_id: int


@dataclass(frozen=True)
class OneProperty:
    """A property by id."""

    property_id: int


# A unit is created below the id of its property, on the path where its own id stands afterwards:
# whoever calls has to say which of the two it is.


@dataclass(frozen=True, kw_only=True)
class NewUnitOfProperty:
    """The property that gets a unit."""

    property_id: int


@dataclass(frozen=True, kw_only=True)
class OnePropertyUnit:
    """A property unit by its own id."""

    property_unit_id: int


@dataclass(frozen=True, kw_only=True)
class UnitSearch:
    """The units of one property."""

    property_id: int
    search_parameter: str | None = None
    page_size: int = PAGE_SIZE


@dataclass(frozen=True, kw_only=True)
class NewOwnerOfUnit:
    """A property unit, and who owns it from now on."""

    property_unit_id: int
    new_owner_id: int


@dataclass(frozen=True, kw_only=True)
class UserOfUnit:
    """A property unit, and one of its users."""

    property_unit_id: int
    property_user_id: int


@dataclass(frozen=True)
class OneServiceProvider:
    """A service provider by id."""

    service_provider_id: int


@dataclass(frozen=True)
class OnePropertyUser:
    """A property user by id."""

    property_user_id: int


@dataclass(frozen=True, kw_only=True)
class IssuePeriod:
    """The period of issues, in aware times of years after 1000; both ends are required.

    Whether an issue is in it by creation or by its last change, and whether the ends belong, is
    not documented.
    """

    from_date_time: datetime
    to_date_time: datetime
    page_size: int = PAGE_SIZE
