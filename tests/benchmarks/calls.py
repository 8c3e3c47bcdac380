"""W5: how many calls a detected change costs, beside sweeping everything."""

from __future__ import annotations

import gc
import heapq
import math
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from uuid import uuid4

import httpx
import orjson

from adapters.http.limits import Limits
from adapters.plentific.client import connect
from adapters.plentific.paging import LARGEST_PAGE
from adapters.store import entities, hints, outbox
from adapters.store.engine import Store
from deploy.sandbox import SandboxState
from deploy.sandbox.app import ProviderApp
from deploy.sandbox.plentific.data import CLIENT_ID, CLIENT_SECRET
from deploy.sandbox.plentific.operations import PLENTIFIC
from tests.benchmarks.repairs_life import (
    Happened,
    Life,
    calls,
    calls_by_operation,
    naive_cycle,
)
from tests.benchmarks.rounds import Goal, Moment, Sample, Workload
from tests.benchmarks.stores import new_store
from tests.workers.fake_clock import FakeClock
from workers.detect import children, plentific
from workers.detect.cycle import Progress, run_cycle
from workers.detect.hints import Follower
from workers.detect.observe import Source, Tally, observe_details
from workers.detect.pace import next_look
from workers.detect.poller import pause_after
from workers.detect.stream import Facts, Stream
from workers.lease import Lessee
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
LIVE_COMES_ROUND = 5
"""Hours within which all that is live was looked at."""
YEARS = timedelta(days=50_000)
STRIDE = 1 / 3
"""Hours after which all is looked at that has become due, when nothing changes any more."""
FOLLOWED_AFTER = (timedelta(seconds=1), timedelta(seconds=7))
"""When hints are followed: at once, and again for what a provider shows late."""


@dataclass(frozen=True)
class Size:
    """How much there is, and for how long.

    The delay of what changes in so many `hours` is watched until twice as many have gone by, the
    calls of the second half are counted, and then it is waited for what was not told yet, until the
    99th percentile is known, at most `longest` hours. `sampled` settled work orders are read by
    the reconciliation, besides those of which changes are sought.
    """

    orders: int = 50_000
    changes_an_hour: int = 300
    hours: float = 1
    longest: float = 24 * 8
    sampled: int = 200


SMALL = Size(orders=500, changes_an_hour=40, hours=0.5, longest=2, sampled=20)


@asynccontextmanager
async def workload(folder: Path, size: Size | None = None) -> AsyncIterator[Workload]:
    """The workload: hours of a clock that is moved, against the simulated Plentific."""
    size = size or Size()
    yield Workload(
        name="W5 calls per change",
        about=(
            f"{size.orders:,} work orders, one in 25 live, {size.changes_an_hour} changes an hour: "
            "statuses, bookings, reports, quotes, invoices, amounts; of those below work orders "
            "one in 50 at one long settled, one in 33 at one of whatever status. By a clock that "
            "is moved: all that is live is read, a quiet day goes by, and everything is due at a "
            f"moment of its own. Then {2 * size.hours:g} h without webhooks and as long with them: "
            "delays are of what changed in the first half, calls those of the second half. Then "
            "nothing changes any more, and what has become due is looked at every twenty minutes "
            f"until the 99th percentile is known; after {LIVE_COMES_ROUND} h without what is live. "
            "A look takes no time. Proven: no event "
            "without a change, and after a full reconciliation no change without an event. "
            "Sweeping is arithmetic: as often as gives the same median delay, one call for 200 "
            "rows and one for each list below each work order, no details."
        ),
        unit="changes",
        spent="calls",
        rows={
            POLLING: "all streams of Plentific at their own cadence",
            SWEEPING: "everything, at the cadence that gives the same median delay",
            HOOKED: "the same streams, and hints from deliveries of the documented events",
            SWEEPING_FAST: "everything, at the cadence that gives that median delay",
        },
        contenders={POLLING: partial(_measured, folder, size)},
        goals=[
            Goal(POLLING, SWEEPING, 20, _dominating),
            Goal(HOOKED, SWEEPING_FAST, 100, _dominating),
        ],
        rounds={POLLING: 1},
        smaller=dict.fromkeys((POLLING, HOOKED), partial(_measured, folder, SMALL)),
        tells=dict.fromkeys((POLLING, HOOKED), _told),
    )


