"""Suppliers (planiso.txt: "Suppliers")."""

from __future__ import annotations

from pydantic import Field

from adapters.http.models import ProviderModel
from adapters.http.requests import Maybe
from adapters.planiso.formats import Filled, Flag
from adapters.planiso.models.change import Change
from adapters.planiso.models.organizations import LinkedOrganization, WithOrganization


class Supplier(ProviderModel):
    """A supplier, and the organization that it is; each is deactivated on its own.

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


class SupplierNew(WithOrganization):
    """A supplier, with its organization where one is given (planiso.txt: "Create a supplier").

    `custom_no` must be new.
    """

    custom_no: Filled
    is_14001: Maybe[Flag] = None
    is_18001: Maybe[Flag] = None
    is_9001: Maybe[Flag] = None


class SupplierChange(Change):
    """What can be changed of a supplier (planiso.txt: "Update a supplier").

    `custom_no` is called `custom_num` in the form, by the only example of it: see in the answer
    whether it was changed. Its organization is changed by `update_organization`.
    """

    is_14001: Maybe[Flag] = None
    is_18001: Maybe[Flag] = None
    is_9001: Maybe[Flag] = None
    custom_no: Maybe[Filled] = Field(None, alias="custom_num")
