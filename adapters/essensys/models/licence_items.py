"""What belongs to a licence: section "Licensing"."""

from __future__ import annotations

from pydantic import Field

from adapters.essensys.records import (
    Dated,
    Flag,
    Id,
    Instant,
    Key,
    Number,
    Percent,
    Record,
    Stamped,
    Text,
)
from adapters.essensys.writing import (
    Day,
    Line,
    Long32767,
    OwnId,
    PutModel,
    WrittenId,
    WrittenNumber,
)


class LicenceItem(Stamped):
    """Section "Licence Item": what a licence consists of."""

    licence_item_id: Key
    anniversary: Flag = None
    auto_charge: Flag = None
    auto_escalate: Flag = None
    bill_in_advance: Number = None
    bundled_product: Id = None
    can_edit_mandatory_charge: Flag = None
    deposit: Number = None
    deposit_held: Number = None
    deposit_returned: Number = None
    discount_percent: Percent = None
    discount_amount: Number = None
    end: Instant = Field(None, alias="enddate")
    licence: Id = None
    list_price: Number = None
    list_price_total: Number = None
    mandatory_charge: Flag = None
    mandatory_charge_type: Id = None
    mandatory_charge_percent_of_all: Percent = None
    mandatory_percent_of_rent: Percent = None
    mandatory_square_feet_calculation: Number = Field(None, alias="mandatorysqftcalc")
    mandatory_to_virtual_clients: Flag = None
    office_size: Number = None
    pro_rata_second_payment: Flag = Field(None, alias="prorata2ndpayment")
    product: Id = None
    quantity: Number = None
    reference: Text = Field(None, alias="referencetext")
    retainer_product: Id = None
    retainer_reference: Text = Field(None, alias="retainerreferencetext")
    retainer_tax: Id = None
    schedule: Id = Field(None, alias="schedule_id")
    start: Instant = Field(None, alias="startdate")
    subtotal: Number = None
    tax: Id = None
    terminated: Flag = None
    total: Number = None
    total_deposit: Number = None
    type: Id = None
    unit_price: Number = None
    workstations: Number = None


class LicenceItemSchedule(Stamped):
    """Section "Licence Item Schedule": when an item is billed."""

    licence_item_schedule_id: Key
    end: Instant = Field(None, alias="enddate")
    force_price: Flag = None
    full_amount: Number = None
    invoice_now: Flag = None
    invoiced: Flag = None
    licence_item: Id = None
    list_price: Number = None
    discount_from_list: Number = None
    pro_rata: Flag = None
    product: Id = None
    quantity: Number = None
    reference: Text = Field(None, alias="referencetext")
    schedule: Id = None
    start: Instant = Field(None, alias="startdate")
    unit_price: Number = None


class BreakDate(Stamped):
    """Section "Break Date": when a licence may be ended early."""

    break_date_id: Key
    date: Instant = Field(None, alias="breakdate")
    interval: Number = None
    licence: Id = None


class BreakDatePut(PutModel):
    """A break date to write."""

    date: Day = Field(serialization_alias="breakdate")
    licence: WrittenId
    interval: WrittenNumber | None = None


class CheckListItem(Dated):
    """Section "Check List Item": a point to choose from; the key is `lookupchecklistitems`."""

    check_list_item_id: Key = Field(alias="checklistitemsid")
    name: Text = Field(None, alias="checklistitem")


class LicenceCheckListItem(Stamped):
    """Section "Licence Check List Item": a point of a licence's check list."""

    licence_check_list_item_id: Key
    checked: Flag = None
    checked_by: Text = None
    licence: Id = None
    check_list_item: Id = None


class LicenceMember(Record):
    """Section "Licence Member": who uses an item; no GET is documented."""

    licence_member_id: Key
    contact: Id = None
    created_by: Text = None
    created: Instant = Field(None, alias="creationdate")
    end: Instant = Field(None, alias="enddate")
    licence_item: Id = None
    start: Instant = Field(None, alias="startdate")


class LicenceMemberPut(PutModel):
    """A licence member to write."""

    contact: WrittenId
    end: Day = Field(serialization_alias="enddate")
    licence_member_id: OwnId = ""
    licence_item: WrittenId
    start: Day = Field(serialization_alias="startdate")


class LicenceStatus(Stamped):
    """Section "Licence Status": a status to choose from."""

    licence_status_id: Key
    name: Text = Field(None, alias="licencestatusname")


class MovementHistory(Record):
    """Section "Movement History": who moved in and out."""

    movement_id: Key
    account: Id = None
    check_in_out: Text = None
    created_by: Text = None
    created: Instant = Field(None, alias="creationdate")
    location: Id = None
    movement_type: Id = None
    office: Flag = None
    office_size: Number = None
    product: Id = None
    rental_amount: Number = None
    salesperson: Id = None
    start: Instant = Field(None, alias="startdate")
    term: Number = None
    termination_reason: Text = None
    updated: Instant = Field(None, alias="updatedate")
    workstations: Number = None


class MovementType(Dated):
    """Section "Movement Type": a type to choose from."""

    movement_type_id: Key
    name: Text = Field(None, alias="movementtypename")


class NonStandardTerm(Dated):
    """Section "Non Standard Terms": a term to choose from."""

    non_standard_term_id: Key = Field(alias="nonstandardtermsid")
    name: Text = Field(None, alias="nonstandardterm")


class NonStandardTermPut(PutModel):
    """A non-standard term to write."""

    name: Long32767 = Field(serialization_alias="nonstandardterm")


class TerminationReason(Dated):
    """Section "Termination Reasons": a reason to choose from; "resons" in every address."""

    termination_reason_id: Key = Field(alias="terminationresonsid")
    name: Text = Field(None, alias="terminationreason")


class TransferReason(Stamped):
    """Section "Transfer Reasons": a reason to choose from."""

    transfer_reason_id: Key = Field(alias="transferreasonsid")
    name: Text = Field(None, alias="transferreason")


class TransferReasonPut(PutModel):
    """A transfer reason to write."""

    name: Line = Field(serialization_alias="transferreason")
