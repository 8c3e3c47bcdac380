"""Priorities: what is urgent of detection calls before what can wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from adapters.http.limits import Priority, present_priority
from adapters.store import hints
from adapters.store.hints import NewHint
from tests.workers.detect.world import CONNECTION, Watch, World
from workers.detect.hints import follow
from workers.detect.plentific import BOOKINGS, INVOICES
from workers.detect.stream import Page, Stream

Called = list[tuple[str, Priority]]


def noted(world: World, stream: Stream, called: Called) -> Watch:
    """Watch a stream, and note with which priority its calls are made."""
    assert stream.read is not None
    read = stream.read

    async def pages(client: Any, filters: Any) -> AsyncIterator[Page]:
        called.append(("list", present_priority()))
        async for page in stream.pages(client, filters):
            yield page

    async def detail(*given: Any) -> Any:
        called.append(("detail", present_priority()))
        return await read(*given)

    return world.watch(stream, pages=pages, read=detail)


async def test_the_first_look_and_later_sweeps_may_wait_but_windows_and_details_may_not(
    world: World,
) -> None:
    called: Called = []
    watch = noted(world, INVOICES, called)
    world.add_invoice()
    await watch.baseline()
    assert set(called) == {("list", Priority.SWEEP)}

    called.clear()
    await watch.look()
    assert set(called) == {("list", Priority.HOT), ("detail", Priority.HOT)}

    called.clear()
    world.clock.advance(minutes=15)
    await watch.look()
    assert ("list", Priority.SWEEP) in called


async def test_details_of_what_is_settled_may_wait(world: World) -> None:
    called: Called = []
    watch = noted(world, INVOICES, called)
    world.add_invoice(status="paid")
    await watch.baseline()

    world.clock.advance(days=1)
    await watch.look()

    assert [one for one in called if one[0] == "detail"] == [("detail", Priority.SWEEP)]


async def test_the_walk_past_all_parents_waits_for_the_lists_that_are_due(world: World) -> None:
    called: Called = []
    world.add_work_order(status="hired")
    for _ in range(2):
        world.add_work_order(status="cancelled")
    await world.work_orders.look()
    watch = noted(world, BOOKINGS, called)
    await watch.look()
    called.clear()

    await watch.look(seconds=watch.cadence.details_every.total_seconds())

    due, walked = ("list", Priority.HOT), ("list", Priority.BACKFILL)
    assert called == [due, walked, walked]


async def test_what_a_webhook_hints_at_goes_before_all_that_is_polled(world: World) -> None:
    called: Called = []
    watch = noted(world, INVOICES, called)
    await watch.baseline()
    uuid, now = world.add_invoice(), world.clock.now()
    async with world.store.write("hints") as tx:
        await hints.add(tx, [NewHint(CONNECTION, "invoice", uuid, now)])
    following = asyncio.create_task(follow([watch.source], world.lessee()))
    async with asyncio.timeout(5):
        while not await world.known("invoice"):  # noqa: ASYNC110  the store has no event for it
            await asyncio.sleep(0.001)
    following.cancel()
    await asyncio.wait({following})

    assert ("detail", Priority.HINT) in called