def _told(sample: Sample) -> str:
    facts = sample.facts
    return (
        f"{facts['an_hour']:,.0f} calls an hour; delay of {facts['watched']:.0f} changes: "
        f"median {_span(facts['median'])}, 90th percentile {_span(facts['p90'])}, "
        f"99th {_span(facts['p99'])} (sweeping: {_span(facts['median'] * 1.98)}); at an equal "
        f"90th percentile {facts['at_p90']:,.1f} x fewer calls than sweeping; "
        f"{facts['late']:.0f} told after more than two periods, 0 missed after the reconciliation. "
        f"Calls an hour: {_shares(sample)}"
    )


def _span(seconds: float) -> str:
    return "more than was watched" if math.isinf(seconds) else f"{seconds:,.0f} s"


def _dominating(sample: Sample) -> str:
    return f"calls an hour: {_shares(sample)}"


def _shares(sample: Sample) -> str:
    hourly = {name[1:]: number for name, number in sample.facts.items() if name.startswith("/")}
    most = sorted(hourly.items(), key=lambda one: -one[1])[:6]
    return ", ".join(f"{name} {number:,.0f}" for name, number in most)


async def _measured(folder: Path, size: Size) -> Mapping[str, Sample]:
    clock = FakeClock()
    state = SandboxState(clock.now)
    state.faults.open()
    state.plentific.settings.token_seconds = 10**6  # a token lasts for all of it
    moment = Moment.start()
    async with new_store(folder) as store, _sources(state, store, clock) as sources:
        run = Run(Life(state, Random(7)), clock, store, sources)
        run.life.begin(size.orders)
        gc.freeze()  # nor over the simulated provider's
        await run.settle()
        run.follow_poller()
        polled = await _period(run, size)
        run.listen()
        hooked = await _period(run, size)
        await _wait(run, [polled, hooked], size)
        delays = [run.delays(one.began, one.middle) for one in (polled, hooked)]
        await run.reconcile(size.sampled)
    cpu = moment.sample(size.orders).cpu
    assert not run.pending, f"missed: {dict(run.pending)}"
    cycle = naive_cycle(size.orders, len(state.plentific.invoices), LARGEST_PAGE, LISTS)
    return _samples(POLLING, SWEEPING, polled.calls, delays[0], size, cycle, cpu) | _samples(
        HOOKED, SWEEPING_FAST, hooked.calls, delays[1], size, cycle, cpu
    )


@dataclass(frozen=True)
class Period:
    """From when to its middle changes are watched, and the calls of its second half."""

    began: datetime
    middle: datetime
    calls: Mapping[str, int]


async def _period(run: Run, size: Size) -> Period:
    state, began = run.life.state, run.clock.now()
    middle = began + size.hours * HOUR
    run.happen(2 * size.hours, size.changes_an_hour)
    await run.until(middle)
    before = calls_by_operation(state)
    await run.until(middle + size.hours * HOUR)
    after = calls_by_operation(state)
    return Period(began, middle, {one: after[one] - before.get(one, 0) for one in after})


async def _wait(run: Run, periods: Sequence[Period], size: Size) -> None:
    """Let time go by until it is known after how long 99 of 100 changes were told."""
    for number in range(int(size.longest / STRIDE)):
        delays = [run.delays(one.began, one.middle) for one in periods]
        if not any(math.isinf(_percentile(some, 0.99)) for some in delays):
            return
        if number == LIVE_COMES_ROUND / STRIDE:
            await run.leave_alone_what_is_live()
        await run.stride(STRIDE)


def _samples(
    ours: str,
    sweeping: str,
    spent_on: Mapping[str, int],
    delays: Sequence[float],
    size: Size,
    cycle: int,
    cpu: float,
) -> dict[str, Sample]:
    """Our row, and that of sweeping at the same median delay, which is half of its cadence."""
    spent, changes = sum(spent_on.values()), int(size.hours * size.changes_an_hour)
    typical, p90, p99 = (_percentile(delays, share) for share in (0.5, 0.9, 0.99))
    swept = cycle * size.hours * 3600 / (2 * typical)
    facts = {
        "an_hour": spent / size.hours,
        "watched": len(delays),
        "median": typical,
        "p90": p90,
        "p99": p99,
        "at_p90": cycle * size.hours * 3600 * 0.9 / p90 / spent,
        "late": sum(one > 2 * size.hours * 3600 for one in delays),
        **{f"/{name}": number / size.hours for name, number in spent_on.items()},
    }
    return {
        ours: Sample(changes, spent, cpu, facts),
        sweeping: Sample(changes, swept, 0.0),
    }


