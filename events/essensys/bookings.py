"""Bookings of essensys Operate. Source: "Calendar"."""

from pydantic import StrictBool

from events.base import EventModel, Instant, OpenEnum, Previous, Quantity
from events.essensys.shared import EssensysId, Reference


class BookingStatus(OpenEnum):
    """The four codes of the field statusname: 1, 2, 3 and 4."""

    CONFIRMED = "confirmed"
    PROVISIONAL = "provisional"
    UNASSIGNED = "unassigned"
    CANCELLED = "cancelled"
    OTHER = "other"


class Booking(EventModel):
    """A booked resource. `start` and `end` may be wall time of the site labelled UTC."""

    booking_id: EssensysId
    status: BookingStatus
    status_raw: str | None = None
    title: str | None = None
    account: Reference = None
    account_name: str | None = None
    contact: Reference = None
    resource: Reference = None
    resource_name: str | None = None
    product_group: Reference = None
    location: Reference = None
    start: Instant | None = None
    end: Instant | None = None
    duration_hours: Quantity | None = None
    booked: Instant | None = None
    booked_by: str | None = None
    notes: str | None = None
    invoiced: StrictBool | None = None
    web_booking: StrictBool | None = None
    recurring: StrictBool | None = None
    created: Instant | None = None


class BookingData(EventModel):
    """Data of every `essensys.booking.*` event."""

    booking: Booking
    previous: Previous = None
