"""After a rebuild, looking goes on as if the store had never been lost."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from adapters.store.engine import Store
from deploy.sandbox.facilitee import kinds
from events.envelope import Event
from tests.workers.detect.places import Places
from tests.workers.detect.test_children import KINDS, add_below, change_below
from tests.workers.detect.world import World
from tests.workers.rebuild.topics import rebuilt
from workers.detect import plentific
from workers.detect.cycle import run_cycle

STREAMS = (plentific.WORK_ORDERS, plentific.INVOICES, *(kind[0] for kind in KINDS.values()))
STATUSES = ("quoted", "hired", "booked", "done", "signed_off", "cancelled")
BELOW: dict[str, Sequence[dict[str, Any]]] = {
    "bookings": ({"status": "attended"}, {"status": "cancelled"}, {"status": "no_access"}),
    "completion_reports": ({"status": "accepted"}, {"status": "declined"}),
    "quotes": ({"status": "accepted"}, {"status": "declined"}),
    "outstanding_issues": ({"closed": True}, {"closed": False}),
}


@dataclass
class Repairs:
    """A provider to which things happen at random, and two stores that look at it."""

    rng: Random
    world: World
    control: World
    orders: list[str] = field(default_factory=list)
    invoices: list[str] = field(default_factory=list)
    children: list[tuple[str, str, str]] = field(default_factory=list)
    told_of: set[str] = field(default_factory=set)
    left_behind: set[str] = field(default_factory=set)

    def past(self) -> None:
        """What was there before anybody looked: longer than what is still taken for new."""
        for days in range(2, 4):
            ago = self.world.ago(days=days)
            status = self.rng.choice(STATUSES)
            order = self.world.add_work_order(created=ago, status=status)
            self.orders.append(order)
            self.invoices.append(self.world.add_invoice(work_order_uuid=order, created=ago))
            kind = self.rng.choice(list(BELOW))
            self.children.append((kind, order, add_below(self.world, order, kind, created=ago)))

    def one_of_each(self) -> None:
        """Something new of every kind: its event is the witness of the baseline."""
        order = self.world.add_work_order(status="quoted")
        self.orders.append(order)
        self.invoices.append(self.world.add_invoice(work_order_uuid=order))
        self.children += [(kind, order, add_below(self.world, order, kind)) for kind in BELOW]

    def happen(self) -> None:
        """Something happens, a few seconds later."""
        self.world.clock.advance(seconds=self.rng.choice((1, 7, 40)))
        happened = (self._order, self._invoice, self._child, self._moves, self._pays, self._edits)
        with suppress(IndexError):  # there is nothing that it could happen to
            self.rng.choice(happened)()

    def _order(self) -> None:
        self.orders.append(self.world.add_work_order(status="quoted"))

    def _moves(self) -> None:
        """A status has its time, so that it is known of what was never told as well."""
        orders = [one for one in self.orders if one not in self.left_behind]
        self.world.change_work_order(self.rng.choice(orders), status=self.rng.choice(STATUSES))

    def _pays(self) -> None:
        invoices = [one for one in self.invoices if one not in self.left_behind]
        self.world.change_invoice(self.rng.choice(invoices), status="paid")

    def _invoice(self) -> None:
        self.invoices.append(self.world.add_invoice(work_order_uuid=self._told(self.orders)))

    def _child(self) -> None:
        order, kind = self._told(self.orders), self.rng.choice(list(BELOW))
        self.children.append((kind, order, add_below(self.world, order, kind)))

    def _edits(self) -> None:
        """Edits have no time of their own: of what was never told, they cannot be known."""
        if self.rng.random() < 0.3:
            reference = f"R{self.rng.randrange(1000)}"
            invoice = self._told(self.invoices)
            self.world.change_invoice(invoice, external_reference=reference)
            return
        places = {uuid: (kind, order) for kind, order, uuid in self.children}
        told = [uuid for uuid, (_, order) in places.items() if order in self.told_of]
        kind, order = places[uuid := self._told(told)]
        change_below(self.world, order, uuid, kind, **self.rng.choice(BELOW[kind]))

    def _told(self, those: Sequence[str]) -> str:
        """One of them of which an event was told, and not the last that was lost."""
        return self.rng.choice([one for one in those if one in self.told_of - self.left_behind])

    async def look(self, **later: float) -> None:
        """Both look at everything at the same instant."""
        self.world.clock.advance(**later)
        for stream in STREAMS:
            for world in (self.world, self.control):
                looked = await run_cycle(world.watch(stream).source)
                assert looked.error is None
        self.told_of = {event.subject for event in await self.control.all_events()}

    async def settle(self) -> None:
        """Look until every detail was read."""
        for _ in range(4):
            await self.look(days=8)

    async def lose_store(self, empty: Path, published: Sequence[Event]) -> None:
        """The store is lost, with what was not published yet."""
        self.world = replace(self.world, store=Store.open(f"sqlite:///{empty}"))
        report = await rebuilt(self.world.store, self.world.clock, published)
        assert (report.read, report.unusable) == (len(published), 0)


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_is_told_twice_and_nothing_is_missed(
    world: World, other_world: World, upgraded_file: Path, tmp_path: Path, seed: int
) -> None:
    repairs = Repairs(Random(seed), world, other_world)
    repairs.past()
    await repairs.look(seconds=5)
    repairs.world.clock.advance(seconds=60)
    repairs.one_of_each()
    await repairs.look(seconds=60)
    witnesses = len(await world.all_events())
    for _ in range(repairs.rng.choice((3, 10, 20))):
        repairs.happen()
        if repairs.rng.random() < 0.4:
            await repairs.look(seconds=60)
    await repairs.look(hours=2)
    await repairs.look(hours=2)
    told_before = await world.all_events()
    published = told_before[: max(len(told_before) - repairs.rng.choice((0, 1, 3)), witnesses)]
    repairs.left_behind = {event.subject for event in told_before[len(published) :]}
    for _ in range(repairs.rng.choice((4, 8, 12))):
        repairs.happen()
    shutil.copy(upgraded_file, tmp_path / "rebuilt.db")
    await repairs.lose_store(tmp_path / "rebuilt.db", published)
    await repairs.settle()
    for _ in range(repairs.rng.choice((0, 8))):
        repairs.happen()
    await repairs.settle()

    after = await repairs.world.all_events()
    told = Counter(identity(event) for event in (*published, *after))
    expected = Counter(identity(event) for event in await other_world.all_events())
    assert told - expected == Counter()
    assert expected - told == Counter()
    await repairs.world.store.aclose()


async def test_no_silent_first_look_swallows_what_came_while_the_store_was_lost(
    world: World, other_world: World, upgraded_file: Path, tmp_path: Path
) -> None:
    repairs = Repairs(Random(1), world, other_world)
    old = world.add_work_order(created=world.ago(days=9), status="hired")
    bill = world.add_invoice(created=world.ago(days=9))
    add_below(world, old, "bookings", created=world.ago(days=8))
    await repairs.look()
    world.clock.advance(seconds=60)
    repairs.one_of_each()
    await repairs.look(seconds=60)
    await repairs.look(hours=2)
    published = await world.all_events()
    world.clock.advance(seconds=60)
    world.change_work_order(old, status="done")
    world.change_invoice(bill, status="paid")
    new = [world.add_invoice(), world.add_work_order()]
    new += [add_below(world, order, "bookings") for order in (old, repairs.orders[0])]
    shutil.copy(upgraded_file, tmp_path / "rebuilt.db")
    await repairs.lose_store(tmp_path / "rebuilt.db", published)
    await repairs.settle()

    expected = await other_world.all_events()
    told = await repairs.world.all_events()
    await repairs.world.store.aclose()
    assert {event.subject for event in told} == {old, bill, *new}
    assert {event.id for event in told} == {event.id for event in expected[len(published) :]}


async def test_what_went_while_the_store_was_lost_is_told_and_what_has_no_time_is_not_invented(
    places: Places, upgraded_file: Path, tmp_path: Path
) -> None:
    """Owners show no time: one that never had an event may have been there from the beginning."""
    from_the_beginning = places.add(kinds.OWNER, name="First", email="first@example.com")
    await places.owners.look()
    place = places.add_property()
    await places.properties.look()
    await places.units.look()
    places.world.clock.advance(minutes=1)
    owner = places.add(kinds.OWNER, name="Other", email="other@example.com")
    unit, other_unit = places.add_unit(place), places.add_unit(place)
    changed = places.add(kinds.OWNER, name="Changed", email="changed@example.com")
    await look_at_all(places)
    published = await places.world.all_events()
    assert {event.subject for event in published} == {owner, unit, other_unit, changed}

    places.remove(kinds.OWNER, owner)
    places.remove(kinds.UNIT, other_unit)
    places.change(kinds.OWNER, changed, name="Changed once more")
    shutil.copy(upgraded_file, tmp_path / "rebuilt.db")
    async with Store.open(f"sqlite:///{tmp_path / 'rebuilt.db'}") as store:
        after = Places(replace(places.world, store=store, heard=set()))
        await rebuilt(store, after.world.clock, published)
        await look_at_all(after)
        places.remove(kinds.UNIT, unit)
        await look_at_all(after)

        told = {(event.type, event.subject, event.sequence) for event in await after.world.news()}

    assert told == {
        ("facilitee.owner.removed", owner, 2),
        ("facilitee.owner.updated", changed, 2),
        ("facilitee.property_unit.removed", unit, 2),
        ("facilitee.property_unit.removed", other_unit, 2),
    }
    assert from_the_beginning


async def look_at_all(places: Places) -> None:
    for _ in range(2):
        places.world.clock.advance(hours=5)
        for watch in (places.owners, places.properties, places.units):
            assert (await watch.look()).error is None


def identity(event: Event) -> tuple[str, str, str]:
    return event.id, event.type, event.subject
