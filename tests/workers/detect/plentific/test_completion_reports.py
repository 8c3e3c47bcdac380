"""Completion reports: submitted, accepted, sent back, handed in again."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.plentific.models.completion_reports import CompletionReport
from events.base import parse_instant
from tests.workers.detect.plentific.story import UUID, WORK_ORDER, Story, types
from tests.workers.fake_clock import START
from workers.detect.plentific import COMPLETION_REPORTS
from workers.detect.stream import Change, Json, Known

SUBMITTED, LATER = "2026-03-02T10:00:00Z", "2026-03-02T16:30:00Z"
CHANGED = "completion_report.status_changed"
NEW: Json = {
    "additional_information": "The fictional tap closes again.",
    "additional_information_attachments": ["15791638-f098-49ca-b1a6-40da5bc47255"],
    "created": SUBMITTED,
    "declined_on": None,
    "declining_reason": None,
    "declining_reason_message": None,
    "job_outcome": "FULLY_COMPLETED",
    "outcome_attachments": [],
    "outcome_description": "A fictional home",
    "status": "new",
    "status_date": SUBMITTED,
}


def report(**changes: Any) -> Story:
    return Story(COMPLETION_REPORTS, CompletionReport, {**NEW, **changes})


def test_a_report_reads_as_events_carry_it() -> None:
    declined = report(
        status="declined", declined_on=LATER, declining_reason="NO_EVIDENCE", status_date=LATER
    )

    assert declined.state == {
        "uuid": UUID,
        "work_order_uuid": WORK_ORDER,
        "status": "declined",
        "status_raw": None,
        "status_date": LATER,
        "created": SUBMITTED,
        "job_outcome": "fully_completed",
        "job_outcome_raw": None,
        "declined_on": LATER,
        "declining_reason": "no_evidence",
        "declining_reason_raw": None,
    }


def test_the_row_of_a_report_shows_its_outcome() -> None:
    row = {"uuid": UUID, "work_order_uuid": WORK_ORDER, "job_outcome": "HALF_DONE"}

    shown = COMPLETION_REPORTS.row_state(row)

    assert (shown["job_outcome"], shown["job_outcome_raw"]) == ("other", "HALF_DONE")
    assert (shown["status"], shown["status_raw"]) == ("other", None)


def test_a_new_report_is_submitted_when_it_says() -> None:
    (submitted,) = report().news()

    assert submitted.event_type == "plentific.completion_report.submitted"
    assert (submitted.time, submitted.previous) == (parse_instant(SUBMITTED), None)


@pytest.mark.parametrize("status", ["accepted", "cancelled", "declined", "updated"])
def test_a_change_of_status_is_told_at_the_date_of_the_status(status: str) -> None:
    story = report()
    story.news()

    (changed,) = story.news(status=status, status_date=LATER)

    assert changed.event_type == f"plentific.{CHANGED}"
    assert (changed.time, changed.identity) == (parse_instant(LATER), LATER)
    assert changed.previous == {"status": "new", "status_date": SUBMITTED}
    assert COMPLETION_REPORTS.live(story.state) == (status == "updated")


def test_a_report_is_sent_back_when_it_says_so_itself() -> None:
    story = report()
    story.news()

    (declined,) = story.news(status="declined", declined_on=LATER, declining_reason="OTHER")

    assert declined.time == parse_instant(LATER)
    assert declined.state["declining_reason"] == "other"


def test_a_date_that_was_there_before_is_not_that_of_the_new_status() -> None:
    story = report()
    story.news()

    (accepted,) = story.news(status="accepted")

    assert (accepted.time, accepted.identity) == (None, "v2")


def test_a_status_that_the_row_does_not_show_yet_keeps_its_date_until_it_does() -> None:
    row, detail = report().state, report(status="accepted", status_date=LATER).state

    behind = COMPLETION_REPORTS.told(Change(Known(row, False, {}), detail, row, 1, START))
    known = Known(row, complete=False, marks=behind.marks)
    (accepted,) = COMPLETION_REPORTS.told(Change(known, detail, detail, 1, START)).transitions

    assert behind.transitions == []
    assert (accepted.time, accepted.identity) == (parse_instant(LATER), LATER)


def test_a_report_first_seen_accepted_was_submitted_and_accepted() -> None:
    submitted, accepted = report(status="accepted", status_date=LATER).news()

    assert types([submitted, accepted]) == ["completion_report.submitted", CHANGED]
    assert (submitted.time, accepted.time) == (parse_instant(SUBMITTED), parse_instant(LATER))
    assert accepted.previous == {"status": None}


@pytest.mark.parametrize("status", ["new", "updated", "half_read", None])
def test_a_report_first_seen_before_it_was_decided_on_was_submitted(status: str | None) -> None:
    assert types(report(status=status).news()) == ["completion_report.submitted"]


def test_of_an_old_report_seen_late_only_what_is_new_is_told() -> None:
    old = "2026-01-05T10:00:00Z"

    told = report(created=old, status="accepted", status_date=LATER).look()

    assert (types(told.transitions), told.withheld) == ([CHANGED], 1)
    assert report(created=old, status="accepted", status_date=old).news() == []


def test_a_report_sent_back_and_handed_in_again_is_told_step_by_step() -> None:
    story = report()
    told = story.news()
    told += story.news(status="declined", declined_on=LATER, status_date=LATER)
    told += story.news(status="updated", status_date="2026-03-03T08:00:00Z")
    told += story.news(status="accepted", status_date="2026-03-03T09:00:00Z")

    assert [one.state["status"] for one in told] == ["new", "declined", "updated", "accepted"]
    assert len({one.identity for one in told}) == 4


def test_nothing_is_told_of_what_events_do_not_carry() -> None:
    story = report()
    story.news()

    assert story.news(additional_information="more", outcome_attachments=["a"]) == []
