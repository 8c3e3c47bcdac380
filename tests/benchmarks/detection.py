"""W1: change detection over a listing, its first pass and one in which one row in 100 changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import uuid4

from tests.benchmarks import bare_detection
from tests.benchmarks.detection_parts import CONNECTION, check_known, client_of, source_of, tell
from tests.benchmarks.listing_server import CHANGED, PAGE, PREFIX
from tests.benchmarks.peers.contenders import PEERS, Peer, run
from tests.benchmarks.peers.environments import PeerError, python_of
from tests.benchmarks.rounds import Goal, Moment, Sample, Workload
from tests.benchmarks.serving import child
from tests.benchmarks.stores import new_store
from workers.detect.cycle import run_cycle
from workers.detect.observe import Source

FIRST, SECOND, THIRD = "tiebeam pass 1", "tiebeam pass 2", "tiebeam pass 3"
BARE_FIRST, BARE_SECOND, BARE_THIRD = (
    "bare script pass 1",
    "bare script pass 2",
    "bare script pass 3",
)
SLOW, SLOW_LIMIT = "tiebeam, slow pages", "limit: slow pages"
CPU, CPU_LIMIT = "tiebeam pass 3, CPU", "limit: CPU"
ALLOWED = 1.5
"""CPU seconds that 100,000 unchanged rows may take."""
LIMIT = "limit: fetch + decode"
DELAY = 50
"""Milliseconds that a slow page takes."""
PROFILED = 20_000
"""Rows of the list that is looked at under the profiler."""

ROWS = {
    LIMIT: f"aiohttp and orjson, {bare_detection.AT_ONCE} requests in flight; nothing else",
    FIRST: (
        "the stream work-orders: HTTP client with limits, spans and metrics, the list "
        "read twice, since a baseline is confirmed; SQLite with synchronous=FULL"
    ),
    SECOND: (
        "the same stream: the list read once, the details of what changed and of the "
        "60 next in rotation, their transitions, state and events saved together"
    ),
    THIRD: "the same stream: the list read once, the details of the 60 in rotation",
    CPU: "the CPU seconds of pass 3 as its seconds",
    CPU_LIMIT: f"arithmetic: {ALLOWED} s of CPU time for 100,000 rows",
    SLOW: f"as pass 3, when each page takes {DELAY} ms",
    SLOW_LIMIT: f"arithmetic: {bare_detection.AT_ONCE} such pages in flight all along",
    BARE_FIRST: "aiohttp, orjson, fingerprint, sqlite3; the list read once",
    BARE_SECOND: "the same: compare, read the details of what changed, save",
    BARE_THIRD: "the same: compare",
}


def _cause(sample: Sample) -> str:
    return (
        f"{sample.cpu:.2f} of the {sample.seconds:.2f} s were CPU time, "
        f"{sample.cpu / sample.items * 100_000:.2f} s for 100,000 rows"
    )


GOALS = [
    Goal(SECOND, BARE_SECOND, 0.6, _cause),
    Goal(SLOW, SLOW_LIMIT, 0.88, _cause),
    Goal(CPU, CPU_LIMIT, 1, _cause),
    Goal(THIRD, BARE_THIRD),
    Goal(FIRST, BARE_FIRST),
    Goal(SECOND, LIMIT),
    Goal(BARE_SECOND, LIMIT),
]


@asynccontextmanager
async def workload(
    folder: Path, rows: int = 100_000, peers: Sequence[Peer] = PEERS
) -> AsyncIterator[Workload]:
    """The workload, with its provider running; `rows` in whole hundreds.

    Peers whose environment cannot be made are left out, which the workload tells.
    """
    pythons, missing = await _pythons(peers)
    ready = {peer: pythons[peer.environment] for peer in peers if peer.environment in pythons}
    async with child("tests.benchmarks.listing_server", str(rows)) as url:
        yield Workload(
            name="W1 change detection",
            about=_about(rows, missing),
            unit="rows",
            rows=ROWS | {row: text for peer in ready for row, text in peer.rows().items()},
            contenders={
                LIMIT: partial(_limit, url, rows),
                FIRST: partial(_ours, url, folder, rows),
                BARE_FIRST: partial(_bare, url, folder, rows),
                **{
                    peer.passes[0]: partial(run, peer, python, f"{url}{PREFIX}", rows)
                    for peer, python in ready.items()
                },
            },
            goals=[*_goals(ready), *GOALS],
            rounds={peer.passes[0]: peer.rounds for peer in ready if peer.rounds},
            smaller=dict.fromkeys(
                (FIRST, SECOND, CPU, SLOW), partial(_smaller, folder, min(rows, PROFILED))
            ),
        )


def _about(rows: int, missing: Mapping[str, str]) -> str:
    told = (
        f"{rows:,} work orders in pages of {PAGE}. Pass 1: all new, a baseline. Pass 2: one in "
        f"{CHANGED} changed its status. Pass 3: nothing changed. Proven in each round: every row "
        "known, one event for each change. Seconds are for the pass, whatever it reads; those of "
        "another tool, in a process of its own, are without its start and its imports."
    )
    return told + "".join(f" Left out: {name}, since {why}." for name, why in missing.items())


async def _pythons(peers: Sequence[Peer]) -> tuple[dict[str, Path], dict[str, str]]:
    """The Pythons of the peers' environments, and why some cannot be made."""
    pythons, missing = {}, {}
    for name in dict.fromkeys(peer.environment for peer in peers):
        try:
            pythons[name] = await python_of(name)
        except PeerError as error:
            missing[name] = str(error)
    return pythons, missing


