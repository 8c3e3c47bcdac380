"""Issues: what Facilitee's periods show, and which events tell it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.facilitee.models.issues import Issue
from events.base import format_instant
from tests.workers.detect.changed import only, state_of, tell, with_changes
from tests.workers.detect.facilitee.documented import ISSUE, TOLD_ADDRESS
from tests.workers.fake_clock import START
from workers.detect.facilitee import ISSUES
from workers.detect.stream import Change, Json, Known

REPORTED = format_instant(START + timedelta(hours=1))
LATER = START + timedelta(hours=2)


def issue(**changes: Any) -> Json:
    """An issue that was reported after the baseline."""
    fresh = {"status": "New", "created": REPORTED, "modified": REPORTED}
    return state_of(ISSUES, Issue, with_changes(ISSUE, **(fresh | changes)))


def test_an_issue_is_told_as_the_document_shows_it() -> None:
    assert state_of(ISSUES, Issue, ISSUE) == {
        "id": "77",
        "name": "Broken pipe",
        "description": "The pipe in the bathroom burst open.",
        "category": "Plumbing",
        "status": "closed",
        "status_raw": None,
        "urgent": True,
        "property_users_involved": True,
        "created": "2021-07-17T16:24:40.180000Z",
        "modified": "2021-07-18T17:20:20.181000Z",
        "reporter_id": "33",
        "reporter_name": "Property user",
        "issue_manager_name": "Jon Jonason",
        "user_reference": "AP-232",
        "rejection_comment": "",
        "property_id": "55",
        "property_name": "The Building",
        "custom_property_id": None,
        "property_unit_id": "66",
        "property_unit_type": "Apartment",
        "address": TOLD_ADDRESS,
        "floor": 0,
        "overall_rating": {
            "rating": "5",
            "comment": "Perfect Work",
            "user": "Property User",
            "rated": "2021-07-18T17:20:20.181000Z",
        },
    }


def test_an_issue_of_which_nothing_but_its_id_is_known_is_told_as_well() -> None:
    state = state_of(ISSUES, Issue, {"id": 78, "propertyUnit": {"id": 1, "property": None}})

    assert (state["id"], state["status"], state["status_raw"]) == ("78", "other", None)
    assert (state["property_unit_id"], state["property_id"]) == ("1", None)
    assert (state["address"], state["overall_rating"]) == (None, None)


def test_a_new_issue_was_reported_when_facilitee_says() -> None:
    reported = only(tell(ISSUES, None, issue(status="ToBeAssigned"), version=0))

    assert (reported.event_type, reported.identity) == ("facilitee.issue.reported", "reported")
    assert (reported.time, reported.previous) == (START + timedelta(hours=1), None)
    assert reported.state["status"] == "to_be_assigned"


def test_an_old_issue_that_comes_into_view_is_history() -> None:
    told = tell(ISSUES, None, issue(created="2021-07-17T16:24:40.180Z"))

    assert (told.transitions, told.withheld) == ([], 1)


def test_a_status_changed_when_the_issue_was_modified() -> None:
    after = issue(status="ToBeAssigned", modified=format_instant(LATER))

    moved = only(tell(ISSUES, issue(), after))

    assert (moved.event_type, moved.identity) == ("facilitee.issue.status_changed", "v4")
    assert moved.time == LATER
    assert moved.previous == {"status": "new", "modified": REPORTED}


def test_a_status_that_no_document_names_is_a_change_to_another_such_one() -> None:
    moved = only(tell(ISSUES, issue(status="Evaporated"), issue(status="Condensed")))

    assert moved.event_type == "facilitee.issue.status_changed"
    assert (moved.state["status"], moved.state["status_raw"]) == ("other", "Condensed")
    assert moved.previous == {"status_raw": "Evaporated"}


def test_a_change_without_a_modification_has_no_time() -> None:
    assert only(tell(ISSUES, issue(), issue(status="Assigned"))).time is None
    assert only(tell(ISSUES, issue(), issue(status="Assigned", modified=None))).time is None


def test_an_edit_is_an_update_at_its_time() -> None:
    after = issue(urgent=False, modified=format_instant(LATER))

    edited = only(tell(ISSUES, issue(), after))

    assert (edited.event_type, edited.time) == ("facilitee.issue.updated", LATER)
    assert edited.previous == {"urgent": True, "modified": REPORTED}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"responseTimeLeft": 4711},
        {"newField": "of another release"},
        {"overallRating": {**ISSUE["overallRating"], "type": 3}},
    ],
)
def test_what_events_do_not_carry_changes_in_silence(changes: Json) -> None:
    assert tell(ISSUES, issue(), issue(**changes)).transitions == []


def test_an_issue_known_by_its_row_alone_is_told_when_its_status_changes() -> None:
    row = with_changes(ISSUE, status="New", created=REPORTED, modified=REPORTED)
    moved = with_changes(row, status="Assigned", modified=format_instant(LATER))
    known = Known(ISSUES.row_state(row), complete=False, marks={"note": 1})
    shown = ISSUES.row_state(moved)

    told = ISSUES.told(Change(known, state_of(ISSUES, Issue, moved), shown, 0, START))

    assert only(told).event_type == "facilitee.issue.status_changed"
    assert only(told).time == LATER
    assert told.marks == {"note": 1}


def test_a_row_shows_what_the_state_does() -> None:
    state = state_of(ISSUES, Issue, ISSUE)

    assert ISSUES.row_state(ISSUE).items() <= state.items()
    assert ISSUES.happened(state) == datetime(2021, 7, 17, 16, 24, 40, 180_000, tzinfo=UTC)
    assert ISSUES.live(issue())
    assert not ISSUES.live(state)


@pytest.mark.parametrize(
    "row",
    [
        {"id": 5},
        {"id": "5", "status": 7, "created": 12.5, "modified": {}},
        {"id": 5, "status": None, "created": "yesterday", "modified": ""},
        {"id": 5, "created": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_an_odd_row_stops_nothing(row: Json) -> None:
    state = ISSUES.row_state(row)

    assert (state["id"], state["status"]) == ("5", "other")
    ISSUES.happened(state)
    assert ISSUES.live(state)


def test_a_dotted_day_and_a_time_without_a_zone_are_read_as_everywhere() -> None:
    state = ISSUES.row_state({"id": 5, "created": "02.01.2026", "modified": "2026-01-02T03:04:05"})

    assert (state["created"], state["modified"]) == ("2026-01-02T00:00:00Z", "2026-01-02T03:04:05Z")


def test_a_quick_look_reaches_two_days_back_and_one_ahead() -> None:
    assert ISSUES.windows(START) == (
        {"from_date_time": START - timedelta(days=2), "to_date_time": START + timedelta(days=1)},
    )
