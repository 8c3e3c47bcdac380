"""Hints: looked at within a second, with the events that a poll would have made, and no others."""

from __future__ import annotations

import asyncio
import hmac
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from structlog.typing import EventDict

from adapters.plentific.client import PlentificClient
from adapters.store import cursors, hints, leases
from adapters.store.engine import Store
from adapters.store.hints import NewHint
from deploy.sandbox.plentific import work_order_progress
from tests.workers.detect.world import CONNECTION, World, previous_of, types
from workers.detect import plentific
from workers.detect.hints import (
    ANY,
    AT_ONCE,
    GIVEN_UP_AFTER,
    LATE_SHOWN,
    LONGEST_PAUSE,
    TAKEN_FOR,
    WINDOW,
    Follower,
    follow,
)
from workers.detect.stream import Page
from workers.telemetry import metrics
from workers.webhooks.receiver import PATH, Endpoint, Receiver
from workers.webhooks.writer import HintWriter

LEASE = timedelta(seconds=15)
WATCHED = (plentific.WORK_ORDERS, plentific.INVOICES, plentific.BOOKINGS)


def follower(world: World, owner: str = "a") -> Follower:
    sources = [world.watch(stream).source for stream in WATCHED]
    return Follower(CONNECTION, {one.stream.entity: one for one in sources}, world.lessee(owner))


async def hint(world: World, kind: str, *ids: str) -> None:
    """Let webhooks say that something happened to these."""
    now = world.clock.now()
    async with world.store.write("hints") as tx:
        await hints.add(tx, [NewHint(CONNECTION, kind, one, now) for one in ids])


async def waiting(store: Store) -> int:
    async with store.read() as tx:
        return (await hints.backlog(tx)).get(CONNECTION, 0)


async def baseline(world: World) -> None:
    world.sandbox.state.plentific.settings.token_seconds = 10**6  # calls are counted
    for stream in WATCHED:
        await world.watch(stream).look()
    assert await world.news() == []
    world.clock.advance(minutes=1)


async def follow_to_the_end(one: Follower) -> None:
    """Follow the hints that wait now, and wait for the looks at whole streams."""
    await one.follow_once()
    await asyncio.gather(*one.whole_looks.values())


async def follow_all(world: World, one: Follower) -> None:
    """Follow whatever comes due within twelve seconds."""
    for seconds in (1, 5, 1, 5):
        while await one.follow_once():
            pass
        world.clock.advance(seconds=seconds)


def add_booking(world: World, order: str, **fields: Any) -> str:
    state = world.sandbox.state
    made = work_order_progress.create_child(state.plentific, "bookings", order, state.now(), fields)
    return str(made["_uuid"])


def change_booking(world: World, order: str, uuid: str, **changes: Any) -> None:
    state = world.sandbox.state
    work_order_progress.change_child(state.plentific, "bookings", order, uuid, state.now(), changes)


async def deliver(world: World, event: str, order: str) -> None:
    """Deliver a webhook about a work order, or about something below it."""
    writer = HintWriter(world.store)
    receiver = Receiver({CONNECTION: Endpoint(b"secret", "x-signature")}, writer, world.clock)
    body = orjson.dumps({"event": event, "data": {"work_order_uuid": order}})
    headers = {
        "X-Signature": hmac.digest(b"secret", body, "sha256").hex(),
        "Content-Type": "application/json",
    }
    writing = asyncio.create_task(writer.run())
    transport = httpx.ASGITransport(app=receiver)
    async with httpx.AsyncClient(transport=transport, base_url="http://hooks") as sender:
        answer = await sender.post(f"{PATH}{CONNECTION}", content=body, headers=headers)
    writing.cancel()
    await asyncio.wait({writing})
    assert answer.status_code == 202


@asynccontextmanager
async def following(world: World) -> AsyncIterator[None]:
    """Follow hints in the background until the block ends."""
    sources = [world.watch(stream).source for stream in WATCHED]
    task = asyncio.create_task(follow(sources, world.lessee()))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
    assert task.cancelled()


