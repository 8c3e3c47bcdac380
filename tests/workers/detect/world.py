"""A provider, a store and a clock, and what a look at the provider tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from adapters.plentific.client import PlentificClient
from adapters.store import cursors, entities, outbox
from adapters.store.engine import Store
from adapters.store.entities import Entity
from deploy.sandbox import Sandbox
from deploy.sandbox.plentific import invoices, work_orders
from events import envelope
from events.envelope import Event
from workers.detect import plentific
from workers.detect.cycle import Progress, progress, run_cycle
from workers.detect.observe import Source
from workers.detect.stream import Cadence, Facts, Stream
from tests.workers.fake_clock import FakeClock

CONNECTION = "repairs"
FACTS = Facts(CONNECTION, "GBP", "Europe/London")
CADENCE = Cadence(
    every=timedelta(minutes=1), sweep_every=timedelta(minutes=15), details_every=timedelta(hours=1)
)
Json = dict[str, Any]


@dataclass
class World:
    """The simulated Plentific, a client of it, a store, and one clock for all of them."""

    sandbox: Sandbox
    client: PlentificClient
    store: Store
    clock: FakeClock
    heard: set[str] = field(default_factory=set)

    def watch(self, stream: Stream, **changes: Any) -> Watch:
        """A look-out for a stream, of which `changes` replaces parts."""
        source = Source(replace(stream, **changes), self.client, FACTS, self.store, self.clock)
        return Watch(self, source)

    @property
    def invoices(self) -> Watch:
        return self.watch(plentific.INVOICES)

    @property
    def work_orders(self) -> Watch:
        return self.watch(plentific.WORK_ORDERS)

    def add_invoice(self, **fields: Any) -> str:
        """Make an invoice; returns its uuid."""
        state = self.sandbox.state
        return str(invoices.create_invoice(state.plentific, state.now(), fields)["uuid"])

    def change_invoice(self, uuid: str, **changes: Any) -> None:
        state = self.sandbox.state
        invoices.change_invoice(state.plentific, uuid, state.now(), changes)

    def add_work_order(self, **fields: Any) -> str:
        """Make a work order; returns its uuid."""
        state = self.sandbox.state
        return str(work_orders.create_work_order(state.plentific, state.now(), fields)["uuid"])

    def change_work_order(self, uuid: str, **changes: Any) -> None:
        state = self.sandbox.state
        work_orders.change_work_order(state.plentific, uuid, state.now(), changes)

    def calls(self, operation: str) -> int:
        return self.sandbox.state.requests.counts[f"plentific {operation}"]

    async def all_events(self) -> list[Event]:
        """Every event in the outbox, in its order."""
        async with self.store.read() as tx:
            rows = await outbox.unpublished(tx, 100_000)
        return [
            envelope.from_record(
                row.key.encode(), row.value, [(name, text.encode()) for name, text in row.headers]
            )
            for row in rows
        ]

    async def news(self) -> list[Event]:
        """The events that came since the last call."""
        new = [event for event in await self.all_events() if event.id not in self.heard]
        self.heard.update(event.id for event in new)
        return new

    async def entity(self, kind: str, uuid: str) -> Entity | None:
        async with self.store.read() as tx:
            return (await entities.load(tx, CONNECTION, kind, [uuid])).get(uuid)

    async def known(self, kind: str) -> set[str]:
        """The ids of all entities of a kind that the store knows."""
        async with self.store.read() as tx:
            found = await entities.least_recently_read(tx, CONNECTION, kind, 100_000)
        return {entity.entity_id for entity in found}


@dataclass
class Watch:
    """One stream under observation."""

    world: World
    source: Source
    cadence: Cadence = CADENCE

    async def look(self) -> Progress:
        """Look once."""
        return await run_cycle(self.source, self.cadence)

    async def baseline(self) -> None:
        """Take the baseline, and let a minute go by."""
        looked = await self.look()
        assert looked.baseline_at is not None
        assert looked.error is None
        self.world.clock.advance(minutes=1)

    async def news(self, **later: float) -> list[Event]:
        """Look, at once or later, and return the new events; the look must go well."""
        self.world.clock.advance(**later)
        looked = await self.look()
        assert looked.error is None
        return await self.world.news()

    async def sweep(self) -> list[Event]:
        """Look when the next sweep is due, and return the new events."""
        return await self.news(seconds=self.cadence.sweep_every.total_seconds())


def types(events: list[Event]) -> list[str]:
    """The types of events, without the provider."""
    return [event.type.removeprefix("plentific.") for event in events]


def data(event: Event) -> Json:
    """An event's data as a subscriber reads it."""
    import orjson

    return orjson.loads(event.data)


def assert_versions_have_no_gaps(events: list[Event]) -> None:
    """Each entity's events are numbered 1, 2, 3 … in the order of the outbox."""
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for event in events:
        numbers[event.subject].append(event.sequence)
    for subject, found in numbers.items():
        assert found == list(range(1, len(found) + 1)), subject
