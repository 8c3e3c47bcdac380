"""Facilitee's property units: whose they are, who uses them, and since when."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Self

from pydantic import model_validator

from adapters.facilitee.formats import Ids, ReadTime, SentTime
from adapters.facilitee.models.common import USER_STATUSES, Address, AddressPart, Attachment
from adapters.facilitee.models.property_types import PropertyType, PropertyUnitType
from adapters.facilitee.records import FaciliteeModel, FaciliteeRequest
from adapters.http.errors import Unsendable
from adapters.http.models import Many
from adapters.http.requests import Maybe

OWN_ADDRESS: Final = ("street", "street_number", "post_code", "city", "country")


class UnitManager(FaciliteeModel):
    """A manager of a unit."""

    id: int | None = None
    email: str | None = None
    name: str | None = None
    company_name: str | None = None
    country_code: str | None = None
    phone_number: str | None = None
    additional_note: str | None = None
    is_active: bool | None = None
    user_status: Annotated[str | None, USER_STATUSES] = None


class UnitOwner(FaciliteeModel):
    """The owner of a unit.

    The status is free text here: no values are documented, and an example has the word "string".
    """

    id: int | None = None
    email: str | None = None
    name: str | None = None
    company_name: str | None = None
    country_code: str | None = None
    phone_number: str | None = None
    authorized_amount: Decimal | None = None
    is_active: bool | None = None
    user_status: str | None = None


class UnitOwnerCompany(FaciliteeModel):
    """The company that a unit belongs to."""

    id: int | None = None
    name: str | None = None
    invoice_email: str | None = None
    max_mandate_amount: Decimal | None = None
    attention_to: str | None = None
    country_code: str | None = None
    phone_number: str | None = None


class UnitUser(FaciliteeModel):
    """A user of a unit; `is_contact` marks the main contact."""

    id: int | None = None
    email: str | None = None
    name: str | None = None
    company_name: str | None = None
    country_code: str | None = None
    phone_number: str | None = None
    additional_note: str | None = None
    is_contact: bool | None = None
    is_active: bool | None = None


class UnitProperty(FaciliteeModel):
    """The property that a unit is a part of."""

    id: int | None = None
    name: str | None = None
    property_type: PropertyType | None = None


class PropertyUnit(FaciliteeModel):
    """A unit in full (facilitee.txt: "Get Property Unit details")."""

    id: int
    address: Address | None = None
    contract_start: ReadTime = None
    contract_end: ReadTime = None
    expired: bool | None = None
    is_common_space: bool | None = None
    is_active: bool | None = None
    manager: UnitManager | None = None
    default_issue_manager: UnitManager | None = None
    owner: UnitOwner | None = None
    owner_company: UnitOwnerCompany | None = None
    property_users: Many[UnitUser] = ()
    attachments: Many[Attachment] = ()
    custom_unit_id: str | None = None
    additional_note: str | None = None
    floor: int | None = None
    property_unit_type: PropertyUnitType | None = None
    property: UnitProperty | None = None
    has_property_address: bool | None = None


class MainContact(FaciliteeModel):
    """The main contact in a row, without an id."""

    email: str | None = None
    name: str | None = None
    company_name: str | None = None
    country_code: str | None = None
    phone_number: str | None = None
    additional_note: str | None = None


class PropertyUnitRow(FaciliteeModel):
    """A unit in a list (facilitee.txt: "Get a list of Property Units").

    Names stand in the place of owner and manager; start of the contract and users are missing.
    """

    id: int
    address: Address | None = None
    property_unit_type: PropertyUnitType | None = None
    is_common_space: bool | None = None
    is_active: bool | None = None
    custom_unit_id: str | None = None
    additional_note: str | None = None
    floor: int | None = None
    main_contact: MainContact | None = None
    main_contact_contract_end: ReadTime = None
    default_issue_manager_name: str | None = None
    default_property_manager_name: str | None = None
    property_manager_id: int | None = None
    owner_name: str | None = None
    owner_company_name: str | None = None


class PropertyUnitNew(FaciliteeRequest):
    """A new unit (facilitee.txt: "Create Property Unit").

    Attributes:
        address: Needed where `has_property_address` is false; the provider ignores it otherwise.
        contract_start: Sent as all documented times, though the example has 01.01.2021 here.
        custom_unit_id: One's own reference; the provider makes one up if there is none.
        contact_id: The property user who is the main contact.
        property_user_ids: The property users who use the unit.
        has_property_address: Whether the property's address holds here too; not given, it does.
    """

    owner_id: int
    address: Maybe[AddressPart] = None
    floor: Maybe[int] = None
    contract_start: Maybe[SentTime] = None
    contract_end: Maybe[SentTime] = None
    additional_note: Maybe[str] = None
    is_common_space: Maybe[bool] = None
    custom_unit_id: Maybe[str] = None
    manager_id: Maybe[int] = None
    owner_company_id: Maybe[int] = None
    property_user_ids: Maybe[Ids] = None
    contact_id: Maybe[int] = None
    property_unit_type_id: Maybe[int] = None
    has_property_address: Maybe[bool] = None

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if self.has_property_address is not False:
            return self
        missing = [name for name in OWN_ADDRESS if getattr(self.address, name, None) is None]
        if missing:
            needs = f"address: needs {', '.join(missing)} where has_property_address is false"
            raise Unsendable(f"PropertyUnitNew: {needs}")
        return self


# "Update Property Unit details": the same body, the owner in it each time. Without a manager the
# unit keeps the one it has; what becomes of other fields not given is not documented.
PropertyUnitChange = PropertyUnitNew


class OwnerChanged(FaciliteeModel):
    """A unit's owners before and after (facilitee.txt: "Change Property Unit Owner")."""

    property_unit_id: int
    old_owner: UnitOwner | None = None
    new_owner: UnitOwner | None = None


class AssignedUser(FaciliteeModel):
    """A user of a unit, with the time of the contract under names of its own."""

    id: int | None = None
    email: str | None = None
    name: str | None = None
    company_name: str | None = None
    country_code: str | None = None
    phone_number: str | None = None
    additional_note: str | None = None
    is_main_contact: bool | None = None
    contract_start_date: ReadTime = None
    contract_end_date: ReadTime = None


class PropertyUserAssignment(FaciliteeRequest):
    """Who uses a unit, too (facilitee.txt: "Assign Property User to a Property Unit")."""

    property_user_id: int
    is_main_contact: Maybe[bool] = None


class UserAssigned(FaciliteeModel):
    """A unit's users afterwards (facilitee.txt: "Assign Property User to a Property Unit")."""

    property_unit_id: int
    property_users: Many[AssignedUser] = ()


class UserRemoved(FaciliteeModel):
    """Who does not use a unit any more (facilitee.txt: "Remove Property User from …")."""

    property_unit_id: int
    property_user: AssignedUser | None = None
