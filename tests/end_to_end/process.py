"""`tiebeam` as a real process, with all that it prints."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

TIEBEAM = str(Path(sys.executable).with_name("tiebeam"))
END_WITHIN = 60.0  # seconds; only what never ends takes them


@dataclass
class Running:
    """A process that has been started; `out` and `err` are complete once it has ended."""

    process: asyncio.subprocess.Process
    out: str = ""
    err: str = ""

    async def ended(self, within: float = END_WITHIN) -> int:
        """Wait for the end; returns the exit code."""
        async with asyncio.timeout(within):
            out, err = await self.process.communicate()
        self.out, self.err = out.decode(), err.decode()
        assert self.process.returncode is not None
        return self.process.returncode

    async def stopped(self) -> int:
        """Ask it to stop and wait until it has; returns the exit code."""
        self.process.terminate()
        return await self.ended()


@asynccontextmanager
async def tiebeam(*arguments: str, **variables: str) -> AsyncIterator[Running]:
    """Run `tiebeam` with these arguments and variables while the block lasts."""
    process = await asyncio.create_subprocess_exec(
        TIEBEAM, *arguments, stdout=PIPE, stderr=PIPE, env=environment(variables)
    )
    running = Running(process)
    try:
        yield running
    finally:
        if process.returncode is None:
            process.kill()
            await running.ended()


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """This process's variables without Tiebeam's own, and these."""
    own = {name: text for name, text in os.environ.items() if not name.startswith("TIEBEAM_")}
    return own | dict(variables)
