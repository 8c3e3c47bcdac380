"""The pace of looks: often while something changes, ever more seldom while nothing does."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from deploy.sandbox.facilitee import kinds
from events.envelope import Event
from tests.workers.detect.places import Places
from tests.workers.detect.world import CADENCE, World, types
from workers.detect.facilitee import ISSUES, PROPERTIES
from workers.detect.pace import FIRST_READ_WITHIN, SETTLED_EVERY, first_look, next_look, quiet_since
from workers.detect.plentific import INVOICES, WORK_ORDERS
from workers.detect.stream import Stream

EVERY = CADENCE.details_every
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "live", "pause"),
    [
        (timedelta(), True, EVERY),
        (EVERY * 4, True, EVERY),
        (EVERY * 8, True, EVERY * 2),
        (timedelta(days=400), True, EVERY * 4),
        (timedelta(), False, EVERY),
        (timedelta(days=4), False, timedelta(days=1)),
        (timedelta(days=400), False, SETTLED_EVERY),
    ],
)
def test_the_pause_grows_with_the_quiet_up_to_a_limit(
    quiet: timedelta, live: bool, pause: timedelta
) -> None:
    assert next_look(CADENCE, quiet, live=live) == pause


def test_a_cadence_that_is_slower_than_the_limit_is_kept() -> None:
    slow = replace(CADENCE, details_every=timedelta(days=30))

    assert next_look(slow, timedelta(), live=False) == timedelta(days=30)


def test_what_has_long_been_settled_was_quiet_before_the_baseline() -> None:
    state = {"created": "2024-01-01T00:00:00Z", "status": "signed_off"}

    assert quiet_since(WORK_ORDERS, state, NOW, live=True) == NOW
    assert quiet_since(WORK_ORDERS, state, NOW, live=False) == datetime(2024, 1, 1, tzinfo=UTC)
    assert quiet_since(WORK_ORDERS, {"created": None}, NOW, live=False) == NOW


def test_first_looks_at_settled_details_are_spread_and_the_same_each_time() -> None:
    ids = [f"id-{number}" for number in range(1_000)]
    looks = [first_look(WORK_ORDERS, one, NOW, live=False) for one in ids]
    hours = Counter(int((at - NOW) / timedelta(hours=1)) for at in looks if at is not None)

    assert sum(hours.values()) == len(ids)
    assert set(hours) == set(range(int(FIRST_READ_WITHIN / timedelta(hours=1))))
    assert max(hours.values()) < 3 * len(ids) / len(hours)
    assert looks == [first_look(WORK_ORDERS, one, NOW, live=False) for one in ids]
    assert first_look(WORK_ORDERS, ids[0], NOW, live=True) == NOW


@pytest.mark.parametrize("stream", [ISSUES, PROPERTIES], ids=lambda stream: stream.name)
def test_there_is_no_first_look_where_rows_show_everything(stream: Stream) -> None:
    assert first_look(stream, "id", NOW, live=True) is None


def read_at(world: World, operation: str) -> list[datetime]:
    """When details were read."""
    return [one.at for one in world.sandbox.state.requests.find(operation=operation)]


async def test_details_are_read_ever_more_seldom_and_often_again_after_a_change(
    world: World,
) -> None:
    world.sandbox.state.plentific.settings.token_seconds = 10**6
    order = world.add_work_order()
    watch = world.watch(WORK_ORDERS)
    await watch.baseline()
    for _ in range(24):
        await watch.look(hours=1)
    quiet = [later - earlier for earlier, later in pairwise(read_at(world, "get_work_order"))]

    world.change_work_order(order, contractor={"uuid": order, "name": "Another"})
    told: list[Event] = []
    while not told:
        told = await watch.news(hours=1)
    found = world.clock.now()
    await watch.look(hours=1)

    assert types(told) == ["work_order.updated"]
    assert quiet == sorted(quiet)
    assert (quiet[0], quiet[-1]) == (EVERY, EVERY * 4)
    assert read_at(world, "get_work_order")[-1] == found + EVERY


async def test_details_of_settled_entities_are_not_all_read_at_once(world: World) -> None:
    for _ in range(12):
        world.add_work_order(status="signed_off", created=world.ago(days=400))
    watch = world.work_orders
    await watch.baseline()
    seen = []
    for _ in range(9):
        before = world.calls("get_work_order")
        await watch.look(hours=3)
        seen.append(world.calls("get_work_order") - before)

    assert sum(seen) == 12  # each once, and again in a week
    assert max(seen) <= 6


async def test_a_detail_that_always_fails_does_not_keep_others_from_their_turn(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.detect.cycle.DUE_DETAILS", 2)
    orders = sorted(world.add_work_order() for _ in range(3))
    watch = world.work_orders
    await watch.baseline()
    for order in orders[:2]:
        world.sandbox.state.faults.add("status", path=order, status=500, times=None)

    for _ in range(2):
        await watch.look(minutes=1)

    known = await world.entity("work_order", orders[2])
    assert known is not None
    assert known.detail_read_at is not None


async def test_an_entity_that_is_gone_is_asked_for_ever_more_seldom(world: World) -> None:
    invoice = world.add_invoice()
    watch = world.watch(INVOICES)
    await watch.baseline()
    await watch.look()
    world.sandbox.state.plentific.invoices.remove(invoice)
    asked = len(read_at(world, "get_invoice"))
    for _ in range(20):
        await watch.look(days=1)

    times = read_at(world, "get_invoice")[asked:]
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(days=1), timedelta(days=4))


async def test_streams_whose_rows_show_everything_never_ask_for_details(places: Places) -> None:
    house = places.add_property()
    await places.properties.baseline()
    places.change(kinds.PROPERTY, house, name="Renamed")

    told = await places.properties.news(minutes=15)
    for _ in range(5):
        await places.properties.look(days=1)

    assert [event.type for event in told] == ["facilitee.property.updated"]
    assert places.calls("get_property") == 0
