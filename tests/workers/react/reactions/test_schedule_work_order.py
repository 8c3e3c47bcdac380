"""A hired work order is one Planiso project, whose dates follow the bookings."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.store.engine import Store
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
    report_event,
)
from tests.workers.react.world import SUCCEEDED

PROJECT = f"project/plentific/{ORDER}"


@pytest.fixture
async def world(sandbox: Sandbox, store: Store, clock: FakeClock) -> AsyncIterator[PlanisoWorld]:
    async with planiso_world(SCHEDULE, sandbox, store, clock) as made:
        yield made


async def keys(world: PlanisoWorld) -> list[str]:
    return [effect.effect_key for effect in await world.effects()]


# --- the project ------------------------------------------------------------------------------


async def test_a_hired_work_order_becomes_a_project_that_carries_it(world: PlanisoWorld) -> None:
    world.order(
        "new",
        "hired",
        work_order_id=1461,
        service={"uuid": "s", "name": " Plumbing "},
        property={"uuid": "p", "external_reference": "PROP-1", "type": "unit"},
    )

    assert await world.answer(order_event("hired")) == "succeeded"

    (project,) = world.records("projects")
    assert project["custom_no"] == f"plentific/{ORDER}"
    assert project["name"] == "Work order 1461: Plumbing"
    assert project["location"] == "PROP-1"
    assert world.project() == (None, None, True)
    assert world.writes() == ["create_project"]
    (effect,) = await world.effects()
    assert (effect.effect_key, effect.provider_id) == (PROJECT, "project/1")
    assert await world.told_types() == [SUCCEEDED]


async def test_a_work_order_that_names_neither_service_nor_place_becomes_a_project_too(
    world: PlanisoWorld,
) -> None:
    nothing = {"uuid": None, "name": None}
    world.order("hired", work_order_id=None, service=nothing, property=None)

    assert await world.answer(order_event("hired")) == "succeeded"

    (project,) = world.records("projects")
    assert (project["name"], project["location"]) == (f"Work order {ORDER}", None)


@pytest.mark.parametrize("status", ["hired", "booked", "deposit_paid"])
async def test_whatever_says_that_it_is_under_way_makes_the_project(
    status: str, world: PlanisoWorld
) -> None:
    world.order("new", status)

    await world.answer(order_event(status))

    assert world.project() == (None, None, True)


@pytest.mark.parametrize("status", ["new", "quoted", "job_leads_sent", "cancelled", "done"])
async def test_before_it_is_hired_an_event_costs_no_call_at_all(
    status: str, world: PlanisoWorld
) -> None:
    world.order(status)

    assert await world.answer(order_event(status)) == "succeeded"

    assert world.sandbox.state.requests.find() == []


@pytest.mark.parametrize("status", ["quoted", "pro_claimed_job", "some_new_status"])
async def test_a_booking_alone_is_not_a_hire(status: str, world: PlanisoWorld) -> None:
    world.order(status)
    world.booked(*MORNING)

    assert await world.answer(booking_event()) == "succeeded"

    assert world.records("projects") == []
    assert world.looks() == ["get_work_order"]


async def test_an_order_hired_before_the_first_look_gets_its_project_with_a_later_booking(
    world: PlanisoWorld,
) -> None:
    world.order("hired", "booked")
    world.booked(*MORNING)

    assert await world.answer(booking_event()) == "succeeded"

    assert world.project() == (DAY, DAY, True)


async def test_the_same_events_again_write_nothing(world: PlanisoWorld) -> None:
    world.order("hired")
    world.booked(*MORNING)
    first = [order_event("hired"), booking_event()]
    await world.answer(*first)
    before = world.calls()

    await world.answer(*first)
    await world.answer(order_event("hired"), booking_event(), report_event())

    assert world.calls() == before == ["create_project", "update_project"]


async def test_a_dry_run_says_what_it_would_do_and_writes_nothing(world: PlanisoWorld) -> None:
    world.order("booked")
    world.booked(*MORNING)

    assert await world.answer(booking_event(), mode="dry-run") == "succeeded"

    (row,) = await world.rows()
    project, dates = row.outcome["planned"]
    assert (project["key"], project["request"]["custom_no"]) == (PROJECT, f"plentific/{ORDER}")
    assert dates["key"] == f"project-setting/plentific/{ORDER}/1"
    assert dates["request"] == {"start": DAY, "end": DAY, "active": True}
    assert world.calls() == []
    assert await world.effects() == []


# --- the dates --------------------------------------------------------------------------------


async def test_the_dates_follow_the_booking_there_and_back(world: PlanisoWorld) -> None:
    world.order("hired")
    await world.answer(order_event("hired"))
    booking = world.booked(*MORNING)
    seen = []
    for start, end in (MORNING, LATER_MORNING, MORNING, MORNING):
        world.changed("bookings", booking, start_datetime=start, end_datetime=end)
        await world.answer(booking_event("updated"))
        seen.append(world.project()[:2])

    assert seen == [(DAY, DAY), (LATER, LATER), (DAY, DAY), (DAY, DAY)]
    assert world.writes() == ["create_project", *["update_project"] * 3]
    settings = [f"project-setting/plentific/{ORDER}/{number}" for number in (1, 2, 3)]
    assert sorted(await keys(world)) == [*settings, PROJECT]


async def test_a_project_lasts_from_the_first_booking_to_the_last(world: PlanisoWorld) -> None:
    world.order("booked")
    world.booked(*LATER_MORNING)
    world.booked(*MORNING, status="no_access")
    world.booked("2026-03-01T08:00:00Z", "2026-03-31T12:00:00Z", status="cancelled")

    await world.answer(booking_event())

    assert world.project() == (DAY, LATER, True)
    assert world.looks().count("get_work_order_booking") == 2, "a cancelled one is not read"


async def test_a_cancelled_booking_takes_the_dates_away(world: PlanisoWorld) -> None:
    world.order("booked")
    booking = world.booked(*MORNING)
    await world.answer(booking_event())

    world.changed("bookings", booking, status="cancelled")
    await world.answer(booking_event("updated"))

    assert world.project() == (None, None, True)


async def test_dates_that_somebody_edited_stay_until_the_bookings_change(
    world: PlanisoWorld,
) -> None:
    world.order("booked")
    booking = world.booked(*MORNING)
    await world.answer(booking_event())
    world.edited("projects", end_date="2026-03-20")

    await world.answer(report_event("submitted"), order_event("booked"))
    assert world.project() == (DAY, "2026-03-20", True)

    world.changed("bookings", booking, end_datetime=LATER_MORNING[1])
    await world.answer(booking_event("updated"))
    assert world.project() == (DAY, LATER, True)


@pytest.mark.parametrize(
    ("timezone", "start", "end", "days"),
    [
        ("Europe/London", "2026-07-01T23:30:00Z", "2026-07-02T01:00:00Z", ("07-02", "07-02")),
        ("UTC", "2026-07-01T23:30:00Z", "2026-07-02T01:00:00Z", ("07-01", "07-02")),
        ("America/Toronto", "2026-07-02T01:00:00Z", "2026-07-02T05:00:00Z", ("07-01", "07-02")),
        # until midnight
        ("Europe/London", "2026-07-01T08:00:00Z", "2026-07-01T23:00:00Z", ("07-01", "07-01")),
        ("Europe/London", "2026-07-01T08:00:00Z", "2026-07-01T23:00:01Z", ("07-01", "07-02")),
        # no length, at midnight
        ("UTC", "2026-07-02T00:00:00Z", "2026-07-02T00:00:00Z", ("07-02", "07-02")),
        # an end before its start
        ("UTC", "2026-07-02T08:00:00Z", "2026-07-01T08:00:00Z", ("07-02", "07-02")),
    ],
)
async def test_a_day_is_one_of_the_wall_clock_of_the_planiso_connection(
    timezone: str, start: str, end: str, days: tuple[str, str], world: PlanisoWorld
) -> None:
    world.order("booked")
    world.booked(start, end)

    await world.answer(booking_event(), timezone=timezone)

    first, last = days
    assert world.project() == (f"2026-{first}", f"2026-{last}", True)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [(None, None, (None, None)), (MORNING[0], None, (DAY, None)), (None, MORNING[1], (None, DAY))],
)
async def test_a_booking_that_lacks_a_time_leaves_that_date_open(
    start: str | None, end: str | None, days: tuple[str | None, str | None], world: PlanisoWorld
) -> None:
    world.order("booked")
    world.booked(start, end)

    await world.answer(booking_event())

    assert world.project() == (*days, True)


async def test_more_settings_than_are_looked_up_together_stay_in_order(
    world: PlanisoWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.react.reactions.schedule_work_order.AT_ONCE", 2)
    world.order("booked")
    booking = world.booked(*MORNING)
    for times in (MORNING, LATER_MORNING, MORNING, LATER_MORNING, LATER_MORNING):
        world.changed("bookings", booking, start_datetime=times[0], end_datetime=times[1])
        await world.answer(booking_event("updated"))

    assert world.project() == (LATER, LATER, True)
    assert world.writes() == ["create_project", *["update_project"] * 4]