@pytest.mark.parametrize("kind", ["work_order", "invoice"])
async def test_a_hint_leads_to_the_event_that_the_poll_would_have_made(
    world: World, other_world: World, kind: str
) -> None:
    order, invoice = world.add_work_order(), world.add_invoice()
    for one in (world, other_world):
        await baseline(one)
        await one.watch(plentific.WORK_ORDERS).look()  # reads the details
        await one.watch(plentific.INVOICES).look()
    world.change_work_order(order, status="booked")
    world.change_invoice(invoice, status="paid")
    subject = {"work_order": order, "invoice": invoice}[kind]

    await hint(world, kind, subject)
    assert await follower(world).follow_once()
    (hinted,) = await world.news()
    watch = other_world.work_orders if kind == "work_order" else other_world.invoices
    (polled,) = await watch.sweep()

    assert (hinted.id, hinted.type, hinted.subject) == (polled.id, polled.type, subject)
    assert (hinted.sequence, hinted.data) == (polled.sequence, polled.data)


@pytest.mark.parametrize("about", ["work_order.completed", "booking.updated"])
async def test_the_trace_of_an_event_links_to_the_webhook_that_led_to_it(
    world: World, spans: InMemorySpanExporter, about: str
) -> None:
    order = world.add_work_order(status="booked")
    booking = add_booking(world, order, start_datetime="2026-03-04T10:00:00Z")
    await baseline(world)
    await world.watch(plentific.BOOKINGS).look()  # reads the detail
    world.clock.advance(minutes=1)
    world.change_work_order(order, status="done")
    change_booking(world, order, booking, start_datetime="2026-03-05T10:00:00Z")
    spans.clear()

    await deliver(world, about, order)
    await follower(world).follow_once()

    (event,) = await world.news()
    assert event.traceparent is not None
    finished = spans.get_finished_spans()
    (taken,) = [one for one in finished if one.name == "take webhooks"]
    (look,) = [one for one in finished if one.name.startswith("follow hints")]
    detected = [one for one in finished if one.name.startswith("detect ")]
    assert {f"{one.context.trace_id:032x}" for one in detected if one.context} == {
        event.traceparent.split("-")[1]
    }
    for span in (look, *detected):
        (link,) = span.links
        assert taken.context is not None
        assert (link.context.trace_id, link.context.span_id) == (
            taken.context.trace_id,
            taken.context.span_id,
        )


async def test_a_hint_of_which_no_span_is_known_leads_to_a_trace_that_links_to_the_look(
    world: World, spans: InMemorySpanExporter
) -> None:
    order = world.add_work_order()
    await baseline(world)
    world.change_work_order(order, status="booked")
    spans.clear()

    await hint(world, "work_order", order)
    await follower(world).follow_once()

    finished = spans.get_finished_spans()
    (look,) = [one for one in finished if one.name.startswith("follow hints")]
    (detected,) = [one for one in finished if one.name.startswith("detect ")]
    assert look.links == ()
    assert [link.context for link in detected.links] == [look.context]


@pytest.mark.parametrize("first", ["the hint", "the poll"])
async def test_whichever_comes_first_it_is_told_once(world: World, first: str) -> None:
    order = world.add_work_order()
    await baseline(world)
    world.change_work_order(order, status="booked")
    await hint(world, "work_order", order)

    if first == "the poll":
        await world.work_orders.look()
    await follow_all(world, follower(world))
    await world.work_orders.look()

    assert types(await world.news()) == ["work_order.status_changed"]
    assert await waiting(world.store) == 0


async def test_a_poll_and_a_hint_at_the_same_time_tell_it_once(world: World) -> None:
    order = world.add_work_order()
    await baseline(world)
    world.change_work_order(order, status="booked")
    held = world.sandbox.state.faults.add(
        "delay", operation="get_work_order", when="after", hold=True, times=2
    )
    await hint(world, "work_order", order)
    looks = [
        asyncio.create_task(world.work_orders.look()),
        asyncio.create_task(follower(world).follow_once()),
    ]
    await world.sandbox.state.faults.until(lambda: held.held == 2)
    world.sandbox.state.faults.clear()
    await asyncio.gather(*looks)

    assert types(await world.news()) == ["work_order.status_changed"]


