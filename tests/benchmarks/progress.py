"""Waits until the product's own counters say that its work is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from prometheus_client import Counter

LOOK = 0.05
"""Seconds between two looks, which take time from those who work; when the last thing was written
is measured apart from them."""
LONGEST = 600.0
"""Seconds after which a benchmark is given up."""


def total(counter: Counter, but: str = "") -> float:
    """What a counter has counted, under all its labels together but those with one value."""
    return sum(
        sample.value
        for metric in counter.collect()
        for sample in metric.samples
        if sample.name.endswith("_total") and but not in sample.labels.values()
    )


async def until(
    counted: Callable[[], float], reached: float, work: asyncio.Task[None] | None = None
) -> None:
    """Return when so much is counted.

    Raises:
        TimeoutError: it never is.
        Exception: whatever the work ended with, if it ends before.
    """
    async with asyncio.timeout(LONGEST):
        while counted() < reached:
            if work is not None and work.done():
                await work
                raise RuntimeError(f"{work.get_name()} ended too early")
            await asyncio.sleep(LOOK)
