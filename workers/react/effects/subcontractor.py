"""The effect "subcontractor": made in Planiso together with the organization that it is."""

from __future__ import annotations

from adapters.planiso.models.subcontractors import Subcontractor, SubcontractorNew
from workers.react.effects.planiso_record import Creation, creating

KIND = creating(
    Creation(
        word="subcontractor",
        new=SubcontractorNew,
        record=Subcontractor,
        create=lambda client, one: client.create_subcontractor(one),
        listing=lambda client: client.list_subcontractors(),
        name_sent=lambda one: one.organization_name,
        name_shown=lambda one: one.organization.name if one.organization else None,
    )
)
