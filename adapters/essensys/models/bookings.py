"""Bookings and what they cost: section "Bookings"."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from adapters.essensys.models.charges import Charge, ChargePut
from adapters.essensys.records import (
    Flag,
    Id,
    Instant,
    Key,
    MarkupType,
    Number,
    Percent,
    Stamped,
    Text,
)
from adapters.essensys.writing import (
    CurrencyCode,
    Line,
    Long4000,
    Money,
    PutModel,
    WallTime,
    WrittenFlag,
    WrittenId,
    WrittenNumber,
    WrittenPercent,
)
from adapters.http.models import Known

BookingStatus = Annotated[Id, Known("1", "2", "3", "4")]
"""1 = confirmed, 2 = provisional, 3 = unassigned, 4 = cancelled."""


class Calendar(Stamped):
    """Section "Calendar": a booking.

    Each the same twice: `booking_id` and `id`, `start` and `start_date`, `end` and `end_date`,
    `resource` and `unit`, `title` and `text`. A cancelled booking stays, with its status.
    """

    booking_id: Key
    account: Id = None
    account_name: Text = None
    booked_by: Text = None
    title: Text = Field(None, alias="bookingtitle")
    catering_facilities: Text = None
    clearance_time: Number = None
    contact: Id = None
    contact_email: Text = None
    contact_name: Text = None
    date_booked: Instant = None
    discount_percent: Percent = None
    discount_hours: Number = None
    duration: Text = None
    duration_hours: Number = None
    end: Instant = Field(None, alias="enddate")
    end_date: Instant = Field(None, alias="end_date")
    id: Id = None
    invoiced: Flag = None
    unit: Id = Field(None, alias="unit_id")
    location: Id = None
    location_name: Text = None
    multiple_booking: Flag = None
    notes: Text = None
    organization: Id = None
    outlook_appointment_id: Text = None
    price_overridden: Flag = None
    product_group: Id = None
    recurring_booking: Flag = None
    related_space_products: Text = None
    resource: Id = None
    resource_name: Text = None
    start: Instant = Field(None, alias="startdate")
    start_date: Instant = Field(None, alias="start_date")
    status: BookingStatus = Field(None, alias="statusname")
    text: Text = None
    web_booking: Flag = None


class CalendarPut(PutModel):
    """A booking to write. Without resource and times it is of no use, whatever the minimum."""

    title: Line = Field(serialization_alias="bookingtitle")
    web_booking: WrittenFlag
    account: WrittenId | None = None
    booked_by: Line | None = None
    contact: WrittenId | None = None
    date_booked: WallTime | None = None
    end: WallTime | None = Field(None, serialization_alias="enddate")
    invoiced: WrittenFlag | None = None
    location: WrittenId | None = None
    multiple_booking: WrittenFlag | None = None
    notes: Long4000 | None = None
    outlook_appointment_id: Line | None = None
    price_overridden: WrittenFlag | None = None
    recurring_booking: WrittenFlag | None = None
    resource: WrittenId | None = None
    start: WallTime | None = Field(None, serialization_alias="startdate")
    status: WrittenId | None = Field(None, serialization_alias="statusname")
    booking_color: WrittenNumber | None = None
    catering_resource: WrittenId | None = None
    delegate_rate: WrittenId | None = None
    discount_percent_applied: WrittenNumber | None = None
    lead_source: Line | None = None
    discount_hours_applied: WrittenNumber | None = None
    original_booking_id: WrittenId | None = None
    meeting_credit: WrittenId | None = Field(None, serialization_alias="reservationdiscount")


class BookingCharge(Charge):
    """Section "Booking Charge"; `reference` is readable."""

    booking: Id = None
    bundled_product: Id = None
    delegate_charge: Flag = None
    location_name: Id = None  # an id, as the table says
    markup: Text = None
    markup_type: MarkupType = None


class BookingChargePut(ChargePut):
    """A booking charge to write."""

    currency: CurrencyCode
    booking: WrittenId
    unit_price: Money
    delegate_charge: WrittenFlag | None = None
    bundled_product: WrittenId | None = None


class BookingConflict(Stamped):
    """Section "Booking Conflict": a booking that overlaps another; its id is the booking's."""

    booking_id: Key
    account: Id = None
    account_name: Text = None
    title: Text = Field(None, alias="bookingtitle")
    clearance_time: Number = None
    end: Instant = Field(None, alias="enddate")
    end_date: Instant = Field(None, alias="end_date")
    id: Id = None
    unit: Id = Field(None, alias="unit_id")
    lead: Id = None
    location: Id = None
    location_name: Text = None
    product_group: Id = None
    resource: Id = None
    resource_name: Text = None
    start: Instant = Field(None, alias="startdate")
    start_date: Instant = Field(None, alias="start_date")
    status: BookingStatus = Field(None, alias="statusname")
    text: Text = None


class CancellationPolicy(Stamped):
    """Section "Cancellation Policy": what is charged when a booking is cancelled late."""

    cancellation_policy_id: Key
    client_type: Id = None
    number_of_days: Number = Field(None, alias="noofdays")
    percentage_charge: Percent = None
    product_group: Id = None


class CancellationPolicyPut(PutModel):
    """A cancellation policy to write; the example has the percentage under both names."""

    client_type: WrittenId
    number_of_days: WrittenNumber = Field(serialization_alias="noofdays")
    percentage_charge: WrittenPercent
    product_group: WrittenId
    percent_charge: WrittenPercent


class DayDelegateRate(Stamped):
    """Section "Day Delegate Rate": the price of a day for each person."""

    day_delegate_rate_id: Key
    name: Text = Field(None, alias="daydelegateratename")
    catering_up_to: Number = None
    facilities_up_to: Number = None
    location: Id = None
    minimum_delegates: Number = None
    unit_price: Number = None


class DayDelegateRatePut(PutModel):
    """A day delegate rate to write."""

    currency: CurrencyCode
    catering_up_to: Money
    name: Line = Field(serialization_alias="daydelegateratename")
    facilities_up_to: Money
    location: WrittenId
    minimum_delegates: WrittenNumber
    unit_price: Money
