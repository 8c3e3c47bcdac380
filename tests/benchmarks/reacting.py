"""Processes that carry out reactions, several on one store.

Each says "ready", begins with a line on its standard input and ends with the end of it; the last
that it says is its CPU seconds in between.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.store.engine import Store
from tests.benchmarks.reactions_parts import client_of, means_of
from tests.benchmarks.rounds import Moment
from tests.benchmarks.serving import ROOT
from tests.benchmarks.worker import as_a_worker
from workers.react import executor


@asynccontextmanager
async def team(size: int, store: str, provider: str, in_flight: int) -> AsyncIterator[Team]:
    """So many processes that are ready to begin, each with so many calls in flight at most."""
    arguments = ["-m", "tests.benchmarks.reacting", store, provider, str(in_flight)]
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, *arguments, stdin=PIPE, stdout=PIPE, cwd=ROOT
        )
        for _ in range(size)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            if await process.stdout.readline() != b"ready\n":
                raise RuntimeError("a process that carries out reactions did not start")
        yield Team(processes)
    finally:
        for process in processes:
            if process.stdin is not None and not process.stdin.is_closing():
                process.stdin.close()
            await process.wait()


class Team:
    """The processes."""

    def __init__(self, processes: list[Process]) -> None:
        self._processes = processes

    def begin(self) -> None:
        """Let them begin."""
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(b"begin\n")

    async def end(self) -> float:
        """Let them end; returns the CPU seconds of all of them since they began."""
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.close()
        said = [await one.stdout.readline() for one in self._processes if one.stdout is not None]
        return sum(map(float, said))


async def _main(url: str, provider: str, in_flight: int) -> None:
    async with Store.open(url) as store, client_of(provider, in_flight) as client:
        means, stopping = means_of(store, client, in_flight), asyncio.Event()
        await store.ping()
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        began = Moment.start()
        running = asyncio.create_task(executor.run(means, stopping))
        await asyncio.to_thread(sys.stdin.read)
        cpu = began.sample(1).cpu
        stopping.set()
        store.notify("reactions")
        await running
    print(cpu, flush=True)


if __name__ == "__main__":
    with as_a_worker():
        asyncio.run(_main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
