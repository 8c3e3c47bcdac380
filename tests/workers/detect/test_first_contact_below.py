"""First contact below work orders and properties, whose lists are not all read in one look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest

from adapters.store import cursors
from deploy.sandbox.facilitee import kinds
from tests.workers.detect.places import Places
from tests.workers.detect.test_children import (
    KINDS,
    add_below,
    below,
    change_below,
    first_contact,
)
from tests.workers.detect.world import Watch, World, instant, types
from workers.detect.children import read_lists
from workers.detect.cycle import progress
from workers.detect.observe import Tally


@pytest.mark.parametrize("skew", [0, -90, -600])
async def test_what_comes_after_the_first_look_is_told_though_their_clock_is_behind(
    world: World, skew: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.detect.children.DUE_LISTS", 1)
    world.sandbox.state.clock_offset = timedelta(seconds=skew)
    orders = [world.add_work_order(status="hired") for _ in range(4)]
    old = [add_below(world, order, created=world.ago(hours=1)) for order in orders]
    watch = await first_contact(world)

    new = [add_below(world, order) for order in orders]
    await look_at_each(watch, orders)

    assert {event.subject for event in await world.news()} == set(new)
    assert await world.known("booking") == {*old, *new}


async def test_what_comes_in_the_second_of_the_first_look_is_told_of_a_list_read_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.detect.children.DUE_LISTS", 1)
    orders = [world.add_work_order(status="hired") for _ in range(4)]
    await world.work_orders.look()
    watch = below(world)
    await watch.look()

    new = [add_below(world, order) for order in orders]
    await look_at_each(watch, orders)

    assert {event.subject for event in await world.news()} == set(new)


async def test_a_clock_that_is_a_day_behind_is_not_believed(world: World) -> None:
    world.sandbox.state.clock_offset = timedelta(days=-400)
    world.add_work_order(status="hired")

    watch = await first_contact(world)

    assert (await progress(watch.source)).baseline_at == world.ago(minutes=1)


SETTLES: dict[str, tuple[dict[str, Any], str]] = {
    "quotes": ({"status": "accepted"}, "accepted_on"),
    "completion_reports": ({"status": "accepted"}, "status_date"),
    "outstanding_issues": ({"closed": True}, "closing_timestamp"),
}
"""A change of which the provider says the time, and where it does."""


@pytest.mark.parametrize("kind", SETTLES)
async def test_a_change_after_the_first_look_is_told_though_its_list_was_not_read_before(
    world: World, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.detect.children.DUE_LISTS", 1)
    change, since = SETTLES[kind]
    opened = "opening_timestamp" if kind == "outstanding_issues" else "created"
    orders = [world.add_work_order(status="on_the_moon") for _ in range(4)]
    old = {opened: world.ago(days=9)}
    for order in orders:
        add_below(world, order, kind, **old, **change, **{since: world.ago(days=8)})
    changed = [add_below(world, order, kind, **old) for order in orders]
    watch = await first_contact(world, kind)

    at = world.ago(minutes=0)
    for order, uuid in zip(orders, changed, strict=True):
        change_below(world, order, uuid, kind, **change, **{since: at})
    await look_at_each(watch, orders)

    told = await world.news()
    assert {event.subject for event in told} == set(changed)
    assert len(told) == len(changed)
    assert {event.type for event in told} == {f"plentific.{KINDS[kind][3]}"}
    assert {event.time for event in told} == {instant(at)}


@pytest.mark.parametrize("kind", ["quotes", "completion_reports"])
async def test_a_hint_about_an_ended_order_tells_what_changed_though_its_list_was_never_read(
    world: World, kind: str
) -> None:
    change, since = SETTLES[kind]
    ended = sorted(world.add_work_order(status="signed_off") for _ in range(3))
    old, changed = (add_below(world, ended[2], kind, created=world.ago(days=9)) for _ in range(2))
    watch = await first_contact(world, kind)
    world.clock.advance(seconds=5)
    change_below(world, ended[2], changed, kind, **change, **{since: world.ago(minutes=0)})
    baseline = instant(str((await progress(watch.source)).baseline_at))

    await read_lists(watch.source, [ended[2]], baseline, Tally(), closely=True)

    (told,) = await world.news()
    assert (types([told]), told.subject) == ([KINDS[kind][3]], changed)
    for _ in range(3):
        assert await watch.news(days=1) == []
    assert await world.known(watch.source.stream.entity) == {old, changed}


async def test_a_stream_that_is_begun_anew_keeps_quiet_about_what_came_into_view(
    world: World,
) -> None:
    live, settled = world.add_work_order(status="hired"), world.add_work_order(status="signed_off")
    old = add_below(world, live, status="attended")
    watch = await first_contact(world)
    await watch.sweep()

    world.clock.advance(days=1)
    shown = [add_below(world, order, created=world.ago(hours=2)) for order in (live, settled)]
    change_below(world, live, old, status="cancelled")
    await forget(watch)
    told = [await watch.news(minutes=1), await watch.sweep(), await watch.news(hours=5)]

    assert [(types([event]), event.subject) for event in chain(*told)] == [
        (["booking.updated"], old)
    ]
    assert await world.known("booking") == {old, *shown}


async def test_units_that_come_into_view_are_silent_where_their_stream_is_begun_anew(
    places: Places,
) -> None:
    house = places.add_property()
    known, gone = places.add_unit(house), places.add_unit(house)
    await places.baseline()

    places.world.clock.advance(hours=1)
    shown = [places.add_unit(house) for _ in range(8)]
    places.change(kinds.UNIT, known, floor="7")
    places.remove(kinds.UNIT, gone)
    await forget(places.units)
    await places.look()
    told = await places.world.news()
    for _ in range(3):
        await places.look(hours=6)

    assert {(event.type.rpartition(".")[2], event.subject) for event in told} == {
        ("updated", known),
        ("removed", gone),
    }
    assert await places.world.news() == []
    assert await places.world.known("property_unit") == {known, gone, *shown}


async def look_at_each(watch: Watch, orders: Sequence[str]) -> None:
    """Look until each of the lists was read, and was again when it was due."""
    for _ in orders:
        await watch.look(minutes=1)
    for _ in orders:
        await watch.look(hours=1)


async def forget(watch: Watch) -> None:
    """Forget how far the stream has come, as `tiebeam streams reset` does."""
    async with watch.world.store.write() as tx:
        assert await cursors.forget(tx, *watch.source.labels)
