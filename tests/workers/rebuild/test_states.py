"""What the store knew of an entity when its last event was told."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from adapters.store import entities
from adapters.store.engine import Store
from adapters.store.entities import Entity
from deploy.sandbox.facilitee import kinds
from events.envelope import Event
from tests.workers.detect.places import Places
from tests.workers.detect.world import CONNECTION, World, types
from tests.workers.fake_clock import FakeClock
from tests.workers.rebuild.topics import rebuilt
from workers.detect import plentific
from workers.detect.backfill import backfill


async def restored(store: Store, kind: str, uuid: str) -> Entity:
    async with store.read() as tx:
        return (await entities.load(tx, CONNECTION, kind, [uuid]))[uuid]


async def lost(world: World, fresh: Store, events: Sequence[Event] | None = None) -> Any:
    return await rebuilt(fresh, world.clock, events or await world.all_events())


@pytest.fixture
def fresh(other_world: World) -> Store:
    """An empty store."""
    return other_world.store


async def test_an_entity_is_as_it_was_told_last_and_its_row_is_unknown(
    world: World, fresh: Store
) -> None:
    await world.work_orders.baseline()
    order = world.add_work_order(status="quoted")
    await world.work_orders.news()
    world.clock.advance(minutes=1)
    world.change_work_order(order, status="hired")
    await world.work_orders.news()

    await lost(world, fresh)

    was, now = await world.entity("work_order", order), await restored(fresh, "work_order", order)
    assert was is not None
    assert was.version == 2
    same = ("version", "state", "detail_fingerprint", "ordering_key", "live", "marks", "changed_at")
    assert {name: getattr(now, name) for name in same} == {
        name: getattr(was, name) for name in same
    }
    assert now.row_fingerprint == ""


async def test_events_that_come_twice_or_late_change_nothing(world: World, fresh: Store) -> None:
    await world.invoices.baseline()
    invoice = world.add_invoice()
    await world.invoices.news()
    world.clock.advance(minutes=1)
    world.change_invoice(invoice, status="paid")
    await world.invoices.news()
    events = await world.all_events()
    assert types(events) == ["invoice.received", "invoice.paid"]

    await lost(world, fresh, [*events, events[0], events[1], events[0]])
    now = await restored(fresh, "invoice", invoice)
    await lost(world, fresh)

    assert (now.version, (now.state or {})["status"]) == (2, "paid")
    assert await restored(fresh, "invoice", invoice) == now


async def test_payments_that_were_taken_back_are_not_told_again_under_their_dates(
    world: World, fresh: Store
) -> None:
    """What the stream noted of payments is restored, although the last event shows none."""
    await world.invoices.baseline()
    invoice = world.add_invoice()
    for number in range(2):
        paid = {"status": "paid", "paid_on": world.ago(minutes=number)}
        for change in (paid, {"status": "outstanding"}):
            world.clock.advance(minutes=2)
            world.change_invoice(invoice, **change)
            await world.invoices.news()
    was = await world.entity("invoice", invoice)
    assert was is not None
    assert len((was.marks or {})["payments"]) == 2

    await lost(world, fresh)

    assert (await restored(fresh, "invoice", invoice)).marks == was.marks


async def test_what_is_gone_is_known_to_be_gone(places: Places, fresh: Store) -> None:
    owner = places.add(kinds.OWNER, name="Other", email="other@example.com")
    await places.owners.look()
    await places.owners.look(minutes=1)
    gone = places.add(kinds.OWNER, name="Gone", email="gone@example.com")
    await places.owners.look(minutes=15)
    places.remove(kinds.OWNER, gone)
    await places.owners.look(minutes=15)
    events = await places.world.all_events()
    assert [event.type for event in events] == [
        "facilitee.owner.created",
        "facilitee.owner.removed",
    ]

    await lost(places.world, fresh)

    now, was = await restored(fresh, "owner", gone), await places.world.entity("owner", gone)
    assert was is not None
    assert (now.version, now.marks, now.live, now.due_at) == (2, was.marks, False, None)
    async with fresh.read() as tx:
        assert await entities.ids(tx, CONNECTION, "owner") == {gone}, owner


async def test_history_restores_a_state_but_takes_no_number(world: World, fresh: Store) -> None:
    old = world.add_invoice(created=world.ago(days=30))
    told = world.add_invoice(created=world.ago(days=30))
    await world.invoices.baseline()
    world.clock.advance(minutes=1)
    world.change_invoice(told, status="paid")
    await world.invoices.news()
    since = world.clock.now().replace(year=2025)
    await backfill(world.invoices.source, since)
    events = await world.all_events()
    assert [event.backfill for event in events] == [False, True, True]
    random.Random(1).shuffle(events)

    await lost(world, fresh, events)

    assert (await restored(fresh, "invoice", old)).version == 0
    now = await restored(fresh, "invoice", told)
    assert (now.version, (now.state or {})["status"]) == (1, "paid")


async def test_an_event_that_cannot_be_understood_does_not_keep_the_others_out(
    world: World, fresh: Store, clock: FakeClock
) -> None:
    await world.invoices.baseline()
    first, second = world.add_invoice(), world.add_invoice()
    await world.invoices.news()
    events = await world.all_events()
    events[0] = replace(events[0], data=b'{"invoice": null, "previous": null}')

    report = await lost(world, fresh, events)

    assert report.unusable == 1
    async with fresh.read() as tx:
        known = await entities.ids(tx, CONNECTION, plentific.INVOICES.entity)
    assert known == {first, second} - {events[0].subject}


async def test_a_connection_of_which_nothing_is_told_is_named_until_it_was_looked_at(
    world: World, fresh: Store
) -> None:
    await world.work_orders.baseline()
    world.add_work_order()
    await world.work_orders.news()
    events, both = await world.all_events(), {CONNECTION, "other"}

    first = await rebuilt(fresh, world.clock, events, connections=both)
    nothing = await rebuilt(world.store, world.clock, [], connections=both)

    assert first.silent == ("other",)
    assert nothing.silent == ("other",), "the one that is watched has had its first look"
