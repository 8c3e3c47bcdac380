"""Arrivals: what was there before and comes into view is told if it is little, else held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.typing import EventDict

from adapters.store import cursors
from adapters.store.engine import Store
from deploy.sandbox.facilitee import kinds
from deploy.sandbox.facilitee.formats import spelled
from events.envelope import Event
from tests.workers.detect.places import Places
from tests.workers.detect.test_children import add_below, first_contact
from tests.workers.detect.world import CONNECTION, Watch, World, instant, types
from workers.detect.cycle import progress
from workers.detect.facilitee import ISSUES
from workers.detect.observe import Tally, observe_hinted
from workers.telemetry import metrics, tracing

FEW = 4
QUARTER = {"minutes": 15}
LATELY = {"days": 20}
"""After the baseline, and long before the look."""


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer than in earnest come at once without a question."""
    monkeypatch.setattr("workers.detect.arrival.FEW", FEW)


def add_owners(places: Places, number: int) -> list[str]:
    """Make owners, of whom Facilitee says no time."""
    return [
        places.add(kinds.OWNER, name=f"Owner {one}", email=f"owner-{one}@example.com")
        for one in range(number)
    ]


async def owners_known(places: Places, number: int) -> list[str]:
    made = add_owners(places, number)
    await places.owners.baseline()
    assert await places.owners.news(minutes=1) == []
    return made


def allowing(watch: Watch, share: float) -> Watch:
    """The same stream, of which this share may come at once."""
    return Watch(watch.world, replace(watch.source, largest_arrival=share))


async def reset(watch: Watch) -> None:
    """As `tiebeam streams reset` does."""
    async with watch.world.store.write() as tx:
        assert await cursors.forget(tx, *watch.source.labels)


def subjects(events: Sequence[Event]) -> set[str]:
    return {event.subject for event in events}


def alarms(logged: Sequence[EventDict]) -> list[EventDict]:
    return [one for one in logged if one["event"] == "too many came into view at once"]