async def test_a_hint_is_followed_as_soon_as_it_comes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.detect.hints.EVERY", 60.0)  # nobody looks by himself
    order = world.add_work_order()
    await baseline(world)
    async with following(world):
        world.change_work_order(order, status="booked")
        told = world.store.notified("outbox")
        await hint(world, "work_order", order)
        await world.store.wait("outbox", timeout=10, since=told)

    assert types(await world.news()) == ["work_order.status_changed"]


async def test_a_storm_of_hints_ends_in_one_refresh_for_each_entity_and_window(
    world: World,
) -> None:
    changed, same, gone = (world.add_work_order() for _ in range(3))
    settled = world.add_work_order(status="signed_off")
    await baseline(world)
    world.change_work_order(changed, status="booked")
    world.sandbox.state.plentific.work_orders.remove(gone)
    unknown = [str(UUID(int=number)) for number in range(4)]
    named = [changed, same, gone, settled, *unknown]
    storm = [named[number % len(named)] for number in range(10_000)]
    Random(7).shuffle(storm)
    calls, one = world.calls("get_work_order"), follower(world)
    windows = 5
    for part in range(windows):
        await hint(world, "work_order", *storm[part::windows])
        while await one.follow_once():
            await hint(world, "work_order", changed, gone)
        world.clock.advance(seconds=WINDOW.total_seconds())
    await follow_all(world, one)

    assert types(await world.news()) == ["work_order.status_changed"]
    refreshed = asked_by_second(world, calls)
    assert {entity for entity, _ in refreshed} == set(named)
    assert set(refreshed.values()) == {1}
    assert len(refreshed) <= len(named) * (windows + 2)
    assert await waiting(world.store) == 0


def asked_by_second(world: World, since: int) -> Counter[tuple[str, int]]:
    """How often each work order was read in each second of the clock, after so many calls."""
    asked = world.sandbox.state.requests.find(operation="get_work_order")[since:]
    return Counter((one.path.rpartition("/")[2], int(one.at.timestamp())) for one in asked)


async def test_hints_before_the_baseline_are_dropped_without_a_word(world: World) -> None:
    order = world.add_work_order()
    await hint(world, "work_order", order)
    await hint(world, "booking", order)

    await follower(world).follow_once()

    assert await waiting(world.store) == 0
    assert world.calls("get_work_order") == 0
    await baseline(world)


async def test_hints_of_what_nobody_watches_are_dropped(world: World) -> None:
    await baseline(world)
    await hint(world, "asset", "an-id")

    await follower(world).follow_once()

    assert await waiting(world.store) == 0


async def test_a_change_that_the_provider_shows_later_is_looked_for_once_more(
    world: World,
) -> None:
    order, other = world.add_work_order(), world.add_work_order()
    await baseline(world)
    one = follower(world)
    world.change_work_order(other, status="booked")
    await hint(world, "work_order", order, other)  # the other's change does not count for this one
    await one.follow_once()
    assert [event.subject for event in await world.news()] == [other]
    world.clock.advance(seconds=LATE_SHOWN.total_seconds() - 1)
    assert not await one.follow_once()

    world.change_work_order(order, status="booked")
    world.clock.advance(seconds=1)
    assert await one.follow_once()

    assert [event.subject for event in await world.news()] == [order]
    assert await waiting(world.store) == 0


async def test_a_hint_does_not_wait_for_the_second_look_that_an_earlier_one_has_left(
    world: World,
) -> None:
    order = world.add_work_order()
    await baseline(world)
    one = follower(world)
    await hint(world, "work_order", order)
    await one.follow_once()

    world.clock.advance(seconds=2)
    world.change_work_order(order, status="booked")
    await hint(world, "work_order", order)
    assert await one.follow_once()

    assert types(await world.news()) == ["work_order.status_changed"]


