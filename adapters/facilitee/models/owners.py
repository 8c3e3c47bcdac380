"""Facilitee's owners."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from adapters.facilitee.formats import Amount
from adapters.facilitee.models.common import USER_STATUSES, Address, AddressPart
from adapters.facilitee.records import FaciliteeModel, FaciliteeRequest
from adapters.http.requests import Maybe


class OwnerRow(FaciliteeModel):
    """An owner in a list (facilitee.txt: "Get a list of Owners"): nothing about invoices."""

    id: int
    email: str | None = None
    name: str | None = None
    company_name: str | None = None
    country_code: str | None = None
    phone_number: str | None = None
    address: Address | None = None
    additional_note: str | None = None
    authorized_amount: Decimal | None = None
    number_of_property_units: int | None = None
    user_status: Annotated[str | None, USER_STATUSES] = None
    external_reference_id: str | None = None


class Owner(FaciliteeModel):
    """An owner in full (facilitee.txt: "Get owner details").

    The invoice fields, where given, stand in the place of the address in work order documents.
    """

    id: int
    email: str | None = None
    name: str | None = None
    company_name: str | None = None
    country_code: str | None = None
    phone_number: str | None = None
    address: Address | None = None
    additional_note: str | None = None
    authorized_amount: Decimal | None = None
    status: Annotated[str | None, USER_STATUSES] = None
    external_reference_id: str | None = None
    invoice_address: Address | None = None
    invoice_company: str | None = None
    invoice_email: str | None = None
    attention_to: str | None = None


class OwnerNew(FaciliteeRequest):
    """A new owner (facilitee.txt: "Create Owner").

    A country code ("31") or a number ("984356578") that is badly formed is not saved, and nobody
    says so: see `adapters.facilitee.echo`.
    """

    email: str
    name: str
    company_name: Maybe[str] = None
    country_code: Maybe[str] = None
    phone_number: Maybe[str] = None
    external_reference_id: Maybe[str] = None
    address: Maybe[AddressPart] = None
    additional_note: Maybe[str] = None
    authorized_amount: Maybe[Amount] = None
    invoice_address: Maybe[AddressPart] = None
    invoice_company: Maybe[str] = None
    invoice_email: Maybe[str] = None
    attention_to: Maybe[str] = None


OwnerChange = OwnerNew  # "Update owner details": the same body
