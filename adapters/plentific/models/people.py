"""Tenants, landlords, property managers; users, their roles and organisations."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from adapters.http.models import Instant, Many, ProviderModel
from adapters.http.requests import EmailText, Maybe, RequestModel, UuidText
from adapters.plentific.models.shared import Address, Texts, Uuids

OrganisationOrder = Literal["created", "-created", "name", "-name"]


class Person(ProviderModel):
    """What is shown of every tenant, landlord and property manager."""

    uuid: str
    external_reference: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone_number: str | None = None


class TenantRow(Person):
    """A tenant as a list shows it, without the property (plentific.txt: "List all tenants")."""

    tenant_identifier: str | None = None


class Tenant(Person):
    """A tenant in detail (plentific.txt: "Retrieve tenant details").

    `property_uuid` may be an internal reference; the identifier that the row shows is missing.
    """

    property_uuid: str | None = None


class TenantNew(RequestModel):
    """A tenant to be created (plentific.txt: "Create a tenant").

    `property_uuid` may be an internal reference; `external_reference` must be said, if as null.
    """

    organisation_uuid: UuidText
    property_uuid: str
    external_reference: str | None
    first_name: Maybe[str] = None
    last_name: Maybe[str] = None
    email: Maybe[EmailText] = None
    phone_number: Maybe[str] = None


class TenantChange(RequestModel):
    """A change of a tenant (plentific.txt: "Update a tenant").

    `property` moves the tenant: it is the property's external reference, not its uuid.
    """

    first_name: Maybe[str] = None
    last_name: Maybe[str] = None
    phone_number: Maybe[str] = None
    property: str | None = None


class LandlordRow(Person):
    """A landlord of at least one property, as listed (plentific.txt: "List all landlords")."""

    address: Address | None = None


class Landlord(Person):
    """A landlord in detail (plentific.txt: "Retrieve landlord details")."""

    address: Address | None = None
    estates: Many[str] = ()
    blocks: Many[str] = ()
    properties: Many[str] = ()


class LandlordNew(RequestModel):
    """A landlord to be created; the address is flat (plentific.txt: "Create a landlord").

    `external_reference` must be said, if only as null.
    """

    organisation_uuid: UuidText
    external_reference: str | None
    first_name: str
    last_name: Maybe[str] = None
    email: Maybe[EmailText] = None
    phone_number: Maybe[str] = None
    address_line_1: Maybe[str] = None
    address_line_2: str | None = None
    address_zone: Maybe[str] = None
    city: Maybe[str] = None
    country: Maybe[str] = None
    postal_code: Maybe[str] = None
    estates: Maybe[Texts] = None
    blocks: Maybe[Texts] = None
    properties: Maybe[Texts] = None


class LandlordChange(RequestModel):
    """A change of a landlord; the organisation is required (plentific.txt: "Update a landlord")."""

    organisation_uuid: UuidText
    first_name: Maybe[str] = None
    last_name: Maybe[str] = None
    phone_number: Maybe[str] = None
    address_line_1: Maybe[str] = None
    address_line_2: str | None = None
    address_zone: Maybe[str] = None
    city: Maybe[str] = None
    country: Maybe[str] = None
    postal_code: Maybe[str] = None
    estates: Maybe[Texts] = None
    blocks: Maybe[Texts] = None
    properties: Maybe[Texts] = None


class PropertyManagerRow(Person):
    """A manager as a list shows it (plentific.txt: "List all property managers")."""


class PropertyManager(Person):
    """A manager in detail (plentific.txt: "Retrieve property manager details")."""

    estates: Many[str] = ()
    blocks: Many[str] = ()
    properties: Many[str] = ()


class PropertyManagerNew(RequestModel):
    """A manager to be created (plentific.txt: "Create a property manager").

    `external_reference` must be said, if only as null.
    """

    organisation_uuid: UuidText
    external_reference: str | None
    first_name: str
    last_name: str
    email: EmailText
    phone_number: str
    estates: Maybe[Texts] = None
    blocks: Maybe[Texts] = None
    properties: Maybe[Texts] = None


class PropertyManagerChange(RequestModel):
    """A change; the organisation is required (plentific.txt: "Update a property manager")."""

    organisation_uuid: UuidText
    first_name: Maybe[str] = None
    last_name: Maybe[str] = None
    email: Maybe[EmailText] = None
    phone_number: Maybe[str] = None
    estates: Maybe[Texts] = None
    blocks: Maybe[Texts] = None
    properties: Maybe[Texts] = None


class Role(ProviderModel):
    """What a user may be (plentific.txt: "List all roles")."""

    uuid: str
    name: str | None = None


class UserRow(ProviderModel):
    """A user as a list shows it (plentific.txt: "List all users")."""

    uuid: str
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    role_uuid: str | None = None
    organisations: Many[str] = ()
    verified: bool | None = None
    deactivation_date: Instant | None = None


class User(UserRow):
    """A user in detail (plentific.txt: "Retrieve user details")."""

    phone_number: str | None = None


class UserNew(RequestModel):
    """A user to be created, without a role (plentific.txt: "Create a User")."""

    email: EmailText
    first_name: str
    last_name: str
    organisations: Uuids
    phone_number: Maybe[str] = None


class OrganisationRow(ProviderModel):
    """An organisation as a list shows it (plentific.txt: "List all organisations")."""

    uuid: str
    name: str | None = None


class Organisation(ProviderModel):
    """An organisation in detail (plentific.txt: "Retrieve organisation details").

    Thresholds are amounts in the connection's currency. Plentific spells `legal_addresss`.
    """

    uuid: str
    name: str | None = None
    legal_address: Address | None = Field(default=None, alias="legal_addresss")
    beneficiary_address: Address | None = None
    call_centre_number: str | None = None
    disclaimer: str | None = None
    invoice_due_period: int | None = None
    invoice_approval_threshold: Decimal | None = None
    quote_approval_threshold: Decimal | None = None
    finance_only_payment: bool | None = None
    background_check_always_required: bool | None = None
    contractor_tax_withholding_enabled: bool | None = None
