"""W4: from the delivery of a paid invoice's webhook to its charge sheet's arrival at essensys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

from adapters.kafka.settings import KafkaSettings
from adapters.store.engine import Store
from tests.benchmarks import hops, pipeline
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

    rates: Sequence[float] = (5.0, 50.0)
    seconds: float = 20.0


def workload(kafka: KafkaSettings, folder: Path, size: Size | None = None) -> Workload:
    """The workload; `kafka` must be running."""
    size = size or Size()
    rows = [(rate, *_names(rate)) for rate in size.rates]
    profiled = partial(_measure, kafka, folder, size.rates[-1], size.seconds / 4, pipeline.task)
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
        rows=_rows(size),
        contenders={
            MEDIAN: _limits,
            **{
                middle: partial(_measure, kafka, folder, rate, size.seconds)
                for rate, middle, _ in rows
            },
        },
        goals=[
            goal
            for _, middle, late in rows
            for goal in (Goal(middle, MEDIAN, 1.0, _cause), Goal(late, LATE, 1.0, _cause))
        ],
        smaller={name: profiled for row in rows for name in row[1:]},
        tells={middle: lambda sample: hops.shown(sample.facts) for _, middle, _ in rows},
    )


def _names(rate: float) -> tuple[str, str]:
    return f"{rate:g} a second: median", f"{rate:g} a second: p99"


def _rows(size: Size) -> dict[str, str]:
    ways = "receiver, hint, detail read, outbox, relay, Kafka, intake, inbox, executor, ledger, PUT"
    return {
        **{name: f"arithmetic: {limit * 1000:g} ms each" for name, limit in LIMITS.items()},
        **{
            name: f"{ways}; SQLite with synchronous=FULL" if place == 0 else "as above"
            for rate in size.rates
            for place, name in enumerate(_names(rate))
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


async def _measure(
    kafka: KafkaSettings,
    folder: Path,
    rate: float,
    seconds: float,
    running: pipeline.Running = pipeline.process,
) -> Mapping[str, Sample]:
    """Deliver at this rate for so long, to new processes with a new store and new topics."""
    count = max(round(rate * seconds), 1)
    database = folder / f"{uuid4().hex}.db"
    async with AsyncExitStack() as stack:
        simulated = await stack.enter_async_context(pipeline.providers())
        numbers = await simulated.unpaid(FIRST + count)
        store = await stack.enter_async_context(Store.open(f"sqlite:///{database}"))
        await store.upgrade()
        measured = await stack.enter_async_context(running(kafka, database, simulated.url))
        await pipeline.until(partial(pipeline.baselined, store), "the first look at the invoices")
        uuids = list(numbers)
        await simulated.pay(uuids)
        await measured.deliver(uuids[:FIRST], 20.0)
        await pipeline.until(partial(simulated.have, FIRST), "the first charge sheets")
        before, began = await measured.metrics(), Moment.start()
        delivered = await measured.deliver(uuids[FIRST:], rate)
        await pipeline.until(partial(simulated.have, len(uuids)), "all charge sheets")
        spent = began.sample(len(uuids)).seconds
        after = await measured.metrics()
        await pipeline.until(partial(pipeline.published, store), "all events are published")
        found = await hops.ways(store, delivered, await simulated.arrivals(numbers))
    return _samples(rate, found, {name: after[name] - before[name] for name in after}, spent)


def _samples(
    rate: float, found: Sequence[hops.Way], spent: Mapping[str, float], seconds: float
) -> Mapping[str, Sample]:
    provider = spent["provider seconds"] / spent["provider calls"]
    took = [way.seconds - provider for way in found]
    p50, p99 = (hops.percentile(took, share) for share in (0.5, 0.99))
    facts = {"p50": p50, "p99": p99, "provider": provider, "seconds": seconds, **hops.facts(found)}
    return {
        name: Sample(IN_A_ROW, IN_A_ROW * each, spent["cpu"], facts)
        for name, each in zip(_names(rate), (p50, p99), strict=True)
    }
