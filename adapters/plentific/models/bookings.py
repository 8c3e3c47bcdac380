"""The bookings of a work order, which can only be read."""

from __future__ import annotations

from typing import Annotated

from adapters.http.models import Instant, Known, ProviderModel

# No value is documented for a booking that is still to come.
BOOKING_STATUSES = Known("attended", "not_attended", "no_access", "cancelled")


class BookingRow(ProviderModel):
    """A booking as a list shows it, without its times (plentific.txt: "List all bookings")."""

    uuid: str
    status: Annotated[str | None, BOOKING_STATUSES] = None
    created: Instant | None = None


class Booking(ProviderModel):
    """A booking in detail, without its uuid (plentific.txt: "Retrieve booking details")."""

    status: Annotated[str | None, BOOKING_STATUSES] = None
    created: Instant | None = None
    start_datetime: Instant | None = None
    end_datetime: Instant | None = None
    cancelling_reason: str | None = None
    cancelling_reason_message: str | None = None
