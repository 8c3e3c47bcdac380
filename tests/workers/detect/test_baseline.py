"""The baseline: the first look says nothing, knows everything, and loses nothing meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from adapters.plentific.client import PlentificClient
from tests.workers.detect.world import World, pages_of, types
from workers.detect.cycle import progress
from workers.detect.plentific import INVOICES, WORK_ORDERS


async def test_the_baseline_says_nothing_and_knows_everything(world: World) -> None:
    uuids = {world.add_invoice(status=status) for status in ("outstanding", "overdue", "paid") * 3}
    watch = world.watch(INVOICES, pages=pages_of(2))

    looked = await watch.look()

    assert await world.news() == []
    assert await world.known("invoice") == uuids
    assert (looked.total, looked.steady, looked.events) == (9, True, 0)
    assert world.calls("get_invoice") == 0  # rows are enough: a big account is known soon


async def test_the_baseline_is_when_its_first_page_was_answered_by_the_providers_clock(
    world: World,
) -> None:
    world.sandbox.state.clock_offset = timedelta(hours=2)
    for _ in range(4):
        world.add_invoice()

    looked = await world.watch(
        INVOICES, pages=pages_of(2, {1: lambda: world.clock.advance(minutes=5)})
    ).look()

    assert looked.baseline_at == "2026-03-02T11:30:15+00:00"


async def test_the_baseline_is_not_taken_while_the_listing_keeps_moving(world: World) -> None:
    for _ in range(5):
        world.add_invoice(status="paid")
    world.sandbox.state.drift.add("plentific", "invoices", "move_later_to_front", times=99)
    watch = world.watch(INVOICES, pages=pages_of(2))

    for failures in (1, 2):
        looked = await watch.look(minutes=1)
        assert (looked.baseline_at, looked.steady, looked.failures) == (None, False, failures)
        assert "never held still" in (looked.error or "")
    world.sandbox.state.drift.clear()
    looked = await watch.look(minutes=1)

    assert looked.baseline_at == "2026-03-02T09:33:15+00:00"
    assert await watch.sweep() == []


async def test_an_old_paid_invoice_that_one_pass_missed_is_not_announced_as_new(
    world: World,
) -> None:
    paid = [world.add_invoice(status="paid", created=world.ago(hours=n)) for n in range(1, 6)]

    def swap() -> None:  # the numbers of the pass still add up
        world.sandbox.state.plentific.invoices.remove(paid[0])
        world.add_invoice(status="paid", created=world.ago(days=3))

    watch = world.watch(INVOICES, pages=pages_of(2, {1: swap}))
    await watch.baseline()

    assert set(paid[1:]) < await world.known("invoice")
    assert await watch.sweep() == []


async def test_what_happens_while_the_baseline_is_taken_is_news(world: World) -> None:
    paid_meanwhile = world.add_invoice(created=world.ago(days=5))
    for _ in range(3):
        world.add_invoice()
    created_meanwhile: list[str] = []

    def happen() -> None:
        world.clock.advance(seconds=5)
        world.change_invoice(paid_meanwhile, status="paid")  # its page is read later
        created_meanwhile.append(world.add_invoice(status="paid"))

    watch = world.watch(INVOICES, pages=pages_of(2, {1: happen}))
    await watch.baseline()

    told = await watch.news()

    assert {(event.subject, event.type.rpartition(".")[2]) for event in told} == {
        (paid_meanwhile, "paid"),
        (created_meanwhile[0], "received"),
        (created_meanwhile[0], "paid"),
    }


async def test_a_work_order_made_while_the_baseline_is_taken_is_created(world: World) -> None:
    for _ in range(3):
        world.add_work_order()

    async def pages(client: PlentificClient, filters: Any) -> Any:
        async for page in client.list_work_orders(page_size=2, **filters):
            yield page
            if len(world.sandbox.state.plentific.work_orders) == 3:
                world.clock.advance(seconds=5)
                world.add_work_order()

    watch = world.watch(WORK_ORDERS, pages=pages)
    await watch.baseline()

    assert types(await watch.news()) == ["work_order.created"]


async def test_a_baseline_that_fails_halfway_is_taken_up_again_in_silence(world: World) -> None:
    uuids = {world.add_invoice(status="paid") for _ in range(5)}
    world.sandbox.state.faults.add("status", operation="list_invoices", skip=1, status=500)
    watch = world.watch(INVOICES, pages=pages_of(2))

    failed = await watch.look()
    assert (failed.baseline_at, failed.failures) == (None, 1)
    assert len(await world.known("invoice")) == 2
    await watch.baseline()

    assert await world.known("invoice") == uuids
    assert await watch.sweep() == []


async def test_what_changed_since_a_baseline_that_failed_halfway_is_told(world: World) -> None:
    uuid = world.add_invoice()
    world.add_invoice(created=world.ago(days=1))
    world.sandbox.state.faults.add("status", operation="list_invoices", skip=1, status=500)
    watch = world.watch(INVOICES, pages=pages_of(1))
    await watch.look()
    world.change_invoice(uuid, status="paid")
    await watch.baseline()

    assert types(await watch.news()) == ["invoice.paid"]


async def test_a_process_that_fell_silent_takes_no_second_baseline(world: World) -> None:
    for _ in range(4):
        world.add_invoice()
    silent, go_on = asyncio.Event(), asyncio.Event()

    async def pages(client: PlentificClient, filters: Any) -> Any:
        async for page in client.list_invoices(page_size=2, **filters):
            yield page
            if not go_on.is_set():
                silent.set()
                await go_on.wait()

    look = asyncio.create_task(world.watch(INVOICES, pages=pages).look())
    await silent.wait()
    await world.invoices.baseline()  # another process has taken over meanwhile
    baseline = await progress(world.invoices.source)
    new = {world.add_invoice(status="paid"), world.add_invoice(created=world.ago(hours=1))}
    go_on.set()

    assert await look == baseline
    told = await world.invoices.news(minutes=1)
    assert {event.subject for event in told} == new
    assert sorted(types(told)) == ["invoice.paid", "invoice.received", "invoice.received"]


async def test_every_connection_has_a_baseline_of_its_own(world: World) -> None:
    world.add_invoice()
    await world.invoices.baseline()
    other = world.invoices
    other.source = replace(other.source, facts=replace(other.source.facts, connection="second"))

    await other.baseline()

    assert await other.news() == []
