"""Observation: what it costs, and that races and repetitions neither lose nor double an event."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from adapters.plentific.client import PlentificClient
from tests.workers.detect.world import CONNECTION, Watch, World, events_of, statuses, types
from workers.detect.cycle import progress
from workers.detect.observe import fingerprint
from workers.detect.plentific import INVOICES, WORK_ORDERS
from workers.telemetry import metrics

BOTH = ["invoice.received", "invoice.paid"]


def test_a_fingerprint_does_not_depend_on_the_order_of_keys() -> None:
    one, same, other = {"a": 1, "b": [2]}, {"b": [2], "a": 1}, {"a": 1, "b": [3]}

    assert fingerprint(one) == fingerprint(same) != fingerprint(other)


# --- what it costs ----------------------------------------------------------------------------


async def test_rows_that_did_not_change_cost_no_call_each(world: World) -> None:
    for _ in range(20):
        world.add_invoice()
    await world.invoices.baseline()
    await world.invoices.look()
    details = world.calls("get_invoice")

    for _ in range(3):
        await world.invoices.look(minutes=15)

    assert world.calls("get_invoice") == details == 20


async def test_a_row_that_changed_costs_one_call(world: World) -> None:
    uuids = [world.add_invoice() for _ in range(5)]
    await world.invoices.baseline()
    await world.invoices.look()
    details = world.calls("get_invoice")
    world.change_invoice(uuids[2], status="paid")

    await world.invoices.look(minutes=1)
    await world.invoices.look(minutes=1)

    assert world.calls("get_invoice") == details + 1


# --- races and repetitions --------------------------------------------------------------------


async def test_of_two_observers_at_once_one_tells_it(world: World) -> None:
    known = world.add_invoice()
    await world.invoices.baseline()
    world.change_invoice(known, status="paid")
    world.add_invoice(status="paid")
    both_have_read = asyncio.Barrier(2)

    async def read(client: PlentificClient, uuid: str) -> Any:
        detail = await client.get_invoice(uuid)
        await both_have_read.wait()
        return detail

    watch = world.watch(INVOICES, read=read)
    counted = metrics.ENTITIES_CHANGED.labels(CONNECTION, "invoices")
    before = counted._value.get()
    await asyncio.gather(watch.look(), watch.look())

    told = await world.all_events()
    assert sorted(types(told)) == ["invoice.paid", "invoice.paid", "invoice.received"]
    assert (await progress(watch.source)).events == 3
    assert counted._value.get() == before + 2


async def test_of_two_observers_that_saw_different_moments_the_next_look_tells_the_rest(
    world: World,
) -> None:
    uuid = world.add_work_order()
    await world.work_orders.baseline()
    await world.work_orders.look()
    world.change_work_order(uuid, status="hired")
    early = await world.client.get_work_order(uuid)
    world.change_work_order(uuid, status="booked", account_code="LATER")
    late = await world.client.get_work_order(uuid)
    both_have_read = asyncio.Barrier(2)

    def looking_at(detail: Any) -> Watch:
        async def read(_client: PlentificClient, _uuid: str) -> Any:
            await both_have_read.wait()
            return detail

        return world.watch(WORK_ORDERS, read=read)

    world.clock.advance(minutes=1)
    await asyncio.gather(looking_at(early).look(), looking_at(late).look())
    await world.work_orders.look(minutes=1)

    assert statuses(await world.all_events()) == ["hired", "booked"]
    known = await world.entity("work_order", uuid)
    assert known is not None
    assert (known.version, known.state["account_code"]) == (2, "LATER")


async def test_an_edit_seen_by_two_observers_at_once_is_told_once(world: World) -> None:
    uuid = world.add_invoice()
    await world.invoices.baseline()
    await world.invoices.look()
    world.change_invoice(uuid, payment_reference="EDITED")
    both_have_read = asyncio.Barrier(2)

    async def read(client: PlentificClient, wanted: str) -> Any:
        detail = await client.get_invoice(wanted)
        await both_have_read.wait()
        return detail

    watch = world.watch(INVOICES, read=read)
    world.clock.advance(hours=1)
    await asyncio.gather(watch.look(), watch.look())

    assert types(await world.all_events()) == ["invoice.updated"]


async def test_what_was_read_and_lost_before_the_commit_is_told_with_the_same_ids(
    world: World, other_world: World
) -> None:
    for one in (world, other_world):
        await one.invoices.baseline()
    world.add_invoice(status="paid")
    held = world.sandbox.state.faults.add("delay", operation="get_invoice", when="after", hold=True)
    look = asyncio.create_task(world.invoices.look())
    await world.sandbox.state.faults.until(lambda: held.held == 1)
    look.cancel()
    await asyncio.wait({look})
    assert await world.all_events() == []

    told = await world.invoices.news(minutes=1)
    await other_world.invoices.news()

    assert types(told) == BOTH
    assert [event.id for event in told] == [e.id for e in await events_of(other_world.store)]


async def test_one_id_twice_on_a_page_is_one_entity(world: World) -> None:
    await world.invoices.baseline()
    world.add_invoice(status="paid")

    async def pages(client: PlentificClient, filters: Any) -> Any:
        async for page in client.list_invoices(**filters):
            yield replace(page, rows=[*page.rows, *page.rows])

    await world.watch(INVOICES, pages=pages).look(minutes=15)

    assert types(await world.news()) == BOTH
    assert world.calls("get_invoice") == 1


async def test_versions_count_every_event_of_an_entity(world: World) -> None:
    await world.work_orders.baseline()
    uuid = world.add_work_order()
    await world.work_orders.news()
    for status in ("hired", "booked"):
        world.change_work_order(uuid, status=status)
    await world.work_orders.news(minutes=1)
    world.change_work_order(uuid, tags=["urgent"])
    await world.work_orders.news(hours=1)
    world.change_work_order(uuid, status="done")
    await world.work_orders.news(minutes=1)

    assert [event.sequence for event in await world.all_events()] == [1, 2, 3, 4, 5]
    known = await world.entity("work_order", uuid)
    assert known is not None
    assert known.version == 5


# --- telemetry --------------------------------------------------------------------------------


async def test_each_change_has_a_trace_of_its_own_that_links_to_the_look(
    world: World, spans: InMemorySpanExporter
) -> None:
    await world.invoices.baseline()
    world.add_invoice()
    world.add_invoice()
    spans.clear()

    told = await world.invoices.news()

    finished = spans.get_finished_spans()
    (look,) = [span for span in finished if span.name == "look at plentific.invoices"]
    found = [span for span in finished if span.name == "detect plentific.invoice"]
    assert look.context is not None
    assert {event.traceparent and event.traceparent[:-3] for event in told} == {
        f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}"
        for span in found
        if span.context is not None
    }
    for span in found:
        assert span.context is not None
        assert span.context.trace_id != look.context.trace_id
        assert [link.context for link in span.links] == [look.context]


async def test_what_is_seen_told_and_withheld_is_counted(world: World) -> None:
    labels = (CONNECTION, "invoices")
    counters = (metrics.ENTITIES_SEEN, metrics.ENTITIES_CHANGED, metrics.HISTORY_WITHHELD)
    await world.invoices.baseline()
    before = [counter.labels(*labels)._value.get() for counter in counters]
    world.add_invoice(status="paid")
    world.add_invoice(created=world.ago(days=60), status="paid", paid_on=world.ago(days=50))

    await world.invoices.sweep()

    after = [counter.labels(*labels)._value.get() for counter in counters]
    assert [b - a for a, b in zip(before, after, strict=True)] == [2, 1, 2]
