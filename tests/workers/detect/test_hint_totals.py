"""Totals of hints: what they found and cost is part of what a stream found and cost."""

from __future__ import annotations

import asyncio
from typing import Any

from adapters.plentific.client import PlentificClient
from adapters.store import cursors, hints
from adapters.store.hints import NewHint
from tests.workers.detect.world import CONNECTION, World
from workers.detect import hint_totals
from workers.detect.cycle import progress
from workers.detect.hint_totals import HintTotals
from workers.detect.hints import Follower
from workers.detect.observe import Source
from workers.detect.plentific import INVOICES
from workers.detect.plentific.invoices import read_invoice

LABELS = (CONNECTION, "invoices")


async def hinted(world: World, *uuids: str) -> None:
    """Let webhooks tell of these invoices, and follow them."""
    source: Source = world.invoices.source
    now = world.clock.now()
    async with world.store.write("hints") as tx:
        await hints.add(tx, [NewHint(CONNECTION, "invoice", one, now) for one in uuids])
    await Follower(CONNECTION, {"invoice": source}, world.lessee()).follow_once()


async def test_what_hints_find_and_cost_is_in_the_totals_of_the_stream(world: World) -> None:
    paid, same = world.add_invoice(), world.add_invoice()
    await world.invoices.baseline()
    before = await world.invoices.look()
    world.change_invoice(paid, status="paid")

    await hinted(world, paid, same)

    after = await progress(world.invoices.source)
    assert (after.events - before.events, after.all_calls - before.all_calls) == (1, 2)
    assert (after.seen, after.changed, after.calls) == (before.seen, before.changed, before.calls)
    await world.invoices.look(minutes=1)
    later = await progress(world.invoices.source)
    assert (later.events, later.all_calls) == (after.events, after.all_calls + later.calls)


async def test_a_poll_that_runs_meanwhile_keeps_both_its_own_and_what_hints_found(
    world: World,
) -> None:
    polled, other = world.add_invoice(), world.add_invoice()
    await world.invoices.baseline()
    before = await world.invoices.look()
    reading, go = asyncio.Event(), asyncio.Event()

    async def read(client: PlentificClient, uuid: str) -> Any:
        reading.set()
        await go.wait()
        return await read_invoice(client, uuid)

    world.change_invoice(polled, status="paid")
    look = asyncio.create_task(world.watch(INVOICES, read=read).look(minutes=1))
    await reading.wait()
    world.change_invoice(other, status="paid")
    await hinted(world, other)
    go.set()
    looked = await look

    after = await progress(world.invoices.source)
    assert after.events - before.events == 2
    assert after.looked_at == looked.looked_at == world.clock.now().isoformat()
    assert after.all_calls - before.all_calls == looked.calls + 1


async def test_what_two_processes_add_is_summed(world: World) -> None:
    await world.invoices.baseline()
    since = "2026-03-02T09:30:15+00:00"
    for events, calls in ((1, 2), (3, 4)):
        async with world.store.write() as tx:
            await hint_totals.add(tx, LABELS, HintTotals(since, events, calls), world.clock.now())

    async with world.store.read() as tx:
        assert await hint_totals.totals(tx, LABELS, since) == HintTotals(since, 4, 6)


async def test_a_stream_that_begins_anew_begins_at_nought(world: World) -> None:
    paid = world.add_invoice()
    await world.invoices.baseline()
    await world.invoices.look()
    world.change_invoice(paid, status="paid")
    await hinted(world, paid)
    async with world.store.write() as tx:
        await cursors.forget(tx, *LABELS)

    looked = await world.invoices.look(minutes=1)

    assert await progress(world.invoices.source) == looked
    assert looked.events == 0
    await hinted(world, paid)
    assert (await progress(world.invoices.source)).all_calls == looked.all_calls + 1
