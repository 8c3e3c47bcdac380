"""A project is right in the end, whatever comes late, out of order, or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import permutations

import pytest
from sqlalchemy import delete, update

from adapters.store.engine import Store
from adapters.store.tables import effects
from deploy.sandbox import Sandbox
from tests.workers.fake_clock import FakeClock
from tests.workers.react.planiso_world import (
    DAY,
    LATER,
    LATER_MORNING,
    MORNING,
    ORDER,
    SCHEDULE,
    PlanisoWorld,
    booking_event,
    order_event,
    planiso_world,
)


@pytest.fixture
async def world(sandbox: Sandbox, store: Store, clock: FakeClock) -> AsyncIterator[PlanisoWorld]:
    async with planiso_world(SCHEDULE, sandbox, store, clock) as made:
        yield made


# --- any order --------------------------------------------------------------------------------

EVENTS = ("hired", "booking", "moved")


@pytest.mark.parametrize("events", list(permutations(EVENTS)), ids="-".join)
async def test_whatever_the_order_of_the_events_the_end_is_what_is_true(
    events: tuple[str, ...], world: PlanisoWorld
) -> None:
    world.order("new", "hired", "booked")
    world.booked(*LATER_MORNING)
    told = {
        "hired": order_event("hired"),
        "booking": booking_event("created"),
        "moved": booking_event("updated"),
    }

    await world.answer(*(told[name] for name in events))

    assert set(await world.states()) == {"succeeded"}
    assert world.project() == (LATER, LATER, True)
    assert world.writes() == ["create_project", "update_project"]


async def test_an_older_event_that_comes_late_changes_nothing_back(world: PlanisoWorld) -> None:
    late = [order_event("hired"), booking_event("created"), order_event("booked")]
    world.order("hired")
    world.booked(*MORNING)
    await world.answer(order_event("hired"))
    world.becomes("signed_off")
    await world.answer(order_event("signed_off"))

    await world.answer(*late)

    assert set(await world.states()) == {"succeeded"}
    assert world.project() == (DAY, DAY, False)
    assert world.writes() == ["create_project", "update_project", "delete_project"]


# --- failures on the way ----------------------------------------------------------------------


async def test_a_provider_that_does_not_answer_a_look_is_asked_again(world: PlanisoWorld) -> None:
    world.order("hired")
    world.sandbox.state.faults.add("status", provider="plentific", operation="get_work_order")

    assert await world.answer(order_event("hired")) == "retrying"
    assert await world.again() == "succeeded"

    assert world.writes() == ["create_project"]


async def test_what_follows_a_refused_project_waits_until_a_person_retries_it(
    world: PlanisoWorld,
) -> None:
    world.order("hired")
    world.booked(*MORNING)
    world.fault("status", status=400)

    assert await world.answer(order_event("hired"), booking_event()) == "pending"
    refused = (await world.rows())[0]
    assert refused.state == "dead"
    assert refused.outcome["status"] == 400
    assert refused.outcome["request"]["custom_no"] == f"plentific/{ORDER}"

    await world.retry(refused.id)
    await world.work()
    assert await world.again() == "succeeded"
    assert world.project() == (DAY, DAY, True)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_dates_whose_answer_is_lost_are_right_though_the_booking_moves_meanwhile(
    kind: str, world: PlanisoWorld
) -> None:
    world.order("booked")
    booking = world.booked(*MORNING)
    world.fault(kind, operation="update_project")
    assert await world.answer(booking_event()) == "retrying"

    world.changed(
        "bookings", booking, start_datetime=LATER_MORNING[0], end_datetime=LATER_MORNING[1]
    )

    assert await world.again() == "succeeded"
    assert world.project() == (LATER, LATER, True)
    await world.answer(booking_event("updated"))
    assert world.project() == (LATER, LATER, True)
    assert {effect.state for effect in await world.effects()} == {"done"}


async def test_a_work_order_that_ends_while_its_projects_answer_is_lost_ends_deactivated(
    world: PlanisoWorld,
) -> None:
    world.order("hired")
    world.fault("drop_after")
    assert await world.answer(order_event("hired")) == "retrying"
    world.becomes("customer_cancelled")

    assert await world.again() == "succeeded"

    assert world.project() == (None, None, False)


async def test_a_project_left_by_a_lost_store_is_taken_up_and_its_dates_are_set(
    world: PlanisoWorld,
) -> None:
    world.order("booked", work_order_id=7, service=None)
    world.booked(*MORNING)
    world.entered("projects", custom_no=f"plentific/{ORDER}", name="Work order 7")

    assert await world.answer(booking_event()) == "succeeded"

    assert world.project() == (DAY, DAY, True)
    assert world.calls() == ["create_project", "list_projects", "update_project"]


async def rebuilt(world: PlanisoWorld, *gone: str) -> None:
    """The store was rebuilt from the topics: it knows which effects were made, not as what."""
    async with world.store.write() as tx:
        await tx.execute(update(effects).values(request=None, response=None))
        await tx.execute(delete(effects).where(effects.c.effect_key.in_(gone)))


async def test_after_a_rebuild_the_dates_are_set_under_a_number_of_their_own(
    world: PlanisoWorld,
) -> None:
    world.order("booked")
    booking = world.booked(*MORNING)
    await world.answer(booking_event())
    world.changed("bookings", booking, end_datetime=LATER_MORNING[1])
    await world.answer(booking_event("updated"))
    await rebuilt(world, f"project-setting/plentific/{ORDER}/1")

    world.changed("bookings", booking, end_datetime=MORNING[1])
    assert await world.answer(booking_event("updated")) == "succeeded"

    assert world.project() == (DAY, DAY, True)
    assert f"project-setting/plentific/{ORDER}/3" in [
        one.effect_key for one in await world.effects()
    ]


async def test_after_a_rebuild_a_deactivated_project_is_known_by_a_look(
    world: PlanisoWorld,
) -> None:
    world.order("booked")
    await world.answer(order_event("booked"))
    world.becomes("customer_cancelled")
    await world.answer(order_event("customer_cancelled"))
    await rebuilt(world)
    before = world.writes()

    assert await world.answer(order_event("customer_cancelled")) == "succeeded"
    world.becomes("hired")
    assert await world.answer(order_event("hired")) == "blocked"

    assert world.writes() == before
