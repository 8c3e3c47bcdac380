"""Event ids: the same transition the same id, another transition another id."""

from __future__ import annotations

import json
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from events.identity import NAMESPACE, event_id

PARTS = st.tuples(st.text(), st.text(), st.text(), st.text())
TRICKY = st.text(alphabet='",[]\\/:|0 1', max_size=6)
TRICKY_PARTS = st.tuples(TRICKY, TRICKY, TRICKY, TRICKY)


def test_the_id_of_a_transition_never_changes_between_releases() -> None:
    assert str(NAMESPACE) == "52641791-a588-5cb5-8db1-0767669bd1ec"
    assert event_id("plentific", "plentific.invoice.paid", "967fb16f", "paid") == (
        "18e03590-b526-525c-bb53-9c073b77b4bb"
    )


@given(PARTS)
def test_the_same_transition_has_the_same_id_and_it_is_a_uuid_of_version_5(
    parts: tuple[str, str, str, str],
) -> None:
    assert event_id(*parts) == event_id(*parts)
    as_json = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    assert UUID(event_id(*parts)) == uuid5(NAMESPACE, as_json)
    assert event_id(*parts) == str(UUID(event_id(*parts)))


@given(PARTS | TRICKY_PARTS, PARTS | TRICKY_PARTS)
def test_different_transitions_have_different_ids(
    one: tuple[str, str, str, str], other: tuple[str, str, str, str]
) -> None:
    assert (event_id(*one) == event_id(*other)) == (one == other)


@given(TRICKY, TRICKY, TRICKY)
def test_text_that_moves_from_one_part_to_the_next_makes_another_id(
    first: str, moved: str, last: str
) -> None:
    one = event_id("c", "t", first + moved, last)
    other = event_id("c", "t", first, moved + last)

    assert (one == other) == (moved == "")
