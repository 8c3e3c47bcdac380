"""Histories of work orders that come late, vanish, or are completed afterwards."""

from __future__ import annotations

from tests.workers.detect.world import World, entity_of, history, previous_of, statuses, types

CHANGED = "work_order.status_changed"


async def test_transitions_of_one_second_and_of_one_status_are_told_apart(world: World) -> None:
    uuid = world.add_work_order()
    await world.work_orders.baseline()
    await world.work_orders.news()
    for status in ("booked", "hired", "booked", "hired"):
        world.change_work_order(uuid, status=status)
    same = world.clock.now().isoformat()
    world.work_order(uuid)["state_history"].append({"created": same, "status": "hired"})

    told = await world.work_orders.news(minutes=1)

    assert statuses(told) == ["booked", "hired", "booked", "hired", "hired"]
    assert len({event.id for event in told}) == 5
    assert len({event.time for event in told}) == 1
    assert await world.work_orders.news(hours=1) == []


async def test_a_status_shown_before_its_entry_in_the_history_is_told_once(world: World) -> None:
    uuid = world.add_work_order()
    await world.work_orders.baseline()
    await world.work_orders.news()
    world.work_order(uuid)["status"] = "hired"

    (told,) = await world.work_orders.news(minutes=1)

    assert told.type == "plentific.work_order.status_changed"
    assert entity_of(told)["status"] == "hired"
    assert told.time == world.clock.now()
    assert previous_of(told) == {"status": "new"}
    assert await world.work_orders.news(hours=1) == []

    entry = {"created": world.ago(minutes=61), "status": "hired"}
    world.work_order(uuid)["state_history"].append(entry)
    assert await world.work_orders.news(hours=1) == []

    world.change_work_order(uuid, status="booked")
    (booked,) = await world.work_orders.news(minutes=1)
    assert previous_of(booked) == {"status": "hired"}


async def test_an_entry_that_comes_late_with_the_next_one_is_not_told_again(world: World) -> None:
    uuid = world.add_work_order()
    await world.work_orders.baseline()
    await world.work_orders.news()
    world.work_order(uuid)["status"] = "hired"
    told = await world.work_orders.news(minutes=1)
    entry = {"created": world.ago(minutes=1), "status": "hired"}
    world.work_order(uuid)["state_history"].append(entry)
    world.change_work_order(uuid, status="booked")

    told += await world.work_orders.news(minutes=1)

    assert statuses(told) == ["hired", "booked"]


async def test_a_status_that_never_gets_an_entry_is_told_once(world: World) -> None:
    uuid = world.add_work_order()
    await world.work_orders.baseline()
    await world.work_orders.news()
    world.work_order(uuid)["status"] = "cancelled"
    told = await world.work_orders.news(minutes=1)
    for _ in range(3):
        told += await world.work_orders.news(hours=1)
    world.change_work_order(uuid, status="new")

    told += await world.work_orders.news(minutes=1)

    assert statuses(told) == ["cancelled", "new"]


async def test_unknown_statuses_shown_before_their_entries_are_told_apart(world: World) -> None:
    uuid = world.add_work_order()
    await world.work_orders.baseline()
    await world.work_orders.news()
    told = []
    for status in ("parts_ordered", "parts_delivered"):
        world.work_order(uuid)["status"] = status
        told += await world.work_orders.news(minutes=1)

    assert types(told) == [CHANGED] * 2
    assert [previous_of(event) for event in told] == [
        {"status": "new", "status_raw": None},
        {"status_raw": "parts_ordered"},
    ]


async def test_a_work_order_that_has_no_history_yet_is_created_once(world: World) -> None:
    await world.work_orders.baseline()
    uuid = world.add_work_order()
    first = world.work_order(uuid)["state_history"].pop()
    told = await world.work_orders.news(minutes=1)
    world.work_order(uuid)["state_history"].append(first)
    told += await world.work_orders.news(hours=1)
    world.change_work_order(uuid, status="hired")
    told += await world.work_orders.news(minutes=1)

    assert types(told) == ["work_order.created", CHANGED]
    assert statuses(told) == ["new", "hired"]


async def test_a_history_that_is_gone_for_a_moment_is_not_told_again(world: World) -> None:
    uuid = world.add_work_order()
    await world.work_orders.baseline()
    await world.work_orders.news()
    for status in ("hired", "booked"):
        world.change_work_order(uuid, status=status)
    told = await world.work_orders.news(minutes=1)
    full = world.work_order(uuid)["state_history"]
    for length in (0, len(full), 1, len(full)):
        world.work_order(uuid)["state_history"] = full[:length]
        told += await world.work_orders.news(hours=1)

    world.change_work_order(uuid, status="done")
    told += await world.work_orders.news(minutes=1)

    assert statuses(told) == ["hired", "booked", "done"]
    assert [event.sequence for event in told] == [1, 2, 3]


async def test_an_old_history_that_is_shown_late_is_no_news(world: World) -> None:
    entries = history(("2026-01-05T10:00:00Z", "new"), ("2026-01-06T10:00:00Z", "hired"))
    uuid = world.add_work_order(created="2026-01-05T10:00:00Z", state_history=entries)
    world.work_order(uuid)["state_history"] = []
    await world.work_orders.baseline()
    assert await world.work_orders.news() == []
    world.work_order(uuid)["state_history"] = entries

    assert await world.work_orders.news(hours=1) == []


async def test_an_entry_put_into_the_middle_is_told_and_the_status_set_right(
    world: World,
) -> None:
    uuid = world.add_work_order()
    await world.work_orders.baseline()
    await world.work_orders.news()
    world.clock.advance(minutes=5)
    world.change_work_order(uuid, status="booked")
    told = await world.work_orders.news(minutes=1)
    late = {"created": world.ago(minutes=4), "status": "hired"}
    world.work_order(uuid)["state_history"].insert(1, late)
    told += await world.work_orders.news(hours=1)
    again = {"created": world.ago(), "status": "booked"}
    world.work_order(uuid)["state_history"].append(again)
    told += await world.work_orders.news(hours=1)

    assert statuses(told) == ["booked", "hired", "booked", "booked"]


async def test_an_old_work_order_seen_late_with_a_status_without_entry_is_history(
    world: World,
) -> None:
    await world.work_orders.baseline()
    entries = history(("2026-01-05T10:00:00Z", "new"))
    uuid = world.add_work_order(created="2026-01-05T10:00:00Z", state_history=entries)
    world.work_order(uuid)["status"] = "cancelled"

    assert await world.work_orders.news() == []
    assert await world.work_orders.news(hours=1) == []
