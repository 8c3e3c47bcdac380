"""Facilitee's properties."""

from __future__ import annotations

from adapters.facilitee.models.common import Address
from adapters.facilitee.models.property_types import PropertyType
from adapters.facilitee.records import FaciliteeModel, FaciliteeRequest
from adapters.http.requests import Maybe


class Property(FaciliteeModel):
    """A property, as full in lists as by itself (facilitee.txt: "Get Property details")."""

    id: int
    name: str | None = None
    custom_property_id: str | None = None
    address: Address | None = None
    is_active: bool | None = None
    property_type: PropertyType | None = None


class PropertyAddress(FaciliteeRequest):
    """The address of a property: all but Google's id is required."""

    street: str
    street_number: str
    post_code: str
    city: str
    country: str
    google_place_id: Maybe[str] = None


class PropertyNew(FaciliteeRequest):
    """A new property (facilitee.txt: "Create Property"); the custom id is one's own reference."""

    address: PropertyAddress
    name: Maybe[str] = None
    custom_property_id: Maybe[str] = None
    property_type_id: Maybe[int] = None


PropertyChange = PropertyNew  # "Update Property details": the same body
