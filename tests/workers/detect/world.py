"""A provider, a store and a clock, and what looks at the provider tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from adapters.plentific.client import PlentificClient
from adapters.store import entities, outbox
from adapters.store.engine import Store
from adapters.store.entities import Entity
from deploy.sandbox import Sandbox
from deploy.sandbox.plentific import invoices, work_orders
from events import envelope
from events.envelope import Event
from tests.workers.fake_clock import FakeClock
from workers.detect import plentific
from workers.detect.cycle import Progress, run_cycle
from workers.detect.observe import Source
from workers.detect.stream import Cadence, Facts, Page, Stream
from workers.lease import Lessee

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

    @property
    def invoices(self) -> Watch:
        return self.watch(plentific.INVOICES)

    @property
    def work_orders(self) -> Watch:
        return self.watch(plentific.WORK_ORDERS)

    def lessee(self, owner: str = "a") -> Lessee:
        """Somebody who looks under leases of 15 seconds."""
        return Lessee(self.store, self.clock, owner, timedelta(seconds=15))

    def watch(self, stream: Stream, **changes: Any) -> Watch:
        """Watch a stream, of which `changes` replaces parts."""
        source = Source(
            replace(stream, **changes), self.client, FACTS, self.store, self.clock, CADENCE
        )
        return Watch(self, source)

    def ago(self, **duration: float) -> str:
        """The time of so long ago, as the control functions of the sandbox take it."""
        return (self.clock.now() - timedelta(**duration)).isoformat()

    def add_invoice(self, **fields: Any) -> str:
        """Make an invoice; returns its uuid."""
        state = self.sandbox.state
        return str(invoices.create_invoice(state.plentific, state.now(), fields)["uuid"])

    def change_invoice(self, uuid: str, **changes: Any) -> None:
        """Change an invoice; the status "paid" pays it."""
        state = self.sandbox.state
        invoices.change_invoice(state.plentific, uuid, state.now(), changes)

    def add_work_order(self, **fields: Any) -> str:
        """Make a work order; returns its uuid."""
        state = self.sandbox.state
        return str(work_orders.create_work_order(state.plentific, state.now(), fields)["uuid"])

    def change_work_order(self, uuid: str, **changes: Any) -> None:
        """Change a work order; a status is added to its history."""
        state = self.sandbox.state
        work_orders.change_work_order(state.plentific, uuid, state.now(), changes)

    def work_order(self, uuid: str) -> Json:
        """The simulated provider's own record, to be changed without its rules."""
        return self.sandbox.state.plentific.work_orders[uuid]

    def calls(self, operation: str) -> int:
        """How often an operation of the provider was called."""
        return self.sandbox.state.requests.counts[f"plentific {operation}"]

    async def all_events(self) -> list[Event]:
        """Every event in the outbox, in its order."""
        return await events_of(self.store)

    async def news(self) -> list[Event]:
        """The events that came since the last call."""
        new = [event for event in await self.all_events() if event.id not in self.heard]
        self.heard.update(event.id for event in new)
        return new

    async def entity(self, kind: str, uuid: str) -> Entity | None:
        """What the store knows of an entity."""
        async with self.store.read() as tx:
            return (await entities.load(tx, CONNECTION, kind, [uuid])).get(uuid)

    async def known(self, kind: str) -> set[str]:
        """The ids of all entities of a kind that the store knows."""
        async with self.store.read() as tx:
            return await entities.ids(tx, CONNECTION, kind)


@dataclass
class Watch:
    """One stream under observation."""

    world: World
    source: Source

    @property
    def cadence(self) -> Cadence:
        """How often the stream looks."""
        return self.source.cadence

    async def look(self, **later: float) -> Progress:
        """Look once, at once or later."""
        self.world.clock.advance(**later)
        return await run_cycle(self.source)

    async def baseline(self) -> None:
        """Take the baseline, which must be silent, and let a minute go by."""
        looked = await self.look()
        assert looked.baseline_at is not None
        assert await self.world.news() == []
        self.world.clock.advance(minutes=1)

    async def news(self, **later: float) -> list[Event]:
        """Look, at once or later, and return the new events; the look must go well."""
        looked = await self.look(**later)
        assert looked.error is None
        return await self.world.news()

    async def sweep(self) -> list[Event]:
        """Look when the next sweep is due, and return the new events."""
        return await self.news(seconds=self.cadence.sweep_every.total_seconds())


async def events_of(store: Store) -> list[Event]:
    """Every event in a store's outbox, in its order."""
    async with store.read() as tx:
        rows = await outbox.unpublished(tx, 100_000)
    return [
        envelope.from_record(
            row.key.encode(), row.value, [(name, text.encode()) for name, text in row.headers]
        )
        for row in rows
    ]


def types(events: Iterable[Event]) -> list[str]:
    """The types of events, without the provider."""
    return [event.type.removeprefix("plentific.") for event in events]


def statuses(events: Iterable[Event]) -> list[str]:
    """The status that each event's entity has."""
    return [entity_of(event)["status"] for event in events]


def entity_of(event: Event) -> Json:
    """The full state that an event carries, as a subscriber reads it."""
    (name,) = data_of(event).keys() - {"previous"}
    found: Json = data_of(event)[name]
    return found


def previous_of(event: Event) -> Json | None:
    """What an event says was there before."""
    found: Json | None = data_of(event)["previous"]
    return found


def data_of(event: Event) -> Json:
    """An event's data as a subscriber reads it."""
    found: Json = orjson.loads(event.data)
    return found


def assert_versions_have_no_gaps(events: Sequence[Event]) -> None:
    """Each entity's events are numbered 1, 2, 3 … in the order of the outbox, history apart."""
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for event in (event for event in events if not event.backfill):
        numbers[event.subject].append(event.sequence)
    for subject, found in numbers.items():
        assert found == list(range(1, len(found) + 1)), subject


def pages_of(size: int, between: Mapping[int, Callable[[], object]] | None = None) -> Any:
    """How to list invoices in small pages; `between` says what happens after which page.

    Pages are counted from 1 over all passes. It happens after the page was used and before the
    next one is asked for.
    """
    served = 0

    async def pages(client: PlentificClient, filters: Mapping[str, Any]) -> AsyncIterator[Page]:
        nonlocal served
        async for page in client.list_invoices(page_size=size, **filters):
            yield page
            served += 1
            if between and served in between:
                between[served]()

    return pages


def instant(text: str) -> datetime:
    """A time as the provider's documents write it."""
    return datetime.fromisoformat(text)


def history(*entries: tuple[str, str]) -> list[Json]:
    """A state history as the provider shows it, from times and statuses."""
    return [{"created": created, "status": status} for created, status in entries]
