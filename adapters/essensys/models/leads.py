"""Leads and what is said of them: section "Leads"."""

from __future__ import annotations

from pydantic import Field

from adapters.essensys.records import (
    Dated,
    Flag,
    Html,
    Id,
    Instant,
    Key,
    Number,
    Record,
    Stamped,
    Text,
)
from adapters.essensys.writing import (
    Day,
    Line,
    Line10,
    Line20,
    Line255,
    Long4000,
    Long32767,
    PutModel,
    Selection,
    Url,
    Url255,
    WallTime,
    WrittenFlag,
    WrittenHtml,
    WrittenId,
    WrittenNumber,
)


class Lead(Stamped):
    """Section "Lead": somebody who asks for space. Full of personal data: never log one.

    `industry` and `lead_source` are names.
    """

    lead_id: Key
    name: Text = Field(None, alias="leadname")
    address_line_1: Text = None
    address_line_2: Text = None
    address_line_3: Text = None
    broker: Id = None
    broker_contact: Id = Field(None, alias="agentcontact")
    agent_email: Text = None
    broker_first_name: Text = None
    broker_last_name: Text = None
    agent_reference: Text = None
    broker_updated: Flag = None
    budget: Text = None
    campaign: Id = Field(None, alias="campaign_id")
    client_type: Id = None
    country: Text = None
    county: Text = None
    days_open: Number = None
    dead_lead: Flag = None
    dead_reason: Id = None
    email: Text = Field(None, alias="emailaddress")
    enquiry_date: Instant = None
    event_end_date: Instant = None
    event_start_date: Instant = None
    event_name: Text = None
    first_name: Text = None
    industry: Text = None
    last_name: Text = None
    lead_converted: Flag = None
    lead_converted_by: Text = None
    lead_converted_date: Instant = None
    lead_dadi_lead: Flag = None
    lead_source: Text = None
    lead_status_id: Id = None
    lead_type: Id = None
    lead_status: Id = None  # another field than `lead_status_id`
    location: Id = Field(None, alias="locationname")
    location_required: Text = None
    mobile: Text = Field(None, alias="mobileno")
    multi_day_booking: Flag = None
    number_of_people: Text = None
    other_needs: Text = None
    user: Id = Field(None, alias="user_id")
    postcode: Text = None
    quality_of_space: Text = None
    record_type: Id = None
    region: Id = Field(None, alias="region_id")
    registered_country: Text = Field(None, alias="registeredaddresscountry")
    registered_county: Text = Field(None, alias="registeredaddresscounty")
    registered_address_line_1: Text = None
    registered_address_line_2: Text = None
    registered_address_line_3: Text = None
    registered_postcode: Text = Field(None, alias="registeredaddresspostcode")
    registered_town: Text = Field(None, alias="registeredaddresstown")
    second_event_end_date: Instant = None
    second_event_start_date: Instant = None
    size: Text = None
    space_type: Text = None
    number_of_duplicates: Number = Field(None, alias="noofduplicates")
    phone: Text = Field(None, alias="phoneno")
    term: Text = None
    timing: Text = None
    town: Text = None
    web_to_lead: Flag = None
    website: Text = None


