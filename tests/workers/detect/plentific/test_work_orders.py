"""Work orders: every transition of their history, once, in order, at its time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, get_args

import pytest

from adapters.plentific.client import PlentificClient
from adapters.plentific.models.work_orders import WorkOrderStatus
from events.envelope import Event
from tests.workers.detect.world import (
    World,
    entity_of,
    history,
    instant,
    previous_of,
    statuses,
    types,
)
from workers.detect import plentific
from workers.detect.plentific.work_orders import ENDED_WORK_ORDERS

CHANGED = "work_order.status_changed"


def times(events: list[Event]) -> list[datetime]:
    return [event.time for event in events]


async def test_a_new_work_order_is_created(world: World) -> None:
    await world.work_orders.baseline()
    created = world.clock.now()
    uuid = world.add_work_order(external_reference="EX-1")

    (told,) = await world.work_orders.news(seconds=30)

    assert told.type == "plentific.work_order.created"
    assert (told.subject, told.key, told.sequence) == (uuid, uuid, 1)
    assert (told.time, told.detected_at) == (created, created + timedelta(seconds=30))
    assert previous_of(told) is None
    assert entity_of(told)["status"] == "new"
    assert await world.work_orders.news(hours=1) == []


async def test_every_transition_between_two_looks_is_told_in_order_at_its_time(
    world: World,
) -> None:
    uuid = world.add_work_order()
    await world.work_orders.baseline()
    await world.work_orders.news()
    changed_at = []
    for status in ("job_leads_sent", "quoted", "hired", "booked"):
        world.clock.advance(seconds=10)
        changed_at.append(world.clock.now())
        world.change_work_order(uuid, status=status)

    told = await world.work_orders.news(seconds=10)

    assert types(told) == [CHANGED] * 4
    assert statuses(told) == ["job_leads_sent", "quoted", "hired", "booked"]
    assert times(told) == changed_at
    assert [event.sequence for event in told] == [1, 2, 3, 4]
    assert [previous_of(event) for event in told] == [
        {"status": "new"},
        {"status": "job_leads_sent"},
        {"status": "quoted"},
        {"status": "hired"},
    ]
    assert [len(entity_of(event)["state_history"]) for event in told] == [2, 3, 4, 5]
    assert await world.work_orders.news(hours=1) == []


async def test_a_work_order_first_seen_with_a_longer_history_tells_all_of_it(
    world: World,
) -> None:
    await world.work_orders.baseline()
    uuid = world.add_work_order()
    for status in ("job_leads_sent", "hired"):
        world.clock.advance(seconds=10)
        world.change_work_order(uuid, status=status)

    told = await world.work_orders.news(seconds=10)

    assert types(told) == ["work_order.created", CHANGED, CHANGED]
    assert statuses(told) == ["new", "job_leads_sent", "hired"]
    assert [previous_of(event) for event in told] == [
        None,
        {"status": "new"},
        {"status": "job_leads_sent"},
    ]
    assert await world.work_orders.news(hours=1) == []


async def test_a_work_order_known_by_its_row_alone_tells_what_it_did_since(world: World) -> None:
    entries = history(("2026-01-05T10:00:00Z", "new"), ("2026-01-06T10:00:00Z", "hired"))
    uuid = world.add_work_order(created="2026-01-05T10:00:00Z", state_history=entries)
    await world.work_orders.baseline()
    world.change_work_order(uuid, status="booked")
    world.change_work_order(uuid, status="done")

    told = await world.work_orders.news()

    assert statuses(told) == ["booked", "done"]
    assert [previous_of(event) for event in told] == [{"status": "hired"}, {"status": "booked"}]
    assert [event.sequence for event in told] == [1, 2]


async def test_a_work_order_that_did_nothing_since_the_baseline_tells_nothing(
    world: World,
) -> None:
    entries = history(("2026-01-05T10:00:00Z", "new"), ("2026-01-06T10:00:00Z", "hired"))
    world.add_work_order(created="2026-01-05T10:00:00Z", state_history=entries)
    await world.work_orders.baseline()

    assert await world.work_orders.news() == []
    assert world.calls("get_work_order") == 1
    assert await world.work_orders.news(hours=1) == []


async def test_a_transition_while_the_baseline_was_taken_is_told(world: World) -> None:
    uuid = world.add_work_order()
    world.add_work_order()

    async def pages(client: PlentificClient, filters: Any) -> Any:
        async for page in client.list_work_orders(page_size=1, **filters):
            yield page
            world.clock.advance(seconds=5)
            world.change_work_order(uuid, status="hired")

    watch = world.watch(plentific.WORK_ORDERS, pages=pages)
    await watch.baseline()

    assert statuses(await world.work_orders.news()) == ["hired"]


async def test_there_and_back_again_shows_in_no_row_and_is_found_by_reading_details(
    world: World,
) -> None:
    uuid = world.add_work_order()
    await world.work_orders.baseline()
    told = []
    for _ in range(2):
        for status in ("hired", "new"):
            world.clock.advance(seconds=10)
            world.change_work_order(uuid, status=status)
        told += await world.work_orders.news(hours=1)

    assert statuses(told) == ["hired", "new"] * 2


async def test_a_status_that_we_do_not_know_is_kept_as_text_and_stops_nothing(
    world: World,
) -> None:
    uuid = world.add_work_order()
    await world.work_orders.baseline()
    await world.work_orders.news()
    for status in ("parts_ordered", "parts_delivered", "done"):
        world.change_work_order(uuid, status=status)

    told = await world.work_orders.news(minutes=1)

    assert types(told) == [CHANGED] * 3
    assert [(entity_of(one)["status"], entity_of(one)["status_raw"]) for one in told] == [
        ("other", "parts_ordered"),
        ("other", "parts_delivered"),
        ("done", None),
    ]
    assert [previous_of(event) for event in told] == [
        {"status": "new", "status_raw": None},
        {"status": "other", "status_raw": "parts_ordered"},
        {"status": "other", "status_raw": "parts_delivered"},
    ]
    assert entity_of(told[2])["state_history"][1]["status_raw"] == "parts_ordered"
    assert await world.work_orders.news(hours=1) == []


async def test_an_unknown_status_after_an_unknown_status_is_seen_in_the_row(world: World) -> None:
    uuid = world.add_work_order(status="parts_ordered")
    await world.work_orders.baseline()
    world.change_work_order(uuid, status="parts_delivered")

    (told,) = await world.work_orders.news()

    assert entity_of(told)["status_raw"] == "parts_delivered"


async def test_an_edit_that_no_row_shows_is_found_by_reading_details(world: World) -> None:
    uuid = world.add_work_order()
    await world.work_orders.baseline()
    await world.work_orders.news()
    contractor = {"uuid": "c-1", "name": "Example Plumbing and Sons"}
    world.change_work_order(uuid, contractor=contractor, tags=["urgent"])

    assert await world.work_orders.news(minutes=59) == []
    (updated,) = await world.work_orders.news(minutes=1)

    assert updated.type == "plentific.work_order.updated"
    assert previous_of(updated) == {"contractor": None, "tags": []}
    assert entity_of(updated)["contractor"] == contractor


async def test_an_edit_is_told_with_the_last_transition_and_not_once_more(world: World) -> None:
    uuid = world.add_work_order()
    await world.work_orders.baseline()
    await world.work_orders.news()
    world.change_work_order(uuid, status="hired")
    world.change_work_order(uuid, status="booked", account_code="REPAIRS")

    told = await world.work_orders.news(minutes=1)

    assert types(told) == [CHANGED] * 2
    assert [previous_of(event) for event in told] == [
        {"status": "new"},
        {"status": "hired", "account_code": "MAINT"},
    ]


async def test_a_detail_that_is_newer_than_its_row_is_told_once(world: World) -> None:
    uuid = world.add_work_order()
    await world.work_orders.baseline()
    await world.work_orders.news()
    world.change_work_order(uuid, status="hired")

    async def read(client: PlentificClient, wanted: str) -> Any:
        world.change_work_order(uuid, status="booked")  # between the list and the detail
        return await client.get_work_order(wanted)

    told = await world.watch(plentific.WORK_ORDERS, read=read).news(minutes=1)
    told += await world.work_orders.news(minutes=1)
    reads = world.calls("get_work_order")
    told += await world.work_orders.news(minutes=1)

    assert statuses(told) == ["hired", "booked"]
    assert world.calls("get_work_order") == reads  # row and detail agree: nothing to read


async def test_a_detail_that_is_older_than_its_row_is_read_again_at_the_next_look(
    world: World,
) -> None:
    uuid = world.add_work_order()
    await world.work_orders.baseline()
    await world.work_orders.news()
    old = await world.client.get_work_order(uuid)
    world.change_work_order(uuid, status="hired")

    async def read(client: PlentificClient, wanted: str) -> Any:
        return old  # a replica that lags behind

    assert await world.watch(plentific.WORK_ORDERS, read=read).news(minutes=1) == []
    assert statuses(await world.work_orders.news(minutes=1)) == ["hired"]


async def test_the_history_of_an_old_work_order_seen_late_is_withheld(world: World) -> None:
    await world.work_orders.baseline()
    entries = history(("2026-01-05T10:00:00Z", "new"), ("2026-01-06T10:00:00Z", "hired"))
    uuid = world.add_work_order(created="2026-01-05T10:00:00Z", state_history=entries)

    assert await world.work_orders.news() == []

    world.change_work_order(uuid, status="booked")
    (booked,) = await world.work_orders.news(minutes=1)
    assert (booked.sequence, previous_of(booked)) == (1, {"status": "hired"})


async def test_of_an_old_work_order_seen_late_the_new_transitions_are_told(world: World) -> None:
    await world.work_orders.baseline()
    entries = history(
        ("2026-01-05T10:00:00Z", "new"),
        ("2026-01-06T10:00:00Z", "hired"),
        ("2026-03-02T09:30:20Z", "booked"),
    )
    world.add_work_order(created="2026-01-05T10:00:00Z", state_history=entries)

    (booked,) = await world.work_orders.news()

    assert booked.time == instant("2026-03-02T09:30:20Z")
    assert previous_of(booked) == {"status": "hired"}


async def test_a_new_work_order_of_an_unknown_kind_is_created(world: World) -> None:
    await world.work_orders.baseline()
    world.add_work_order(
        work_order_type="ROBOT",
        metadata={"height": 2.5, "floors": [1, 1.5], "deep": {"er": 0.5}},
        visitation_rules=["RING_TWICE"],
        crew=["unheard of"],
    )

    (created,) = await world.work_orders.news()

    state = entity_of(created)
    assert (state["work_order_type"], state["work_order_type_raw"]) == ("other", "ROBOT")
    assert state["metadata"] == {"height": 2.5, "floors": [1, 1.5], "deep": {"er": 0.5}}
    assert state["visitation_rules"] == ["ring_twice"]
    assert "crew" not in state


async def test_events_of_work_orders_hold_nothing_personal(world: World) -> None:
    await world.work_orders.baseline()
    world.add_work_order(access_notes="The key is with Mrs Example", assignee="a@example.com")

    (created,) = await world.work_orders.news()

    for personal in (b"Mrs Example", b"example.com", b"kitchen"):
        assert personal not in created.data


def test_the_quick_looks_show_every_status_that_is_not_ended_and_what_is_new() -> None:
    *by_status, new = plentific.WORK_ORDERS.windows(instant("2026-03-02T00:30:00Z"))

    shown = [filters["status"] for filters in by_status]
    documented = set(get_args(WorkOrderStatus))
    assert len(set(shown)) == len(shown)
    assert set(shown) == documented - ENDED_WORK_ORDERS
    assert all(plentific.WORK_ORDERS.live({"status": status}) for status in shown)
    assert new == {"created_from": date(2026, 2, 28)}
    assert plentific.WORK_ORDERS.covered is not None


@pytest.mark.parametrize("status", ["signed_off", "parts_ordered"])
async def test_an_old_work_order_that_goes_where_no_quick_look_shows_it_is_told_at_once(
    world: World, status: str
) -> None:
    entries = history(("2026-01-05T10:00:00Z", "new"), ("2026-01-06T10:00:00Z", "done"))
    uuid = world.add_work_order(created="2026-01-05T10:00:00Z", state_history=entries)
    await world.work_orders.baseline()
    await world.work_orders.news()
    world.change_work_order(uuid, status=status)

    (told,) = await world.work_orders.news(minutes=1)

    assert told.type == "plentific.work_order.status_changed"
    assert status in (entity_of(told)["status"], entity_of(told)["status_raw"])
    assert await world.work_orders.sweep() == []


async def test_an_old_work_order_in_a_status_that_we_do_not_know_is_followed_further(
    world: World,
) -> None:
    uuid = world.add_work_order(created="2026-01-05T10:00:00Z", status="parts_ordered")
    await world.work_orders.baseline()
    await world.work_orders.news()
    world.change_work_order(uuid, status="parts_delivered")
    (delivered,) = await world.work_orders.sweep()
    world.change_work_order(uuid, status="hired")
    (hired,) = await world.work_orders.news(minutes=1)

    assert entity_of(delivered)["status_raw"] == "parts_delivered"
    assert entity_of(hired)["status"] == "hired"