async def test_a_hint_that_comes_during_a_look_is_looked_at_when_the_window_ends(
    world: World,
) -> None:
    order = world.add_work_order()
    await baseline(world)
    one = follower(world)
    held = world.sandbox.state.faults.add(
        "delay", operation="get_work_order", when="after", hold=True
    )
    await hint(world, "work_order", order)
    look = asyncio.create_task(one.follow_once())
    await world.sandbox.state.faults.until(lambda: held.held == 1)
    world.change_work_order(order, status="booked")
    await hint(world, "work_order", order)
    world.sandbox.state.faults.clear()
    await look

    assert not await one.follow_once()
    assert one.pause <= WINDOW.total_seconds()
    world.clock.advance(seconds=WINDOW.total_seconds())
    assert await one.follow_once()

    assert types(await world.news()) == ["work_order.status_changed"]


async def test_a_hint_without_an_id_looks_at_the_whole_stream(world: World) -> None:
    await baseline(world)
    new = [world.add_invoice() for _ in range(3)]
    await hint(world, "invoice", ANY)

    await follow_to_the_end(follower(world))

    assert {event.subject for event in await world.news()} == set(new)
    assert await waiting(world.store) == 0


async def test_a_whole_look_waits_for_the_poll_that_is_at_the_stream(world: World) -> None:
    await baseline(world)
    name, now = f"stream/{CONNECTION}/invoices", world.clock.now()
    async with world.store.write() as tx:  # the poll of this very process
        token = await leases.acquire(tx, name, "a", now, now + timedelta(hours=1))
    assert token is not None
    calls = world.calls("list_invoices")
    await hint(world, "invoice", ANY)
    one = follower(world)

    await follow_to_the_end(one)
    assert (world.calls("list_invoices"), await waiting(world.store)) == (calls, 1)
    async with world.store.write() as tx:
        await leases.release(tx, name, "a", token, now)
    world.add_invoice()
    world.clock.advance(seconds=LATE_SHOWN.total_seconds())
    await follow_to_the_end(one)

    assert types(await world.news()) == ["invoice.received"]
    assert await waiting(world.store) == 0


@dataclass
class Slow:
    """Invoices of which each list waits for `go`; `asked` counts them."""

    asked: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def pages(self, client: PlentificClient, filters: Any) -> AsyncIterator[Page]:
        self.asked += 1
        self.begun.set()
        await self.go.wait()
        async for page in client.list_invoices(**filters):
            yield page

    def followed(self, world: World) -> Follower:
        sources = [world.watch(plentific.INVOICES, pages=self.pages).source]
        sources += [world.watch(one).source for one in WATCHED if one is not plentific.INVOICES]
        return Follower(CONNECTION, {one.stream.entity: one for one in sources}, world.lessee())


async def test_a_look_at_a_whole_stream_holds_up_no_hint_about_one_thing(world: World) -> None:
    order = world.add_work_order()
    await baseline(world)
    slow = Slow()
    one = slow.followed(world)
    await hint(world, "invoice", ANY)
    world.add_invoice()
    world.change_work_order(order, status="booked")
    await hint(world, "work_order", order)

    async with asyncio.timeout(10):
        await one.follow_once()

    assert types(await world.news()) == ["work_order.status_changed"]
    slow.go.set()
    await follow_to_the_end(one)
    assert types(await world.news()) == ["invoice.received"]


