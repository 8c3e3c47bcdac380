"""A confirmed booking has its room prepared; a cancelled one no more; never twice, in order."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.store.engine import Store
from adapters.store.outbox import OutboxRow
from deploy.sandbox import Sandbox
from deploy.sandbox.plentific.work_orders import change_work_order
from events.envelope import Event, from_record
from tests.workers.fake_clock import FakeClock
from tests.workers.react.plentific_world import (
    PLACE,
    PREPARE,
    PROPERTY_UUID,
    SERVICE,
    PlentificWorld,
    booking_event,
    plentific_world,
    settings,
)
from tests.workers.rebuild.topics import rebuilt
from workers.react.reactions.prepare_booked_room import (
    Facts,
    cancels,
    due,
    plan,
    raises,
)

CANCEL = "update_work_order"


@pytest.fixture
async def world(sandbox: Sandbox, store: Store, clock: FakeClock) -> AsyncIterator[PlentificWorld]:
    async with plentific_world(PREPARE, sandbox, store, clock) as made:
        yield made


def story(*happened: str, **changes: Any) -> list[Any]:
    """What happened to a booking, as its events."""
    return [booking_event(one, number, **changes) for number, one in enumerate(happened, start=1)]


def facts_of(*did: int) -> Facts:
    """What was done for a booking: raised by an event, or cancelled by one (less than nothing)."""
    return Facts(
        raised=frozenset(one for one in did if one > 0),
        cancelled=frozenset(-one for one in did if one < 0),
        timezone="Europe/London",
    )


def planned(**changes: Any) -> Any:
    """The order that a booking would be raised as."""
    facts = facts_of()
    (effect,) = plan(booking_event("confirmed", 1, **changes), settings(PREPARE), PLACE, facts)
    return effect.call


# --- raising ----------------------------------------------------------------------------------


async def test_a_confirmed_booking_becomes_an_order_for_the_own_staff(
    world: PlentificWorld,
) -> None:
    assert await world.answer(*story("confirmed")) == "succeeded"

    (order,) = world.orders()
    assert (order["status"], order["work_order_type"]) == ("new", "DLO")
    assert order["property"]["uuid"] == PROPERTY_UUID
    assert order["service"]["uuid"] == SERVICE
    assert order["account_code"] == "ROOMS"
    assert order["external_reference"].startswith("essensys booking 629 (")
    assert order["due_date"] == "2016-10-21 10:00:00+00:00"
    ((fault,),) = [order["faults"]]
    assert fault["description"] == (
        "Prepare Round Table Room for a booking from 2016-10-21 11:00 to 2016-10-21 11:30,"
        " as essensys shows it.\n"
        "This work order was raised from essensys booking 629."
    )
    (effect,) = await world.effects()
    assert (effect.effect_key, effect.provider_id) == ("work-order/operate/629/1", order["uuid"])


@pytest.mark.parametrize("resource", ["151", None])
async def test_a_room_that_is_not_configured_is_passed_over(
    resource: str | None, world: PlentificWorld
) -> None:
    assert await world.answer(*story("confirmed", "cancelled", resource=resource)) == "succeeded"

    assert world.sandbox.state.requests.find() == []


async def test_a_dry_run_tells_what_it_would_raise(world: PlentificWorld) -> None:
    await world.answer(*story("confirmed"), mode="dry-run")

    assert world.writes() == []
    (row,) = await world.rows()
    assert [one["key"] for one in row.outcome["planned"]] == ["work-order/operate/629/1"]


@pytest.mark.parametrize(
    ("start", "ready"),
    [
        ("2026-01-15T14:00:00Z", "2026-01-15T14:00:00Z"),
        ("2026-07-15T14:00:00Z", "2026-07-15T13:00:00Z"),
        (None, None),
    ],
)
def test_a_room_is_ready_whichever_clock_the_start_is_on(
    start: str | None, ready: str | None
) -> None:
    expected = datetime.fromisoformat(ready) if ready else None

    assert planned(start=start).due_date == expected


def test_west_of_greenwich_the_start_as_it_is_comes_first() -> None:
    start = datetime(2026, 7, 15, 14, tzinfo=UTC)

    assert due(start, "America/New_York") == start


def test_nobody_is_named() -> None:
    text = planned().faults[0].description

    assert not any(word in text for word in ("Larkspur", "Quill", "Board", "Coffee"))


@pytest.mark.parametrize("times", [{}, {"start": None, "end": None}])
@pytest.mark.parametrize("booking_id", ["7", "-" + "9" * 40])
def test_little_known_of_a_booking_is_enough(times: dict[str, None], booking_id: str) -> None:
    order = planned(booking_id=booking_id, resource_name=None, **times)

    assert order.faults[0].description.startswith("Prepare resource 150")
    assert len(order.faults[0].description) >= 40
    assert len(order.external_reference) <= 50


@pytest.mark.parametrize(
    "wrong", [{"room": None}, {"room": {"150": {"property": "A"}}}, {"publish": True}]
)
def test_a_table_that_cannot_be_right_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(PREPARE, **wrong)


# --- cancelling -------------------------------------------------------------------------------


async def test_a_cancelled_booking_cancels_its_order(world: PlentificWorld) -> None:
    assert await world.answer(*story("confirmed", "cancelled")) == "succeeded"

    (order,) = world.orders()
    assert order["status"] == "customer_cancelled"
    assert order["_closing_reason"] == "agent_no_longer_required"
    audits = await world.audits()
    assert [one["state"] for one in audits] == ["succeeded", "succeeded"]
    assert [(one["key"], one["provider_id"]) for one in audits[1]["effects"]] == [
        ("work-order-cancelled/operate/629/2", f"{order['uuid']}/cancelled")
    ]


async def test_a_cancelled_booking_without_an_order_is_passed_over(world: PlentificWorld) -> None:
    assert await world.answer(*story("cancelled")) == "succeeded"

    assert world.sandbox.state.requests.find() == []


async def test_an_order_is_cancelled_though_its_room_is_not_configured_any_more(
    world: PlentificWorld,
) -> None:
    confirmed, cancelled = story("confirmed", "cancelled")
    await world.answer(confirmed)

    assert await world.answer(cancelled, room={}) == "succeeded"

    assert world.statuses() == ["customer_cancelled"]


@pytest.mark.parametrize(
    "status", ["done", "signed_off", "invoice_outstanding", "invoice_paid", "customer_cancelled"]
)
async def test_an_order_that_is_over_is_left_as_it_is(status: str, world: PlentificWorld) -> None:
    confirmed, cancelled = story("confirmed", "cancelled")
    await world.answer(confirmed)
    state = world.sandbox.state
    change_work_order(state.plentific, world.orders()[0]["uuid"], state.now(), {"status": status})

    assert await world.answer(cancelled) == "succeeded"

    assert world.statuses() == [status]
    assert len(world.writes()) == 1


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
async def test_a_cancellation_whose_answer_was_lost_happens_once(
    kind: str, world: PlentificWorld
) -> None:
    confirmed, cancelled = story("confirmed", "cancelled")
    await world.answer(confirmed)
    world.fault(kind, operation=CANCEL)
    assert await world.answer(cancelled) == "retrying"

    assert await world.again() == "succeeded"

    (order,) = world.orders()
    assert [one["status"] for one in order["state_history"]] == ["new", "customer_cancelled"]
    found_by = {one.effect_key: one.found_by for one in await world.effects()}
    expected = "reference" if kind == "drop_after" else "answer"
    assert found_by["work-order-cancelled/operate/629/2"] == expected


async def test_a_refused_cancellation_ends_with_what_was_asked(world: PlentificWorld) -> None:
    confirmed, cancelled = story("confirmed", "cancelled")
    await world.answer(confirmed)
    world.fault("status", status=405, operation=CANCEL)

    assert await world.answer(cancelled) == "dead"

    row = (await world.rows())[-1]
    assert row.outcome["status"] == 405
    assert row.outcome["request"]["status"] == "cancelled"
    assert world.statuses() == ["new"]


async def test_a_cancellation_waits_for_an_order_that_is_blocked(world: PlentificWorld) -> None:
    confirmed, cancelled = story("confirmed", "cancelled")
    world.fault("status", status=400)
    assert await world.answer(confirmed) == "dead"
    assert await world.answer(cancelled) == "pending"
    await world.retry((await world.rows())[0].id)

    for _ in range(2):
        await world.again()

    assert await world.states() == ["succeeded", "succeeded"]
    assert world.statuses() == ["customer_cancelled"]


async def test_a_cancellation_waits_while_nobody_knows_whether_the_order_was_raised(
    world: PlentificWorld,
) -> None:
    confirmed, cancelled = story("confirmed", "cancelled")
    world.fault("drop_after")
    assert await world.answer(confirmed) == "retrying"
    assert await world.answer(cancelled) == "pending"

    for _ in range(2):
        await world.again()

    assert await world.states() == ["succeeded", "succeeded"]
    assert world.statuses() == ["customer_cancelled"]


# --- again ------------------------------------------------------------------------------------


async def test_a_booking_confirmed_again_after_it_was_cancelled_gets_another_order(
    world: PlentificWorld,
) -> None:
    assert await world.answer(*story("confirmed", "cancelled", "confirmed")) == "succeeded"

    assert world.statuses() == ["customer_cancelled", "new"]
    first, second = (order["external_reference"] for order in world.orders())
    assert first != second

    assert await world.answer(booking_event("cancelled", 4)) == "succeeded"
    assert world.statuses() == ["customer_cancelled", "customer_cancelled"]


async def test_a_booking_only_confirmed_once_more_keeps_its_order(world: PlentificWorld) -> None:
    assert await world.answer(*story("confirmed", "confirmed")) == "succeeded"

    assert world.statuses() == ["new"]


async def test_a_story_told_again_changes_nothing(world: PlentificWorld) -> None:
    events = story("confirmed", "cancelled", "confirmed")
    await world.answer(*events)
    writes = len(world.writes())

    for event in events:
        again = type(event)(**{**vars(event), "id": f"{event.id} again"})
        assert await world.answer(again) == "succeeded"

    assert world.statuses() == ["customer_cancelled", "new"]
    assert len(world.writes()) == writes


@pytest.mark.parametrize(
    ("sequence", "did", "raised"),
    [
        (1, [], True),
        (1, [1], True),
        (1, [1, -2], True),
        (2, [1], False),
        (3, [1, -2], True),
        (3, [1, -2, 3, -4], True),
        (2, [3], False),
        (2, [3, -4], False),
        (5, [1, -2, 3], False),
        (120, [1, -2], True),
    ],
)
def test_a_confirmation_raises_an_order_only_where_none_lives(
    sequence: int, did: list[int], raised: bool
) -> None:
    assert raises(sequence, facts_of(*did)) is raised


@pytest.mark.parametrize(
    ("sequence", "did", "of"),
    [
        (2, [], None),
        (2, [1], 1),
        (2, [1, -2], 1),
        (2, [1, -2, 3], 1),
        (3, [1, -2], None),
        (2, [3], None),
        (2, [1, 3], None),
        (2, [1, -3], None),
        (4, [1, -2, 3], 3),
        (4, [1, -2, 3, -4], 3),
        (1, [1], 1),
    ],
)
def test_a_cancellation_cancels_only_the_order_that_came_before_it(
    sequence: int, did: list[int], of: int | None
) -> None:
    assert cancels(sequence, facts_of(*did)) == of


async def test_an_old_confirmation_that_is_told_later_finds_that_the_booking_has_an_order(
    world: PlentificWorld,
) -> None:
    first, _, third = story("confirmed", "cancelled", "confirmed")
    await world.answer(third)

    assert await world.answer(first) == "succeeded"

    assert len(world.orders()) == 1


async def test_after_a_rebuild_of_the_store_the_order_is_known_and_can_be_cancelled(
    world: PlentificWorld, upgraded_file: Path, tmp_path: Path
) -> None:
    confirmed, cancelled = story("confirmed", "cancelled")
    await world.answer(confirmed)
    audits = [event_told(row) for row in await world.told()]
    shutil.copy(upgraded_file, path := tmp_path / "after.db")

    async with Store.open(f"sqlite:///{path}") as empty:
        after = replace(world, store=empty)
        await rebuilt(empty, world.clock, [confirmed, *audits])
        assert await after.answer(confirmed, cancelled) == "succeeded"

    assert world.statuses() == ["customer_cancelled"]


def event_told(row: OutboxRow) -> Event:
    headers = [(name, text.encode()) for name, text in row.headers]
    return from_record(row.key.encode(), row.value, headers)
