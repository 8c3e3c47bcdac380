"""Cycles: quick looks and full sweeps, details read in rotation, and the cursor."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any

import orjson
import pytest

from adapters.plentific.client import PlentificClient
from adapters.store import cursors
from tests.workers.detect.world import CONNECTION, Watch, World, entity_of, pages_of, types
from workers.detect import cycle
from workers.detect.cycle import Progress, progress
from workers.detect.plentific import INVOICES
from workers.detect.registry import STREAMS
from workers.detect.stream import Page
from workers.detect.sweep import MAX_PASSES
from workers.telemetry import metrics

# --- quick looks and sweeps -------------------------------------------------------------------


async def test_between_two_sweeps_only_what_is_recent_is_listed(world: World) -> None:
    await world.invoices.baseline()
    world.sandbox.state.requests.clear()

    for _ in range(13):
        await world.invoices.look(minutes=1)

    requests = world.sandbox.state.requests.find(operation="list_invoices")
    assert [request.query for request in requests] == [
        {"paid_from": "2026-02-28"},
        {"created_from": "2026-02-28"},
    ] * 13
    await world.invoices.look(minutes=1)
    assert world.sandbox.state.requests.find(operation="list_invoices")[-1].query == {}


@pytest.mark.parametrize("hours", [-26, 26])
async def test_a_provider_whose_clock_or_zone_differs_loses_nothing_in_a_quick_look(
    world: World, hours: int
) -> None:
    world.sandbox.state.clock_offset = timedelta(hours=hours)
    world.sandbox.state.plentific.settings.date_filter_zone = "Pacific/Auckland"
    await world.invoices.baseline()
    world.add_invoice(status="paid")

    assert types(await world.invoices.news()) == ["invoice.received", "invoice.paid"]


async def test_rows_that_drift_in_a_sweep_are_not_lost(world: World) -> None:
    uuids = [world.add_invoice(created=world.ago(days=9)) for _ in range(9)]
    watch = world.watch(INVOICES, pages=pages_of(2))
    await watch.baseline()
    for uuid in uuids:
        world.change_invoice(uuid, status="overdue")
    for page in (1, 2, 3):
        world.sandbox.state.drift.add(
            "plentific", "invoices", "move_later_to_front", after_page=page, times=2
        )

    told = await watch.sweep()
    told += await watch.sweep()

    assert types(told) == ["invoice.overdue"] * 9
    assert {event.subject for event in told} == set(uuids)


async def test_a_sweep_that_did_not_hold_still_is_due_again_at_the_next_look(
    world: World,
) -> None:
    for _ in range(5):
        world.add_invoice()
    watch = world.watch(INVOICES, pages=pages_of(2))
    await watch.baseline()
    rule = world.sandbox.state.drift.add("plentific", "invoices", "move_later_to_front", times=99)
    swept_at = (await progress(watch.source)).swept_at

    looked = await watch.look(minutes=15)
    assert (looked.swept_at, looked.failures) == (swept_at, 0)
    world.sandbox.state.drift.clear()
    looked = await watch.look(minutes=1)

    assert rule.applied == MAX_PASSES
    assert looked.swept_at == world.clock.now().isoformat()


async def test_a_listing_that_fails_halfway_keeps_what_it_read_and_repeats_the_rest(
    world: World,
) -> None:
    uuids = [world.add_invoice(created=world.ago(days=n)) for n in range(4, 8)]
    watch = world.watch(INVOICES, pages=pages_of(2))
    await watch.baseline()
    for uuid in uuids:
        world.change_invoice(uuid, status="overdue")
    world.sandbox.state.faults.add("status", operation="list_invoices", skip=1, status=502)
    swept_at = (await progress(watch.source)).swept_at

    failed = await watch.look(minutes=15)
    assert (failed.failures, failed.swept_at, failed.events) == (1, swept_at, 2)
    assert failed.error == "repairs: list_invoices: Bad Gateway (502); try again later"
    assert {event.subject for event in await world.news()} == set(uuids[:2])
    again = await watch.look(minutes=1)

    assert (again.failures, again.error, again.events) == (0, None, 4)
    assert {event.subject for event in await world.news()} == set(uuids[2:])
    assert again.swept_at == world.clock.now().isoformat()


async def test_absence_is_not_deletion(world: World) -> None:
    uuid = world.add_invoice()
    await world.invoices.baseline()
    await world.invoices.news()
    world.sandbox.state.plentific.invoices.hide(uuid)

    assert await world.invoices.sweep() == []
    assert await world.invoices.news(hours=1) == []
    assert uuid in await world.known("invoice")


# --- what a quick look has missed -------------------------------------------------------------


def windows_of(world: World, **changes: Any) -> Watch:
    """Invoices of which quick looks show those that were paid of late, and no others."""

    def paid(now: datetime) -> list[dict[str, date]]:
        return [{"paid_from": (now - timedelta(days=2)).date()}]

    return world.watch(INVOICES, windows=paid, **changes)


async def test_what_only_a_sweep_finds_is_missed_where_windows_show_what_changes(
    world: World,
) -> None:
    overdue, paid = world.add_invoice(), world.add_invoice()
    watch = windows_of(world, shows_changes=True)
    await watch.baseline()
    counters = (metrics.CHANGES_MISSED, metrics.ROWS_COMPARED)
    before = [one.labels(CONNECTION, "invoices")._value.get() for one in counters]
    world.change_invoice(overdue, status="overdue", due_date="2026-03-01")
    world.change_invoice(paid, status="paid")

    assert types(await watch.sweep()) == ["invoice.paid", "invoice.overdue"]

    looked = await progress(watch.source)
    assert (looked.missed, looked.compared) == (1, 2)
    after = [one.labels(CONNECTION, "invoices")._value.get() for one in counters]
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 2]


async def test_windows_that_fail_do_not_keep_the_list_from_being_read(world: World) -> None:
    async def pages(client: PlentificClient, filters: dict[str, Any]) -> AsyncIterator[Page]:
        if filters:
            await client.get_invoice("00000000-0000-4000-8000-000000000000")
        async for page in client.list_invoices(**filters):
            yield page

    overdue = world.add_invoice()
    watch = windows_of(world, shows_changes=True, pages=pages)
    await watch.baseline()
    world.change_invoice(overdue, status="overdue")

    looked = await watch.look(minutes=15)

    assert types(await world.news()) == ["invoice.overdue"]
    assert (looked.failures, looked.missed, looked.compared) == (1, 0, 0)


async def test_nothing_is_missed_where_windows_show_but_a_part(world: World) -> None:
    overdue = world.add_invoice()
    watch = windows_of(world)
    await watch.baseline()
    world.change_invoice(overdue, status="overdue")

    assert types(await watch.sweep()) == ["invoice.overdue"]

    looked = await progress(watch.source)
    assert (looked.missed, looked.compared) == (0, 0)


async def test_what_changed_before_a_store_was_lost_no_window_should_have_shown(
    world: World,
) -> None:
    overdue = world.add_invoice()
    watch = windows_of(world, shows_changes=True)
    begun = Progress(resumes_at=world.clock.now().isoformat())
    async with world.store.write() as tx:
        await cursors.put(tx, CONNECTION, "invoices", asdict(begun), world.clock.now())
    await watch.look()
    world.change_invoice(overdue, status="overdue")

    assert types(await watch.news(minutes=1)) == ["invoice.overdue"]

    looked = await progress(watch.source)
    assert (looked.missed, looked.compared) == (0, 0)


def test_every_list_that_can_be_filtered_by_change_counts_what_it_misses() -> None:
    found = {f"{one.provider}/{one.name}" for one in STREAMS if one.shows_changes or one.covered}

    assert found == {
        *("essensys/accounts", "essensys/bookings", "essensys/invoices", "essensys/leads"),
        *("facilitee/issues", "plentific/work-orders"),
    }


# --- the rotation of details ------------------------------------------------------------------


async def test_details_are_read_in_turns(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cycle, "DUE_DETAILS", 3)
    for status in ("outstanding", "paid"):
        for _ in range(4):
            world.add_invoice(status=status)
    await world.invoices.baseline()

    reads = []
    for _ in range(3):
        await world.invoices.look()
        reads.append(world.calls("get_invoice"))
    assert reads == [3, 4, 4]  # the live ones, as many as a look has time for

    for _ in range(8):
        await world.invoices.look(hours=3)
    read = world.sandbox.state.requests.find(operation="get_invoice")
    every = {one.path.rpartition("/")[2] for one in read}
    assert every == await world.known("invoice")  # and the settled ones in the course of a day


@pytest.mark.parametrize("trouble", ["gone", "not usable", "forbidden", "not understood"])
async def test_details_that_cannot_be_read_do_not_keep_others_from_their_turn(
    world: World, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    monkeypatch.setattr(cycle, "DUE_DETAILS", 2)
    uuids = sorted(world.add_invoice() for _ in range(5))
    await world.invoices.baseline()
    for uuid in uuids[:3]:
        make(world, uuid, trouble)
    for uuid in uuids[3:]:
        world.change_invoice(uuid, payment_reference="CHANGED")

    looks = [await world.invoices.look(minutes=1) for _ in range(3)]

    assert [looked.error for looked in looks] == [None] * 3
    assert [looked.unusable for looked in looks] == ([0] * 3 if trouble == "gone" else [2, 1, 0])
    for uuid in uuids[3:]:
        known = await world.entity("invoice", uuid)
        assert known is not None
        assert known.state["payment_reference"] == "CHANGED"


def make(world: World, uuid: str, trouble: str) -> None:
    """Make the detail of an invoice one that cannot be read or used."""
    invoices = world.sandbox.state.plentific.invoices
    if trouble == "gone":
        invoices.remove(uuid)
    elif trouble == "forbidden":
        world.sandbox.state.faults.add("status", path=uuid, status=403, times=None)
    elif trouble == "not usable":
        invoices[uuid]["total_tax"] = None
    else:  # half of a surrogate pair is JSON, but no text that can be written
        body = orjson.dumps(invoices[uuid]).decode().replace("SANDBOX-", "\\ud800")
        world.sandbox.state.faults.add("status", path=uuid, status=200, body=body, times=None)


async def test_an_invoice_that_was_gone_and_comes_back_is_no_news(world: World) -> None:
    uuid = world.add_invoice(created="2026-02-28T01:41:58.538216Z")  # its row shows no fraction
    await world.invoices.baseline()
    world.sandbox.state.faults.add("status", path=uuid, status=404)

    assert await world.invoices.news() == []
    assert await world.invoices.news(hours=1) == []
    assert world.calls("get_invoice") == 2


async def test_a_work_order_that_was_gone_and_comes_back_is_no_news(world: World) -> None:
    entries = [{"created": world.ago(days=9), "status": status} for status in ("new", "hired")]
    uuid = world.add_work_order(created=world.ago(days=9), state_history=entries)
    await world.work_orders.baseline()
    fault = world.sandbox.state.faults.add("status", path=uuid, status=404, times=None)
    assert await world.work_orders.news() == []
    assert fault.applied == 1
    world.sandbox.state.faults.clear()

    assert await world.work_orders.news(hours=1) == []
    world.change_work_order(uuid, status="booked")
    (booked,) = await world.work_orders.news()
    assert entity_of(booked)["status"] == "booked"


# --- the cursor -------------------------------------------------------------------------------


async def test_the_cursor_tells_how_far_a_stream_is(world: World) -> None:
    await world.invoices.baseline()
    world.add_invoice(status="paid")

    looked = await world.invoices.look()

    assert looked == await progress(world.invoices.source)
    assert looked == Progress(
        baseline_at="2026-03-02T09:30:15+00:00",
        swept_at="2026-03-02T09:30:15+00:00",
        looked_at="2026-03-02T09:31:15+00:00",
        succeeded_at="2026-03-02T09:31:15+00:00",
        pages=1,
        seen=2,  # one row in both windows
        changed=1,
        events=2,
        calls=3,  # two windows and a detail
        all_calls=5,  # those of the baseline too: a list and a token
        total=0,
        steady=True,
    )


async def test_a_stream_never_looked_at_has_an_empty_cursor(world: World) -> None:
    assert await progress(world.invoices.source) == Progress()


async def test_a_cursor_written_by_a_later_release_can_be_read(world: World) -> None:
    await world.invoices.baseline()
    async with world.store.write() as tx:
        kept = await cursors.get(tx, CONNECTION, "invoices")
        assert kept is not None
        value = {**kept.value, "mood": "good"}
        await cursors.put(tx, CONNECTION, "invoices", value, world.clock.now())
    world.add_invoice()

    assert types(await world.invoices.news()) == ["invoice.received"]


async def test_failures_are_counted_until_a_look_goes_well(world: World) -> None:
    await world.invoices.baseline()
    world.sandbox.state.faults.add("status", operation="list_invoices", status=500, times=6)

    failures = [(await world.invoices.look(minutes=1)).failures for _ in range(4)]

    assert failures == [1, 2, 3, 0]
    cursor = await progress(world.invoices.source)
    assert cursor.succeeded_at == world.clock.now().isoformat()


async def test_a_surprise_is_a_failure_and_shows_nothing_of_what_the_provider_sent(
    world: World,
) -> None:
    await world.invoices.baseline()

    async def pages(_client: object, _filters: object) -> Any:
        raise KeyError("a tenant's name")
        yield

    broken = world.watch(INVOICES, pages=pages)
    looked = [await broken.look(minutes=1) for _ in range(2)][-1]

    assert (looked.failures, looked.error) == (2, "KeyError, see the log")
    assert looked.baseline_at is not None
    assert (await world.invoices.look()).failures == 0


async def test_a_row_without_an_id_is_a_failure_that_can_be_seen(world: World) -> None:
    await world.invoices.baseline()
    uuid = world.add_invoice()
    del world.sandbox.state.plentific.invoices[uuid]["uuid"]

    looked = await world.invoices.look()

    assert looked.failures == 1


async def test_a_look_that_another_overtook_adds_to_the_totals_and_leaves_the_rest(
    world: World,
) -> None:
    overdue = world.add_invoice()
    await world.invoices.baseline()
    before = await world.invoices.look()
    world.change_invoice(overdue, status="overdue")
    overtaking: list[Progress] = []

    async def read(client: PlentificClient, uuid: str) -> Any:
        if not overtaking:
            world.clock.advance(seconds=1)
            quick = world.watch(INVOICES, windows=lambda _now: [{"paid_from": date(2030, 1, 1)}])
            overtaking.append(await quick.look())
        return await client.get_invoice(uuid)

    slow = world.watch(INVOICES, read=read)
    await slow.sweep()

    (other,) = overtaking
    after = await progress(slow.source)
    assert after == replace(other, events=before.events + 1, all_calls=after.all_calls)
    assert after.all_calls > other.all_calls > before.all_calls