async def test_a_hint_about_a_whole_stream_waits_for_the_look_that_is_under_way(
    world: World,
) -> None:
    await baseline(world)
    slow = Slow()
    one = slow.followed(world)
    await hint(world, "invoice", ANY)
    await one.follow_once()
    (look,) = one.whole_looks.values()
    for _ in range(3):  # a look may take longer than a hint is taken for
        await hint(world, "invoice", ANY)
        world.clock.advance(seconds=TAKEN_FOR.total_seconds())
        await one.follow_once()
    assert list(one.whole_looks.values()) == [look]

    slow.go.set()
    await look
    lists = slow.asked
    assert await waiting(world.store) == 1  # what came during the look was not looked at yet
    world.add_invoice()
    await follow_to_the_end(one)

    assert types(await world.news()) == ["invoice.received"]
    assert slow.asked == 2 * lists


async def test_who_stops_following_stops_looking_at_whole_streams(world: World) -> None:
    await baseline(world)
    slow = Slow()
    await hint(world, "invoice", ANY)
    sources = list(slow.followed(world).by_kind.values())
    task = asyncio.create_task(follow(sources, world.lessee()))
    async with asyncio.timeout(10):
        await slow.begun.wait()

    task.cancel()
    await asyncio.wait({task}, timeout=10)

    name, now = f"stream/{CONNECTION}/invoices", world.clock.now()
    async with world.store.write() as tx:  # others may look at once
        assert await leases.acquire(tx, name, "b", now, now + LEASE) is not None


async def test_a_whole_stream_that_cannot_be_looked_at_is_tried_again(
    world: World, logged: list[EventDict]
) -> None:
    await baseline(world)
    async with world.store.write() as tx:
        await cursors.put(tx, CONNECTION, "invoices", ["no", "cursor"], world.clock.now())
    await hint(world, "invoice", ANY)

    await follow_to_the_end(follower(world))

    assert await waiting(world.store) == 1
    assert "hints not followed" in [entry["event"] for entry in logged]


async def test_processes_that_share_a_store_look_once_in_a_window(world: World) -> None:
    order = world.add_work_order()
    await baseline(world)
    calls = world.calls("get_work_order")

    for owner in ("a", "b", "c"):
        await hint(world, "work_order", order)
        await follower(world, owner).follow_once()
        world.clock.advance(seconds=WINDOW.total_seconds() / 4)
    assert world.calls("get_work_order") - calls == 1
    world.change_work_order(order, status="booked")
    waits = follower(world, "d")
    assert not await waits.follow_once()
    assert waits.pause == pytest.approx(WINDOW.total_seconds() / 4)
    world.clock.advance(seconds=waits.pause)
    assert await waits.follow_once()

    assert types(await world.news()) == ["work_order.status_changed"]


async def test_what_a_follower_that_died_had_taken_is_followed_by_another(world: World) -> None:
    order = world.add_work_order()
    await baseline(world)
    world.change_work_order(order, status="booked")
    await hint(world, "work_order", order)
    now = world.clock.now()
    async with world.store.write() as tx:  # taken, and nothing more was heard
        assert await hints.take(tx, CONNECTION, now, now + TAKEN_FOR, AT_ONCE)

    world.clock.advance(seconds=TAKEN_FOR.total_seconds() - 1)
    assert not await follower(world, "b").follow_once()
    world.clock.advance(seconds=1)
    assert await follower(world, "b").follow_once()

    assert types(await world.news()) == ["work_order.status_changed"]
    assert await waiting(world.store) == 0


async def test_a_follower_that_dies_in_the_middle_of_a_look_loses_nothing(world: World) -> None:
    order = world.add_work_order()
    await baseline(world)
    world.change_work_order(order, status="booked")
    held = world.sandbox.state.faults.add(
        "delay", operation="get_work_order", when="after", hold=True
    )
    await hint(world, "work_order", order)
    dying = asyncio.create_task(follower(world).follow_once())
    await world.sandbox.state.faults.until(lambda: held.held == 1)
    dying.cancel()
    await asyncio.wait({dying})
    world.sandbox.state.faults.clear()

    world.clock.advance(seconds=TAKEN_FOR.total_seconds())
    assert await follower(world, "b").follow_once()

    assert types(await world.news()) == ["work_order.status_changed"]