def _percentile(delays: Sequence[float], share: float) -> float:
    return delays[math.ceil(share * len(delays)) - 1]


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
        transport=httpx.ASGITransport(app=ProviderApp(PLENTIFIC, state)),
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
    pending: defaultdict[str, list[Happened]] = field(default_factory=lambda: defaultdict(list))
    _told: list[tuple[datetime, float]] = field(default_factory=list)
    _agenda: list[tuple[datetime, int, Callable[[], Awaitable[None]]]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)
    _heard: int = 0

    def __post_init__(self) -> None:
        by_kind = {one.stream.entity: one for one in self.sources}
        lessee = Lessee(self.store, self.clock, uuid4().hex, HOUR)
        self._follower = Follower(CONNECTION, by_kind, lessee)

    async def settle(self) -> None:
        """Read all that is due at first contact, and let a quiet day go by.

        What would have been read in that day was found as it was: it is due as it is after that,
        each at a moment of its own within the longest pause.
        """
        while await self._any_due(self.sources):
            for source in self.sources:
                await self._look_once(source)
        assert not await self.news(), "an event without a change"
        self.clock.advance(days=1)
        for source in self.sources:
            for live in (True, False):
                longest = next_look(source.cadence, timedelta(days=365), live=live)
                await self._spread(source.stream.entity, longest, live=live)
            if source.stream.parent is not None:
                longest = next_look(source.cadence, timedelta(days=365), live=True)
                await self._spread(children.list_kind(source), longest, live=True)

    async def _any_due(self, sources: Sequence[Source]) -> bool:
        kinds = [one.stream.entity for one in sources]
        kinds += [children.list_kind(one) for one in sources if one.stream.parent is not None]
        if not self._agenda and not calls(self.life.state):
            return True
        async with self.store.read() as tx:
            due = [await entities.due(tx, CONNECTION, one, self.clock.now(), 1) for one in kinds]
        return any(due)

    async def _spread(self, kind: str, longest: timedelta, *, live: bool) -> None:
        random, now = self.life.random, self.clock.now()
        async with self.store.write() as tx:
            ids = await entities.ids(tx, CONNECTION, kind, live=live)
            known = await entities.load(tx, CONNECTION, kind, sorted(ids))
            spread = [
                replace(one, due_at=now + longest * random.random())
                for one in known.values()
                if one.due_at is not None
            ]
            await entities.save_all(tx, [(one, one.version) for one in spread])

    def follow_poller(self) -> None:
        """Look at every stream as the poller does, each in its turn."""
        for number, source in enumerate(self.sources):
            turn = source.cadence.every * number / len(self.sources)
            self._at(self.clock.now() + turn, partial(self._look, source))

    def listen(self) -> None:
        """Take deliveries of all documented events from now on."""
        uuid = str(uuid4())
        wanted = {"uuid": uuid, "is_enabled": True, "matching_events": ["*"]}
        target = {"endpoint_url": "http://hooks/", "_endpoint_secret": "-"}
        subscriptions = self.life.data.of("webhook_subscriptions")
        subscriptions.add(uuid, self.clock.now(), wanted | target)

    async def leave_alone_what_is_live(self) -> None:
        """Look at nothing that is live for years: what changed there was told long ago."""
        for source in self.sources:
            await self._spread(source.stream.entity, YEARS, live=True)
            if source.stream.parent is not None:
                await self._spread(children.list_kind(source), YEARS, live=True)

    async def stride(self, hours: float) -> None:
        """Let so many hours go by, then look at all that is due where something is sought."""
        self.clock.advance(hours=hours)
        sought = [one for one in self.sources if one.stream.parent is None or self._sought(one)]
        while await self._any_due(sought):
            for source in sought:
                await self._look_once(source)
        await self.news()

    def delays(self, start: datetime, end: datetime) -> list[float]:
        """How late what changed in that time was told, in order; endless what was not told yet."""
        told = [delay for at, delay in self._told if start <= at < end]
        left = [one for some in self.pending.values() for one in some if start <= one.at < end]
        return [*sorted(told), *[math.inf] * len(left)]

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
        for source in self.sources:
            at_once = replace(source.cadence, sweep_every=timedelta())
            looked = await run_cycle(replace(source, cadence=at_once))
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
                self._told.append((one.at, (self.clock.now() - one.at).total_seconds()))
        return unexpected

    async def _look_once(self, source: Source) -> Progress:
        looked = await run_cycle(source)
        assert looked.error is None, looked.error
        return looked

    async def _look(self, source: Source) -> None:
        looked = await self._look_once(source)
        await self.news()
        later = timedelta(seconds=pause_after(looked, source.cadence))
        self._at(self.clock.now() + later, partial(self._look, source))

    def _sought(self, source: Source) -> bool:
        kinds = {one.kind for some in self.pending.values() for one in some}
        return any(source.stream.entity.endswith(kind) for kind in kinds)

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
