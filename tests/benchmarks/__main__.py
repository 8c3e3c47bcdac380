"""`make bench`: run the workloads, print their tables, and write their part of RESULTS.md."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from adapters.kafka.settings import KafkaSettings
from deploy.kafka.cluster import start
from tests.benchmarks import (
    calls,
    detection,
    end_to_end,
    intake,
    memory,
    reactions,
    relay,
    replay,
    replicas,
    webhooks,
)
from tests.benchmarks.databases import durable_server
from tests.benchmarks.profiling import Profile, profiled
from tests.benchmarks.report import Report, markdown
from tests.benchmarks.rounds import Contender, Result, Workload, measure, table
from tests.benchmarks.worker import as_a_worker
from tests.kafka import why_no_real_kafka
from tests.postgres import NoPostgresError

RESULTS = Path(__file__).with_name("RESULTS.md")
ROUNDS = 5


@dataclass(frozen=True)
class Entry:
    """A workload of the suite.

    `budget` is the seconds after which no further round begins; `open` takes a folder for files
    and, where it `needs_kafka`, the bootstrap servers.
    """

    budget: float
    open: Callable[[Path, str], AbstractAsyncContextManager[Workload]]
    needs_kafka: bool = False


@asynccontextmanager
async def _relay(folder: Path, servers: str) -> AsyncIterator[Workload]:
    yield relay.workload(KafkaSettings(servers), folder)


@asynccontextmanager
async def _intake(folder: Path, servers: str) -> AsyncIterator[Workload]:
    yield intake.workload(KafkaSettings(servers), folder)


@asynccontextmanager
async def _end_to_end(folder: Path, servers: str) -> AsyncIterator[Workload]:
    with durable_server() as postgres:
        yield end_to_end.workload(KafkaSettings(servers), folder, postgres)


@asynccontextmanager
async def _on_postgres(
    workload: Callable[[Path, str], AbstractAsyncContextManager[Workload]], folder: Path, _: str
) -> AsyncIterator[Workload]:
    with durable_server() as server:
        async with workload(folder, server) as opened:
            yield opened


SUITE = {
    "webhooks": Entry(60, lambda folder, _: webhooks.workload(folder)),
    "reactions": Entry(260, lambda folder, _: reactions.workload(folder)),
    "detection": Entry(400, lambda folder, _: detection.workload(folder)),
    "memory": Entry(300, lambda folder, _: memory.workload(folder)),
    "calls": Entry(900, lambda folder, _: calls.workload(folder)),
    "react_replicas": Entry(400, partial(_on_postgres, replicas.reactions)),
    "poll_replicas": Entry(300, partial(_on_postgres, replicas.looks)),
    "replay": Entry(
        120,
        lambda folder, servers: replay.workload(KafkaSettings(servers), folder),
        needs_kafka=True,
    ),
    "end_to_end": Entry(300, _end_to_end, needs_kafka=True),
    "relay": Entry(40, _relay, needs_kafka=True),
    "intake": Entry(50, _intake, needs_kafka=True),
}


def main(arguments: Sequence[str]) -> int:
    """Run the chosen workloads; 0 also where a goal is missed, for a number is not a mistake."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("workload", nargs="*", choices=[[], *SUITE], help="none: all of them")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="at most (%(default)s)")
    options = parser.parse_args(arguments)
    chosen = options.workload or list(SUITE)
    console = Console(highlight=False)
    with as_a_worker():
        report = _run(chosen, options.rounds, console)
    before = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    RESULTS.write_text(markdown(report, before), encoding="utf-8")
    console.print(f"written: {RESULTS}")
    return 0


def _run(chosen: Sequence[str], rounds: int, console: Console) -> Report:
    results: list[Result] = []
    profiles: dict[str, Profile] = {}
    not_run: dict[str, str] = {}
    kafka = [name for name in chosen if SUITE[name].needs_kafka]
    reason = why_no_real_kafka() if kafka else None

    async def run(names: Sequence[str], servers: str) -> None:
        for name in names:
            try:
                result, found = await _one(SUITE[name], servers, rounds, console)
            except NoPostgresError as error:
                not_run[name] = f"needs PostgreSQL: {error}"
                continue
            results.append(result)
            profiles.update(found)

    if kafka and reason is None:
        with start() as cluster:
            asyncio.run(run(kafka, cluster.bootstrap_servers))
    asyncio.run(run([name for name in chosen if name not in kafka], ""))
    if reason is not None:
        not_run |= dict.fromkeys(kafka, reason)
    return Report(results, profiles, not_run)


async def _one(
    entry: Entry, servers: str, rounds: int, console: Console
) -> tuple[Result, dict[str, Profile]]:
    with tempfile.TemporaryDirectory(prefix="tiebeam-bench-") as folder:
        async with entry.open(Path(folder), servers) as workload:
            result = await measure(workload, rounds, entry.budget, tell=console.print)
            console.print(table(result))
            return result, await _profiles(result, console)


async def _profiles(result: Result, console: Console) -> dict[str, Profile]:
    """A profile of each contender that misses a goal, by the first of its rows that does."""
    rows: dict[Contender, str] = {}
    for goal in result.missed():
        contender = result.workload.to_profile(goal.ours)
        if contender is not None:
            rows.setdefault(contender, goal.ours)
    profiles = {}
    for contender, row in rows.items():
        profiles[row] = await profiled(contender)
        console.print("\n".join(profiles[row].lines()))
    return profiles


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
