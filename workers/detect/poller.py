"""The poller: every stream looks on its own cadence, under a lease, and none stops another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from adapters.store.errors import StoreError
from workers.detect.cycle import Progress, progress, run_cycle
from workers.detect.observe import Source
from workers.detect.stream import Cadence
from workers.lease import run_under_lease
from workers.telemetry import logs, metrics

MAX_BACKOFF = timedelta(minutes=5)
AFTER_FAILURE = timedelta(minutes=1)
"""The longest pause that a restart still keeps to after a look that failed."""

log = logs.logger("detect")


async def poll(sources: Sequence[Source], owner: str, lease: timedelta) -> None:
    """Look at all streams until cancelled."""
    async with asyncio.TaskGroup() as group:
        for source in sources:
            name = f"poll {source.facts.connection}/{source.stream.name}"
            group.create_task(poll_stream(source, owner, lease), name=name)


async def poll_stream(source: Source, owner: str, lease: timedelta) -> None:
    """Look at one stream until cancelled; after a failure the pauses grow to five minutes."""
    if (left := await left_at_start(source)) > 0:
        await source.clock.sleep(left)
    while True:
        try:
            looked = await look_under_lease(source, owner, lease)
        except StoreError as error:
            log.error("store not usable", stream=source.stream.name, why=str(error))
            looked = Progress(failures=1)
        except Exception as error:  # one stream's surprise must not stop the others
            log.exception("look failed", stream=source.stream.name, kind=type(error).__qualname__)
            looked = Progress(failures=1)
        if looked is not None and looked.failures:
            metrics.CYCLE_FAILURES.labels(*source.labels).inc()
            log.warning("look failed", stream=source.stream.name, why=looked.error)
        await source.clock.sleep(pause_after(looked, source.cadence))


async def left_at_start(source: Source) -> float:
    """Return the seconds until the first look: the rest of the pause after one before a restart.

    A process that is started again and again must not look again and again. A stream that failed
    is looked at a minute after, or sooner, as whoever mended it and started anew expects.
    """
    try:
        before = await progress(source)
        if before.looked_at is None:
            return 0.0
        since = source.clock.now() - datetime.fromisoformat(before.looked_at)
    except Exception:  # the look meets it too, and tells
        return 0.0
    every = source.cadence.every
    pause = min(every, AFTER_FAILURE) if before.failures else every
    return (pause - max(since, timedelta())).total_seconds()


def pause_after(looked: Progress | None, cadence: Cadence) -> float:
    """Return the seconds until the next look: the cadence, doubled for each failure in a row."""
    failures = looked.failures if looked is not None else 0
    every = cadence.every.total_seconds()
    return min(every * 2.0 ** min(failures, 10), max(MAX_BACKOFF.total_seconds(), every))


async def look_under_lease(source: Source, owner: str, lease: timedelta) -> Progress | None:
    """Look once if no other process is at this stream; None if one is."""
    name = f"stream/{source.facts.connection}/{source.stream.name}"
    return await run_under_lease(
        source.store, source.clock, name, owner, lease, lambda: run_cycle(source)
    )


async def overview(sources: Sequence[Source]) -> list[tuple[Source, Progress]]:
    """Return how far each stream is, for `status` and the readiness check."""
    return [(source, await progress(source)) for source in sources]
