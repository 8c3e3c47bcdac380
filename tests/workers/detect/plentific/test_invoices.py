"""Invoices: what changes at Plentific, and which events tell it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from events.plentific import InvoiceData, InvoiceStatus
from tests.workers.detect.world import World, entity_of, events_of, instant, previous_of, types

LABOUR = {"type": "LABOUR", "description": "Repair", "quantity": 2, "unit_price": 45.5, "vat": 20}


async def test_a_new_invoice_is_received(world: World) -> None:
    await world.invoices.baseline()
    uuid = world.add_invoice(items=[LABOUR])
    created = world.clock.now()

    (received,) = await world.invoices.news(minutes=1)

    assert received.type == "plentific.invoice.received"
    assert received.source == "/plentific/repairs"
    assert (received.subject, received.key) == (uuid, uuid)
    assert (received.time, received.detected_at) == (created, created + timedelta(minutes=1))
    assert (received.sequence, received.backfill) == (1, False)
    assert (received.correlation_id, received.causation_id) == (received.id, None)
    data = received.data_as(InvoiceData)
    assert data.previous is None
    assert data.invoice.status is InvoiceStatus.OUTSTANDING
    assert entity_of(received)["total_including_tax"] == "109.20"
    assert entity_of(received)["currency"] == "GBP"


async def test_an_invoice_of_a_work_order_is_kept_in_order_with_it(world: World) -> None:
    order = world.add_work_order()
    await world.invoices.baseline()
    world.add_invoice(work_order_uuid=order)

    (received,) = await world.invoices.news()

    assert received.key == order


async def test_what_is_left_alone_is_never_told_again(world: World) -> None:
    await world.invoices.baseline()
    world.add_invoice()
    await world.invoices.news(minutes=1)

    for _ in range(3):
        assert await world.invoices.sweep() == []
    assert await world.invoices.news(days=1) == []


async def test_an_invoice_paid_between_two_looks_is_told_once_with_what_it_was(
    world: World,
) -> None:
    uuid = world.add_invoice(items=[LABOUR])
    await world.invoices.baseline()
    assert await world.invoices.news() == []  # its detail is read
    world.clock.advance(minutes=1)
    world.change_invoice(uuid, status="paid")
    paid_on = world.clock.now()

    (paid,) = await world.invoices.news(minutes=1)

    assert paid.type == "plentific.invoice.paid"
    assert paid.time == paid_on
    assert previous_of(paid) == {
        "status": "outstanding",
        "paid_on": None,
        "outstanding_amount": "109.20",
    }
    assert await world.invoices.sweep() == []
    assert await world.invoices.news(days=1) == []


async def test_an_invoice_known_by_its_row_alone_is_told_when_it_is_paid(world: World) -> None:
    uuid = world.add_invoice()
    await world.invoices.baseline()
    world.change_invoice(uuid, status="paid")

    (paid,) = await world.invoices.news()

    assert paid.type == "plentific.invoice.paid"
    assert paid.sequence == 1
    assert previous_of(paid) == {"status": "outstanding", "paid_on": None}


async def test_an_invoice_created_and_paid_between_two_looks_was_received_and_paid(
    world: World,
) -> None:
    await world.invoices.baseline()
    created = world.clock.now()
    uuid = world.add_invoice()
    world.clock.advance(seconds=20)
    world.change_invoice(uuid, status="paid")

    received, paid = await world.invoices.news(seconds=20)

    assert types([received, paid]) == ["invoice.received", "invoice.paid"]
    assert (received.time, paid.time) == (created, created + timedelta(seconds=20))
    assert (received.sequence, paid.sequence) == (1, 2)
    assert await world.invoices.sweep() == []


async def test_an_edit_of_amounts_that_no_row_shows_is_found_by_reading_details(
    world: World,
) -> None:
    uuid = world.add_invoice(items=[LABOUR])
    await world.invoices.baseline()
    await world.invoices.news()
    world.change_invoice(uuid, items=[{**LABOUR, "quantity": 3}])

    assert await world.invoices.news(minutes=59) == []
    (updated,) = await world.invoices.news(minutes=1)

    assert updated.type == "plentific.invoice.updated"
    assert updated.time == updated.detected_at == world.clock.now()
    previous = previous_of(updated)
    assert previous is not None
    assert previous.keys() == {
        "items",
        "outstanding_amount",
        "total_excluding_tax",
        "total_including_tax",
        "total_tax",
    }
    assert previous["total_including_tax"] == "109.20"
    assert entity_of(updated)["total_including_tax"] == "163.80"
    assert await world.invoices.news(hours=2) == []


async def test_an_edit_of_a_paid_invoice_is_found_within_a_week(world: World) -> None:
    uuid = world.add_invoice(items=[LABOUR], status="paid")
    await world.invoices.baseline()
    await world.invoices.news(days=1)
    world.change_invoice(uuid, payment_reference="CORRECTED")

    (updated,) = await world.invoices.news(days=7)

    assert previous_of(updated) == {"payment_reference": "SANDBOX-211706"}


async def test_two_edits_one_after_the_other_are_two_events(world: World) -> None:
    uuid = world.add_invoice()
    await world.invoices.baseline()
    await world.invoices.news()
    told = []
    for reference in ("A", "B"):
        world.change_invoice(uuid, external_reference=reference)
        told += await world.invoices.news(minutes=1)

    assert types(told) == ["invoice.updated"] * 2
    assert [previous_of(event) for event in told] == [
        {"external_reference": None},
        {"external_reference": "A"},
    ]
    assert [event.sequence for event in told] == [1, 2]


async def test_an_edit_that_a_row_shows_is_told_of_an_invoice_known_by_its_row_alone(
    world: World,
) -> None:
    uuid = world.add_invoice()
    await world.invoices.baseline()
    world.change_invoice(uuid, due_date="2026-04-01")

    (updated,) = await world.invoices.news()

    assert updated.type == "plentific.invoice.updated"
    assert previous_of(updated) == {"due_date": "2026-03-16"}


async def test_an_invoice_that_becomes_overdue_is_told_at_the_end_of_its_due_day(
    world: World,
) -> None:
    uuid = world.add_invoice(created=world.ago(days=20))
    await world.invoices.baseline()
    await world.invoices.news()
    world.change_invoice(uuid, status="overdue")

    (overdue,) = await world.invoices.sweep()

    assert overdue.type == "plentific.invoice.overdue"
    assert overdue.time == instant("2026-02-25T00:00:00Z")
    assert previous_of(overdue) == {"status": "outstanding"}


async def test_an_invoice_may_be_overdue_and_paid_later(world: World) -> None:
    uuid = world.add_invoice(created=world.ago(days=20))
    await world.invoices.baseline()
    world.change_invoice(uuid, status="overdue")
    told = await world.invoices.sweep()
    world.change_invoice(uuid, status="paid")
    told += await world.invoices.news(minutes=1)

    assert types(told) == ["invoice.overdue", "invoice.paid"]
    previous = previous_of(told[1])
    assert previous is not None
    assert previous["status"] == "overdue"


async def test_a_new_invoice_that_is_overdue_was_received_and_became_so(world: World) -> None:
    await world.invoices.baseline()
    world.add_invoice(status="overdue", due_date="2026-03-01")

    told = await world.invoices.news()

    assert types(told) == ["invoice.received", "invoice.overdue"]


@pytest.mark.parametrize("status", ["outstanding", "overdue", "paid"])
async def test_the_history_of_an_old_invoice_seen_late_is_withheld(
    world: World, status: str
) -> None:
    await world.invoices.baseline()
    paid = {"paid_on": world.ago(days=30)} if status == "paid" else {}
    uuid = world.add_invoice(created=world.ago(days=60), status=status, **paid)

    assert await world.invoices.sweep() == []
    assert uuid in await world.known("invoice")
    assert await world.invoices.news(days=1) == []


@pytest.mark.parametrize("status", ["overdue", "paid"])
async def test_an_old_invoice_seen_late_is_history_though_nothing_says_since_when(
    world: World, status: str
) -> None:
    await world.invoices.baseline()
    uuid = world.add_invoice(created=world.ago(days=60), status=status)
    world.change_invoice(uuid, paid_on=None, due_date=None)

    assert await world.invoices.sweep() == []


async def test_an_old_invoice_seen_late_is_told_from_then_on(world: World) -> None:
    await world.invoices.baseline()
    uuid = world.add_invoice(created=world.ago(days=60))
    assert await world.invoices.sweep() == []
    world.change_invoice(uuid, status="paid")

    (paid,) = await world.invoices.news(minutes=1)

    assert paid.type == "plentific.invoice.paid"
    assert paid.sequence == 1


async def test_an_old_invoice_seen_late_and_paid_of_late_is_told_as_paid(world: World) -> None:
    await world.invoices.baseline()
    world.add_invoice(created=world.ago(days=60), status="paid")

    assert types(await world.invoices.news(minutes=1)) == ["invoice.paid"]


async def test_a_status_that_we_do_not_know_is_kept_as_text_and_stops_nothing(
    world: World,
) -> None:
    uuid = world.add_invoice()
    await world.invoices.baseline()
    world.change_invoice(uuid, status="in_dispute")
    (disputed,) = await world.invoices.sweep()
    world.change_invoice(uuid, status="in_court")
    (in_court,) = await world.invoices.sweep()
    world.change_invoice(uuid, status="paid")
    (paid,) = await world.invoices.news(minutes=1)

    assert types([disputed, in_court, paid]) == [*["invoice.updated"] * 2, "invoice.paid"]
    assert (entity_of(disputed)["status"], entity_of(disputed)["status_raw"]) == (
        "other",
        "in_dispute",
    )
    assert previous_of(in_court) == {"status_raw": "in_dispute"}
    previous = previous_of(paid)
    assert previous is not None
    assert (previous["status"], previous["status_raw"]) == ("other", "in_court")


async def test_a_new_invoice_of_an_unknown_kind_is_received(world: World) -> None:
    await world.invoices.baseline()
    line = {**LABOUR, "type": "TRAVEL", "metadata": {"resident_recharge": "perhaps", "km": 12.5}}
    world.add_invoice(invoice_type="credit_note", status="draft", items=[line])

    (received,) = await world.invoices.news()

    state = entity_of(received)
    assert (state["invoice_type"], state["invoice_type_raw"]) == ("other", "credit_note")
    assert (state["items"][0]["type"], state["items"][0]["type_raw"]) == ("other", "TRAVEL")
    assert state["items"][0]["resident_recharge"] is None
    assert state["items"][0]["metadata"]["km"] == 12.5


async def test_events_of_invoices_hold_no_address(world: World) -> None:
    await world.invoices.baseline()
    world.add_invoice()

    (received,) = await world.invoices.news()

    for personal in (b"Fictional Road", b"Sample Street", b"ZZ1 1AA", b"Fictional Estates"):
        assert personal not in received.data


async def test_two_stores_that_saw_the_same_tell_it_under_the_same_ids(
    world: World, other_world: World
) -> None:
    uuid = world.add_invoice()
    order = world.add_work_order()
    for one in (world, other_world):
        await one.invoices.baseline()
        await one.work_orders.baseline()
    world.change_invoice(uuid, status="paid")
    world.change_work_order(order, status="hired")
    world.add_invoice(status="paid")

    for one in (world, other_world):
        await one.invoices.news()
        await one.work_orders.news()

    first, second = [await events_of(one.store) for one in (world, other_world)]
    assert len(first) == 4
    assert [event.id for event in first] == [event.id for event in second]
    assert [event.data for event in first] == [event.data for event in second]
