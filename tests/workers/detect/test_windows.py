"""Windows that together show all live work orders: what they show, and what they do not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest

from adapters.plentific.client import PlentificClient
from tests.workers.detect.world import (
    CONNECTION,
    Watch,
    World,
    entity_of,
    history,
    statuses,
    types,
)
from workers.detect.cycle import progress
from workers.detect.plentific import WORK_ORDERS
from workers.detect.plentific.work_orders import live_work_orders
from workers.detect.stream import Page
from workers.telemetry import metrics

OLD = "2026-01-05T10:00:00Z"
STATUSES = ("new", "booked", "hired")
WINDOWS = len(STATUSES) + 1
CHANGED = "work_order.status_changed"


@pytest.fixture(autouse=True)
def the_whole_list_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that is as short as its windows is read whole each time."""
    monkeypatch.setattr("workers.detect.cycle.ROWS_A_CALL", 0)


def few_windows(now: datetime) -> Sequence[Mapping[str, Any]]:
    """Of the lists that the stream reads, those of the statuses that orders have here."""
    *by_status, new = live_work_orders(now)
    return [*(filters for filters in by_status if filters["status"] in STATUSES), new]


def watching(world: World, **changes: Any) -> Watch:
    """Watch the work orders through few windows."""
    return world.watch(WORK_ORDERS, windows=few_windows, **changes)


def old_order(world: World, status: str = "new") -> str:
    """An order that is shown by its status alone."""
    return world.add_work_order(created=OLD, state_history=history((OLD, status)))


async def baseline(world: World) -> Watch:
    """Know all orders with their details."""
    world.sandbox.state.plentific.settings.token_seconds = 10**6  # calls are counted
    watch = watching(world)
    await watch.baseline()
    assert await watch.news() == []
    world.clock.advance(minutes=1)
    return watch


async def test_a_change_between_two_live_statuses_costs_one_detail(world: World) -> None:
    changed, *_ = [old_order(world) for _ in range(5)]
    watch = await baseline(world)
    lists, details = world.calls("list_work_orders"), world.calls("get_work_order")

    world.change_work_order(changed, status="booked")
    told = await watch.news()

    assert (types(told), statuses(told)) == ([CHANGED], ["booked"])
    assert world.calls("list_work_orders") - lists == WINDOWS
    assert world.calls("get_work_order") - details == 1


async def test_quiet_orders_cost_the_windows_alone(world: World) -> None:
    for status in ("new", "booked", "signed_off", "parts_ordered"):
        old_order(world, status)
    watch = await baseline(world)
    details = world.calls("get_work_order")

    calls = [(await watch.look(minutes=1)).calls for _ in range(3)]

    assert calls == [WINDOWS] * 3
    assert world.calls("get_work_order") == details


async def test_an_order_that_leaves_the_live_statuses_is_told_at_once(world: World) -> None:
    order = old_order(world)
    watch = await baseline(world)

    world.change_work_order(order, status="signed_off")
    told = await watch.news()

    assert (types(told), statuses(told)) == ([CHANGED], ["signed_off"])
    assert (await watch.look(minutes=1)).calls == WINDOWS


async def test_an_order_that_comes_to_life_again_is_told_at_once(world: World) -> None:
    order = old_order(world, "signed_off")
    watch = await baseline(world)

    world.change_work_order(order, status="hired")
    told = await watch.news()

    assert (types(told), statuses(told)) == ([CHANGED], ["hired"])


async def test_an_order_in_a_status_that_no_window_can_show_is_told_at_once(world: World) -> None:
    order = old_order(world)
    watch = await baseline(world)

    world.change_work_order(order, status="parts_ordered")
    (told,) = await watch.news()

    assert entity_of(told)["status_raw"] == "parts_ordered"
    assert (await watch.look(minutes=1)).calls == WINDOWS  # it is in no window, as it should be


class Moving:
    """Lists of which one waits until an order has moved, after another was read."""

    def __init__(self, world: World, order: str, early: str, late: str, status: str) -> None:
        self.world, self.order, self.status = world, order, status
        self.early, self.late = early, late
        self.moved = asyncio.Event()

    async def pages(
        self, client: PlentificClient, filters: Mapping[str, Any]
    ) -> AsyncIterator[Page]:
        if filters.get("status") == self.late:
            await self.moved.wait()
        async for page in client.list_work_orders(**filters):
            yield page
        if filters.get("status") == self.early and not self.moved.is_set():
            self.world.change_work_order(self.order, status=self.status)
            self.moved.set()