async def test_a_hundred_come_without_a_question_and_one_more_does_not(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.detect.arrival.FEW", 100)
    await places.owners.baseline()
    first = add_owners(places, 101)
    assert await places.owners.news(minutes=1) == []

    places.remove(kinds.OWNER, first[0])
    assert subjects(await places.owners.news(minutes=1)) == set(first[1:])


async def test_a_few_that_show_no_time_are_told_in_the_look_that_shows_them(
    places: Places,
) -> None:
    await owners_known(places, 2)
    new = add_owners(places, FEW)

    events = await places.owners.news(minutes=1)

    assert {event.type for event in events} == {"facilitee.owner.created"}
    assert subjects(events) == set(new)


async def test_too_many_at_once_are_neither_told_nor_read_and_a_person_is_told(
    places: Places, logged: list[EventDict]
) -> None:
    known = await owners_known(places, 10)
    add_owners(places, FEW + 1)
    gauge = metrics.ARRIVALS_HELD.labels(CONNECTION, "owners")

    held = await places.owners.look(minutes=1)

    assert (held.arrived, gauge._value.get(), held.failures) == (FEW + 1, FEW + 1, 0)
    assert await places.world.news() == []
    assert await places.world.known("owner") == set(known)
    assert places.calls("get_owner") == len(known)
    (alarm,) = alarms(logged)
    assert (alarm["came"], alarm["known"]) == (FEW + 1, 10)
    assert f"`tiebeam streams reset {CONNECTION} owners`" in alarm["todo"]
    assert f"connections.{CONNECTION}.streams.owners.largest_arrival = 0.51" in alarm["todo"]


async def test_they_stay_held_in_another_process(places: Places, tmp_path: Path) -> None:
    await owners_known(places, 3)
    add_owners(places, FEW + 1)
    await places.owners.look(minutes=1)

    async with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        other = Watch(places.world, replace(places.owners.source, store=store))
        looks = [await other.look(**QUARTER) for _ in range(2)]

    assert [look.arrived for look in looks] == [FEW + 1, FEW + 1]
    assert await places.world.news() == []


async def test_the_share_that_the_alarm_names_tells_them(
    places: Places, logged: list[EventDict]
) -> None:
    await owners_known(places, 10)
    shown = add_owners(places, FEW + 1)
    await places.owners.look(minutes=1)
    (alarm,) = alarms(logged)
    share = float(alarm["todo"].partition("largest_arrival = ")[2].split()[0])

    told = await allowing(places.owners, share).news(minutes=1)
    later = await progress(places.owners.source)

    assert subjects(told) == set(shown)
    assert (later.arrived, await places.owners.news(minutes=1)) == (0, [])


async def test_with_the_share_of_all_they_are_told_however_few_are_known(places: Places) -> None:
    await places.owners.baseline()
    shown = add_owners(places, 3 * FEW)
    assert (await places.owners.look(minutes=1)).arrived == 3 * FEW

    assert subjects(await allowing(places.owners, 1).news(minutes=1)) == set(shown)


async def test_more_rows_than_are_kept_are_held_unless_all_may_come(
    places: Places, logged: list[EventDict], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.detect.arrival.KEPT", FEW + 2)
    places.world.sandbox.state.facilitee.settings.max_page_size = 20
    monkeypatch.setattr("workers.detect.sweep.AT_ONCE", 20)
    await owners_known(places, 25)
    shown = add_owners(places, FEW + 3)

    held = await allowing(places.owners, 0.9).look(minutes=1)
    assert (held.arrived, await places.world.news()) == (FEW + 3, [])
    assert "largest_arrival = 1.00 tells them" in alarms(logged)[0]["todo"]

    assert subjects(await allowing(places.owners, 1).news(minutes=1)) == set(shown)


async def test_a_reset_takes_them_for_known_without_a_word(places: Places) -> None:
    await owners_known(places, 3)
    shown = add_owners(places, FEW + 1)
    await places.owners.look(minutes=1)

    await reset(places.owners)
    looks = [await places.owners.look(minutes=1) for _ in range(3)]
    assert await places.world.news() == []
    new = add_owners(places, 1)
    places.change(kinds.OWNER, shown[0], name="Renamed")

    assert [look.arrived for look in looks] == [0, 0, 0]
    assert {(one.type.rpartition(".")[2], one.subject) for one in await places.owners.news()} == {
        ("created", new[0]),
        ("updated", shown[0]),
    }


async def test_they_are_forgotten_when_they_are_out_of_view_again(places: Places) -> None:
    await owners_known(places, 3)
    shown = add_owners(places, FEW + 1)
    await places.owners.look(minutes=1)
    places.remove(kinds.OWNER, *shown)
    new = add_owners(places, 1)

    assert subjects(await places.owners.news(minutes=1)) == set(new)
    assert (await progress(places.owners.source)).arrived == 0


async def test_what_is_dated_since_the_last_sweep_is_told_whatever_else_comes(
    world: World,
) -> None:
    world.add_invoice()
    await world.invoices.baseline()
    world.clock.advance(days=30)
    assert await world.invoices.news() == []

    shown = [world.add_invoice(created=world.ago(**LATELY)) for _ in range(FEW + 1)]
    new = [world.add_invoice(status="paid", paid_on=world.ago(hours=1)) for _ in range(FEW + 1)]
    events = await world.invoices.sweep()

    assert subjects(events) == set(new)
    assert len(events) == 2 * len(new)
    assert (await progress(world.invoices.source)).arrived == len(shown)


async def test_what_came_while_nobody_looked_is_told_however_much_it_is(world: World) -> None:
    world.add_invoice()
    await world.invoices.baseline()
    new = [world.add_invoice() for _ in range(FEW + 1)]
    world.clock.advance(days=30)

    assert subjects(await world.invoices.news()) == set(new)


async def test_a_sweep_that_fails_has_not_counted_them_and_tells_none(places: Places) -> None:
    places.world.sandbox.state.facilitee.settings.max_page_size = 20
    await owners_known(places, 18)
    shown = add_owners(places, FEW + 1)  # of which two are on the first page
    places.world.sandbox.state.faults.add("status", operation="list_owners", skip=1, status=500)

    failed = await places.owners.look(minutes=1)
    assert (failed.failures, failed.arrived) == (1, 0)
    counted = await places.owners.look(minutes=1)
    assert (counted.failures, counted.arrived) == (0, FEW + 1)
    assert await places.world.news() == []

    places.remove(kinds.OWNER, shown[0])
    assert subjects(await places.owners.news(minutes=1)) == set(shown[1:])


async def test_they_are_counted_once_though_the_list_moves_and_is_read_again(
    places: Places,
) -> None:
    places.world.sandbox.state.facilitee.settings.max_page_size = 20
    await owners_known(places, 25)
    shown = add_owners(places, FEW)
    rule = places.world.sandbox.state.drift.add(
        "facilitee", "owners", "remove_earlier", rows=1, times=1
    )

    events = await places.owners.news(minutes=1)

    assert rule.applied == 1
    assert subjects(events) >= set(shown)


async def test_windows_of_live_orders_hold_them_until_the_sweep_has_counted_all(
    world: World, logged: list[EventDict], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.detect.cycle.ROWS_A_CALL", 0)
    world.add_work_order(status="hired")
    await world.work_orders.baseline()
    await world.work_orders.news(days=30)
    for status in ("hired", "booked", "signed_off"):
        for _ in range(FEW):
            add_old_order(world, status)

    window = await world.work_orders.look(minutes=1)
    again = await world.work_orders.look(minutes=1)
    swept = await world.work_orders.look(**QUARTER)
    after = await world.work_orders.look(minutes=1)

    assert [one.arrived for one in (window, again, swept, after)] == [8, 8, 12, 12]
    assert await world.news() == []
    assert [one["came"] for one in alarms(logged)] == [8, 8, 12, 8]


async def test_what_a_window_tells_counts_with_what_its_sweep_finds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.detect.cycle.ROWS_A_CALL", 0)
    world.add_work_order(status="hired")
    await world.work_orders.baseline()
    await world.work_orders.news(days=30)
    live = [add_old_order(world, "hired") for _ in range(FEW)]
    ended = [add_old_order(world, "signed_off") for _ in range(2)]

    assert subjects(await world.work_orders.news(**QUARTER)) == set(live)
    assert (await progress(world.work_orders.source)).arrived == len(ended)


def add_old_order(world: World, status: str) -> str:
    at = world.ago(**LATELY)
    return world.add_work_order(created=at, state_history=[{"created": at, "status": status}])


async def test_a_window_of_what_changed_of_late_tells_all_that_it_shows(places: Places) -> None:
    issues = places.world.watch(ISSUES)
    places.add(kinds.ISSUE)
    await issues.baseline()
    await issues.news(days=30)
    now = places.world.clock.now()
    old, lately = spelled(now - timedelta(**LATELY)), spelled(now)
    shown = [places.add(kinds.ISSUE, created=old, modified=old) for _ in range(FEW + 1)]
    changed = [places.add(kinds.ISSUE, created=old, modified=lately) for _ in range(FEW + 1)]

    assert subjects(await issues.news(**QUARTER)) == set(changed)
    assert (await progress(issues.source)).arrived == len(shown)


async def test_what_a_hint_names_is_told_though_it_is_held(world: World) -> None:
    world.add_invoice()
    await world.invoices.baseline()
    await world.invoices.news(days=30)
    shown = [world.add_invoice(created=world.ago(**LATELY)) for _ in range(FEW + 1)]
    assert await world.invoices.sweep() == []

    source = world.invoices.source
    baseline = instant(str((await progress(source)).baseline_at))
    await observe_hinted(source, [shown[0]], baseline, Tally(), tracing.current())

    (told,) = await world.news()
    assert (types([told]), told.subject) == (["invoice.received"], shown[0])


async def two_houses(places: Places) -> list[str]:
    """Properties with a unit each, whose lists were read."""
    houses = [places.add_property() for _ in range(2)]
    for house in houses:
        places.add_unit(house)
    await places.baseline()
    return houses


def in_a_day(places: Places) -> Watch:
    """The units, whose lists are all passed once a day."""
    units = places.units
    cadence = replace(units.cadence, sweep_every=timedelta(days=1))
    return Watch(places.world, replace(units.source, cadence=cadence))


async def test_below_a_known_parent_a_few_are_told_and_more_are_held(
    places: Places, logged: list[EventDict]
) -> None:
    house, _ = await two_houses(places)
    new = [places.add_unit(house) for _ in range(FEW)]
    await places.look(hours=6)
    assert subjects(await places.world.news()) == set(new)

    for _ in range(FEW + 1):
        places.add_unit(house)
    looks = [await places.look(hours=6) for _ in range(2)]

    assert [look.arrived for look in looks] == [FEW + 1, FEW + 1]
    assert await places.world.news() == []
    assert [one["stream"] for one in alarms(logged)] == ["property-units"] * 2


async def test_below_a_new_parent_all_are_told(places: Places) -> None:
    await two_houses(places)
    new = places.add_property()
    units = [places.add_unit(new) for _ in range(2 * FEW)]

    looked = await places.look(hours=6)

    assert subjects(await places.world.news()) == {new, *units}
    assert looked.arrived == 0


async def test_below_parents_those_of_a_day_count_together(
    places: Places, logged: list[EventDict]
) -> None:
    first, second = await two_houses(places)
    units = in_a_day(places)
    told = {places.add_unit(first) for _ in range(FEW - 1)}
    assert subjects(await units.news(hours=6)) == told

    held = {places.add_unit(second) for _ in range(2)}
    looks = [await units.look(hours=6) for _ in range(2)]
    assert ([look.arrived for look in looks], await places.world.news()) == ([2, 2], [])
    assert "largest_arrival = 1.00 tells them" in alarms(logged)[0]["todo"]  # 5 of 5

    later = await units.look(days=1)
    assert (later.arrived, subjects(await places.world.news())) == (0, held)


@pytest.mark.parametrize("share", [0.51, 1])
async def test_units_that_a_larger_share_tells_are_held_no_more(
    places: Places, share: float
) -> None:
    house = places.add_property()
    for _ in range(10):
        places.add_unit(house)
    await places.baseline()
    units = in_a_day(places)
    shown = {places.add_unit(house) for _ in range(FEW + 1)}
    assert (await units.look(hours=6)).arrived == FEW + 1

    told = await allowing(units, share).look(hours=6)

    assert subjects(await places.world.news()) == shown
    assert told.arrived == 0


async def test_units_that_are_held_are_taken_for_known_when_their_stream_is_reset(
    places: Places,
) -> None:
    house, _ = await two_houses(places)
    shown = [places.add_unit(house) for _ in range(FEW + 1)]
    await places.look(hours=6)

    await reset(places.units)
    looks = [await places.look(hours=6) for _ in range(3)]

    assert await places.world.news() == []
    assert [look.arrived for look in looks] == [0, 0, 0]
    assert await places.world.known("property_unit") >= set(shown)


async def test_below_parents_what_is_dated_since_their_lists_were_read_is_told(
    world: World,
) -> None:
    often = world.add_work_order(status="hired")
    seldom = world.add_work_order(status="signed_off")
    watch = await first_contact(world)
    await watch.news(days=30)

    for order in (often, seldom):
        for _ in range(FEW + 1):
            add_below(world, order, created=world.ago(**LATELY))
    new = [add_below(world, order) for order in (often, seldom) for _ in range(FEW)]
    looked = await watch.look(hours=6)

    assert subjects(await world.news()) == set(new)
    assert looked.arrived == 2 * (FEW + 1)