def _goals(peers: Iterable[Peer]) -> list[Goal]:
    """Our second pass beside each peer's, and the first where something is promised of it."""
    found = []
    for peer in peers:
        first, second = peer.passes
        found.append(Goal(SECOND, second, peer.second, _cause, peer.stretch))
        if peer.first is not None:
            found.append(Goal(FIRST, first, peer.first, _cause))
    return found


async def _smaller(folder: Path, rows: int) -> Mapping[str, Sample]:
    async with child("tests.benchmarks.listing_server", str(rows)) as url:
        return await _ours(url, folder, rows)


async def _limit(url: str, rows: int) -> Mapping[str, Sample]:
    await tell(url, "turn/0")
    began = Moment.start()
    read = 0
    async with bare_detection.session(url) as session:
        async for page in bare_detection.fetch(session, rows):
            read += len(page)
    assert read == rows, f"{read} rows read"
    return {LIMIT: began.sample(rows)}


async def _bare(url: str, folder: Path, rows: int) -> Mapping[str, Sample]:
    file = folder / f"{uuid4().hex}.db"
    await tell(url, "turn/0")
    began = Moment.start()
    await bare_detection.detect(url, rows, file, baseline=True)
    first = began.sample(rows)
    await tell(url, "turn/1")
    began = Moment.start()
    told = await bare_detection.detect(url, rows, file, baseline=False)
    second = began.sample(rows)
    began = Moment.start()
    told += await bare_detection.detect(url, rows, file, baseline=False)
    third = began.sample(rows)
    assert told == rows // CHANGED, f"{told} events"
    return {BARE_FIRST: first, BARE_SECOND: second, BARE_THIRD: third}


async def _ours(url: str, folder: Path, rows: int) -> Mapping[str, Sample]:
    async with new_store(folder) as store, client_of(url) as connected:
        source = source_of(store, connected)
        first, second, third = await passes(url, source, rows)
        await tell(url, f"delay/{DELAY}")
        slow = await _pass(source, rows)
        await tell(url, "delay/0")
        await check_known(store, {CONNECTION: rows}, told=rows // CHANGED)
    pages = -(-rows // PAGE)
    limit = Sample(rows, pages / bare_detection.AT_ONCE * DELAY / 1000, 0.0)
    return {
        FIRST: first,
        SECOND: second,
        THIRD: third,
        CPU: replace(third, seconds=third.cpu),
        CPU_LIMIT: Sample(rows, rows / 100_000 * ALLOWED, 0.0),
        SLOW: slow,
        SLOW_LIMIT: limit,
    }


async def passes(url: str, source: Source, rows: int) -> tuple[Sample, Sample, Sample]:
    """The baseline, a look that finds changes, and one that finds none."""
    await tell(url, "turn/0")
    first = await _pass(source, rows)
    await tell(url, "turn/1")
    return first, await _pass(source, rows), await _pass(source, rows)


async def _pass(source: Source, rows: int) -> Sample:
    began = Moment.start()
    progress = await run_cycle(source)
    sample = began.sample(rows)
    assert (progress.error, progress.total) == (None, rows), f"{progress}"
    return sample
