"""W3: reactions from inbox to outcome, beside the limit that the provider sets.

Every event needs two calls to a provider that answers after a while and accepts 50 at a time. The
limit is what 50 calls in flight all the time would take; with a hot key, its own chain of calls.
Slower providers tell what is the machine's from what is the design's.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from adapters.essensys.client import EssensysClient
from events.envelope import Event
from tests.benchmarks import slow_provider
from tests.benchmarks.material import (
    CALLS,
    charges_of,
    paid_invoices,
    with_hot_key,
)
from tests.benchmarks.order import check_record
from tests.benchmarks.progress import total, until
from tests.benchmarks.reacting import together
from tests.benchmarks.reactions_parts import check_outcomes, client_of, fill, means_of
from tests.benchmarks.rounds import Contender, Goal, Moment, Sample, Workload
from tests.benchmarks.stores import new_store
from workers.react import executor
from workers.telemetry import metrics

AT_ONCE = 50
"""Calls that the provider accepts at a time."""
TEAM = "tiebeam, 2 processes"
SLOWER = {2: "half as fast", 4: "a quarter as fast"}
"""Providers that take so many times as long, by what their rows begin with."""
PARTITIONS = 6
"""Of the consumer beside which ours stands that has one call in flight per partition."""


@dataclass(frozen=True)
class Size:
    """How much: events and keys; events with a hot key, and of these the hot key's own."""

    events: int = 2_000
    keys: int = 500
    hot_events: int = 250
    hot: int = 40
    delay: float = 0.1
    """Seconds after which the provider answers."""

    @property
    def limit(self) -> float:
        """Seconds that the provider needs at least for all events."""
        return self.events * CALLS * self.delay / AT_ONCE

    @property
    def hot_limit(self) -> float:
        """Seconds that the hot key's calls need one after the other, or all of them, if longer."""
        return CALLS * self.delay * max(self.hot, self.hot_events / AT_ONCE)


@asynccontextmanager
async def workload(folder: Path, size: Size | None = None) -> AsyncIterator[Workload]:
    """The workload, with its provider running."""
    size = size or Size()
    hot = with_hot_key(size.hot_events, size.hot)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(slow_provider.running(size.delay, AT_ONCE))
        slower = {
            times: await stack.enter_async_context(
                slow_provider.running(times * size.delay, AT_ONCE)
            )
            for times in SLOWER
        }
        events = paid_invoices(size.events, size.keys)
        few = partial(_chains, url, size.events)
        slow = _beside_slower(slower, folder, events, size)
        yield Workload(
            name="W3 reactions",
            about=(
                f"{size.events:,} events over {size.keys} keys, each needing {CALLS} calls to a "
                f"provider that answers after {size.delay * 1000:.0f} ms and accepts {AT_ONCE} at "
                "a time. Proven in each round: every call made once, in order per key, none "
                "refused (429), every outcome written."
            ),
            unit="events",
            rows=_rows(size),
            contenders={
                "limit": partial(_limit, "limit", size.events, size.limit),
                "tiebeam": partial(_ours, "tiebeam", url, folder, events),
                TEAM: partial(_team, TEAM, 2, url, folder, events),
                **slow,
                "no store": partial(few, "no store", events, size.keys),
                "per partition": partial(few, "per partition", events[:120], PARTITIONS),
                "sequential": partial(few, "sequential", events[:20], 1),
                "hot key: limit": partial(
                    _limit, "hot key: limit", size.hot_events, size.hot_limit
                ),
                "hot key: tiebeam": partial(_ours, "hot key: tiebeam", url, folder, hot),
            },
            goals=[
                Goal("tiebeam", "limit", 0.9, _cause),
                *(
                    Goal(f"{name}: tiebeam", f"{name}: limit", 0.9, _cause)
                    for name in SLOWER.values()
                ),
                Goal("hot key: tiebeam", "hot key: limit", 0.9, _cause),
                Goal(TEAM, "limit", 0.9, _cause_of_team),
                Goal("tiebeam", "no store"),
                Goal("tiebeam", "per partition"),
                Goal("tiebeam", "sequential"),
            ],
            rounds=dict.fromkeys(["per partition", "sequential", *slow], 1),
            apart=(TEAM,),
            warm_up=partial(_ours, "tiebeam", url, folder, events[:10]),
            smaller={
                "tiebeam": partial(_ours, "tiebeam", url, folder, events[:200]),
                "hot key: tiebeam": partial(_ours, "tiebeam", url, folder, hot[:100]),
                **{
                    f"{name}: tiebeam": partial(_ours, "tiebeam", slower[times], folder, hot[:100])
                    for times, name in SLOWER.items()
                },
            },
        )


