"""Payments of invoices: told once each, whatever date they carry and however they are shown."""

from __future__ import annotations

from tests.workers.detect.world import World, instant, statuses, types


async def test_a_backdated_payment_of_a_known_invoice_is_told(world: World) -> None:
    uuid = world.add_invoice(created=world.ago(days=90))
    await world.invoices.baseline()
    await world.invoices.news()
    world.change_invoice(uuid, status="paid", paid_on=world.ago(days=60))

    assert await world.invoices.news(minutes=1) == []  # neither created nor paid of late
    (paid,) = await world.invoices.sweep()

    assert paid.type == "plentific.invoice.paid"
    assert paid.time == instant("2026-01-01T09:31:15Z")


async def test_a_backdated_payment_of_a_new_invoice_is_told(world: World) -> None:
    await world.invoices.baseline()
    world.add_invoice(status="paid", paid_on=world.ago(days=10))

    told = await world.invoices.news(minutes=1)

    assert types(told) == ["invoice.received", "invoice.paid"]


async def test_a_payment_without_a_date_happened_when_it_was_seen(world: World) -> None:
    uuid = world.add_invoice()
    await world.invoices.baseline()
    world.change_invoice(uuid, status="paid")
    world.change_invoice(uuid, paid_on=None)

    (paid,) = await world.invoices.news(minutes=1)

    assert paid.type == "plentific.invoice.paid"
    assert paid.time == world.clock.now()


async def test_a_payment_that_is_taken_back_and_made_again_is_another_payment(
    world: World,
) -> None:
    uuid = world.add_invoice()
    await world.invoices.baseline()
    await world.invoices.news()
    told = []
    for status, paid_on in (
        ("paid", "2026-03-02T09:00:00Z"),
        ("outstanding", None),
        ("paid", "2026-03-02T09:20:00Z"),
    ):
        world.change_invoice(uuid, status=status, paid_on=paid_on)
        told += await world.invoices.sweep()

    assert types(told) == ["invoice.paid", "invoice.updated", "invoice.paid"]


async def test_the_same_payment_shown_twice_is_told_once(world: World) -> None:
    uuid = world.add_invoice()
    await world.invoices.baseline()
    await world.invoices.news()
    told = []
    for status in ("paid", "outstanding", "paid", "outstanding", "paid"):
        world.change_invoice(uuid, status=status, paid_on="2026-03-02T09:00:00Z")
        told += await world.invoices.sweep()

    assert types(told) == ["invoice.paid", *["invoice.updated"] * 4]
    assert [event.sequence for event in told] == [1, 2, 3, 4, 5]
    assert statuses(told) == ["paid", "outstanding", "paid", "outstanding", "paid"]


async def test_a_payment_before_the_baseline_is_history_also_when_it_flickers(
    world: World,
) -> None:
    paid_on = "2026-02-28T11:06:13.178151+00:00"  # rows show it without the fraction
    uuid = world.add_invoice(status="paid", paid_on=paid_on)
    await world.invoices.baseline()
    told = []
    for status in ("outstanding", "paid"):
        world.change_invoice(uuid, status=status, paid_on=paid_on)
        told += await world.invoices.sweep()

    assert types(told) == ["invoice.updated"] * 2


async def test_a_payment_has_the_same_id_whatever_was_told_before(
    world: World, other_world: World
) -> None:
    uuid = world.add_invoice()
    await world.invoices.baseline()
    world.change_invoice(uuid, due_date="2026-04-01")
    await world.invoices.news()
    await other_world.invoices.baseline()
    world.change_invoice(uuid, status="paid")

    (paid,) = await world.invoices.news(minutes=1)
    (same,) = await other_world.invoices.news(minutes=1)

    assert paid.id == same.id
    assert (paid.sequence, same.sequence) == (2, 1)
