"""Customers (planiso.txt: "Customers")."""

from __future__ import annotations

from pydantic import Field

from adapters.http.models import ProviderModel
from adapters.http.requests import Maybe
from adapters.planiso.formats import Filled, Flag
from adapters.planiso.models.change import Change
from adapters.planiso.models.organizations import LinkedOrganization, WithOrganization


class Customer(ProviderModel):
    """A customer, and the organization that it is; each is deactivated on its own.

    `is_14001` and the like say which ISO standards it meets.
    """

    no: str
    aff_number: str | None = None
    custom_no: str | None = None
    active: Flag | None = None
    is_14001: Flag | None = None
    is_18001: Flag | None = None
    is_9001: Flag | None = None
    organization: LinkedOrganization = None


class CustomerNew(WithOrganization):
    """A customer with its organization (planiso.txt: "Create a customer").

    `custom_no` and `organization_name` must each be new.
    """

    custom_no: Filled
    organization_name: Filled
    organization_address: Filled = Field(alias="organization_adress")


class CustomerChange(Change):
    """What can be changed of a customer (planiso.txt: "Update a customer").

    Its organization is changed by `update_organization`.
    """

    custom_no: Maybe[Filled] = None
