"""Bookings of essensys: created, confirmed, updated, cancelled."""

from __future__ import annotations

import pytest

from events.base import parse_instant
from tests.workers.detect.changed import only
from tests.workers.detect.essensys.rows import BOOKING, OLD, change, first_sight, state, types
from workers.detect.essensys import BOOKINGS

CODES = {"confirmed": "1", "provisional": "2", "unassigned": "3", "cancelled": "4"}


def test_a_booking_reads_as_events_carry_it() -> None:
    assert state(BOOKINGS, BOOKING) == {
        "booking_id": "629",
        "status": "provisional",
        "status_raw": None,
        "title": "Board meeting ",
        "account": "62",
        "account_name": "Larkspur Ltd",
        "contact": "79",
        "resource": "150",
        "resource_name": "Round Table Room",
        "product_group": "27",
        "location": "1",
        "start": "2026-03-21T11:00:00Z",
        "end": "2026-03-21T11:30:00Z",
        "duration_hours": "0.5",
        "booked": "2026-03-02T08:30:00Z",
        "booked_by": "Mabel Quill",
        "notes": None,
        "invoiced": False,
        "web_booking": False,
        "recurring": False,
        "created": "2026-03-02T08:30:00Z",
    }


@pytest.mark.parametrize(("word", "code"), CODES.items())
def test_the_four_codes_have_words_in_rows_and_events(word: str, code: str) -> None:
    shown = BOOKINGS.row_state({**BOOKING, "statusname": code})

    assert (shown["status"], shown["status_raw"]) == (word, None)
    assert state(BOOKINGS, BOOKING, statusname=code)["status"] == word
    assert BOOKINGS.live(shown) == (word != "cancelled")


@pytest.mark.parametrize(("code", "raw"), [("7", "7"), (None, None), ("", None)])
def test_another_code_keeps_its_text(code: str | None, raw: str | None) -> None:
    for read in (
        BOOKINGS.row_state({**BOOKING, "statusname": code}),
        state(BOOKINGS, BOOKING, statusname=code),
    ):
        assert (read["status"], read["status_raw"]) == ("other", raw)


def test_a_reference_of_nought_refers_to_nothing() -> None:
    booking = state(BOOKINGS, BOOKING, account="0", contact="0", durationhours="0")

    assert (booking["account"], booking["contact"]) == (None, None)
    assert booking["duration_hours"] == "0"


def test_a_new_booking_is_created_when_it_says() -> None:
    created = only(first_sight(BOOKINGS, BOOKING))

    assert created.event_type == "essensys.booking.created"
    assert created.time == parse_instant("2026-03-02T08:30:00Z")
    assert created.previous is None


@pytest.mark.parametrize("happened", ["confirmed", "cancelled"])
def test_a_booking_first_seen_confirmed_or_cancelled_became_so_as_well(happened: str) -> None:
    told = first_sight(BOOKINGS, BOOKING, statusname=CODES[happened])

    assert types(told) == ["booking.created", f"booking.{happened}"]


def test_a_booking_from_before_the_baseline_is_history() -> None:
    told = first_sight(BOOKINGS, BOOKING, creationdate=OLD, statusname="1")

    assert (told.transitions, told.withheld) == ([], 2)


@pytest.mark.parametrize("happened", ["confirmed", "cancelled"])
def test_a_booking_that_is_confirmed_or_cancelled_is_not_also_updated(happened: str) -> None:
    told = only(change(BOOKINGS, BOOKING, statusname=CODES[happened], notes="Coffee for six"))

    assert told.event_type == f"essensys.booking.{happened}"
    assert told.previous == {"status": "provisional", "notes": None}


@pytest.mark.parametrize("code", ["3", "7"])
def test_another_change_of_status_is_an_update(code: str) -> None:
    assert types(change(BOOKINGS, BOOKING, statusname=code)) == ["booking.updated"]


def test_a_confirmed_booking_that_moves_is_updated() -> None:
    confirmed = {**BOOKING, "statusname": "1"}

    moved = only(change(BOOKINGS, confirmed, startdate="2026-03-22T11:00:00+00:00"))

    assert moved.event_type == "essensys.booking.updated"
    assert moved.previous == {"start": "2026-03-21T11:00:00Z"}


def test_nothing_is_told_of_what_events_do_not_carry() -> None:
    told = change(
        BOOKINGS,
        BOOKING,
        updatedate="2026-03-02T09:30:00+00:00",
        cateringfacilities="Tea",
        contactemail="m.quill@example.com",
        startdate="2026-03-21T12:00:00+01:00",
    )

    assert told.transitions == []
