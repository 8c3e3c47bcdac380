"""Facilitee's service providers; none can be found by e-mail address."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from adapters.facilitee.formats import Ids
from adapters.facilitee.models.common import USER_STATUSES, Address, AddressPart, Attachment
from adapters.facilitee.records import FaciliteeModel, FaciliteeRequest
from adapters.http.models import Many
from adapters.http.requests import Maybe


class ServiceProviderRow(FaciliteeModel):
    """A provider in a list (facilitee.txt: "Get a list of Service Providers").

    The tags are their names here.
    """

    id: int
    email: str | None = None
    name: str | None = None
    company_name: str | None = None
    country_code: str | None = None
    phone_number: str | None = None
    additional_note: str | None = None
    user_status: Annotated[str | None, USER_STATUSES] = None
    active_issues: int | None = None
    external_reference_id: str | None = None
    tags: Many[str] = ()
    address: Address | None = None
    average_rating: Decimal | None = None
    number_of_ratings: int | None = None


class Tag(FaciliteeModel):
    """What a provider does."""

    id: int | None = None
    name: str | None = None


class ServiceProvider(FaciliteeModel):
    """A provider in full (facilitee.txt: "Get Service Provider details")."""

    id: int
    email: str | None = None
    name: str | None = None
    company_name: str | None = None
    country_code: str | None = None
    phone_number: str | None = None
    additional_note: str | None = None
    status: Annotated[str | None, USER_STATUSES] = None
    external_reference_id: str | None = None
    tags: Many[Tag] = ()
    address: Address | None = None
    average_rating: Decimal | None = None
    number_of_ratings: int | None = None
    attachments: Many[Attachment] = ()


class ServiceProviderNew(FaciliteeRequest):
    """A new provider (facilitee.txt: "Create Service Provider")."""

    email: str
    name: str
    company_name: Maybe[str] = None
    country_code: Maybe[str] = None
    phone_number: Maybe[str] = None
    additional_note: Maybe[str] = None
    external_reference_id: Maybe[str] = None
    address: Maybe[AddressPart] = None


class ServiceProviderChange(FaciliteeRequest):
    """A provider's new details (facilitee.txt: "Update Service Provider details").

    The tags are their ids here; only the example has them.
    """

    email: str
    name: str
    company_name: Maybe[str] = None
    country_code: Maybe[str] = None
    phone_number: Maybe[str] = None
    additional_note: Maybe[str] = None
    external_reference_id: Maybe[str] = None
    tags: Maybe[Ids] = None
    address: Maybe[AddressPart] = None
