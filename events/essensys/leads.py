"""Leads of essensys Operate. Source: "Lead"."""

from pydantic import StrictBool

from events.base import Code, EventModel, Instant, Previous
from events.essensys.shared import EssensysId, Reference


class Lead(EventModel):
    """Somebody who asks for space, with how to reach them.

    `industry` and `lead_source` are names; the codes of the two statuses are not documented.
    """

    lead_id: EssensysId
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None
    website: str | None = None
    address_line_1: str | None = None
    address_line_2: str | None = None
    address_line_3: str | None = None
    town: str | None = None
    county: str | None = None
    postcode: str | None = None
    country: str | None = None
    location: Reference = None
    lead_type: Reference = None
    lead_status: Code | None = None
    lead_status_id: Code | None = None
    lead_source: str | None = None
    client_type: Reference = None
    industry: str | None = None
    broker: Reference = None
    enquired: Instant | None = None
    converted: StrictBool
    converted_at: Instant | None = None
    dead: StrictBool
    dead_reason: Reference = None
    created: Instant | None = None


class LeadData(EventModel):
    """Data of every `essensys.lead.*` event."""

    lead: Lead
    previous: Previous = None
