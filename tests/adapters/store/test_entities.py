"""What we know of each entity."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from adapters.store import Store, entities
from tests.adapters.store.examples import LATER, NOW, SOON, an_entity

IDS = [f"{number:05}" for number in range(2_500)]


async def test_an_entity_comes_back_as_it_was_saved(store: Store) -> None:
    known = an_entity(
        detail_fingerprint="detail-1",
        detail_read_at=NOW,
        changed_at=SOON,
        live=False,
        state={"status": "paid", "items": [{"amount": "66.00"}]},
        marks=["told"],
    )

    async with store.write() as tx:
        assert await entities.save(tx, known, None)

    async with store.read() as tx:
        assert await entities.load(tx, "plentific", "work-order", ["e-1"]) == {"e-1": known}


async def test_an_unknown_entity_is_not_found(store: Store) -> None:
    async with store.write() as tx:
        await entities.save(tx, an_entity(), 0)

    async with store.read() as tx:
        assert await entities.load(tx, "plentific", "work-order", ["e-2"]) == {}
        assert await entities.load(tx, "plentific", "invoice", ["e-1"]) == {}
        assert await entities.load(tx, "other", "work-order", ["e-1"]) == {}
        assert await entities.load(tx, "plentific", "work-order", []) == {}


async def test_a_new_version_replaces_the_one_expected(store: Store) -> None:
    changed = an_entity(version=4, state={"status": "done"})

    async with store.write() as tx:
        await entities.save(tx, an_entity(), None)
        await entities.save(tx, an_entity("e-2"), None)
        assert await entities.save(tx, changed, 1)

    async with store.read() as tx:
        found = await entities.load(tx, "plentific", "work-order", ["e-1", "e-2"])
    assert found == {"e-1": changed, "e-2": an_entity("e-2")}


@pytest.mark.parametrize("expected", [None, 0, 2])
async def test_a_version_that_is_not_the_expected_one_is_left_alone(
    store: Store, expected: int | None
) -> None:
    async with store.write() as tx:
        await entities.save(tx, an_entity(), None)

        assert not await entities.save(tx, an_entity(version=3, state={}), expected)

        assert await entities.load(tx, "plentific", "work-order", ["e-1"]) == {"e-1": an_entity()}


async def test_an_entity_expected_but_not_known_is_not_saved(store: Store) -> None:
    async with store.write() as tx:
        assert not await entities.save(tx, an_entity(version=2), 1)

        assert await entities.counts(tx) == {}


async def test_thousands_are_added_and_found_at_once(store: Store) -> None:
    async with store.write() as tx:
        await entities.add_new(tx, [an_entity(entity_id) for entity_id in IDS])

    async with store.read() as tx:
        found = await entities.load(tx, "plentific", "work-order", [*IDS, *IDS, "unknown"])
        prints = await entities.fingerprints(tx, "plentific", "work-order", [*IDS, "unknown"])
        counts = await entities.counts(tx)
        assert await entities.count(tx, "plentific", "work-order") == len(IDS)
        assert await entities.count(tx, "plentific", "invoice") == 0
    assert found == {entity_id: an_entity(entity_id) for entity_id in IDS}
    assert prints == dict.fromkeys(IDS, "row-1")
    assert counts == {("plentific", "work-order"): len(IDS)}


async def test_adding_one_that_is_known_adds_none(store: Store) -> None:
    async with store.write() as tx:
        await entities.save(tx, an_entity("e-2"), None)

    with pytest.raises(IntegrityError):
        async with store.write() as tx:
            await entities.add_new(tx, [an_entity("e-1"), an_entity("e-2")])

    async with store.read() as tx:
        assert await entities.counts(tx) == {("plentific", "work-order"): 1}


async def test_what_is_due_comes_in_the_order_in_which_it_waits(store: Store) -> None:
    late = an_entity("a", due_at=NOW)
    later = an_entity("b", due_at=LATER)
    never = an_entity("c")
    elsewhere = an_entity("d", kind="invoice", due_at=NOW)
    longest = an_entity("e", due_at=NOW - timedelta(days=1))

    async with store.write() as tx:
        await entities.add_new(tx, [late, later, never, elsewhere, longest])

    async with store.read() as tx:
        assert await entities.due(tx, "plentific", "work-order", NOW, 10) == [longest, late]
        assert await entities.due(tx, "plentific", "work-order", NOW, 1) == [longest]
        assert await entities.due(tx, "plentific", "work-order", LATER, 10) == [
            *(longest, late, later),
        ]


async def test_when_to_look_next_can_be_changed_for_many_at_once(store: Store) -> None:
    async with store.write() as tx:
        await entities.add_new(tx, [an_entity(entity_id) for entity_id in IDS])
        await entities.set_due(tx, "plentific", "work-order", [*IDS[:2_000], "unknown"], NOW)

    async with store.read() as tx:
        found = await entities.due(tx, "plentific", "work-order", NOW, 5_000)
    assert {entity.entity_id for entity in found} == set(IDS[:2_000])


async def test_ids_are_found_by_life_by_change_and_in_their_order(store: Store) -> None:
    known = [
        an_entity("a", live=False, changed_at=NOW),
        an_entity("b", changed_at=LATER),
        an_entity("c"),
        an_entity("d", kind="invoice", changed_at=LATER),
    ]
    async with store.write() as tx:
        await entities.add_new(tx, known)

    place = ("plentific", "work-order")
    async with store.read() as tx:
        assert await entities.ids(tx, *place) == {"a", "b", "c"}
        assert await entities.ids(tx, *place, live=True) == {"b", "c"}
        assert await entities.ids(tx, *place, live=False) == {"a"}
        assert await entities.changed_since(tx, *place, LATER) == ["b"]
        assert sorted(await entities.changed_since(tx, *place, NOW)) == ["a", "b"]
        assert await entities.following(tx, *place, "", 2) == ["a", "b"]
        assert await entities.following(tx, *place, "b", 2) == ["c"]


async def test_a_saved_entity_is_not_changed_by_changing_what_was_given(store: Store) -> None:
    state = {"status": "new"}

    async with store.write() as tx:
        await entities.save(tx, an_entity(state=state), None)
        state["status"] = "changed afterwards"
        found = await entities.load(tx, "plentific", "work-order", ["e-1"])

    assert found["e-1"] == replace(an_entity(), state={"status": "new"})


async def test_of_many_those_are_kept_whose_version_is_the_expected_one(store: Store) -> None:
    at_hand = [an_entity(one) for one in ("known", "moved", "twice")]
    async with store.write() as tx:
        await entities.add_new(tx, at_hand)

    changes = [
        (an_entity("known", version=2, state={"status": "new"}, due_at=LATER), 1),
        (an_entity("moved", version=9), 8),
        (an_entity("fresh", marks=["first"]), None),
        (an_entity("twice", version=5), None),
        (an_entity("absent", version=2), 1),
    ]
    async with store.write() as tx:
        assert await entities.save_all(tx, changes) == [True, False, True, False, False]
        assert await entities.save_all(tx, []) == []

    async with store.read() as tx:
        found = await entities.load(
            tx, "plentific", "work-order", [entity.entity_id for entity, _ in changes]
        )
    assert found == {
        "known": changes[0][0],
        "moved": at_hand[1],
        "fresh": changes[2][0],
        "twice": at_hand[2],
    }


async def test_thousands_are_changed_at_once(store: Store) -> None:
    async with store.write() as tx:
        await entities.add_new(tx, [an_entity(one, version=0) for one in IDS])
        kept = await entities.save_all(tx, [(an_entity(one, live=False), 0) for one in IDS])
        assert all(kept)

    async with store.read() as tx:
        assert await entities.ids(tx, "plentific", "work-order", live=False) == set(IDS)


async def test_many_are_saved_one_after_the_other(store: Store) -> None:
    steps = [
        (an_entity(version=1), None),
        (an_entity(version=1), None),
        (an_entity(version=2), 1),
        (an_entity(version=3), 1),
    ]
    async with store.write() as tx:
        assert await entities.save_all(tx, steps) == [True, False, True, False]

        assert await entities.load(tx, "plentific", "work-order", ["e-1"]) == {"e-1": steps[2][0]}
