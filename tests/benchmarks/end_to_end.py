"""W4: from the delivery of a paid invoice's webhook to its charge sheet's arrival at essensys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from uuid import uuid4

from adapters.kafka.settings import KafkaSettings
from adapters.store.engine import Store
from tests.benchmarks import hops, pipeline
from tests.benchmarks.databases import Place, new_postgres
from tests.benchmarks.rounds import Goal, Moment, Sample, Workload

MEDIAN, LATE = "limit: median", "limit: p99"
LIMITS = {MEDIAN: 0.25, LATE: 1.0}
"""Seconds that a charge sheet may take to arrive, the provider's own time aside."""
IN_A_ROW = 100
"""Charge sheets that the rows are of."""
FIRST = 10
"""Invoices that go before the measured ones: connections are made, tokens fetched, code loaded."""


@dataclass(frozen=True)
class Size:
    """How much: deliveries a second, each rate for so many seconds."""

    rates: Sequence[float] = (5.0, 25.0, 50.0)
    seconds: float = 20.0


@dataclass(frozen=True)
class Load:
    """So many deliveries a second for so long, with a new store of this kind."""

    rate: float
    seconds: float
    store: str
    place: Place

    @property
    def names(self) -> tuple[str, str]:
        """The rows of its median and of its 99th percentile."""
        name = f"{self.rate:g} a second, {self.store}"
        return f"{name}: median", f"{name}: p99"


def workload(
    kafka: KafkaSettings, folder: Path, postgres: str, size: Size | None = None
) -> Workload:
    """The workload; `kafka` and the server `postgres` must be running."""
    size = size or Size()
    places = {"SQLite": partial(_on_sqlite, folder), "PostgreSQL": partial(new_postgres, postgres)}
    loads = [
        Load(rate, size.seconds, store, place)
        for store, place in places.items()
        for rate in size.rates
    ]
    rows = [(load, *load.names) for load in loads]
    measure = partial(_measure, kafka, folder)
    return Workload(
        name="W4 end to end",
        about=(
            "Signed webhook deliveries about invoices that were paid, at a steady rate for "
            f"{size.seconds:g} s, to `tiebeam run` with all roles in a process of its own; "
            "the simulated providers are another. Counted from when a delivery was due to "
            "the arrival of its charge sheet, less what the provider took to show the invoice. "
            f"A row is {IN_A_ROW} charge sheets of which each takes as long as the median, or "
            "the 99th percentile. The hops are in ms, median (99th percentile), each from the "
            "one before. Proven in each round: every charge sheet arrived, once."
        ),
        unit="charge sheets",
        rows=_rows(loads),
        contenders={
            MEDIAN: _limits,
            **{middle: partial(measure, load) for load, middle, _ in rows},
        },
        goals=[
            goal
            for _, middle, late in rows
            for goal in (Goal(middle, MEDIAN, 1.0, _cause), Goal(late, LATE, 1.0, _cause))
        ],
        smaller={
            name: partial(measure, replace(load, seconds=load.seconds / 4), pipeline.task)
            for load in loads
            for name in load.names
        },
        tells={middle: lambda sample: hops.shown(sample.facts) for _, middle, _ in rows},
    )


def _rows(loads: Sequence[Load]) -> dict[str, str]:
    ways = "receiver, hint, detail read, outbox, relay, Kafka, intake, inbox, executor, ledger, PUT"
    durable = {"SQLite": "synchronous=FULL", "PostgreSQL": "fsync on, on the same machine"}
    return {
        **{name: f"arithmetic: {limit * 1000:g} ms each" for name, limit in LIMITS.items()},
        **{
            name: f"{ways}; {load.store}, {durable[load.store]}" if place == 0 else "as above"
            for load in loads
            for place, name in enumerate(load.names)
        },
    }


def _cause(sample: Sample) -> str:
    facts = sample.facts
    return (
        f"the median was {facts['p50'] * 1000:.0f} ms, the 99th percentile "
        f"{facts['p99'] * 1000:.0f} ms, the provider's {facts['provider'] * 1000:.1f} ms taken "
        f"off; by hop: {hops.shown(facts)}; the process was on a core for {sample.cpu:.1f} of "
        f"{facts['seconds']:.1f} s"
    )


async def _limits() -> Mapping[str, Sample]:
    return {name: Sample(IN_A_ROW, IN_A_ROW * limit, 0.0) for name, limit in LIMITS.items()}


@asynccontextmanager
async def _on_sqlite(folder: Path) -> AsyncIterator[str]:
    url = f"sqlite:///{folder / uuid4().hex}.db"
    async with Store.open(url) as store:
        await store.upgrade()
    yield url


async def _measure(
    kafka: KafkaSettings, folder: Path, load: Load, running: pipeline.Running = pipeline.process
) -> Mapping[str, Sample]:
    """Deliver at its rate, to new processes with a new store and new topics."""
    count = max(round(load.rate * load.seconds), 1)
    async with AsyncExitStack() as stack:
        simulated = await stack.enter_async_context(pipeline.providers())
        numbers = await simulated.unpaid(FIRST + count)
        url = await stack.enter_async_context(load.place())
        store = await stack.enter_async_context(Store.open(url))
        config = pipeline.configured(kafka, folder, url, simulated.url)
        measured = await stack.enter_async_context(running(config))
        await pipeline.until(partial(pipeline.baselined, store), "the first look at the invoices")
        uuids = list(numbers)
        await simulated.pay(uuids)
        await measured.deliver(uuids[:FIRST], 20.0)
        await pipeline.until(partial(simulated.have, FIRST), "the first charge sheets")
        before, began = await measured.metrics(), Moment.start()
        delivered = await measured.deliver(uuids[FIRST:], load.rate)
        await pipeline.until(partial(simulated.have, len(uuids)), "all charge sheets")
        spent = began.sample(len(uuids)).seconds
        after = await measured.metrics()
        await pipeline.until(partial(pipeline.published, store), "all events are published")
        found = await hops.ways(store, delivered, await simulated.arrivals(numbers))
    return _samples(load, found, {name: after[name] - before[name] for name in after}, spent)


def _samples(
    load: Load, found: Sequence[hops.Way], spent: Mapping[str, float], seconds: float
) -> Mapping[str, Sample]:
    provider = spent["provider seconds"] / spent["provider calls"]
    took = [way.seconds - provider for way in found]
    p50, p99 = (hops.percentile(took, share) for share in (0.5, 0.99))
    facts = {"p50": p50, "p99": p99, "provider": provider, "seconds": seconds, **hops.facts(found)}
    return {
        name: Sample(IN_A_ROW, IN_A_ROW * each, spent["cpu"], facts)
        for name, each in zip(load.names, (p50, p99), strict=True)
    }
