"""Organizations, alone and as part of a customer, supplier or subcontractor.

(planiso.txt: "Organizations")
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AliasChoices, BeforeValidator, Field, model_validator

from adapters.http.errors import Unsendable
from adapters.http.models import ProviderModel
from adapters.http.requests import EmailText, Maybe, RequestModel
from adapters.planiso.formats import Filled, Flag
from adapters.planiso.models.change import Change


class Organization(ProviderModel):
    """An organization. What is `address` in a request is `adress` in an answer."""

    no: str
    aff_number: str | None = None
    name: str | None = None
    address: str | None = Field(
        None, alias="adress", validation_alias=AliasChoices("adress", "address")
    )
    city: str | None = None
    province: str | None = None
    country: str | None = None
    phone: str | None = None
    toll_free: str | None = None
    phone_extension: str | None = None
    fax: str | None = None
    postal_code: str | None = None
    email: str | None = None
    website: str | None = None
    active: Flag | None = None


def _linked(value: Any) -> Any:
    return None if value == [] else value


LinkedOrganization = Annotated[Organization | None, BeforeValidator(_linked)]
"""The organization of a record: documented as an array, shown as an object; empty is none."""


class OrganizationNew(RequestModel):
    """A new organization, whose `name` must be new (planiso.txt: "Create an organization").

    A province is answered, but is in no form.
    """

    name: Filled
    address: Filled
    city: str | None = None
    country: str | None = None
    postal_code: str | None = None
    phone: str | None = None
    phone_extension: Maybe[str] = None
    fax: Maybe[str] = None
    toll_free: Maybe[str] = None
    email: EmailText | None = None
    website: str | None = None


class OrganizationChange(Change):
    """What can be changed of an organization (planiso.txt: "Update an organization").

    Answered with the whole organization.
    """

    name: Maybe[Filled] = None
    address: Maybe[Filled] = None
    city: str | None = None
    country: str | None = None
    postal_code: str | None = None
    phone: str | None = None
    phone_extension: Maybe[str] = None
    fax: Maybe[str] = None
    toll_free: Maybe[str] = None
    email: EmailText | None = None
    website: str | None = None


class WithOrganization(RequestModel):
    """A record that is created together with its organization, whose name must be new.

    An organization that exists cannot be linked. For a customer, these fields are documented. For
    a supplier and a subcontractor the document's example lost them to an error of the page that
    it is from; that they are the same is inferred from the answers, which are the same.
    """

    organization_name: Maybe[Filled] = None
    organization_address: Maybe[Filled] = Field(None, alias="organization_adress")
    organization_city: str | None = None
    organization_province: Maybe[str] = None
    organization_country: str | None = None
    organization_phone: str | None = None
    organization_toll_free: Maybe[str] = None
    organization_phone_extension: Maybe[str] = None
    organization_fax: Maybe[str] = None
    organization_postal_code: str | None = None
    organization_email: EmailText | None = None
    organization_website: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        given = any(name.startswith("organization_") for name in self.model_fields_set)
        if given and (self.organization_name is None or self.organization_address is None):
            raise Unsendable(
                f"{type(self).__name__}: an organization needs organization_name and "
                "organization_adress"
            )
        return self
