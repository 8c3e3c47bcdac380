"""Rows are found by what a person knows of a thing, and by nothing that only looks like it."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.store import Store, entities, history, outbox
from tests.adapters.store.examples import a_record, an_entity

FIELDS = ("number", "reference")


async def numbered(store: Store, number: str, *states: dict[str, Any] | None) -> list[str]:
    """The ids, from 1 on, of those of the states that have the number."""
    some = [an_entity(str(place), state=state) for place, state in enumerate(states, 1)]
    async with store.write() as tx:
        await entities.add_new(tx, some)
        found = await history.numbered(tx, number, FIELDS)
    return sorted(one.entity_id for one in found)


async def test_a_number_is_found_as_a_text_and_as_a_number(store: Store) -> None:
    states = ({"number": "211706"}, {"a": 1, "reference": 211706, "b": 2}, {"number": 211706})

    assert await numbered(store, "211706", *states, None, {}) == ["1", "2", "3"]


async def test_a_reference_is_found_whatever_it_is_written_with(store: Store) -> None:
    reference = '100%_/\\"ü'

    assert await numbered(store, reference, {"reference": reference}) == ["1"]


@pytest.mark.parametrize(
    "state",
    [
        {"number": "2117065"},
        {"number": 2117065},
        {"number": "1211706"},
        {"other": "211706", "number": "1"},
        {"items": [{"number": "211706"}]},
        {"text": '"number":"211706"'},
    ],
)
async def test_what_only_looks_like_the_number_is_not_found(
    store: Store, state: dict[str, Any]
) -> None:
    assert await numbered(store, "211706", state) == []


async def test_a_reference_is_told_from_one_in_other_letters(store: Store) -> None:
    assert await numbered(store, "wo-1", {"reference": "WO-1"}, {"reference": "wo_1"}) == []


async def test_records_are_found_by_topic_and_key(store: Store) -> None:
    some = [
        a_record("event-1", topic="a", key="k-1"),
        a_record("event-2", topic="b", key="k-1"),
        a_record("event-3", topic="a", key="k-2"),
        a_record("event-4", topic="a", key="k-3"),
    ]
    async with store.write() as tx:
        await outbox.add(tx, some)
        found = await history.records(tx, "a", ["k-1", "k-2", "k-1"])

    assert sorted(one.event_id for one in found) == ["event-1", "event-3"]
