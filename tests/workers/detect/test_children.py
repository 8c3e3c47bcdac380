"""What is listed below work orders and properties: found in time, told once, at a small price."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.store import entities
from deploy.sandbox.facilitee import kinds
from deploy.sandbox.plentific import work_order_progress
from tests.workers.detect.places import Places
from tests.workers.detect.world import (
    CONNECTION,
    Watch,
    World,
    entity_of,
    previous_of,
    types,
)
from workers.detect import plentific
from workers.detect.cycle import progress
from workers.detect.facilitee import PROPERTY_UNITS
from workers.detect.stream import Stream
from workers.telemetry import metrics

KINDS: dict[str, tuple[Stream, str, dict[str, Any], str]] = {
    "bookings": (
        plentific.BOOKINGS,
        "booking.created",
        {"status": "attended"},
        "booking.updated",
    ),
    "completion_reports": (
        plentific.COMPLETION_REPORTS,
        "completion_report.submitted",
        {"status": "accepted"},
        "completion_report.status_changed",
    ),
    "quotes": (
        plentific.QUOTES,
        "quote.received",
        {"status": "accepted"},
        "quote.status_changed",
    ),
    "outstanding_issues": (
        plentific.OUTSTANDING_ISSUES,
        "outstanding_issue.created",
        {"closed": True},
        "outstanding_issue.status_changed",
    ),
}
LISTED = "list_work_order_bookings"
QUIET = {
    "bookings": "done",
    "completion_reports": "quoted",
    "quotes": "invoice_outstanding",
    "outstanding_issues": "quoted",
}
"""A status of a live order in which nothing of the kind is expected."""


def add_below(world: World, order: str, kind: str = "bookings", **fields: Any) -> str:
    state = world.sandbox.state
    made = work_order_progress.create_child(state.plentific, kind, order, state.now(), fields)
    return str(made.get("uuid") or made["_uuid"])


def change_below(
    world: World, order: str, uuid: str, kind: str = "bookings", **changes: Any
) -> None:
    state = world.sandbox.state
    work_order_progress.change_child(state.plentific, kind, order, uuid, state.now(), changes)


def below(world: World, kind: str = "bookings") -> Watch:
    return world.watch(KINDS[kind][0])


async def first_contact(world: World, kind: str = "bookings") -> Watch:
    """Look at the work orders and below them for the first time; return what looks below."""
    world.sandbox.state.plentific.settings.token_seconds = 10**6  # calls are counted
    await world.work_orders.look()
    watch = below(world, kind)
    await watch.baseline()
    return watch


@pytest.mark.parametrize("kind", KINDS)
async def test_what_comes_and_changes_below_a_live_order_is_found_within_the_cadence(
    world: World, kind: str
) -> None:
    stream, came, change, changed = KINDS[kind]
    order = world.add_work_order(status="booked")
    watch = await first_contact(world, kind)

    uuid = add_below(world, order, kind)
    (created,) = await watch.news(seconds=watch.cadence.details_every.total_seconds())
    change_below(world, order, uuid, kind, **change)
    (after,) = await watch.news(seconds=watch.cadence.details_every.total_seconds())

    assert types([created, after]) == [came, changed]
    assert {created.subject, after.subject} == {uuid}
    assert {created.key, after.key} == {order}
    assert entity_of(after).items() >= change.items()
    assert (await progress(watch.source)).missed == 0
    assert stream.entity in created.type


async def test_between_two_due_reads_a_live_order_costs_no_call(world: World) -> None:
    for _ in range(3):
        world.add_work_order(status="booked")
    watch = await first_contact(world)
    calls = world.calls(LISTED)

    for _ in range(6):
        await watch.look(minutes=5)

    assert world.calls(LISTED) - calls == 0
    await watch.look(minutes=30)
    assert world.calls(LISTED) - calls == 3


async def test_an_order_that_changes_its_status_has_its_lists_read_at_once(world: World) -> None:
    order, other = (world.add_work_order(status="hired") for _ in range(2))
    watch = await first_contact(world)
    calls = world.calls(LISTED)
    uuid = add_below(world, order)
    add_below(world, other)

    world.change_work_order(order, status="booked")
    await world.work_orders.news(minutes=1)
    (created,) = await watch.news()

    assert created.subject == uuid
    assert world.calls(LISTED) - calls == 1


async def test_an_order_that_changes_while_looks_below_fail_is_not_forgotten(world: World) -> None:
    order = world.add_work_order()
    watch = await first_contact(world)
    uuid = add_below(world, order)
    world.change_work_order(order, status="booked")
    await world.work_orders.news(minutes=1)
    world.sandbox.state.faults.add("status", operation=LISTED, status=500, times=3)

    failures = [(await watch.look(minutes=5)).failures for _ in range(3)]
    (created,) = await watch.news(minutes=5)

    assert failures == [1, 2, 3]
    assert created.subject == uuid


async def test_an_appointment_that_is_moved_is_found_though_its_row_does_not_show_it(
    world: World,
) -> None:
    order = world.add_work_order()
    watch = await first_contact(world)
    uuid = add_below(world, order, start_datetime="2026-03-04T10:00:00Z")
    await watch.news(hours=1)

    change_below(world, order, uuid, start_datetime="2026-03-05T10:00:00Z")
    (moved,) = await watch.news(hours=1)

    assert (types([moved]), moved.subject) == (["booking.updated"], uuid)
    assert previous_of(moved) == {"start": "2026-03-04T10:00:00Z"}


async def test_what_comes_below_a_settled_order_is_found_by_the_slow_walk_and_counted(
    world: World,
) -> None:
    settled = [world.add_work_order(status="signed_off") for _ in range(8)]
    watch = await first_contact(world)
    await watch.sweep()
    counted = metrics.CHANGES_MISSED.labels(CONNECTION, "bookings")
    before, calls = counted._value.get(), world.calls(LISTED)

    uuid = add_below(world, max(settled))
    (created,) = await watch.sweep()

    assert created.subject == uuid
    assert world.calls(LISTED) - calls <= 10
    looked = await progress(watch.source)
    assert (looked.missed, counted._value.get() - before) == (1, 1)
    assert looked.compared == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_what_comes_where_nothing_is_expected_is_found_by_the_slow_walk_and_counted(
    world: World, kind: str
) -> None:
    quiet = [world.add_work_order(status=QUIET[kind]) for _ in range(8)]
    watch = await first_contact(world, kind)
    await watch.sweep()

    uuid = add_below(world, max(quiet), kind)
    (found,) = await watch.sweep()

    assert (types([found]), found.subject) == ([KINDS[kind][1]], uuid)
    looked = await progress(watch.source)
    assert (looked.missed, looked.compared) == (1, 1)


@pytest.mark.parametrize("kind", KINDS)
async def test_any_change_of_an_order_has_all_its_lists_read_at_once(
    world: World, kind: str
) -> None:
    order = world.add_work_order(status="new")
    watch = await first_contact(world, kind)
    await watch.look(minutes=1)
    uuid = add_below(world, order, kind)

    world.change_work_order(order, status=QUIET[kind])
    await world.work_orders.news(minutes=1)
    (found,) = await watch.news()

    assert found.subject == uuid
    assert (await progress(watch.source)).missed == 0


async def test_a_list_is_read_for_a_while_after_its_order_went_where_nothing_is_expected(
    world: World,
) -> None:
    order = world.add_work_order(status="booked")
    watch = await first_contact(world)
    world.change_work_order(order, status="done")
    await world.work_orders.news(minutes=1)
    await watch.look()

    uuid = add_below(world, order)
    (found,) = await watch.news(seconds=watch.cadence.details_every.total_seconds())
    calls = world.calls(LISTED)
    for _ in range(3):
        await watch.look(hours=4)

    assert found.subject == uuid
    assert (await progress(watch.source)).missed == 0
    assert world.calls(LISTED) - calls <= 3


@pytest.mark.parametrize("kind", KINDS)
async def test_an_order_of_an_unknown_status_is_looked_below_as_if_anything_were_expected(
    world: World, kind: str
) -> None:
    order = world.add_work_order(status="on_the_moon")
    watch = await first_contact(world, kind)

    for number in range(4):
        uuid = add_below(world, order, kind, created=world.ago(minutes=0))
        (found,) = await watch.news(hours=4 + number)
        assert found.subject == uuid

    looked = await progress(watch.source)
    assert (looked.missed, looked.compared) == (0, 0)


async def test_an_open_issue_is_watched_though_no_new_one_is_expected(world: World) -> None:
    order = world.add_work_order(status="invoice_outstanding")
    uuid = add_below(world, order, "outstanding_issues")
    watch = await first_contact(world, "outstanding_issues")
    await watch.look(hours=4)

    change_below(world, order, uuid, "outstanding_issues", closed=True)
    (closed,) = await watch.news(hours=4)

    assert (closed.subject, entity_of(closed)["closed"]) == (uuid, True)
    looked = await progress(watch.source)
    assert (looked.missed, looked.compared) == (0, 0)


async def test_what_is_found_before_it_was_due_is_not_missed(world: World) -> None:
    order = world.add_work_order(status="booked")
    watch = await first_contact(world)

    add_below(world, order)
    for _ in range(13):
        await watch.news(minutes=5)

    looked = await progress(watch.source)
    assert (looked.events, looked.missed, looked.compared) == (1, 0, 0)


async def test_what_was_below_an_order_before_the_first_look_is_withheld(world: World) -> None:
    order, settled = world.add_work_order(), world.add_work_order(status="signed_off")
    old = [add_below(world, one, created=world.ago(days=30)) for one in (order, settled)]
    watch = await first_contact(world)

    new = add_below(world, order)
    told = await watch.news(hours=1)

    assert [event.subject for event in told] == [new]
    assert await world.known("booking") == {*old, new}


async def test_what_changes_below_an_order_after_the_first_look_is_told_though_it_is_old(
    world: World,
) -> None:
    order = world.add_work_order()
    old = add_below(world, order, "quotes", created=world.ago(days=30))
    watch = await first_contact(world, "quotes")

    change_below(world, order, old, "quotes", status="accepted", accepted_on=world.ago(minutes=0))
    (changed,) = await watch.news(hours=1)

    assert (types([changed]), changed.sequence) == (["quote.status_changed"], 1)


async def test_a_list_that_fails_is_no_failure_of_the_stream_and_is_read_again(
    world: World,
) -> None:
    orders = [world.add_work_order(status="booked") for _ in range(3)]
    watch = await first_contact(world)
    new = [add_below(world, order) for order in orders]
    world.sandbox.state.faults.add("status", path=f"{orders[1]}/bookings", status=500)

    failed = await watch.look(hours=1)
    told = await world.news()
    again = await watch.look(minutes=1)

    assert (failed.failures, failed.unusable) == (0, 1)
    assert {event.subject for event in told} == {new[0], new[2]}
    assert again.unusable == 0
    assert [event.subject for event in await world.news()] == [new[1]]


async def test_where_most_lists_fail_the_stream_does(world: World) -> None:
    orders = [world.add_work_order(status="booked") for _ in range(6)]
    watch = await first_contact(world)
    new = [add_below(world, order) for order in orders]
    world.sandbox.state.faults.add("status", operation=LISTED, status=500, times=5)

    failed = await watch.look(hours=1)
    await watch.look(minutes=1)

    assert (failed.failures, failed.unusable) == (1, 0)
    assert {event.subject for event in await world.news()} == set(new)


@pytest.mark.parametrize(("broken", "failures"), [(2, 0), (3, 1)])
async def test_as_many_lists_may_fail_as_are_read_though_nothing_is_below_them(
    world: World, broken: int, failures: int
) -> None:
    orders = [world.add_work_order(status="booked") for _ in range(4)]
    watch = await first_contact(world)
    for order in orders[:broken]:
        world.sandbox.state.faults.add("status", path=f"{order}/bookings", status=500)

    looked = await watch.look(hours=1)

    assert (looked.failures, looked.unusable) == (failures, 0 if failures else broken)


async def test_lists_that_always_fail_do_not_keep_others_from_being_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.detect.children.DUE_LISTS", 2)
    orders = sorted(world.add_work_order() for _ in range(3))
    watch = await first_contact(world)
    for _ in range(3):
        await watch.look(minutes=1)
    uuid = add_below(world, orders[2])
    for order in orders[:2]:
        world.sandbox.state.faults.add("status", path=f"{order}/bookings", status=500, times=None)

    for _ in range(3):
        await watch.look(hours=1)

    assert [event.subject for event in await world.news()] == [uuid]


async def test_a_list_that_fails_below_a_settled_order_is_read_again_soon(world: World) -> None:
    settled = [world.add_work_order(status="signed_off") for _ in range(8)]
    watch = await first_contact(world)
    await watch.sweep()
    order = max(settled)
    uuid = add_below(world, order)
    fault = world.sandbox.state.faults.add("status", path=f"{order}/bookings", status=500)
    while not fault.applied:
        await watch.look(minutes=1)

    assert [event.subject for event in await watch.news(minutes=1)] == [uuid]


async def test_a_list_that_is_kept_from_us_is_no_failure_of_the_stream(world: World) -> None:
    hidden, order = world.add_work_order(), world.add_work_order()
    watch = await first_contact(world)
    world.sandbox.state.faults.add("status", path=f"{hidden}/bookings", status=403, times=None)
    late, uuid = add_below(world, hidden), add_below(world, order)

    looked = await watch.look(hours=1)
    assert (looked.failures, looked.unusable) == (0, 1)
    assert [event.subject for event in await world.news()] == [uuid]
    world.sandbox.state.faults.clear()

    assert [event.subject for event in await watch.news(hours=1)] == [late]


async def test_an_order_that_is_gone_stops_nothing(world: World) -> None:
    gone, order = world.add_work_order(), world.add_work_order()
    watch = await first_contact(world)
    add_below(world, gone)
    await watch.news(hours=1)
    world.sandbox.state.plentific.work_orders.remove(gone)
    uuid = add_below(world, order)

    told = await watch.news(hours=1)

    assert [event.subject for event in told] == [uuid]


@pytest.mark.parametrize("minutes", [15, 30])
async def test_the_walk_comes_round_within_the_time_between_two_sweeps_and_begins_anew(
    world: World, minutes: int
) -> None:
    settled = {world.add_work_order(status="signed_off") for _ in range(60)}
    watch = await first_contact(world)
    cadence = replace(watch.cadence, sweep_every=timedelta(minutes=minutes))
    watch = replace(watch, source=replace(watch.source, cadence=cadence))
    await watch.look()
    calls, rounds = world.calls(LISTED), []

    for _ in range(2):
        for _ in range(minutes):
            await watch.look(minutes=1)
        rounds.append((world.calls(LISTED) - calls, await world.known("booking@")))

    assert rounds == [(60, settled), (120, settled)]


async def test_the_walk_reads_no_more_than_so_many_lists_in_one_look(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.detect.children.WALKED_AT_MOST", 3)
    for _ in range(8):
        world.add_work_order(status="signed_off")
    watch = await first_contact(world)
    calls = world.calls(LISTED)

    await watch.look(days=7)

    assert world.calls(LISTED) - calls == 3


async def test_units_that_were_there_are_silent_and_new_ones_are_told(places: Places) -> None:
    house = places.add_property()
    old = [places.add_unit(house) for _ in range(3)]
    await places.baseline()
    new = places.add_unit(house, floor="3")

    await places.look(hours=6)
    (created,) = await places.world.news()

    assert (created.type, created.subject) == ("facilitee.property_unit.created", new)
    assert await places.world.known("property_unit") == {*old, new}


async def test_the_units_of_a_new_property_are_told(places: Places) -> None:
    places.add_unit(places.add_property())
    await places.baseline()
    unit = places.add_unit(house := places.add_property())

    await places.look(minutes=15)

    told = await places.world.news()
    assert [(event.type, event.subject) for event in told] == [
        ("facilitee.property.created", house),
        ("facilitee.property_unit.created", unit),
    ]


@pytest.mark.parametrize("active", [True, False])
async def test_units_are_silent_where_their_stream_is_new_and_the_property_is_not(
    places: Places, active: bool
) -> None:
    houses = [places.add_property(isActive=active) for _ in range(7)]
    for house in houses:
        places.add_unit(house)
    await places.properties.look()
    for house in houses:
        places.change(kinds.PROPERTY, house, name="Renamed")
    await places.properties.look(minutes=15)
    assert len(await places.world.news()) == len(houses)

    places.world.clock.advance(days=1)
    for _ in range(4):
        await places.look(minutes=15)

    assert await places.world.news() == []
    assert len(await places.world.known("property_unit")) == len(houses)


async def test_a_unit_that_is_edited_where_its_row_does_not_show_it_is_told(
    places: Places,
) -> None:
    unit = places.add_unit(places.add_property())
    await places.baseline()

    places.change(kinds.UNIT, unit, additionalNote="The key is with the neighbour.", floor="4")
    await places.look(hours=6)

    (updated,) = await places.world.news()
    assert updated.type == "facilitee.property_unit.updated"


async def test_a_unit_that_is_removed_is_told_once(places: Places) -> None:
    house = places.add_property()
    units = [places.add_unit(house) for _ in range(3)]
    await places.baseline()

    places.remove(kinds.UNIT, units[1])
    await places.look(hours=6)
    told = await places.world.news()
    for _ in range(3):
        await places.look(hours=6)

    assert [(event.type, event.subject) for event in told] == [
        ("facilitee.property_unit.removed", units[1])
    ]
    assert await places.world.news() == []


async def test_the_units_of_a_removed_property_are_removed_with_it(places: Places) -> None:
    house, _ = places.add_property(), places.add_property()
    units = [places.add_unit(house) for _ in range(2)]
    await places.baseline()

    places.remove(kinds.UNIT, *units)
    places.remove(kinds.PROPERTY, house)
    await places.look(minutes=15)

    told = await places.world.news()
    assert [event.type.removeprefix("facilitee.") for event in told] == [
        "property.removed",
        "property_unit.removed",
        "property_unit.removed",
    ]
    assert {event.subject for event in told[1:]} == set(units)


async def test_a_unit_that_moved_to_another_property_is_updated(places: Places) -> None:
    here, there = places.add_property(), places.add_property()
    unit = places.add_unit(here)
    await places.baseline()

    places.change(kinds.UNIT, unit, propertyId=int(there))
    await places.look(hours=6)
    await places.look(hours=6)

    (moved,) = await places.world.news()
    assert (moved.type, previous_of(moved)) == (
        "facilitee.property_unit.updated",
        {"property_id": here},
    )


async def test_too_many_units_gone_at_once_are_held_back_until_they_are_believed(
    places: Places,
) -> None:
    house = places.add_property()
    units = [places.add_unit(house) for _ in range(8)]
    await places.baseline()

    gone = places.remove(kinds.UNIT, *units[:6])
    looks = [await places.look(hours=6) for _ in range(3)]
    assert await places.world.news() == []
    places.put_back(kinds.UNIT, *gone[:3])
    believed = await places.look(hours=6)

    assert [look.held for look in looks] == [6, 6, 6]
    assert believed.held == 0
    assert {event.subject for event in await places.world.news()} == set(units[3:6])


async def test_units_that_are_all_back_are_held_no_more(places: Places) -> None:
    house = places.add_property()
    units = [places.add_unit(house) for _ in range(8)]
    await places.baseline()

    gone = places.remove(kinds.UNIT, *units[:6])
    assert (await places.look(hours=6)).held == 6
    places.put_back(kinds.UNIT, *gone)

    assert [(await places.look(hours=6)).held for _ in range(2)] == [0, 0]
    assert await places.world.news() == []


async def test_units_gone_from_lists_that_are_read_one_after_the_other_count_together(
    places: Places,
) -> None:
    houses = [places.add_property() for _ in range(3)]
    units = [[places.add_unit(house) for _ in range(3)] for house in houses]
    await places.baseline()
    units_of_a_day = replace(places.units.source, cadence=PROPERTY_UNITS.cadence)
    watch = Watch(places.world, units_of_a_day)

    places.remove(kinds.UNIT, *units[0])
    assert (await watch.look(hours=6)).held == 0
    assert {event.subject for event in await places.world.news()} == set(units[0])
    places.remove(kinds.UNIT, *units[1])
    assert [(await watch.look(hours=6)).held for _ in range(2)] == [3, 3]
    assert await places.world.news() == []

    later = await watch.look(days=1)
    assert later.held == 0
    assert {event.subject for event in await places.world.news()} == set(units[1])


async def test_a_unit_gone_elsewhere_leaves_those_held_that_are(places: Places) -> None:
    house, other = places.add_property(), places.add_property()
    units = [places.add_unit(house) for _ in range(8)]
    single, _ = places.add_unit(other), places.add_unit(other)
    await places.baseline()
    places.remove(kinds.UNIT, *units[:6])
    assert (await places.look(hours=6)).held == 6

    places.remove(kinds.UNIT, single)
    now = places.world.clock.now()
    async with places.world.store.write() as tx:
        for one, due_at in ((house, now + timedelta(days=1)), (other, now)):
            await entities.set_due(tx, CONNECTION, "property_unit@", [one], due_at)
    looked = await places.units.look()

    assert [event.subject for event in await places.world.news()] == [single]
    assert looked.held == 6


def fails(places: Places, unit: str) -> None:
    places.world.sandbox.state.faults.add(
        "status", operation="get_property_unit", path=unit, status=500
    )


def hides(places: Places, unit: str) -> None:
    (record,) = places.remove(kinds.UNIT, unit)
    places.put_back(kinds.UNIT, record)
    places.hide(kinds.UNIT, unit)


@pytest.mark.parametrize("spared", [fails, hides])
async def test_a_unit_that_could_not_be_told_as_gone_is_asked_for_again(
    places: Places, spared: Callable[[Places, str], None]
) -> None:
    house = places.add_property()
    unit, _ = places.add_unit(house), places.add_unit(house)
    await places.baseline()
    if spared is hides:
        hides(places, unit)
    else:
        places.remove(kinds.UNIT, unit)
        fails(places, unit)

    await places.look(hours=6)
    assert await places.world.news() == []
    if spared is hides:
        places.remove(kinds.UNIT, unit)
    await places.look(hours=6)

    (gone,) = await places.world.news()
    assert (gone.type, gone.subject) == ("facilitee.property_unit.removed", unit)


async def test_a_hidden_property_does_not_remove_its_units(places: Places) -> None:
    house = places.add_property()
    unit = places.add_unit(house)
    await places.baseline()

    places.remove(kinds.PROPERTY, house)
    await places.look(minutes=15)

    (gone,) = await places.world.news()
    assert (gone.type, gone.subject) == ("facilitee.property.removed", house)
    async with places.world.store.read() as tx:
        assert await entities.ids(tx, CONNECTION, "property_unit", live=True) == {unit}