async def test_one_that_cannot_be_read_holds_up_no_other(world: World) -> None:
    broken, sound = world.add_work_order(), world.add_work_order()
    await baseline(world)
    for order in (broken, sound):
        world.change_work_order(order, status="booked")
    world.sandbox.state.faults.add("status", path=broken, status=500, times=None)
    calls, one = world.calls("get_work_order"), follower(world)
    await hint(world, "work_order", broken, sound)

    for _ in range(3):
        await follow_all(world, one)

    assert [event.subject for event in await world.news()] == [sound]
    read = asked_by_second(world, calls)
    assert sum(times for (order, _), times in read.items() if order == sound) == 1
    assert await waiting(world.store) == 1


async def test_a_look_that_hangs_holds_up_no_hint_of_another_kind(world: World) -> None:
    order = world.add_work_order()
    await baseline(world)
    world.change_work_order(order, status="booked")
    invoice = world.add_invoice()
    faults = world.sandbox.state.faults
    held = faults.add("delay", path=order, when="after", hold=True)
    await hint(world, "work_order", order)
    await hint(world, "invoice", invoice)

    looking = asyncio.create_task(follower(world).follow_once())
    async with asyncio.timeout(10):
        while await waiting(world.store) > 1:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert (held.held, types(await world.news())) == (1, ["invoice.received"])

    faults.clear()
    await looking
    assert types(await world.news()) == ["work_order.status_changed"]


async def test_a_look_that_hangs_is_given_up_before_others_may_take_its_hint(
    world: World, monkeypatch: pytest.MonkeyPatch, logged: list[EventDict]
) -> None:
    monkeypatch.setattr("workers.detect.hints.LONGEST_LOOK", 1.0)
    hanging, sound = world.add_work_order(), world.add_work_order()
    await baseline(world)
    for order in (hanging, sound):
        world.change_work_order(order, status="booked")
    held = world.sandbox.state.faults.add("delay", path=hanging, when="after", hold=True)
    await hint(world, "work_order", hanging, sound)
    one = follower(world)

    await one.follow_once()
    assert held.applied == 1
    assert [event.subject for event in await world.news()] == [sound]
    assert logged[-1]["event"] == "hint not followed in time"

    world.sandbox.state.faults.clear()
    world.clock.advance(seconds=LATE_SHOWN.total_seconds())
    await one.follow_once()
    assert [event.subject for event in await world.news()] == [hanging]


async def test_a_provider_that_fails_is_asked_ever_more_seldom_and_loses_nothing(
    world: World,
) -> None:
    order = world.add_work_order()
    await baseline(world)
    world.change_work_order(order, status="booked")
    world.sandbox.state.faults.add("status", operation="get_work_order", status=503, times=None)
    await hint(world, "work_order", order)
    one = follower(world)

    for age, pause in [
        (timedelta(), LATE_SHOWN),
        (timedelta(minutes=2), timedelta(minutes=1)),
        (timedelta(hours=3), LONGEST_PAUSE),
    ]:
        world.clock.advance(seconds=age.total_seconds())
        assert await one.follow_once()
        world.clock.advance(seconds=pause.total_seconds() - 1)
        assert not await one.follow_once()
        world.clock.advance(seconds=1)
    world.sandbox.state.faults.clear()
    assert await one.follow_once()

    assert types(await world.news()) == ["work_order.status_changed"]
    assert await waiting(world.store) == 0


async def test_what_can_never_be_read_is_left_to_the_polls_after_a_day(world: World) -> None:
    order = world.add_work_order()
    await baseline(world)
    world.sandbox.state.faults.add("status", path=order, status=400, times=None)
    await hint(world, "work_order", order)
    one = follower(world)
    await one.follow_once()
    assert await waiting(world.store) == 1

    world.clock.advance(seconds=GIVEN_UP_AFTER.total_seconds())
    await one.follow_once()

    assert await waiting(world.store) == 0


