"""Quotes: received, accepted, turned down, replaced."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from adapters.plentific.models.quotes import Quote
from events.base import parse_instant
from tests.workers.detect.plentific.story import UUID, WORK_ORDER, Story, types
from workers.detect.plentific import QUOTES
from workers.detect.stream import Json

RECEIVED, LATER, LAST = "2026-03-02T10:00:00Z", "2026-03-02T16:30:00Z", "2026-03-03T09:00:00Z"
CHANGED = "quote.status_changed"
PENDING: Json = {
    "accepted_on": None,
    "approval_steps": [
        {"last_status": "approved", "last_status_changed_on": RECEIVED, "step_number": 1}
    ],
    "created": RECEIVED,
    "is_approved_on_all_steps": True,
    "items": [
        {
            "description": "Fictional repair by the hour",
            "is_materials": False,
            "quantity": 2,
            "tax_amount": Decimal("18.2"),
            "unit_price": Decimal("45.5"),
            "unit_type": "per_hour",
        }
    ],
    "previous_submitted_quote_uuid": "15791638-f098-49ca-b1a6-40da5bc47256",
    "rejected_on": None,
    "rejection_reason": None,
    "rejection_reason_message": None,
    "status": "pending",
    "total_excluding_tax": 91,
    "total_including_tax": Decimal("109.2"),
    "total_tax": Decimal("18.2"),
    "uuid": UUID,
    "work_order_uuid": WORK_ORDER,
}


def quote(**changes: Any) -> Story:
    return Story(QUOTES, Quote, {**PENDING, **changes})


def test_a_quote_reads_as_events_carry_it() -> None:
    assert quote().state == {
        "uuid": UUID,
        "work_order_uuid": WORK_ORDER,
        "status": "pending",
        "status_raw": None,
        "created": RECEIVED,
        "accepted_on": None,
        "rejected_on": None,
        "rejection_reason": None,
        "rejection_reason_raw": None,
        "is_approved_on_all_steps": True,
        "previous_submitted_quote_uuid": "15791638-f098-49ca-b1a6-40da5bc47256",
        "currency": "EUR",
        "items": [
            {
                "description": "Fictional repair by the hour",
                "is_materials": False,
                "quantity": "2",
                "unit_price": "45.50",
                "unit_type": "per_hour",
                "unit_type_raw": None,
                "tax_amount": "18.20",
            }
        ],
        "total_excluding_tax": "91.00",
        "total_tax": "18.20",
        "total_including_tax": "109.20",
    }


def test_a_new_quote_is_received_when_it_says() -> None:
    (received,) = quote().news()

    assert received.event_type == "plentific.quote.received"
    assert (received.time, received.previous) == (parse_instant(RECEIVED), None)
    assert QUOTES.live(received.state)


@pytest.mark.parametrize(
    ("status", "field"), [("accepted", "accepted_on"), ("declined", "rejected_on")]
)
def test_a_quote_that_is_decided_on_is_told_at_the_time_of_that(status: str, field: str) -> None:
    story = quote()
    story.news()

    (decided,) = story.news(status=status, **{field: LATER})

    assert decided.event_type == f"plentific.{CHANGED}"
    assert (decided.time, decided.identity) == (parse_instant(LATER), LATER)
    assert decided.previous == {"status": "pending", field: None}
    assert not QUOTES.live(story.state)


@pytest.mark.parametrize("status", ["cancelled", "deposit_paid", "superseded", "varied"])
def test_another_change_of_status_has_no_time(status: str) -> None:
    story = quote(accepted_on=LATER)
    story.news()

    (changed,) = story.news(status=status)

    assert (changed.time, changed.identity) == (None, "v2")
    assert changed.previous == {"status": "pending"}


def test_a_quote_first_seen_accepted_was_received_and_accepted() -> None:
    received, accepted = quote(status="accepted", accepted_on=LATER).news()

    assert types([received, accepted]) == ["quote.received", CHANGED]
    assert (received.time, accepted.time) == (parse_instant(RECEIVED), parse_instant(LATER))


def test_a_change_of_status_has_the_same_identity_whatever_was_told_before() -> None:
    story = quote()
    story.news()
    (seen_before,) = story.news(status="accepted", accepted_on=LATER)
    _, seen_at_once = quote(status="accepted", accepted_on=LATER).news()

    assert seen_before.identity == seen_at_once.identity


def test_of_an_old_quote_seen_late_only_what_is_new_is_told() -> None:
    old = "2026-01-05T10:00:00Z"

    assert types(quote(created=old, status="accepted", accepted_on=LATER).news()) == [CHANGED]
    assert quote(created=old, status="superseded").news() == []


def test_a_quote_that_does_not_say_when_it_came_is_new() -> None:
    told = quote(created=None, status="accepted", accepted_on="2026-01-05T10:00:00Z").news()

    assert types(told) == ["quote.received", CHANGED]


def test_a_quote_accepted_again_under_its_first_date_is_told_under_another_identity() -> None:
    story = quote()
    told = story.news()
    told += story.news(status="accepted", accepted_on=LATER)
    told += story.news(status="declined", accepted_on=None, rejected_on=LAST)
    told += story.news(status="accepted", accepted_on=LATER, rejected_on=None)

    assert [one.state["status"] for one in told] == ["pending", "accepted", "declined", "accepted"]
    assert len({one.identity for one in told}) == 4
    assert told[3].time is None


def test_an_edit_has_no_event_and_is_told_with_the_next_change_of_status() -> None:
    story = quote()
    story.news()

    assert story.news(total_excluding_tax=100) == []
    assert story.news(total_excluding_tax=110, total_tax=Decimal("22.0")) == []
    assert story.news(total_tax=Decimal("18.2")) == []
    (accepted,) = story.news(status="accepted", accepted_on=LATER)
    (superseded,) = story.news(status="superseded")

    assert accepted.previous == {
        "status": "pending",
        "accepted_on": None,
        "total_excluding_tax": "91.00",
    }
    assert superseded.previous == {"status": "accepted"}


def test_a_status_that_we_do_not_know_keeps_its_text_and_is_told() -> None:
    story = quote()
    story.news()
    (first,) = story.news(status="in_review")
    (second,) = story.news(status="in_doubt")

    assert (first.state["status"], first.state["status_raw"]) == ("other", "in_review")
    assert second.previous == {"status_raw": "in_review"}
    assert QUOTES.live(second.state)


def test_nothing_is_told_of_what_events_do_not_carry() -> None:
    story = quote()
    story.news()

    assert story.news(rejection_reason_message="free text", approval_steps=[]) == []
    assert story.known is not None
    assert story.known.marks["untold"] == {}
