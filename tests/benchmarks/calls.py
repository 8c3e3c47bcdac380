"""W5: how many calls a detected change costs, beside sweeping everything."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from statistics import median
from uuid import uuid4

import httpx
import orjson

from adapters.http.limits import Limits
from adapters.plentific.client import connect
from adapters.plentific.paging import LARGEST_PAGE
from adapters.store import entities, hints, outbox
from adapters.store.engine import Store
from deploy.sandbox import SandboxState, create_app
from deploy.sandbox.plentific.data import CLIENT_ID, CLIENT_SECRET
from deploy.sandbox.plentific.operations import PLENTIFIC
from tests.benchmarks.repairs_life import (
    Happened,
    Life,
    calls,
    calls_by_operation,
    naive_cycle,
)
from tests.benchmarks.rounds import Goal, Sample, Workload
from tests.benchmarks.stores import new_store
from tests.workers.fake_clock import FakeClock
from workers.detect import children, plentific
from workers.detect.cycle import run_cycle
from workers.detect.hints import Follower
from workers.detect.observe import Source, Tally, observe_details
from workers.detect.poller import pause_after
from workers.detect.stream import Facts, Stream
from workers.telemetry import tracing
from workers.webhooks.payload import hinted

CONNECTION = "plentific"
POLLING, HOOKED = "tiebeam", "tiebeam with webhooks"
SWEEPING, SWEEPING_FAST = "sweeping everything", "sweeping everything as fast"
STREAMS: tuple[Stream, ...] = (
    plentific.WORK_ORDERS,
    plentific.BOOKINGS,
    plentific.COMPLETION_REPORTS,
    plentific.QUOTES,
    plentific.OUTSTANDING_ISSUES,
    plentific.INVOICES,
)
LISTS = tuple(stream.name for stream in STREAMS if stream.parent is not None)
HOUR = timedelta(hours=1)
FOLLOWED_AFTER = (timedelta(seconds=1), timedelta(seconds=7))
"""When hints are followed: at once, and again for what a provider shows late."""


@dataclass(frozen=True)
class Size:
    """How much there is, and for how long: hours before the measurement, and of it.

    `sampled` settled work orders are read by the reconciliation, besides those of which changes
    are sought.
    """

    orders: int = 50_000
    changes_an_hour: int = 300
    warm_up: float = 2
    hours: float = 1
    sampled: int = 200


SMALL = Size(orders=500, changes_an_hour=40, warm_up=0.25, hours=0.25, sampled=20)


@asynccontextmanager
async def workload(folder: Path, size: Size | None = None) -> AsyncIterator[Workload]:
    """The workload: hours of a clock that is moved, against the simulated Plentific."""
    size = size or Size()
    yield Workload(
        name="W5 calls per change",
        about=(
            f"{size.orders:,} work orders, one in 25 live, {size.changes_an_hour} changes an hour: "
            "statuses, bookings, reports, quotes, invoices, amounts; one in 50 of those below work "
            f"orders at one long settled. {size.hours:g} h by a clock that is moved, after "
            f"{size.warm_up:g} h in which all that is live is read for the first time; a look "
            "takes no time. Proven: no event without a change, and after a full reconciliation no "
            "change without an event. Sweeping is arithmetic: as often as gives the same median "
            "delay, one call for 200 rows and one for each list below each work order, no details."
        ),
        unit="changes",
        spent="calls",
        rows={
            POLLING: "all streams of Plentific at their own cadence",
            SWEEPING: "everything, at the cadence that gives the same median delay",
            HOOKED: "the same streams, and hints from deliveries of the documented events",
            SWEEPING_FAST: "everything, at the cadence that gives that median delay",
        },
        contenders={
            POLLING: partial(_measured, folder, size, hooked=False),
            HOOKED: partial(_measured, folder, size, hooked=True),
        },
        goals=[
            Goal(POLLING, SWEEPING, 20, _dominating),
            Goal(HOOKED, SWEEPING_FAST, 100, _dominating),
        ],
        smaller={
            POLLING: partial(_measured, folder, SMALL, hooked=False),
            HOOKED: partial(_measured, folder, SMALL, hooked=True),
        },
        tells=dict.fromkeys((POLLING, HOOKED), _told),
    )


def _told(sample: Sample) -> str:
    facts = sample.facts
    return (
        f"{facts['an_hour']:,.0f} calls an hour; half of the changes are told within "
        f"{facts['median']:,.0f} s, 99 in 100 of those told so far within {facts['p99']:,.0f} s; "
        f"{facts['found']:.0f} of {facts['changes']:.0f} by the reconciliation, "
        f"{facts['missed']:.0f} missed after it. Calls an hour: {_shares(sample)}"
    )


def _dominating(sample: Sample) -> str:
    return f"calls an hour: {_shares(sample)}"


def _shares(sample: Sample) -> str:
    hourly = {name[1:]: number for name, number in sample.facts.items() if name.startswith("/")}
    most = sorted(hourly.items(), key=lambda one: -one[1])[:6]
    return ", ".join(f"{name} {number:,.0f}" for name, number in most)


async def _measured(folder: Path, size: Size, *, hooked: bool) -> Mapping[str, Sample]:
    clock = FakeClock()
    state = SandboxState(clock.now)
    state.faults.open()
    async with new_store(folder) as store, _sources(state, store, clock) as sources:
        run = Run(Life(state, Random(7)), clock, store, sources, hooked)
        run.life.begin(size.orders)
        run.follow_poller()
        await run.until(clock.now() + size.warm_up * HOUR)
        assert await run.news() == [], "an event without a change"
        run.happen(size.hours, size.changes_an_hour)
        before, began = calls_by_operation(state), calls(state)
        await run.until(clock.now() + size.hours * HOUR)
        spent = calls(state) - began
        after = calls_by_operation(state)
        late = sum(map(len, run.pending.values()))
        told = sorted(run.delays)
        await run.reconcile(size.sampled)
    missed = sum(map(len, run.pending.values()))
    assert missed == 0, f"missed: {dict(run.pending)}"
    changes = int(size.hours * size.changes_an_hour)
    typical = median([*told, *[math.inf] * late])
    facts = {
        "an_hour": spent / size.hours,
        "median": typical,
        "p99": told[int(len(told) * 0.99)],
        "changes": changes,
        "found": late,
        "missed": missed,
        **{f"/{name}": (after[name] - before.get(name, 0)) / size.hours for name in after},
    }
    invoices = len(state.plentific.invoices)
    cycles = size.hours * 3600 / (2 * typical)
    swept = cycles * naive_cycle(size.orders, invoices, LARGEST_PAGE, LISTS)
    ours, naive = (HOOKED, SWEEPING_FAST) if hooked else (POLLING, SWEEPING)
    return {ours: Sample(changes, spent, 0.0, facts), naive: Sample(changes, swept, 0.0)}


@asynccontextmanager
async def _sources(
    state: SandboxState, store: Store, clock: FakeClock
) -> AsyncIterator[list[Source]]:
    client = connect(
        connection=CONNECTION,
        base_url=f"http://sandbox{PLENTIFIC.prefix}",
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        limits=Limits(1_000_000, 8),
        transport=httpx.ASGITransport(app=create_app(state)),
    )
    facts = Facts(CONNECTION, "GBP", "Europe/London")
    yield [Source(stream, client, facts, store, clock, stream.cadence) for stream in STREAMS]
    await client.aclose()


@dataclass
class Run:
    """What happens and what is looked at, each at its time; what was told of it, and how late."""

    life: Life
    clock: FakeClock
    store: Store
    sources: list[Source]
    hooked: bool
    pending: defaultdict[str, list[Happened]] = field(default_factory=lambda: defaultdict(list))
    delays: list[float] = field(default_factory=list)
    _agenda: list[tuple[datetime, int, Callable[[], Awaitable[None]]]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)
    _heard: int = 0

    def __post_init__(self) -> None:
        by_kind = {one.stream.entity: one for one in self.sources}
        self._follower = Follower(CONNECTION, by_kind, uuid4().hex, HOUR)
        if self.hooked:
            uuid = str(uuid4())
            wanted = {"uuid": uuid, "is_enabled": True, "matching_events": ["*"]}
            target = {"endpoint_url": "http://hooks/", "_endpoint_secret": "-"}
            subscriptions = self.life.data.of("webhook_subscriptions")
            subscriptions.add(uuid, self.clock.now(), wanted | target)

    def follow_poller(self) -> None:
        """Look at every stream now, and from then on as the poller does."""
        for source in self.sources:
            self._at(self.clock.now(), partial(self._look, source))

    def happen(self, hours: float, an_hour: int) -> None:
        """Let so much happen in the next hours."""
        for moment in self.life.moments(self.clock.now(), hours, an_hour):
            self._at(moment, self._change)

    async def until(self, end: datetime) -> None:
        """Do what is due until then."""
        while self._agenda and self._agenda[0][0] <= end:
            at, _, action = heapq.heappop(self._agenda)
            self.clock.advance(seconds=max((at - self.clock.now()).total_seconds(), 0))
            await action()
        self.clock.advance(seconds=(end - self.clock.now()).total_seconds())

    async def reconcile(self, sampled: int) -> None:
        """Look everywhere where something is sought, and at some other places: the slow way."""
        sought = {one.order for all_of_it in self.pending.values() for one in all_of_it}
        parents = sorted(sought.union(self.life.settled[:sampled]))
        self.clock.advance(days=1)  # sweeps are due
        for source in self.sources:
            looked = await run_cycle(source)
            baseline, tally = datetime.fromisoformat(str(looked.baseline_at)), Tally()
            if source.stream.parent is not None:
                await children.read_lists(source, parents, baseline, tally, late=True)
            async with self.store.read() as tx:
                known = await entities.load(tx, *source.place, [*self.pending, *parents])
            await observe_details(source, list(known.values()), baseline, tally, tracing.current())
            assert tally.error is None, tally.error
        await self.news()

    async def news(self) -> list[str]:
        """Note what was told since the last time; returns the subjects of which nobody knew."""
        async with self.store.read() as tx:
            rows = await outbox.unpublished(tx, 1_000_000, after=self._heard)
        unexpected = []
        for row in rows:
            self._heard = row.id
            subject = dict(row.headers)["ce_subject"]
            happened = self.pending.pop(subject, None)
            if happened is None:
                unexpected.append(subject)
            for one in happened or ():
                self.delays.append((self.clock.now() - one.at).total_seconds())
        return unexpected

    async def _look(self, source: Source) -> None:
        looked = await run_cycle(source)
        assert looked.error is None, looked.error
        await self.news()
        later = timedelta(seconds=pause_after(looked, source.cadence))
        self._at(self.clock.now() + later, partial(self._look, source))

    async def _change(self) -> None:
        happened = self.life.change()
        self.pending[happened.subject].append(happened)
        deliveries = self.life.data.outbox.all
        new = [
            hints.NewHint(CONNECTION, one.kind, one.entity_id, self.clock.now())
            for delivery in deliveries
            for one in hinted(orjson.loads(delivery.body))
        ]
        deliveries.clear()
        if new:
            async with self.store.write("hints") as tx:
                await hints.add(tx, new)
            for later in FOLLOWED_AFTER:
                self._at(self.clock.now() + later, self._follow)

    async def _follow(self) -> None:
        while await self._follower.follow_once():
            pass
        await self.news()

    def _at(self, moment: datetime, action: Callable[[], Awaitable[None]]) -> None:
        heapq.heappush(self._agenda, (moment, next(self._numbers), action))
