"""register-contractor: a contractor hired in Plentific becomes a subcontractor in Planiso, once.

The subcontractor's `custom_no` is the Plentific connection and the contractor's uuid. Its
organization has the contractor's name. A work order that is hired without a contractor makes
nothing.

Needs:
    Nothing besides the two connections. An organization at Planiso must have an address, and
    Plentific tells none of a contractor: `address` of the configuration stands in its place.

Example:
    [reactions.register-contractor]
    mode = "live"
    from = "plentific"
    to = "planiso"
    address = "Address not known"       # this is the default

Writes:
    POST /v1/subcontractor, once a contractor for ever, whatever the number of work orders:
    `subcontractor/<plentific connection>/<contractor uuid>`.

Limits:
    After a lost answer, or where Planiso says that there is such a subcontractor, the list of
    subcontractors is read once, whole: Planiso has no filter. The one found is ours where it
    carries our `custom_no` and the name that was sent or none, deactivated or not. How an
    organization is sent with a subcontractor is lost in Planiso's document; the way is that of
    customers. Planiso wants the name of an organization to be new: a contractor named as one that
    is there is refused (dead). Of two work orders that hire a contractor at the same moment, one
    waits as long as the other's call might take to be lost and settle (a minute and a half). A new
    name is not carried over.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from adapters.planiso.models.subcontractors import SubcontractorNew
from events.envelope import Event
from events.plentific import WorkOrderData, WorkOrderStatus
from workers.react.effects import subcontractor
from workers.react.effects.planiso_record import NO_ADDRESS, custom_no
from workers.react.reaction import Effect, Place, Reaction, ReactionSettings

NAME = "register-contractor"


class Settings(ReactionSettings):
    """The table `[reactions.register-contractor]`.

    Attributes:
        address: What stands in the place of the contractor's address.
    """

    address: Annotated[str, Field(pattern=r"\S")] = NO_ADDRESS


def plan(event: Event, settings: Settings, _place: Place, _facts: None = None) -> list[Effect]:
    """Return the subcontractor that the hired contractor becomes; nothing where there is none."""
    order = event.data_as(WorkOrderData).work_order
    if order.status != WorkOrderStatus.HIRED or not order.contractor or not order.contractor.uuid:
        return []
    named = (order.contractor.name or "").strip()
    organization = (
        {"organization_name": named, "organization_address": settings.address} if named else {}
    )
    call = SubcontractorNew(
        custom_no=custom_no(settings.source, order.contractor.uuid), **organization
    )
    key = f"subcontractor/{settings.source}/{order.contractor.uuid}"
    return [Effect(key=key, kind=subcontractor.KIND, call=call)]


REACTION = Reaction(
    name=NAME,
    source_provider="plentific",
    target_provider="planiso",
    event_types=frozenset({"plentific.work_order.status_changed"}),
    settings=Settings,
    plan=plan,
)
