"""Opportunities and their stages: section "Opportunities"."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from adapters.essensys.records import Dated, Flag, Id, Instant, Key, Number, Stamped, Text
from adapters.essensys.writing import (
    Day,
    Line,
    Line255,
    Long4000,
    MaybeCurrency,
    Money,
    PlainMoney,
    PutModel,
    WallTime,
    WrittenFlag,
    WrittenId,
    WrittenNumber,
)
from adapters.http.models import Known

BrokerStatus = Annotated[Id, Known("0", "1", "2", "3", "4", "9")]
"""0 = accepted, 1 = rejected, 2 = overturned, 3 = unallocated, 4 = no match, 9 = not specified."""


class Opportunity(Stamped):
    """Section "Opportunity": a lead that became serious.

    `lead_source` is a name. `days_open` is computed at each call, so that it moves by itself.
    """

    opportunity_id: Key
    name: Text = Field(None, alias="opportunityname")
    account: Id = Field(None, alias="accountname")
    agent_fee: Number = None
    agreement_signed: Flag = None
    amount: Number = None
    broker: Id = None
    agent_reference: Text = None
    broker_status: BrokerStatus = None
    broker_updated: Flag = None
    broker_first_name: Text = None
    broker_last_name: Text = None
    budget: Text = None
    campaign: Id = Field(None, alias="campaign_id")
    check_in_date: Instant = None
    classification: Id = Field(None, alias="classification_id")
    contact_first_name: Text = None
    contact_last_name: Text = None
    term_months: Number = None
    contract_type: Id = None
    days_open: Number = None
    end: Instant = Field(None, alias="enddate")
    enquiry_date: Instant = None
    expansion_value: Number = None
    forecast: Flag = None
    lead_source: Text = None
    lead_type: Id = None
    lead_dadi_lead: Flag = None
    location: Id = Field(None, alias="locationname")
    location_required: Text = None  # a flag by the table, a text where it is written
    lost_date: Instant = None
    lost_reason: Id = None
    open_tasks: Number = None
    opportunity_type: Id = None
    other_needs: Text = None
    user: Id = Field(None, alias="user_id")
    parking_spaces: Number = None
    probability: Number = None
    rate: Text = None
    record_type: Id = None
    region: Id = Field(None, alias="region_id")
    salesperson: Id = Field(None, alias="salesperson_id")
    size: Text = None
    stage: Id = None
    start: Instant = Field(None, alias="startdate")
    term_days: Number = None
    timing: Text = None
    type_of_business: Id = None
    viewed: Flag = None
    web_to_lead: Flag = None
    won: Flag = None
    workstations: Number = None


class OpportunityPut(PutModel):
    """An opportunity to write. `close_date` can be written, but not read."""

    currency: MaybeCurrency = None
    account: WrittenId = Field(serialization_alias="accountname")
    location: WrittenId = Field(serialization_alias="locationname")
    name: Line255 = Field(serialization_alias="opportunityname")
    close_date: Day
    agent_fee: PlainMoney | None = None
    agreement_signed: WrittenFlag | None = None
    amount: PlainMoney | None = None
    broker: WrittenId | None = None
    agent_reference: Line255 | None = None
    broker_status: WrittenId | None = None
    broker_updated: WrittenFlag | None = None
    budget: Line255 | None = None
    campaign: WrittenId | None = Field(None, serialization_alias="campaign_id")
    check_in_date: Day | None = None
    classification: WrittenId | None = Field(None, serialization_alias="classification_id")
    term_months: WrittenNumber | None = None
    contract_type: WrittenId | None = None
    end: Day | None = Field(None, serialization_alias="enddate")
    enquiry_date: WallTime | None = None
    expansion_value: Money | None = None
    forecast: WrittenFlag | None = None
    lead_source: WrittenId | None = None
    lead_type: WrittenId | None = None
    lead_dadi_lead: WrittenFlag | None = None
    location_required: Line | None = None
    lost_date: Day | None = None
    lost_reason: WrittenId | None = None
    opportunity_type: WrittenId | None = None
    other_needs: Long4000 | None = None
    user: WrittenId | None = Field(None, serialization_alias="user_id")
    parking_spaces: WrittenNumber | None = None
    rate: Line255 | None = None
    region: WrittenId | None = Field(None, serialization_alias="region_id")
    salesperson: WrittenId | None = Field(None, serialization_alias="salesperson_id")
    size: Line255 | None = None
    stage: WrittenId | None = None
    start: Day | None = Field(None, serialization_alias="startdate")
    term_days: WrittenNumber | None = None
    timing: Line255 | None = None
    viewed: WrittenFlag | None = None
    web_to_lead: WrittenFlag | None = None
    won: WrittenFlag | None = None
    workstations: WrittenNumber | None = None
    broker_contact: WrittenId | None = Field(None, serialization_alias="agentcontact")
    agent_email: Line | None = None
    contact: WrittenId | None = Field(None, serialization_alias="contactname")
    dead_date: WallTime | None = None
    overturned_broker: WrittenId | None = None
    overturned_agent_contact: WrittenId | None = None
    overturned_agent_email: Line | None = None
    overturned_agent_reference: Line | None = None
    won_notification_sent: WrittenFlag | None = Field(
        None, serialization_alias="ud_wonnotificationsent"
    )


class ContractType(Dated):
    """Section "Contract Type": asked for one, two may be answered."""

    contract_type_id: Key
    name: Text = Field(None, alias="contracttypename")


class OpportunityLostReason(Dated):
    """Section "Opportunity Lost Reason": spelt `opportuntylostreason` in its fields."""

    opportunity_lost_reason_id: Key = Field(alias="opportuntylostreasonid")
    name: Text = Field(None, alias="opportuntylostreasonname")


class OpportunityType(Dated):
    """Section "Opportunity Type": a type to choose from."""

    opportunity_type_id: Key
    name: Text = Field(None, alias="opportunitytypename")


class Stage(Stamped):
    """Section "Stage": how far an opportunity is; ids may be negative."""

    stage_id: Key
    name: Text = Field(None, alias="stagename")
    disable_delete: Flag = None
    friendly_name: Text = None
    hidden: Flag = None
    percentage: Number = None  # 25 is 25 %
    record_type: Id = None
    stage_order: Number = None
