"""Waits until the product's own counters say that its work is done."""

from __future__ import annotations

import asyncio

from prometheus_client import Counter

LOOK = 0.01
"""Seconds between two looks; when the last thing was written is measured apart from them."""
LONGEST = 600.0
"""Seconds after which a benchmark is given up."""


def total(counter: Counter) -> float:
    """What a counter has counted under all its labels together."""
    return sum(
        sample.value
        for metric in counter.collect()
        for sample in metric.samples
        if sample.name.endswith("_total")
    )


async def until(counter: Counter, reached: float, work: asyncio.Task[None] | None = None) -> None:
    """Return when a counter has come so far.

    Raises:
        TimeoutError: it never does.
        Exception: whatever the work ended with, if it ends before.
    """
    async with asyncio.timeout(LONGEST):
        while total(counter) < reached:
            if work is not None and work.done():
                await work
                raise RuntimeError(f"{work.get_name()} ended too early")
            await asyncio.sleep(LOOK)
