"""Bookings: created, moved, attended or cancelled."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.plentific.models.bookings import Booking
from events.base import parse_instant
from tests.workers.detect.plentific.story import UUID, WORK_ORDER, Story, types
from workers.detect.plentific import BOOKINGS
from workers.detect.stream import Json

TO_COME: Json = {
    "cancelling_reason": None,
    "cancelling_reason_message": None,
    "created": "2026-03-02T10:00:00Z",
    "end_datetime": "2026-03-04T12:00:00Z",
    "start_datetime": "2026-03-04T10:00:00Z",
    "status": None,
}


def booking(**changes: Any) -> Story:
    return Story(BOOKINGS, Booking, {**TO_COME, **changes})


def test_a_booking_reads_as_events_carry_it() -> None:
    documented = booking(
        cancelling_reason="string",
        cancelling_reason_message="Mrs Example is away",
        created="2023-01-19T08:10:58Z",
        start_datetime="2023-01-19T08:10:58Z",
        end_datetime="2023-01-19T08:10:58Z",
        status="attended",
    )

    assert documented.state == {
        "uuid": UUID,
        "work_order_uuid": WORK_ORDER,
        "status": "attended",
        "status_raw": None,
        "created": "2023-01-19T08:10:58Z",
        "start": "2023-01-19T08:10:58Z",
        "end": "2023-01-19T08:10:58Z",
        "cancelling_reason": "string",
    }


def test_a_visit_to_come_has_no_status() -> None:
    row = {"uuid": UUID, "work_order_uuid": WORK_ORDER, "status": None}

    assert (booking().state["status"], booking().state["status_raw"]) == (None, None)
    assert BOOKINGS.row_state(row)["status"] is None
    assert BOOKINGS.live(booking().state)


def test_a_new_booking_is_created_when_it_says() -> None:
    (created,) = booking().news()

    assert created.event_type == "plentific.booking.created"
    assert (created.identity, created.previous) == ("created", None)
    assert created.time == parse_instant("2026-03-02T10:00:00Z")


def test_a_booking_from_before_the_first_look_is_history() -> None:
    told = booking(created="2026-01-05T10:00:00Z").look()

    assert (told.transitions, told.withheld) == ([], 1)


def test_a_booking_that_is_moved_is_updated() -> None:
    moving = booking()
    moving.news()

    (moved,) = moving.news(
        start_datetime="2026-03-05T10:00:00Z", end_datetime="2026-03-05T12:00:00Z"
    )

    assert moved.event_type == "plentific.booking.updated"
    assert moved.previous == {"start": "2026-03-04T10:00:00Z", "end": "2026-03-04T12:00:00Z"}


@pytest.mark.parametrize("status", ["attended", "not_attended", "no_access", "cancelled"])
def test_a_booking_that_ended_is_updated_and_settled(status: str) -> None:
    ending = booking()
    ending.news()

    (ended,) = ending.news(status=status)

    assert (ended.event_type, ended.previous) == ("plentific.booking.updated", {"status": None})
    assert not BOOKINGS.live(ending.state)


def test_a_status_that_we_do_not_know_keeps_its_text() -> None:
    waiting = booking()
    waiting.news()

    (updated,) = waiting.news(status="on_the_way")

    assert (updated.state["status"], updated.state["status_raw"]) == ("other", "on_the_way")
    assert BOOKINGS.live(updated.state)


def test_nothing_is_told_of_what_events_do_not_carry() -> None:
    story = booking()

    assert types(story.news()) == ["booking.created"]
    assert story.news(cancelling_reason_message="free text", colour="red") == []
