"""W8: replicas on one store: what several processes do together, beside one alone."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from adapters.store.engine import Store
from tests.benchmarks import decoding, polling, reacting, slow_provider
from tests.benchmarks.databases import Place, new_database, new_postgres, tidied
from tests.benchmarks.detection_parts import check_known, client_of, source_of
from tests.benchmarks.listing_server import PAGE
from tests.benchmarks.material import CALLS, paid_invoices
from tests.benchmarks.polling import CONNECTIONS
from tests.benchmarks.rounds import Goal, Sample, Workload
from tests.benchmarks.serving import child
from tests.benchmarks.stores import new_store
from workers.detect.cycle import run_cycle

IN_FLIGHT = 8
"""Calls in flight of each process that reacts."""
SIZES = {1: "1 process", 2: "2 processes", 4: "4 processes"}
SQLITE = {size: f"{name}, SQLite" for size, name in SIZES.items()}
GOALS = {2: 1.8, 4: 3.2}
"""What so many processes that react reach at least, beside one."""
POLLERS = {1: "1 process", 2: "2 processes"}
DECODERS = {1: "decode: 1 process", 2: "decode: 2 processes"}
POLLERS_GOAL = 1.5


@dataclass(frozen=True)
class Reactions:
    """How much: events and their keys, seconds after which the provider answers, processes."""

    events: int = 160
    keys: int = 80
    delay: float = 0.5
    most: int = max(SIZES)

    @property
    def at_once(self) -> int:
        """Calls that all processes together may have in flight."""
        return self.most * IN_FLIGHT

    def rows(self, names: Mapping[int, str]) -> dict[int, str]:
        """The rows of those sizes that are measured."""
        return {processes: row for processes, row in names.items() if processes <= self.most}

    def limit(self, size: int) -> float:
        """Seconds that so many processes need at least."""
        return self.events * CALLS * self.delay / (size * IN_FLIGHT)


@dataclass(frozen=True)
class Looks:
    """How much: work orders of each connection, looks at each, and rows to decode."""

    rows: int = 10_000
    looks: int = 10
    decoded: int = 2_000_000


@asynccontextmanager
async def reactions(
    folder: Path, server: str, size: Reactions | None = None
) -> AsyncIterator[Workload]:
    """Processes that react, on a PostgreSQL server's store and on a file in the folder."""
    size = size or Reactions()
    on_server, on_file = size.rows(SIZES), size.rows(SQLITE)
    async with slow_provider.running(size.delay, size.at_once) as url:
        contenders = {
            row: partial(_react, row, processes, place, url, size)
            for rows, place in (
                (on_server, partial(new_postgres, server)),
                (on_file, partial(_new_file, folder)),
            )
            for processes, row in rows.items()
        }
        yield Workload(
            name="W8 replicas that react",
            about=_about_reactions(size),
            unit="effects",
            rows={
                **dict.fromkeys(on_server.values(), "PostgreSQL with fsync, on the same machine"),
                **dict.fromkeys(on_file.values(), "one SQLite file with synchronous=FULL"),
            },
            contenders=contenders,
            goals=[
                Goal(row, rows[1], least.get(processes), _reactions_cause)
                for rows, least in ((on_server, GOALS), (on_file, {}))
                for processes, row in rows.items()
                if processes > 1
            ],
            rounds=dict.fromkeys(on_file.values(), 2),
            apart=tuple(contenders),
        )


def _about_reactions(size: Reactions) -> str:
    limits = ", ".join(f"{size.limit(number):.1f} s with {number}" for number in size.rows(SIZES))
    return (
        f"{size.events} events over {size.keys} keys, each needing {CALLS} calls to a provider "
        f"that answers after {size.delay * 1000:.0f} ms and accepts {size.at_once} at a time. Each "
        f"process has {IN_FLIGHT} calls in flight; the calls alone take {limits}. Proven in each "
        "round: every call made once, in order per key, none refused (429), every outcome "
        "written. CPU s: of all the processes together."
    )


