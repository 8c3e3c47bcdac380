"""The bookings of essensys Operate ("Calendar"): created, confirmed, updated, cancelled."""

from __future__ import annotations

from adapters.essensys.client import EssensysClient
from adapters.essensys.models import bookings
from adapters.http.models import Detail
from events.base import json_form
from events.essensys import Booking, BookingStatus
from workers.detect.changes import created_or_updated, first_of, turned
from workers.detect.essensys.shared import (
    OFTEN,
    created,
    lately_updated,
    listing,
    row_instant,
    same_fields,
)
from workers.detect.stream import Facts, Json, Stream

STATUSES = {"1": "confirmed", "2": "provisional", "3": "unassigned", "4": "cancelled"}
"""The codes of the field `statusname`."""


def booking_row_state(row: Json) -> Json:
    """Return what decides how a booking is told, in the words of its events."""
    status, raw = BookingStatus.read(_status(row.get("statusname")))
    return {
        "booking_id": row["bookingid"],
        "status": status.value,
        "status_raw": raw,
        "created": row_instant(row.get("creationdate")),
    }


def booking_state(row: Detail[bookings.Calendar], _facts: Facts) -> Json:
    """Return a booking as its events carry it."""
    read = row.model
    named_otherwise = {
        "status": _status(read.status),
        "booked": read.date_booked,
        "recurring": read.recurring_booking,
    }
    shown = same_fields(read, Booking)
    return json_form(Booking.model_validate(shown | named_otherwise))


def _status(code: object) -> str | None:
    text = None if code is None else str(code).strip() or None
    return STATUSES.get(text, text) if text else None


BOOKINGS = Stream(
    name="bookings",
    provider="essensys",
    entity="booking",
    id_field=EssensysClient.calendars.id_field,
    pages=listing(lambda client: client.calendars),
    windows=lately_updated,
    shows_changes=True,
    row=EssensysClient.calendars.model,
    row_state=booking_row_state,
    happened=created,
    state=booking_state,
    live=lambda state: state["status"] != "cancelled",
    told=created_or_updated(
        "essensys.booking",
        created_at="created",
        special=first_of(
            turned("status", "confirmed", "confirmed"), turned("status", "cancelled", "cancelled")
        ),
    ),
    cadence=OFTEN,
)
