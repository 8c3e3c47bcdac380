"""The companies of Facilitee's owners."""

from __future__ import annotations

from decimal import Decimal

from pydantic import AliasChoices, Field

from adapters.facilitee.formats import Amount
from adapters.facilitee.models.common import Address, AddressPart
from adapters.facilitee.records import FaciliteeModel, FaciliteeRequest
from adapters.http.requests import Maybe


class OwnerCompany(FaciliteeModel):
    """A company, as full in lists as by itself (facilitee.txt: "Get Owner Company Details")."""

    id: int
    name: str | None = None
    invoice_email: str | None = None
    max_mandate_amount: Decimal | None = None
    attention_to: str | None = None
    country_code: str | None = None
    phone_number: str | None = None
    external_reference_id: str | None = None
    invoice_address: Address | None = None


class OwnerCompanyNew(FaciliteeRequest):
    """A new company (facilitee.txt: "Create Owner Company").

    The amount is spelt as in the examples; the table of the body has two letters the other way.
    Country codes have a plus sign here ("+31"), and nowhere else.
    """

    name: str
    invoice_email: Maybe[str] = None
    max_mandate_amount: Maybe[Amount] = None
    attention_to: Maybe[str] = None
    country_code: Maybe[str] = None
    phone_number: Maybe[str] = None
    external_reference_id: Maybe[str] = None
    invoice_address: Maybe[AddressPart] = None


OwnerCompanyChange = OwnerCompanyNew  # "Update Owner Company Details": the same body


class OwnerCompanyRemoved(FaciliteeModel):
    """The company that is gone (facilitee.txt: "Delete Owner Company"): id, or Id in the table."""

    id: int | None = Field(default=None, validation_alias=AliasChoices("id", "Id"))
