"""Before when effects are no longer known, where topics lost their beginnings."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.events import samples
from tests.workers.rebuild.topics import record_of
from workers.rebuild.begin import Partition
from workers.rebuild.forgotten import Forgotten

AT = datetime.fromisoformat("2026-03-02T09:30:00+00:00")
NOW = AT + timedelta(days=9)
AUDITS, SHEETS = "tiebeam.reactions", "essensys.charge-sheets"
NAMES = {AUDITS: "tiebeam.reaction.blocked", SHEETS: "essensys.charge_sheet.created"}


def heard(*records: tuple[str, int, int], cut: set[Partition]) -> dict[str, datetime]:
    """What is forgotten, from records by their topics, partitions and minutes."""
    found = Forgotten(cut)
    for topic, partition, minutes in records:
        event = samples.event(NAMES[topic], detected_at=AT + timedelta(minutes=minutes))
        record = record_of(event, minutes, "test.")
        record.partition = partition
        found.hear([record], "test.")
    return dict(found.before(NOW))


def test_what_came_before_the_first_record_that_is_left_is_unknown() -> None:
    left = (AUDITS, 0, 5), (AUDITS, 0, 7), (AUDITS, 1, 6), (AUDITS, 2, 9), (SHEETS, 0, 8)

    assert heard(*left, cut={(AUDITS, 0), (AUDITS, 1)}) == {AUDITS: AT + timedelta(minutes=6)}
    assert heard(*left, cut={(AUDITS, 2), (SHEETS, 0)}) == {
        AUDITS: AT + timedelta(minutes=9),
        SHEETS: AT + timedelta(minutes=8),
    }


def test_a_partition_of_which_nothing_is_left_leaves_all_until_now_unknown() -> None:
    assert heard((AUDITS, 0, 5), cut={(AUDITS, 0), (AUDITS, 1)}) == {AUDITS: NOW}


def test_topics_that_are_whole_and_those_that_tell_no_effects_are_left_out() -> None:
    assert heard((AUDITS, 0, 5), cut={("plentific.invoices", 0)}) == {}