class LeadPut(PutModel):
    """A lead to write.

    Whether `industry` and `lead_source` want an id or a name is not clear.
    """

    location: WrittenId = Field(serialization_alias="locationname")
    address_line_1: Line255 | None = None
    address_line_2: Line255 | None = None
    address_line_3: Line255 | None = None
    broker: WrittenId | None = None
    broker_contact: WrittenId | None = Field(None, serialization_alias="agentcontact")
    agent_email: Line255 | None = None
    agent_reference: Line255 | None = None
    broker_updated: WrittenFlag | None = None
    budget: Line | None = None
    campaign: WrittenId | None = Field(None, serialization_alias="campaign_id")
    client_type: WrittenId | None = None
    country: Line255 | None = None
    county: Line255 | None = None
    dead_reason: WrittenId | None = None
    email: Line | None = Field(None, serialization_alias="emailaddress")
    enquiry_date: WallTime | None = None
    event_end_date: WallTime | None = None
    event_start_date: WallTime | None = None
    event_name: Line255 | None = None
    first_name: Line255 | None = None
    industry: WrittenId | None = None
    last_name: Line255 | None = None
    lead_converted: WrittenFlag | None = None
    lead_converted_by: Line255 | None = None
    lead_converted_date: WallTime | None = None
    lead_dadi_lead: WrittenFlag | None = None
    name: Line | None = Field(None, serialization_alias="leadname")
    lead_source: WrittenId | None = None
    lead_status_id: WrittenId | None = None
    lead_type: WrittenId | None = None
    lead_status: WrittenId | None = None
    location_required: Line255 | None = None
    mobile: Line | None = Field(None, serialization_alias="mobileno")
    multi_day_booking: WrittenFlag | None = None
    number_of_people: Line255 | None = None
    other_needs: Long4000 | None = None
    user: WrittenId | None = Field(None, serialization_alias="user_id")
    postcode: Line10 | None = None
    quality_of_space: Line255 | None = None
    region: WrittenId | None = Field(None, serialization_alias="region_id")
    registered_country: Line255 | None = Field(None, serialization_alias="registeredaddresscountry")
    registered_county: Line255 | None = Field(None, serialization_alias="registeredaddresscounty")
    registered_address_line_1: Line255 | None = None
    registered_address_line_2: Line255 | None = None
    registered_address_line_3: Line255 | None = None
    registered_postcode: Line20 | None = Field(
        None, serialization_alias="registeredaddresspostcode"
    )
    registered_town: Line255 | None = Field(None, serialization_alias="registeredaddresstown")
    second_event_end_date: WallTime | None = None
    second_event_start_date: WallTime | None = None
    size: Line255 | None = None
    space_type: Line | None = None
    phone: Line | None = Field(None, serialization_alias="phoneno")
    term: Line255 | None = None
    timing: Line | None = None
    town: Line255 | None = None
    web_to_lead: WrittenFlag | None = None
    website: Url | None = None
    dead_date: WallTime | None = None
    fax: Line | None = Field(None, serialization_alias="faxno")
    floor: Line | None = None
    interested_in: Selection | None = Field(None, serialization_alias="ud_iaminterestedin")
    number_of_attendees: WrittenNumber | None = Field(None, serialization_alias="noofattendees")
    start: Day | None = Field(None, serialization_alias="startdate")
    timeline: WrittenId | None = Field(None, serialization_alias="ud_timeline")
    tour_requested: WrittenFlag | None = Field(None, serialization_alias="ud_tourrequested")


class DeadLeadReason(Dated):
    """Section "Dead Lead Reason": why a lead was given up."""

    dead_lead_reason_id: Key
    name: Text = Field(None, alias="deadleadreason")


class LeadOverturnReason(Dated):
    """Section "Lead Overturn Reasons": a reason to choose from."""

    lead_overturn_reason_id: Key = Field(alias="leadoverturnreasonsid")
    name: Text = Field(None, alias="leadoverturnreason")


class LeadRejectionReason(Dated):
    """Section "Lead Rejection Reasons": a reason to choose from."""

    lead_rejection_reason_id: Key = Field(alias="leadrejectionreasonsid")
    name: Text = Field(None, alias="leadrejectionreason")


class LeadSource(Dated):
    """Section "Lead Source": how a lead found the way."""

    lead_source_id: Key
    name: Text = Field(None, alias="leadsource")


class LeadType(Dated):
    """Section "Lead Type": a type to choose from."""

    lead_type_id: Key
    name: Text = Field(None, alias="leadtypename")


class LeadTypePut(PutModel):
    """A lead type to write; only "PUT (Full)" is documented."""

    name: Line255 | None = Field(None, serialization_alias="leadtypename")


class UnreadableLead(Record):
    """Section "Unreadable Lead": an e-mail that no lead could be made of; no GET is documented."""

    unreadable_lead_id: Key
    html: Html = Field(None, alias="leadhtml")
    preview: Text = None
    received: Instant = Field(None, alias="datereceived")
    sent: Instant = Field(None, alias="datesent")
    subject: Text = None


class UnreadableLeadPut(PutModel):
    """An unreadable lead to write; only "PUT (Full)" is documented."""

    html: WrittenHtml | None = Field(None, serialization_alias="leadhtml")
    preview: Line | None = None
    received: WallTime | None = Field(None, serialization_alias="datereceived")
    sent: WallTime | None = Field(None, serialization_alias="datesent")
    subject: Line | None = None
    unreadable_lead_id: WrittenId | None = None


class WebToLead(Stamped):
    """Section "Web To Lead": a form for a website; no GET is documented."""

    web_to_lead_id: Key
    name: Text = Field(None, alias="webtoleadname")
    default_lead_creator: Id = None
    html_body: Html = None
    enabled: Flag = None
    record_type: Id = None
    record_type_values: Id = None
    return_url: Text = None
    selected_fields: Text = None


class WebToLeadPut(PutModel):
    """A web form to write."""

    default_lead_creator: WrittenId
    html_body: WrittenHtml
    record_type_values: WrittenId
    selected_fields: Long32767
    name: Line255 = Field(serialization_alias="webtoleadname")
    enabled: WrittenFlag | None = None
    return_url: Url255 | None = None
