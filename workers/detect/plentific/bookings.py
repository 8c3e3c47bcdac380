"""The bookings of a work order: created, and moved, attended or cancelled.

Rows show no times: what they do not show is found by reading details in rotation.
"""

from __future__ import annotations

from collections.abc import AsyncIterable
from datetime import timedelta

from adapters.http.models import Detail
from adapters.http.paging import Page
from adapters.plentific.client import PlentificClient
from adapters.plentific.models import bookings
from events.base import json_form
from events.plentific import Booking, BookingStatus, WorkOrderStatus
from workers.detect.changes import created_or_updated
from workers.detect.plentific.below import (
    WALKED_EVERY,
    WORKED_IN,
    place,
    placed,
    while_order_is,
    words,
    work_order_of,
)
from workers.detect.plentific.values import instant, latest_of
from workers.detect.stream import Cadence, Facts, Json, Stream

VISITED_IN = (
    # A contractor may come to see before he quotes.
    WorkOrderStatus.CUSTOMER_PRO_ENGAGED,
    WorkOrderStatus.PRO_CLAIMED_JOB,
    WorkOrderStatus.QUOTE_ACCEPTED,
    *WORKED_IN,
)
"""The statuses of a work order in which visits are arranged."""
SETTLED_BOOKINGS = frozenset({"attended", "not_attended", "no_access", "cancelled"})


def list_bookings(client: PlentificClient, work_order_uuid: str) -> AsyncIterable[Page]:
    """List the bookings of a work order (document: "List all bookings")."""
    return client.list_work_order_bookings(work_order_uuid)


async def read_booking(
    client: PlentificClient, uuid: str, work_order_uuid: str
) -> Detail[bookings.Booking]:
    """Read one booking (document: "Retrieve booking details")."""
    detail = await client.get_work_order_booking(work_order_uuid, uuid)
    return placed(detail, uuid, work_order_uuid)


def booking_row_state(row: Json) -> Json:
    """Return what a listing row says of a booking, in the words of its events."""
    return {
        **place(row),
        **words("status", BookingStatus, row.get("status")),
        "created": instant(row.get("created")),
    }


def booking_state(detail: Detail[bookings.Booking], _facts: Facts) -> Json:
    """Return a booking as its events carry it."""
    read = detail.model
    booking = Booking.model_validate(
        {
            **place(detail.raw),
            "status": read.status,
            "created": read.created,
            "start": read.start_datetime,
            "end": read.end_datetime,
            "cancelling_reason": read.cancelling_reason,
        }
    )
    return json_form(booking)


BOOKINGS = Stream(
    name="bookings",
    provider="plentific",
    entity="booking",
    id_field="uuid",
    parent="work_order",
    hot=while_order_is(*VISITED_IN),
    pages=list_bookings,
    read=read_booking,
    row_state=booking_row_state,
    happened=latest_of("created"),
    state=booking_state,
    agree=("status", "status_raw"),
    live=lambda state: state["status"] not in SETTLED_BOOKINGS,
    ordering_key=work_order_of,
    told=created_or_updated("plentific.booking", created_at="created"),
    cadence=Cadence(
        every=timedelta(seconds=60),
        sweep_every=WALKED_EVERY,
        details_every=timedelta(minutes=15),
    ),
)