@pytest.mark.parametrize(
    ("early", "late"),
    [("new", "booked"), ("booked", "new"), ("new", "new"), ("booked", "booked")],
    ids=["shown twice", "shown nowhere", "shown as it was", "shown as it is"],
)
async def test_an_order_that_moves_while_the_windows_are_read_is_told_once(
    world: World, early: str, late: str
) -> None:
    order = old_order(world)
    await baseline(world)
    moving = Moving(world, order, early, "" if early == late else late, "booked")
    watch = watching(world, pages=moving.pages)

    told = await watch.news() + await watch.news(minutes=1) + await watch.news(minutes=1)

    assert (types(told), statuses(told)) == ([CHANGED], ["booked"])
    known = await world.entity("work_order", order)
    assert known is not None
    assert known.live


async def test_an_order_that_is_gone_is_asked_for_once_and_then_ever_more_seldom(
    world: World,
) -> None:
    order = old_order(world)
    watch = await baseline(world)
    world.sandbox.state.plentific.work_orders.remove(order)
    details = world.calls("get_work_order")

    for _ in range(10):
        await watch.look(minutes=1)
    at_first = world.calls("get_work_order") - details
    for _ in range(10):
        await watch.look(days=1)

    assert at_first == 1
    assert 1 < world.calls("get_work_order") - details < 10
    assert await world.news() == []


async def test_an_order_that_was_gone_and_is_back_is_live_again(world: World) -> None:
    order = old_order(world)
    watch = await baseline(world)
    record = world.sandbox.state.plentific.work_orders.remove(order)
    await watch.look()
    world.sandbox.state.plentific.work_orders.add(order, world.clock.now(), record)
    assert await watch.news(minutes=1) == []

    world.change_work_order(order, status="signed_off")

    assert statuses(await watch.news(minutes=1)) == ["signed_off"]


async def test_many_that_stay_away_do_not_keep_others_from_being_looked_at(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.detect.cycle.DUE_DETAILS", 2)
    away = [old_order(world) for _ in range(4)]
    order = old_order(world)
    world.sandbox.state.plentific.settings.token_seconds = 10**6
    watch = watching(world)
    await watch.baseline()
    for _ in range(3):
        await watch.look()
    for one in away:
        world.sandbox.state.plentific.work_orders.hide(one)  # in no list, and as it was
    world.change_work_order(order, status="signed_off")

    told = [event for _ in range(3) for event in await watch.news(minutes=1)]

    assert [event.subject for event in told] == [order]


async def test_the_sweep_counts_what_no_window_could_show(world: World) -> None:
    ended, moved = old_order(world, "signed_off"), old_order(world)
    watch = await baseline(world)
    counted = metrics.CHANGES_MISSED.labels(CONNECTION, "work-orders")
    before = counted._value.get()
    world.change_work_order(ended, status="refunded")
    world.change_work_order(moved, status="booked")

    assert [event.subject for event in await watch.news()] == [moved]
    assert [event.subject for event in await watch.sweep()] == [ended]

    looked = await progress(watch.source)
    assert (looked.missed, looked.compared) == (1, 2)
    assert looked.missed_per_10_000 == 5_000
    assert counted._value.get() - before == 1


async def test_what_happens_while_the_sweep_is_read_was_not_missed(world: World) -> None:
    order = old_order(world, "signed_off")
    watch = await baseline(world)
    world.clock.advance(seconds=watch.cadence.sweep_every.total_seconds())

    async def pages(client: PlentificClient, filters: Mapping[str, Any]) -> AsyncIterator[Page]:
        if not filters:
            world.clock.advance(seconds=2)
            world.change_work_order(order, status="refunded")
        async for page in client.list_work_orders(**filters):
            yield page

    told = await watching(world, pages=pages).news()

    assert statuses(told) == ["refunded"]
    looked = await progress(watch.source)
    assert (looked.missed, looked.compared) == (0, 1)


async def test_a_window_that_fails_leaves_the_others_alone_and_nobody_is_taken_for_absent(
    world: World,
) -> None:
    first, second = old_order(world), old_order(world)
    watch = await baseline(world)
    world.change_work_order(second, status="booked")
    details = world.calls("get_work_order")

    async def pages(client: PlentificClient, filters: Mapping[str, Any]) -> AsyncIterator[Page]:
        if filters.get("status") == "new":
            await client.get_work_order("00000000-0000-4000-8000-000000000000")
        async for page in client.list_work_orders(**filters):
            yield page

    failed = await watching(world, pages=pages).look()

    assert failed.failures == 1
    assert [event.subject for event in await world.news()] == [second]
    assert world.calls("get_work_order") - details == 2  # the failure, and the order that moved
    assert await watch.news(minutes=1) == []
    assert (await world.entity("work_order", first)) is not None
