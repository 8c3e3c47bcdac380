"""Facilitee's property managers."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from adapters.facilitee.models.common import USER_STATUSES, Address, AddressPart
from adapters.facilitee.records import FaciliteeModel, FaciliteeRequest
from adapters.http.requests import Maybe


class PropertyManagerRow(FaciliteeModel):
    """A manager in a list (facilitee.txt: "Get a list of Property Managers"): no address."""

    id: int
    email: str | None = None
    name: str | None = None
    company_name: str | None = None
    country_code: str | None = None
    phone_number: str | None = None
    additional_note: str | None = None
    user_status: Annotated[str | None, USER_STATUSES] = None
    external_reference_id: str | None = None
    role: str | None = None
    number_of_property_units: int | None = None
    average_rating: Decimal | None = None
    number_of_ratings: int | None = None


class PropertyManager(FaciliteeModel):
    """A manager in full (facilitee.txt: "Get Property Manager details")."""

    id: int
    email: str | None = None
    name: str | None = None
    company_name: str | None = None
    country_code: str | None = None
    phone_number: str | None = None
    additional_note: str | None = None
    user_status: Annotated[str | None, USER_STATUSES] = None
    external_reference_id: str | None = None
    address: Address | None = None
    average_rating: Decimal | None = None
    number_of_ratings: int | None = None


class PropertyManagerNew(FaciliteeRequest):
    """A new manager (facilitee.txt: "Create Property Manager")."""

    email: str
    name: str
    company_name: Maybe[str] = None
    country_code: Maybe[str] = None
    phone_number: Maybe[str] = None
    additional_note: Maybe[str] = None
    external_reference_id: Maybe[str] = None
    address: Maybe[AddressPart] = None


PropertyManagerChange = PropertyManagerNew  # "Update Property Manager details": the same body
