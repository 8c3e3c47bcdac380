"""Teams: processes that begin together at a word and work beside one another until another.

Each says "ready", begins with a line on its standard input and ends with the end of it; the last
that it says is its CPU seconds in between.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from tests.benchmarks.rounds import Moment
from tests.benchmarks.serving import ROOT


@asynccontextmanager
async def team(module: str, members: Sequence[Sequence[str]]) -> AsyncIterator[Team]:
    """A process for each member, which runs the module with his arguments; all are ready.

    Raises:
        RuntimeError: one did not get ready; its standard error says why.
    """
    processes: list[Process] = []
    try:
        for arguments in members:
            command = [sys.executable, "-m", module, *arguments]
            processes.append(
                await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, cwd=ROOT)
            )
        together = Team(processes)
        if {*await together.said()} != {"ready"}:
            raise RuntimeError(f"{module} did not start")
        yield together
    finally:
        for process in processes:
            if process.stdin is not None and not process.stdin.is_closing():
                process.stdin.close()
            await process.wait()


class Team:
    """The processes."""

    def __init__(self, processes: Sequence[Process]) -> None:
        self._processes = processes

    def begin(self) -> None:
        """Let them begin."""
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(b"begin\n")

    async def said(self) -> list[str]:
        """The next line of each; an empty one of him who has ended."""
        readers = [one.stdout for one in self._processes if one.stdout is not None]
        lines = await asyncio.gather(*(reader.readline() for reader in readers))
        return [line.decode().strip() for line in lines]

    async def end(self) -> float:
        """Let them end; returns the CPU seconds of all of them since they began."""
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.close()
        return sum(map(float, await self.said()))


async def take_part(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Be a process of a team: work until the event is set, and then end soon."""
    stopping = asyncio.Event()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    began = Moment.start()
    working = asyncio.ensure_future(work(stopping))
    await asyncio.to_thread(sys.stdin.read)
    cpu = began.sample(1).cpu
    stopping.set()
    await working
    print(cpu, flush=True)
