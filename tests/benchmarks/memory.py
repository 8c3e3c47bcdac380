"""W1, its memory: how much more a process holds after looking at a longer list. Runs itself."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from tests.benchmarks import detection
from tests.benchmarks.detection_parts import client_of, source_of
from tests.benchmarks.rounds import Sample, Workload
from tests.benchmarks.serving import ROOT, child
from tests.benchmarks.stores import new_store
from workers.telemetry import logs

FEW, MANY = 10_000, 500_000
MOST = 30.0
"""Megabytes above idle that a look may take, however long the list."""
MEGABYTE = 1 << 20


@asynccontextmanager
async def workload(folder: Path, few: int = FEW, many: int = MANY) -> AsyncIterator[Workload]:
    """The workload; `few` and `many` in whole hundreds."""
    names = {f"{rows:,} work orders": rows for rows in (few, many)}
    yield Workload(
        name="W1 memory of detection",
        about=(
            "A process of its own takes the baseline of a list and then looks at it twice, with "
            "changes and without. Megabytes are its largest resident set in all of that, above "
            f"the one before, when all is imported and connected; at most {MOST:g} are allowed."
        ),
        unit="rows",
        spent="MB",
        rows=dict.fromkeys(names, "the stream work-orders, list, details, state and events"),
        contenders={name: partial(_measured, name, rows) for name, rows in names.items()},
        goals=[],
        rounds=dict.fromkeys(names, 1),
        tells=dict.fromkeys(names, _told),
    )


def _told(sample: Sample) -> str:
    verdict = "reached" if sample.seconds <= MOST else "NOT reached"
    return f"{sample.seconds:.1f} MB above idle (goal at most {MOST:g}: {verdict})"


async def _measured(name: str, rows: int) -> Mapping[str, Sample]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __spec__.name, str(rows), stdout=PIPE, cwd=ROOT
    )
    told, _ = await process.communicate()
    assert process.returncode == 0, "the measured process failed"
    return {name: Sample(rows, max(float(told), 0.1), 0.0)}


async def _look(rows: int) -> float:
    """Megabytes that looking takes above idle."""
    with tempfile.TemporaryDirectory(prefix="tiebeam-bench-") as folder:
        async with (
            child("tests.benchmarks.listing_server", str(rows)) as url,
            new_store(Path(folder)) as store,
            client_of(url) as client,
        ):
            source = source_of(store, client)
            await client.http.sign_in()
            await store.ping()
            gc.collect()
            idle = _largest()
            await detection.passes(url, source, rows)
            return (_largest() - idle) * 1024 / MEGABYTE


def _largest() -> int:
    """The largest resident set of this process so far, in kilobytes (Linux)."""
    # Not getrusage's: that of a new process begins with what its parent had.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        logs.configure("info", nowhere)
        print(asyncio.run(_look(int(sys.argv[1]))))
