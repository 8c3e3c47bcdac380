"""onboard-converted-lead: an essensys lead that was converted becomes a customer in Planiso.

The customer's `custom_no` is the essensys connection and the lead's id (`operate/64`). Its
organization has the lead's name (else first and last name), address, telephone, e-mail and website.

Needs:
    Nothing besides the two connections. An organization at Planiso must have an address: where the
    lead has none, `address` of the configuration stands in its place.

Example:
    [reactions.onboard-converted-lead]
    mode = "live"
    from = "operate"
    to = "planiso"
    address = "Address not known"       # this is the default

Writes:
    POST /v1/customer, once a lead for ever: `customer/<essensys connection>/<lead id>`.

Limits:
    After a lost answer, or where Planiso says that there is such a customer, the list of customers
    is read once, whole: Planiso has no filter. The customer found is ours where it carries our
    `custom_no` and the name that was sent, deactivated or not. Planiso wants the name of an
    organization to be new: a lead named as one that is there is refused (dead), and so is the
    second attempt where Planiso made the organization and then lost the customer. An e-mail address
    that Planiso could not take is left out. Later changes of the lead are not carried over.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from pydantic import Field

from adapters.http.errors import Unsendable
from adapters.planiso.models.customers import CustomerNew
from events.envelope import Event
from events.essensys import Lead, LeadData
from workers.react.effects import customer
from workers.react.effects.planiso_record import NO_ADDRESS, custom_no
from workers.react.reaction import Blocked, Effect, Place, Reaction, ReactionSettings

NAME = "onboard-converted-lead"


class Settings(ReactionSettings):
    """The table `[reactions.onboard-converted-lead]`.

    Attributes:
        address: What stands in the place of the address of a lead that has none.
    """

    address: Annotated[str, Field(pattern=r"\S")] = NO_ADDRESS


def plan(event: Event, settings: Settings, _place: Place, _facts: None = None) -> list[Effect]:
    """Return the customer that the lead becomes.

    Raises:
        Blocked: The lead has no name at all.
    """
    lead = event.data_as(LeadData).lead
    key = f"customer/{settings.source}/{lead.lead_id}"
    return [Effect(key=key, kind=customer.KIND, call=customer_of(lead, settings))]


def customer_of(lead: Lead, settings: Settings) -> CustomerNew:
    """Return the customer that a lead becomes, with its e-mail address if Planiso can take it."""
    address = _joined(", ", lead.address_line_1, lead.address_line_2, lead.address_line_3)
    optional = {
        "organization_city": lead.town,
        "organization_province": lead.county,
        "organization_postal_code": lead.postcode,
        "organization_country": lead.country,
        "organization_phone": _joined("", lead.phone) or lead.mobile,
        "organization_website": lead.website,
    }
    fields = {
        "custom_no": custom_no(settings.source, lead.lead_id),
        "organization_name": _name(lead),
        "organization_address": address or settings.address,
        **{name: value.strip() for name, value in optional.items() if value and value.strip()},
    }
    if lead.email and lead.email.strip():
        with suppress(Unsendable):
            return CustomerNew(**fields, organization_email=lead.email.strip())
    return CustomerNew(**fields)


def _name(lead: Lead) -> str:
    name = _joined("", lead.name) or _joined(" ", lead.first_name, lead.last_name)
    if not name:
        raise Blocked(f"lead {lead.lead_id} has no name: make its customer in Planiso by hand")
    return name


def _joined(between: str, *parts: str | None) -> str:
    return between.join(part.strip() for part in parts if part and part.strip())


REACTION = Reaction(
    name=NAME,
    source_provider="essensys",
    target_provider="planiso",
    event_types=frozenset({"essensys.lead.converted"}),
    settings=Settings,
    plan=plan,
)
