"""Outstanding issues: created, closed, opened again."""

from __future__ import annotations

from typing import Any

from adapters.plentific.models.outstanding_issues import OutstandingIssue
from events.base import parse_instant
from tests.workers.detect.plentific.story import UUID, WORK_ORDER, Story, types
from workers.detect.plentific import OUTSTANDING_ISSUES
from workers.detect.stream import Json

OPENED, CLOSED = "2026-03-02 10:00:00.051000+00:00", "2026-03-02 16:30:00.000000+00:00"
CHANGED = "outstanding_issue.status_changed"
OPEN: Json = {
    "closed": False,
    "closing_description": None,
    "closing_timestamp": None,
    "closing_user_email": None,
    "opening_description": "Nobody opens the fictional door.",
    "opening_timestamp": OPENED,
    "opening_user_email": "deprecated@dontuse.me",
    "reason": "CANNOT_CONTACT_TENANT",
    "uuid": UUID,
}


def issue(**changes: Any) -> Story:
    return Story(OUTSTANDING_ISSUES, OutstandingIssue, {**OPEN, **changes})


def test_an_issue_reads_as_events_carry_it() -> None:
    assert issue().state == {
        "uuid": UUID,
        "work_order_uuid": WORK_ORDER,
        "closed": False,
        "reason": "cannot_contact_tenant",
        "reason_raw": None,
        "opened": "2026-03-02T10:00:00.051000Z",
        "closed_at": None,
    }


def test_a_new_issue_is_created_when_it_was_opened() -> None:
    (created,) = issue().news()

    assert created.event_type == "plentific.outstanding_issue.created"
    assert (created.time, created.previous) == (parse_instant(OPENED), None)
    assert OUTSTANDING_ISSUES.live(created.state)


def test_an_issue_is_closed_at_its_closing_time() -> None:
    story = issue()
    story.news()

    (closed,) = story.news(closed=True, closing_timestamp=CLOSED)

    assert closed.event_type == f"plentific.{CHANGED}"
    assert (closed.time, closed.identity) == (parse_instant(CLOSED), "2026-03-02T16:30:00Z")
    assert closed.previous == {"closed": False, "closed_at": None}
    assert not OUTSTANDING_ISSUES.live(closed.state)


def test_a_closing_time_beside_an_open_issue_closes_nothing() -> None:
    assert types(issue(closing_timestamp=CLOSED).news()) == ["outstanding_issue.created"]


def test_an_issue_that_does_not_say_whether_it_is_closed_is_open() -> None:
    assert issue(closed=None).state["closed"] is False
    assert types(issue(closed=None).news()) == ["outstanding_issue.created"]


def test_an_issue_that_is_opened_again_changes_its_status_without_a_time() -> None:
    story = issue(closed=True, closing_timestamp=CLOSED)
    assert types(story.news()) == ["outstanding_issue.created", CHANGED]

    (opened,) = story.news(closed=False)

    assert (opened.time, opened.previous) == (None, {"closed": True})


def test_of_an_old_issue_seen_late_only_what_is_new_is_told() -> None:
    old = "2026-01-05 10:00:00.000000+00:00"

    recent = issue(opening_timestamp=old, closed=True, closing_timestamp=CLOSED)
    assert types(recent.news()) == [CHANGED]
    assert issue(opening_timestamp=old, closed=True, closing_timestamp=old).news() == []


def test_another_reason_is_told_when_the_issue_is_closed() -> None:
    story = issue()
    story.news()

    assert story.news(reason="ROOF_IS_GONE") == []
    (closed,) = story.news(closed=True, closing_timestamp=CLOSED)

    assert (closed.state["reason"], closed.state["reason_raw"]) == ("other", "ROOF_IS_GONE")
    assert closed.previous == {
        "closed": False,
        "closed_at": None,
        "reason": "cannot_contact_tenant",
        "reason_raw": None,
    }


def test_nothing_is_told_of_what_events_do_not_carry() -> None:
    story = issue()
    story.news()

    assert story.news(opening_description="more", closing_user_email="a@example.com") == []
