"""Subcontractors (planiso.txt: "Subcontractors")."""

from __future__ import annotations

from adapters.http.models import ProviderModel
from adapters.planiso.formats import Filled, Flag, LocalTime
from adapters.planiso.models.change import Change
from adapters.planiso.models.organizations import LinkedOrganization, WithOrganization


class Subcontractor(ProviderModel):
    """A subcontractor, and the organization that it is; each is deactivated on its own.

    Only a list shows `date_added`.
    """

    no: str
    aff_number: str | None = None
    custom_no: str | None = None
    active: Flag | None = None
    date_added: LocalTime | None = None
    organization: LinkedOrganization = None


class SubcontractorNew(WithOrganization):
    """A subcontractor, with its organization where one is given.

    `custom_no` must be new (planiso.txt: "Create a subcontractor").
    """

    custom_no: Filled


class SubcontractorChange(Change):
    """What can be changed of a subcontractor (planiso.txt: "Update a subcontractor").

    Its organization is changed by `update_organization`.
    """

    custom_no: Filled | None = None
