"""What we know of each entity."""

from __future__ import annotations

from dataclasses import replace

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


async def test_rows_seen_again_change_nothing_but_that(store: Store) -> None:
    async with store.write() as tx:
        await entities.add_new(tx, [an_entity(entity_id) for entity_id in IDS])
        seen = [(entity_id, f"row-of-{entity_id}") for entity_id in [*IDS[:2_000], "unknown"]]
        await entities.touch_rows(tx, "plentific", "work-order", seen, LATER)
        await entities.touch_rows(tx, "plentific", "work-order", [], LATER)

    async with store.read() as tx:
        found = await entities.load(tx, "plentific", "work-order", IDS)
    assert found["00007"] == an_entity("00007", row_fingerprint="row-of-00007", row_seen_at=LATER)
    assert found["02400"] == an_entity("02400")
    assert len(found) == len(IDS)


async def test_details_read_again_change_nothing_but_that(store: Store) -> None:
    async with store.write() as tx:
        await entities.add_new(tx, [an_entity("e-1"), an_entity("e-2")])
        read = [("e-1", "detail-2")]
        await entities.touch_details(tx, "plentific", "work-order", read, LATER)
        found = await entities.load(tx, "plentific", "work-order", ["e-1", "e-2"])

    assert found["e-1"] == an_entity("e-1", detail_fingerprint="detail-2", detail_read_at=LATER)
    assert found["e-2"] == an_entity("e-2")


async def test_the_rotation_reads_first_what_was_never_read_and_then_the_oldest(
    store: Store,
) -> None:
    never = an_entity("c", live=False)
    old = an_entity("b", detail_read_at=NOW)
    new = an_entity("a", detail_read_at=LATER, live=False)
    elsewhere = an_entity("d", kind="invoice")

    async with store.write() as tx:
        await entities.add_new(tx, [new, old, never, elsewhere])

    async with store.read() as tx:
        everything = await entities.least_recently_read(tx, "plentific", "work-order", 10)
        two = await entities.least_recently_read(tx, "plentific", "work-order", 2)
        live = await entities.least_recently_read(tx, "plentific", "work-order", 10, live=True)
        settled = await entities.least_recently_read(tx, "plentific", "work-order", 10, live=False)
    assert everything == [never, old, new]
    assert two == [never, old]
    assert live == [old]
    assert settled == [never, new]


async def test_a_saved_entity_is_not_changed_by_changing_what_was_given(store: Store) -> None:
    state = {"status": "new"}

    async with store.write() as tx:
        await entities.save(tx, an_entity(state=state), None)
        state["status"] = "changed afterwards"
        found = await entities.load(tx, "plentific", "work-order", ["e-1"])

    assert found["e-1"] == replace(an_entity(), state={"status": "new"})
