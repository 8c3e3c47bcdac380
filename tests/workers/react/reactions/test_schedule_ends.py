"""A project ends with its work order: when it is cancelled, or done and nobody objects."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.store.engine import Store
from deploy.sandbox import Sandbox
from tests.workers.fake_clock import FakeClock
from tests.workers.react.planiso_world import (
    DAY,
    MORNING,
    ORDER,
    SCHEDULE,
    PlanisoWorld,
    booking_event,
    order_event,
    planiso_world,
    report_event,
)


@pytest.fixture
async def world(sandbox: Sandbox, store: Store, clock: FakeClock) -> AsyncIterator[PlanisoWorld]:
    async with planiso_world(SCHEDULE, sandbox, store, clock) as made:
        yield made


@pytest.mark.parametrize(
    "status",
    ["customer_cancelled", "cancelled", "expired", "done", "signed_off", "invoice_paid"],
)
async def test_a_cancelled_or_done_work_order_deactivates_its_project_once(
    status: str, world: PlanisoWorld
) -> None:
    world.order("booked")
    world.booked(*MORNING)
    await world.answer(booking_event())
    world.becomes(status)

    await world.answer(order_event(status), booking_event("updated"), report_event())

    assert world.project() == (DAY, DAY, False)
    assert world.writes() == ["create_project", "update_project", "delete_project"]


async def test_an_event_after_the_end_costs_one_look_and_no_call(world: PlanisoWorld) -> None:
    world.order("booked")
    world.booked(*MORNING)
    await world.answer(booking_event())
    world.becomes("signed_off")
    await world.answer(order_event("signed_off"))
    looks, calls = world.looks(), world.calls()

    assert await world.answer(booking_event("updated")) == "succeeded"

    assert world.looks() == [*looks, "get_work_order"]
    assert world.calls() == calls


async def test_one_that_only_an_accepted_report_ended_stays_ended(world: PlanisoWorld) -> None:
    world.order("booked")
    await world.answer(order_event("booked"))
    world.reported("accepted")

    await world.answer(report_event(), booking_event("updated"))

    assert set(await world.states()) == {"succeeded"}
    assert world.writes() == ["create_project", "delete_project"]


async def test_one_that_was_completed_before_its_first_event_gets_no_project(
    world: PlanisoWorld,
) -> None:
    world.order("booked")
    world.reported("accepted")

    assert await world.answer(booking_event()) == "succeeded"

    assert world.calls() == []


@pytest.mark.parametrize("status", ["customer_cancelled", "done", "signed_off"])
async def test_one_that_never_had_a_project_gets_none(status: str, world: PlanisoWorld) -> None:
    world.order("hired", status)
    world.booked(*MORNING)

    await world.answer(order_event("hired"), booking_event(), order_event(status), report_event())

    assert world.calls() == []


@pytest.mark.parametrize("status", ["job_leads_sent", "approved", "a_new_status"])
async def test_a_status_that_neither_begins_nor_ends_keeps_the_project(
    status: str, world: PlanisoWorld
) -> None:
    world.order("booked")
    booking = world.booked(*MORNING)
    await world.answer(booking_event())
    world.becomes(status)
    world.changed("bookings", booking, status="cancelled")

    await world.answer(order_event(status))

    assert world.project() == (None, None, True)


@pytest.mark.parametrize(
    ("status", "report", "outcome", "active"),
    [
        ("done", "new", "FULLY_COMPLETED", True),
        ("done", "updated", "FULLY_COMPLETED", True),
        ("done", "declined", "FULLY_COMPLETED", True),
        ("done", "accepted", "PARTIALLY_COMPLETED", False),
        ("done", "cancelled", "FULLY_COMPLETED", False),
        ("signed_off", "declined", "FULLY_COMPLETED", False),
        ("booked", "new", "FULLY_COMPLETED", True),
        ("booked", "accepted", "FULLY_COMPLETED", False),
        ("booked", "accepted", "PARTIALLY_COMPLETED", True),
        ("booked", "accepted", "CANNOT_BE_EXECUTED", True),
        ("quoted", "accepted", "FULLY_COMPLETED", True),
    ],
)
async def test_a_completion_report_holds_the_end_back_or_brings_it_on(
    status: str, report: str, outcome: str, active: bool, world: PlanisoWorld
) -> None:
    world.order("booked")
    await world.answer(order_event("booked"))
    world.becomes(status)
    world.reported(report, job_outcome=outcome)

    await world.answer(report_event())

    assert world.project()[2] is active


async def test_the_newest_report_decides(world: PlanisoWorld) -> None:
    world.order("booked")
    await world.answer(order_event("booked"))
    world.becomes("done")
    world.reported("declined")
    newest = world.reported("new")
    await world.answer(report_event("submitted"))
    assert world.project()[2] is True

    world.changed("completion_reports", newest, status="accepted")
    await world.answer(report_event())

    assert world.project()[2] is False


async def test_a_report_that_was_withdrawn_decides_nothing(world: PlanisoWorld) -> None:
    world.order("booked")
    await world.answer(order_event("booked"))
    world.becomes("done")
    world.reported("declined")
    world.reported("cancelled")

    await world.answer(report_event())

    assert world.project()[2] is True


async def test_a_report_from_before_the_order_was_opened_again_ends_nothing(
    world: PlanisoWorld,
) -> None:
    world.order("booked")
    world.reported("accepted")
    world.becomes("hired")
    world.booked(*MORNING)

    await world.answer(order_event("hired"))

    assert world.project() == (DAY, DAY, True)


async def test_one_that_is_under_way_again_waits_for_a_person_and_goes_on_from_there(
    world: PlanisoWorld,
) -> None:
    world.order("booked")
    await world.answer(order_event("booked"))
    world.becomes("customer_cancelled")
    await world.answer(order_event("customer_cancelled"))
    world.becomes("hired")
    world.booked(*MORNING)

    assert await world.answer(order_event("hired"), booking_event()) == "pending", "its key waits"
    row = (await world.rows())[-2]
    assert row.state == "blocked"
    assert row.reason == (
        f"work order {ORDER} is under way again, but its project was deactivated, which cannot be "
        f"undone by the API: activate plentific/{ORDER} in planiso by hand, then retry"
    )

    world.edited("projects", active=True)
    await world.retry(row.id)
    await world.work()
    assert await world.again() == "succeeded"
    assert world.project() == (DAY, DAY, True)

    world.becomes("signed_off")
    await world.answer(order_event("signed_off"))
    assert world.project() == (DAY, DAY, False)


async def test_one_that_is_open_again_but_not_hired_is_left_alone(world: PlanisoWorld) -> None:
    world.order("booked")
    await world.answer(order_event("booked"))
    world.becomes("customer_cancelled")
    await world.answer(order_event("customer_cancelled"))
    world.becomes("job_leads_sent")
    before = world.writes()

    assert await world.answer(order_event("job_leads_sent")) == "succeeded"
    assert world.writes() == before
