"""Backfill: history on request, without what looking has told or will tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.http.errors import ProviderError
from adapters.store import cursors, outbox
from adapters.store.entities import Entity
from deploy.sandbox.plentific.work_order_progress import change_child, create_child
from events.envelope import Event
from tests.workers.detect.world import (
    CONNECTION,
    Watch,
    World,
    entity_of,
    history,
    pages_of,
    statuses,
    types,
)
from tests.workers.fake_clock import START
from workers.detect import backfill as backfilling
from workers.detect.backfill import Refused, Report, backfill
from workers.detect.changes import created_or_updated, turned
from workers.detect.plentific import INVOICES, QUOTES
from workers.detect.stream import Json, Stream

LONG_AGO = START - timedelta(days=365)


async def told(watch: Watch, **ago: float) -> list[Event]:
    """Backfill, from so long ago, all that can be read; returns the events."""
    since = watch.world.clock.now() - timedelta(**ago) if ago else LONG_AGO
    report = await backfill(watch.source, since)
    assert (report.unread, report.steady) == (0, True)
    events = await watch.world.news()
    assert report.told.total() == len(events)
    assert all(event.backfill for event in events)
    return events


async def purge(world: World) -> None:
    """Let all that is in the outbox be published and forgotten."""
    now = world.clock.now()
    async with world.store.write() as tx:
        await outbox.mark_published(tx, [row.id for row in await outbox.unpublished(tx, 10)], now)
        assert await outbox.purge(tx, now + timedelta(seconds=1))


async def test_what_happened_before_the_baseline_is_told_and_marked(world: World) -> None:
    uuid = world.add_invoice(created=world.ago(days=40), status="paid", paid_on=world.ago(days=20))
    await world.invoices.baseline()

    received, paid = await told(world.invoices)

    assert types([received, paid]) == ["invoice.received", "invoice.paid"]
    assert {received.subject, paid.subject} == {uuid}
    assert (received.time, paid.time) == (START - timedelta(days=40), START - timedelta(days=20))
    assert received.detected_at == world.clock.now()
    assert entity_of(received)["total_including_tax"] == "60.00"


async def test_only_what_happened_since_the_date_is_told(world: World) -> None:
    world.add_invoice(created=world.ago(days=40), status="paid", paid_on=world.ago(days=20))
    world.add_invoice(created=world.ago(days=40))
    await world.invoices.baseline()

    assert types(await told(world.invoices, days=30)) == ["invoice.paid"]


async def test_each_step_of_an_orders_history_is_told_with_its_state(world: World) -> None:
    steps = [("new", 9), ("hired", 5), ("signed_off", 2)]
    entries = history(*((world.ago(days=days), status) for status, days in steps))
    world.add_work_order(created=world.ago(days=9), state_history=entries)
    await world.work_orders.baseline()

    events = await told(world.work_orders, days=6)

    assert statuses(events) == ["hired", "signed_off"]
    assert [event.sequence for event in events] == [1, 1]


async def test_it_is_told_once_however_often_it_is_asked_for(world: World) -> None:
    for _ in range(3):
        world.add_invoice(created=world.ago(days=3))
    await world.invoices.baseline()
    first = await told(world.invoices)

    again = await backfill(world.invoices.source, LONG_AGO)

    assert (again.told.total(), again.known) == (0, len(first))
    assert await world.news() == []


async def test_what_was_purged_is_told_again_under_the_same_id(world: World) -> None:
    world.add_invoice(created=world.ago(days=3))
    await world.invoices.baseline()
    (first,) = await told(world.invoices)
    await purge(world)
    world.heard.clear()

    (again,) = await told(world.invoices)

    assert again.id == first.id


async def test_what_happened_right_before_the_baseline_is_history(world: World) -> None:
    world.add_invoice(created=world.ago(seconds=1))
    await world.invoices.baseline()

    assert types(await told(world.invoices)) == ["invoice.received"]


async def test_a_backfill_that_was_cut_short_goes_on_where_it_was(world: World) -> None:
    for days in range(2, 8):
        world.add_invoice(created=world.ago(days=days))
    watch = world.watch(INVOICES, pages=pages_of(2))
    await watch.baseline()
    world.sandbox.state.faults.add("status", operation="list_invoices", skip=1, status=500)
    with pytest.raises(ProviderError):
        await backfill(watch.source, LONG_AGO)
    assert len(await world.news()) == 2

    world.sandbox.state.faults.clear()

    assert len(await told(watch)) == 4


async def test_a_dry_run_counts_and_writes_nothing(world: World) -> None:
    world.add_invoice(created=world.ago(days=3), status="paid", paid_on=world.ago(days=2))
    world.add_invoice(created=world.ago(days=3))
    await world.invoices.baseline()
    shown: list[int] = []

    report = await backfill(
        world.invoices.source, LONG_AGO, dry_run=True, shown=lambda one: shown.append(one.read)
    )

    assert report.told == {"plentific.invoice.received": 2, "plentific.invoice.paid": 1}
    assert shown == [2]
    assert await world.news() == []


# --- beside what is looked at -----------------------------------------------------------------


async def test_what_a_look_has_told_is_not_told_as_history(world: World) -> None:
    uuid = world.add_invoice(created=world.ago(days=40))
    await world.invoices.baseline()
    world.change_invoice(uuid, status="paid")
    assert types(await world.invoices.news()) == ["invoice.paid"]

    (received,) = await told(world.invoices)

    assert types([received]) == ["invoice.received"]
    assert received.sequence == 1


async def test_what_a_look_is_about_to_tell_is_left_to_it(world: World) -> None:
    known = world.add_invoice(created=world.ago(days=40))
    await world.invoices.baseline()
    world.change_invoice(known, status="paid")
    new = world.add_invoice(status="paid")

    assert {(one.subject, *types([one])) for one in await told(world.invoices)} == {
        (known, "invoice.received")
    }
    news = await world.invoices.news()

    assert not any(event.backfill for event in news)
    assert sorted((one.subject, *types([one])) for one in news) == sorted(
        [(known, "invoice.paid"), (new, "invoice.received"), (new, "invoice.paid")]
    )


async def test_an_entry_that_is_dated_back_is_news_and_not_history(world: World) -> None:
    uuid = world.add_work_order(created=world.ago(days=9))
    await world.work_orders.baseline()
    world.change_work_order(uuid, status="hired", at=world.ago(days=1))

    assert types(await told(world.work_orders)) == ["work_order.created"]
    (news,) = await world.work_orders.news()

    assert (types([news]), news.backfill) == (["work_order.status_changed"], False)


async def test_what_came_into_view_late_is_told_half_as_news_and_half_as_history(
    world: World,
) -> None:
    await world.work_orders.baseline()
    entries = history((world.ago(days=9), "new"), (world.ago(hours=1), "hired"))
    world.add_work_order(created=world.ago(days=9), state_history=entries)

    (past,) = await told(world.work_orders)
    (news,) = await world.work_orders.news()

    assert types([past, news]) == ["work_order.created", "work_order.status_changed"]
    assert not news.backfill


async def test_entities_are_left_as_they_are(world: World) -> None:
    known = world.add_invoice(created=world.ago(days=40))
    await world.invoices.baseline()
    before = await world.entity("invoice", known)
    world.change_invoice(known, status="paid")
    unknown = world.add_invoice(created=world.ago(days=40))

    assert len(await told(world.invoices)) == 2

    assert await world.entity("invoice", known) == before
    assert await world.entity("invoice", unknown) is None


async def test_a_state_that_is_known_whole_is_not_read_again(world: World) -> None:
    world.add_invoice(created=world.ago(days=40))
    await world.invoices.baseline()
    await world.invoices.look()  # reads the details that are due
    reads = world.calls("get_invoice")

    assert types(await told(world.invoices)) == ["invoice.received"]
    assert world.calls("get_invoice") == reads == 1


# --- after a reset ------------------------------------------------------------------------------


async def forget(watch: Watch) -> None:
    """What `tiebeam streams reset` does."""
    async with watch.world.store.write() as tx:
        assert await cursors.forget(tx, *watch.source.labels)


async def test_after_a_reset_what_is_not_known_is_silent_and_told_on_request(world: World) -> None:
    known = world.add_invoice(created=world.ago(days=40))
    await world.invoices.baseline()
    new = world.add_invoice()
    world.change_invoice(known, status="paid")
    world.clock.advance(minutes=1)
    await forget(world.invoices)
    await world.invoices.baseline()

    (paid,) = await world.invoices.news()
    past = await told(world.invoices)

    assert (types([paid]), paid.subject, paid.backfill) == (["invoice.paid"], known, False)
    assert {(one.subject, *types([one])) for one in past} == {
        (known, "invoice.received"),
        (new, "invoice.received"),
    }


async def test_a_look_that_is_under_way_does_not_undo_a_reset(world: World) -> None:
    await world.invoices.baseline()
    world.add_invoice()

    async def pages(client: Any, filters: Any) -> Any:
        async for page in client.list_invoices(**filters):
            yield page
        if await has_cursor():
            await forget(world.invoices)

    async def has_cursor() -> bool:
        async with world.store.read() as tx:
            return await cursors.get(tx, *world.invoices.source.labels) is not None

    looked = await world.watch(INVOICES, pages=pages).look()

    assert looked.baseline_at is None
    assert not await has_cursor()


# --- what cannot be told ------------------------------------------------------------------------


async def test_without_a_baseline_nobody_knows_what_is_history(world: World) -> None:
    with pytest.raises(Refused, match="repairs/invoices: there is no baseline yet"):
        await backfill(world.invoices.source, LONG_AGO)


async def test_what_happened_since_the_baseline_is_no_history(world: World) -> None:
    await world.invoices.baseline()
    with pytest.raises(Refused, match="since 2026-03-02 09:30 UTC is told without being asked"):
        await backfill(world.invoices.source, world.clock.now())


async def test_what_cannot_be_read_is_counted_and_keeps_nothing_else_back(world: World) -> None:
    for _ in range(3):
        world.add_invoice(created=world.ago(days=3))
    await world.invoices.baseline()
    world.sandbox.state.faults.add("status", operation="get_invoice", status=500, times=1)

    report = await backfill(world.invoices.source, LONG_AGO)

    assert (report.read, report.told.total(), report.unread) == (3, 2, 1)
    assert "get_invoice" in (report.error or "")


async def test_what_lacks_what_an_event_must_have_is_counted(world: World) -> None:
    world.add_invoice(created=world.ago(days=3), total_including_tax=None)
    await world.invoices.baseline()

    report = await backfill(world.invoices.source, LONG_AGO)

    assert (report.told.total(), report.unread) == (0, 1)
    assert (report.error or "").endswith("it lacks what an event must have")


async def test_what_is_gone_by_now_is_no_failure(world: World) -> None:
    uuid = world.add_invoice(created=world.ago(days=3))
    await world.invoices.baseline()
    world.sandbox.state.faults.add("status", operation="get_invoice", status=404)

    report = await backfill(world.invoices.source, LONG_AGO)

    assert (report.told.total(), report.unread) == (0, 0), uuid


async def test_a_list_that_never_holds_still_is_told_and_said(world: World) -> None:
    for days in range(2, 7):
        world.add_invoice(created=world.ago(days=days))
    watch = world.watch(INVOICES, pages=pages_of(2))
    await watch.baseline()
    world.sandbox.state.drift.add("plentific", "invoices", "move_later_to_front", times=99)

    report = await backfill(watch.source, LONG_AGO)

    assert not report.steady
    assert report.read == report.told.total() == len(await world.news())


# --- below parents ------------------------------------------------------------------------------


def add_quote(world: World, order: str, **fields: Any) -> str:
    state = world.sandbox.state
    return str(create_child(state.plentific, "quotes", order, state.now(), fields)["uuid"])


async def test_below_all_parents_is_looked_whether_they_live_or_not(world: World) -> None:
    orders = [world.add_work_order(status=status) for status in ("new", "signed_off", "cancelled")]
    quotes = {add_quote(world, order, created=world.ago(days=30)) for order in orders}
    await world.work_orders.baseline()
    watch = world.watch(QUOTES)
    await watch.baseline()

    events = await told(watch)

    assert {event.subject for event in events} == quotes
    assert types(events) == ["quote.received"] * 3
    assert {event.key for event in events} == set(orders)


async def test_what_a_first_look_below_parents_kept_to_itself_is_history(world: World) -> None:
    add_quote(world, world.add_work_order(), created=world.ago(hours=2))
    await world.work_orders.baseline()
    watch = world.watch(QUOTES)
    assert await watch.news() == []

    assert types(await told(watch)) == ["quote.received"]


async def test_history_never_has_the_id_of_what_a_look_tells_later(world: World) -> None:
    order = world.add_work_order()
    quote = add_quote(world, order, created=world.ago(days=30), status="superseded")
    await world.work_orders.baseline()
    watch = world.watch(QUOTES)
    await watch.baseline()
    _, replaced = await told(watch)  # the quote says no time of that

    change_child(
        world.sandbox.state.plentific, "quotes", order, quote, START, {"status": "cancelled"}
    )
    (news,) = await watch.news(hours=1)

    assert types([replaced]) == types([news]) == ["quote.status_changed"]
    assert news.id != replaced.id


async def test_a_list_that_cannot_be_read_is_counted(world: World) -> None:
    for _ in range(2):
        add_quote(world, world.add_work_order(), created=world.ago(days=30))
    await world.work_orders.baseline()
    watch = world.watch(QUOTES)
    await watch.baseline()
    world.sandbox.state.faults.add(
        "status", operation="list_work_order_quotes", status=500, times=1
    )

    report = await backfill(watch.source, LONG_AGO)

    assert (report.told.total(), report.unread) == (1, 1)
    assert "list_work_order_quotes" in (report.error or "")


# --- one entity -----------------------------------------------------------------------------------


CREATED: Json = {"id": "7", "created": "2026-01-05T08:00:00Z", "confirmed": True}
THEN = START - timedelta(days=90)


def stream(**changes: Any) -> Stream:
    told = created_or_updated(
        "essensys.booking", created_at="created", special=turned("confirmed", True, "confirmed")
    )
    return replace(INVOICES, told=told, **changes)


def known(version: int, **changes: Any) -> Entity:
    return Entity(
        CONNECTION,
        "booking",
        "7",
        ordering_key="7",
        version=version,
        row_fingerprint="",
        row_seen_at=START,
        detail_fingerprint="it was read",
        state={**CREATED, **changes},
    )


def history_of(one: Stream, entity: Entity | None) -> backfilling.History:
    return backfilling.history(one, entity, CREATED, CREATED, START, THEN)


def test_what_was_so_at_the_baseline_is_told_of_what_was_silent_since() -> None:
    found = history_of(stream(), known(0))

    assert [one.event_type for one in found.transitions] == [
        "essensys.booking.created",
        "essensys.booking.confirmed",
    ]


@pytest.mark.parametrize("entity", [known(3), known(0, confirmed=False)], ids=["told", "pending"])
def test_what_may_have_been_told_under_another_id_is_left_out(entity: Entity) -> None:
    found = history_of(stream(), entity)

    assert [one.event_type for one in found.transitions] == ["essensys.booking.created"]
    assert found.unclear == 1


def test_what_shows_no_time_is_left_out() -> None:
    timeless = replace(INVOICES, told=created_or_updated("planiso.project"))

    assert history_of(timeless, known(0)) == backfilling.History([], undated=True)


def test_a_report_keeps_the_first_reason() -> None:
    report = Report()
    report.failed("first")
    report.failed("second", 2)

    assert (report.unread, report.error) == (3, "first")