def _reactions_cause(sample: Sample) -> str:
    return (
        f"the provider saw at most {sample.facts['most_at_once']:.0f} calls in flight; the "
        f"processes had {sample.cpu:.1f} s of CPU time in {sample.seconds:.1f} s, on "
        f"{os.cpu_count()} processors that PostgreSQL and the provider's server use too"
    )


async def _react(
    row: str, processes: int, place: Place, url: str, size: Reactions
) -> Mapping[str, Sample]:
    events = paid_invoices(size.events, size.keys)
    async with place() as store:
        done = await reacting.together(processes, store, url, IN_FLIGHT, events)
    assert done.facts["most_at_once"] <= processes * IN_FLIGHT, f"{done.facts}"
    return {row: replace(done, items=done.items * CALLS)}


@asynccontextmanager
async def _new_file(folder: Path) -> AsyncIterator[str]:
    async with new_store(folder) as store:
        yield store.place


@asynccontextmanager
async def looks(_folder: Path, server: str, size: Looks | None = None) -> AsyncIterator[Workload]:
    """Processes that look at connections, on a PostgreSQL server's store."""
    size = size or Looks()
    async with (
        child("tests.benchmarks.listing_server", str(size.rows)) as url,
        new_postgres(server) as known,
    ):
        await _take_baselines(known, url)
        base = await tidied(known)
        pollers = {
            row: partial(_poll, row, processes, partial(new_database, server, base), url, size)
            for processes, row in POLLERS.items()
        }
        decoders = {
            row: partial(_decode, row, processes, size.decoded)
            for processes, row in DECODERS.items()
        }
        yield Workload(
            name="W8 replicas that poll",
            about=_about_looks(size),
            unit="rows",
            rows={
                **dict.fromkeys(
                    pollers,
                    "the streams under their leases, PostgreSQL with fsync; a list read "
                    "once a look, the details of the 50 next in rotation",
                ),
                **dict.fromkeys(
                    decoders, "nothing but orjson.loads of such pages: what the machine gives"
                ),
            },
            contenders=pollers | decoders,
            goals=[
                Goal(POLLERS[2], POLLERS[1], POLLERS_GOAL, _looks_cause),
                Goal(DECODERS[2], DECODERS[1]),
            ],
            apart=(*pollers, *decoders),
        )


def _about_looks(size: Looks) -> str:
    return (
        f"{len(CONNECTIONS)} connections of {size.rows:,} work orders in pages of {PAGE}, all "
        f"known and unchanged, each looked at {size.looks} times with "
        f"{polling.PAUSE.total_seconds() * 1000:.0f} ms between two looks. The processes are the "
        "poller with its crew; their names share the connections out evenly, which with so few "
        "is chance. Proven in each round: each look made once and by one process, each of its "
        "pages asked for once, so no more calls than one process makes; nothing told. CPU s: of "
        "all the processes together."
    )


def _looks_cause(sample: Sample) -> str:
    return (
        f"the {len(POLLERS)} processes had {sample.cpu:.1f} s of CPU time in "
        f"{sample.seconds:.1f} s, on {os.cpu_count()} processors that PostgreSQL and the "
        "provider's server use too; what these processors give to two processes that only decode, "
        f"beside one, is the ratio of `{DECODERS[2]}`: 2 with cores of their own, less where the "
        "processors are the threads of one core"
    )


async def _take_baselines(place: str, url: str) -> None:
    async with Store.open(place) as store:
        for name in CONNECTIONS:
            async with client_of(f"{url}/{name}", name) as client:
                looked = await run_cycle(source_of(store, client, name))
                assert looked.error is None, looked.error


async def _poll(
    row: str, processes: int, place: Place, url: str, size: Looks
) -> Mapping[str, Sample]:
    async with place() as copied:
        sample = await polling.together(processes, copied, url, size.rows, size.looks)
        async with Store.open(copied) as store:
            await check_known(store, dict.fromkeys(CONNECTIONS, size.rows), told=0)
    return {row: sample}


async def _decode(row: str, processes: int, rows: int) -> Mapping[str, Sample]:
    return {row: await decoding.together(processes, rows)}
