"""Streams: what counts as history to an entity that is seen for the first time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.workers.fake_clock import START
from workers.detect.stream import HISTORY_GRACE, Change, Known, Transition, history_before

OLD, LATE, NEW = START - timedelta(days=30), START - HISTORY_GRACE, START + timedelta(minutes=1)


def transitions(*times: datetime | None) -> list[Transition]:
    return [Transition("x", str(number), time, {}, None) for number, time in enumerate(times)]


@pytest.mark.parametrize(
    ("times", "withheld"),
    [
        ([], 0),
        ([NEW], 0),
        ([LATE], 0),
        ([LATE - timedelta(seconds=1)], 1),
        ([OLD, NEW], 1),
        ([OLD, OLD], 2),
        ([None], 1),
        ([OLD, None], 2),
        ([OLD, NEW, None], 1),
        ([NEW, OLD], 0),  # dated back: it cannot have happened before its entity was there
        ([OLD, NEW, OLD, None], 1),
    ],
)
def test_what_happened_before_the_baseline_is_withheld(
    times: list[datetime | None], withheld: int
) -> None:
    given = transitions(*times)

    told = history_before(START, given)

    assert told.transitions == given[withheld:]
    assert told.withheld == withheld


def change(before: Known | None) -> Change:
    after = {"status": "paid", "items": [2], "brand": "new"}
    return Change(before, after, {"status": "paid"}, 4, START)


def test_edits_are_the_fields_that_differ_from_what_is_known() -> None:
    known = Known({"status": "paid", "items": [1], "gone": 1}, complete=True, marks={})

    assert change(known).edits == {"items": [1]}


def test_what_is_known_by_its_row_alone_is_compared_with_its_row() -> None:
    known = Known({"status": "outstanding", "items": "of a row"}, complete=False, marks={})

    assert change(known).edits == {"status": "outstanding"}


def test_what_is_seen_for_the_first_time_has_no_edits() -> None:
    assert change(None).edits == {}


def test_the_next_version_names_a_transition_that_has_no_other_name() -> None:
    assert change(None).next_version == "v5"
