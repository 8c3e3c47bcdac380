"""Facilitee's property users: who lives or works in a unit."""

from __future__ import annotations

from typing import Annotated

from adapters.facilitee.formats import ReadTime
from adapters.facilitee.models.common import USER_STATUSES, Address, AddressPart
from adapters.facilitee.records import FaciliteeModel, FaciliteeRequest
from adapters.http.models import Many
from adapters.http.requests import Maybe


class UsedUnit(FaciliteeModel):
    """A unit that somebody uses, and since when."""

    property_unit_id: int | None = None
    custom_unit_id: str | None = None
    additional_note: str | None = None
    floor: int | None = None
    is_main_contact: bool | None = None
    contract_start: ReadTime = None
    contract_end: ReadTime = None
    address: Address | None = None


class PropertyUser(FaciliteeModel):
    """A user, as full in lists as by itself (facilitee.txt: "Get Property User details")."""

    id: int
    email: str | None = None
    name: str | None = None
    company_name: str | None = None
    country_code: str | None = None
    phone_number: str | None = None
    additional_note: str | None = None
    status: Annotated[str | None, USER_STATUSES] = None
    external_reference_id: str | None = None
    address: Address | None = None
    property_units: Many[UsedUnit] = ()


class PropertyUserNew(FaciliteeRequest):
    """A new user (facilitee.txt: "Create Property User").

    Nobody is invited who is not the main contact of a unit.
    """

    email: str
    name: str
    company_name: Maybe[str] = None
    country_code: Maybe[str] = None
    phone_number: Maybe[str] = None
    additional_note: Maybe[str] = None
    external_reference_id: Maybe[str] = None
    address: Maybe[AddressPart] = None


PropertyUserChange = PropertyUserNew  # "Update Property User details": the same body