async def test_a_stream_that_cannot_be_followed_does_not_stop_the_others(
    world: World, logged: list[EventDict]
) -> None:
    order, invoice = world.add_work_order(), world.add_invoice()
    await baseline(world)
    world.change_work_order(order, status="booked")
    async with world.store.write() as tx:
        await cursors.put(tx, CONNECTION, "invoices", ["no", "cursor"], world.clock.now())
    await hint(world, "invoice", invoice)
    await hint(world, "work_order", order)

    await follower(world).follow_once()

    assert types(await world.news()) == ["work_order.status_changed"]
    assert await waiting(world.store) == 1
    assert "hints not followed" in [entry["event"] for entry in logged]


async def test_a_hint_about_a_booking_is_about_all_bookings_of_its_order(world: World) -> None:
    order = world.add_work_order()
    await baseline(world)
    one = follower(world)
    moved = add_booking(world, order, start_datetime="2026-03-04T10:00:00Z")
    await hint(world, "booking", order)
    await follow_all(world, one)
    (created,) = await world.news()

    change_booking(world, order, moved, start_datetime="2026-03-05T10:00:00Z")  # no row shows it
    new = add_booking(world, order)
    await hint(world, "booking", order)
    await one.follow_once()
    told = await world.news()

    assert (types([created]), created.subject, created.key) == (["booking.created"], moved, order)
    assert {(event.type, event.subject) for event in told} == {
        ("plentific.booking.updated", moved),
        ("plentific.booking.created", new),
    }
    (updated,) = (event for event in told if event.subject == moved)
    assert previous_of(updated) == {"start": "2026-03-04T10:00:00Z"}


async def test_a_booking_of_an_order_that_is_not_known_yet_is_told(world: World) -> None:
    await baseline(world)
    booking = add_booking(world, order := world.add_work_order())
    await hint(world, "booking", order)

    await follower(world).follow_once()

    (created,) = await world.news()
    assert (created.subject, created.key) == (booking, order)


async def test_hints_about_orders_that_nobody_knows_leave_nothing_behind(world: World) -> None:
    await baseline(world)
    await hint(world, "booking", *(str(UUID(int=number)) for number in range(5)))

    await follow_all(world, follower(world))

    assert await waiting(world.store) == 0
    assert await world.known("booking@") == set()


async def test_a_work_order_that_is_gone_is_not_asked_for_again_by_a_hint(world: World) -> None:
    order = world.add_work_order()
    await baseline(world)
    await world.work_orders.look()  # reads its detail
    world.sandbox.state.plentific.work_orders.remove(order)
    await hint(world, "work_order", order)
    calls = world.calls("get_work_order")

    await follow_all(world, follower(world))

    assert world.calls("get_work_order") - calls == 2
    assert await world.news() == []
    assert await waiting(world.store) == 0


async def test_more_hints_than_are_taken_at_once_are_all_followed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.detect.hints.AT_ONCE", 4)
    orders = [world.add_work_order() for _ in range(6)]
    await baseline(world)
    for order in orders:
        world.change_work_order(order, status="booked")
    await hint(world, "work_order", *orders)
    one = follower(world)

    assert [await one.follow_once() for _ in range(3)] == [True, True, False]

    assert {event.subject for event in await world.news()} == set(orders)


async def test_what_came_of_hints_is_counted(world: World) -> None:
    def counted(*outcomes: str) -> Iterable[float]:
        return [metrics.HINTS_HANDLED.labels(CONNECTION, one)._value.get() for one in outcomes]

    changed, same, failing = (world.add_work_order() for _ in range(3))
    await baseline(world)
    world.change_work_order(changed, status="booked")
    world.sandbox.state.faults.add("status", path=failing, status=500)
    outcomes = ("changed", "nothing", "failed", "ignored")
    before = counted(*outcomes)
    await hint(world, "work_order", changed, same, failing)
    await hint(world, "asset", "an-id")

    await follower(world).follow_once()

    after = counted(*outcomes)
    assert [new - old for new, old in zip(after, before, strict=True)] == [1, 1, 1, 1]