def _rows(size: Size) -> dict[str, str]:
    return {
        "limit": f"arithmetic: {AT_ONCE} calls in flight from beginning to end",
        "tiebeam": (
            "inbox, executor, ledger, attempt, HTTP client, outcome and audit events in the "
            "outbox, SQLite with synchronous=FULL"
        ),
        TEAM: "the same, in two processes on one store, with half as many calls in flight each",
        **{
            f"{name}: {who}": text
            for times, name in SLOWER.items()
            for who, text in (
                ("limit", f"arithmetic: where an answer takes {times * size.delay * 1000:.0f} ms"),
                ("tiebeam", "as tiebeam, beside that limit"),
            )
        },
        "no store": f"our HTTP client alone, {AT_ONCE} in flight, in order per key; keeps nothing",
        "per partition": (
            f"our HTTP client alone, one event in flight for each of {PARTITIONS} partitions; "
            "120 events, scaled"
        ),
        "sequential": "our HTTP client alone, one event after the other; 20 events, scaled",
        "hot key: limit": (
            f"arithmetic: {size.hot_events} events of which {size.hot} are of one key, "
            "whose calls go one after the other"
        ),
        "hot key: tiebeam": "as tiebeam",
    }


def _beside_slower(
    urls: Mapping[int, str], folder: Path, events: Sequence[Event], size: Size
) -> dict[str, Contender]:
    found: dict[str, Contender] = {}
    for times, name in SLOWER.items():
        limit = times * size.limit
        found[f"{name}: limit"] = partial(_limit, f"{name}: limit", size.events, limit)
        row = f"{name}: tiebeam"
        found[row] = partial(_ours, row, urls[times], folder, events)
    return found


def _cause(sample: Sample) -> str:
    facts = sample.facts
    each = facts["writes"] / sample.items
    return (
        f"{_cpu(sample)} of CPU time an event, of the {sample.seconds:.1f} s {sample.cpu:.1f} s, "
        f"nearly all in one thread; {each:.1f} write transactions an event, which share commits"
    )


def _cause_of_team(sample: Sample) -> str:
    return (
        f"{_cpu(sample)} of CPU time an event, {sample.cpu:.1f} s in all within "
        f"{sample.seconds:.1f} s, on {os.cpu_count()} hardware threads that the provider shares"
    )


def _cpu(sample: Sample) -> str:
    return f"{sample.cpu / sample.items * 1000:.1f} ms"


async def _limit(row: str, events: int, seconds: float) -> Mapping[str, Sample]:
    return {row: Sample(events, seconds, 0.0)}


async def _ours(row: str, url: str, folder: Path, events: Sequence[Event]) -> Mapping[str, Sample]:
    async with (
        new_store(folder) as store,
        client_of(url, AT_ONCE) as client,
        httpx.AsyncClient() as http,
    ):
        await http.post(f"{url}/reset")
        await fill(store, events)
        stopping = asyncio.Event()
        finished = partial(total, metrics.REACTIONS_FINISHED, but="retrying")
        all_done = finished() + len(events)
        store.forget()
        began = Moment.start()
        running = asyncio.create_task(
            executor.run(means_of(store, client, AT_ONCE), stopping), name="executor"
        )
        await until(finished, all_done, running)
        sample = began.sample(len(events), store.written_at, writes=store.writes)
        stopping.set()
        store.notify("reactions")
        await running
        await check_outcomes(store, events)
        check_record((await http.get(f"{url}/record")).json(), events)
        return {row: sample}


async def _team(
    row: str, size: int, url: str, folder: Path, events: Sequence[Event]
) -> Mapping[str, Sample]:
    """So many processes on one store, with as many calls in flight together as one alone."""
    async with new_store(folder) as store:
        return {row: await together(size, store.place, url, AT_ONCE // size, events)}


async def _chains(
    url: str, scaled_to: int, row: str, events: Sequence[Event], chains: int
) -> Mapping[str, Sample]:
    """So many chains of events beside one another, each one call after the other; no store."""
    lanes = [events[number::chains] for number in range(chains)]
    async with client_of(url, AT_ONCE) as client:
        began = Moment.start()
        await asyncio.gather(*(_chain(client, lane) for lane in lanes))
        done = began.sample(len(events))
    share = len(events) / scaled_to
    return {row: Sample(scaled_to, done.seconds / share, done.cpu / share)}


async def _chain(client: EssensysClient, events: Sequence[Event]) -> None:
    for event in events:
        for call in charges_of(event):
            await client.charge_sheets.put([call.put()])
