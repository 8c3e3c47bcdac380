"""Bookings of work orders at Plentific. Source: "Retrieve work order booking"."""

from events.base import EventModel, Instant, OpenEnum, Previous
from events.plentific.shared import Uuid


class BookingStatus(OpenEnum):
    """How an appointment ended; the document names no state for one that is still to come."""

    ATTENDED = "attended"
    NOT_ATTENDED = "not_attended"
    NO_ACCESS = "no_access"
    CANCELLED = "cancelled"
    OTHER = "other"


class Booking(EventModel):
    """An appointment for a work order; `status` is null where Plentific says none."""

    uuid: Uuid
    work_order_uuid: Uuid
    status: BookingStatus | None = None
    status_raw: str | None = None
    created: Instant | None = None
    start: Instant | None = None
    end: Instant | None = None
    cancelling_reason: str | None = None


class BookingData(EventModel):
    """Data of every `plentific.booking.*` event."""

    booking: Booking
    previous: Previous = None
