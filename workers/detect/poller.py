"""The poller: every stream looks on its own cadence, under a lease, and none stops another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from adapters.store.errors import StoreError
from workers.crew import Crew
from workers.detect.cycle import Progress, progress, run_cycle
from workers.detect.observe import Source
from workers.detect.stream import Cadence
from workers.lease import Lessee, run_under_lease
from workers.telemetry import logs, metrics

MAX_BACKOFF = timedelta(minutes=5)
AFTER_FAILURE = timedelta(minutes=1)
"""The longest pause that a restart still keeps to after a look that failed."""

log = logs.logger("detect")


async def poll(sources: Sequence[Source], crew: Crew) -> None:
    """Look at all streams until cancelled, with the others of the crew."""
    async with asyncio.TaskGroup() as group:
        for source in sources:
            group.create_task(poll_stream(source, crew), name=f"poll {lease_of(source)}")


async def poll_stream(source: Source, crew: Crew) -> None:
    """Look at one stream until cancelled; after a failure the pauses grow to five minutes.

    Only the replica whose stream it is does so, and not before it is due, whoever looked last.
    """
    left = await left_at_start(source)
    while True:
        if not crew.is_ours(lease_of(source)):
            await _until_it_may_be_ours(source, crew)
        elif left > 0:
            await source.clock.sleep(left)
        else:
            looked = await _look(source, crew.lessee)
            pause = pause_after(looked, source.cadence)
            if looked is None:  # who has its lease may be dead
                pause = min(pause, crew.lessee.duration.total_seconds())
            await source.clock.sleep(pause)
        left = await left_since_last(source)


async def _until_it_may_be_ours(source: Source, crew: Crew) -> None:
    """Wait for the crew to change, or as long as a look at the stream may wait."""
    waiting = asyncio.ensure_future(crew.changed.wait())
    pause = asyncio.ensure_future(source.clock.sleep(source.cadence.every.total_seconds()))
    try:
        await asyncio.wait({waiting, pause}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
        pause.cancel()


async def _look(source: Source, lessee: Lessee) -> Progress | None:
    try:
        looked = await look_under_lease(source, lessee)
    except StoreError as error:
        log.error("store not usable", stream=source.stream.name, why=str(error))
        looked = Progress(failures=1)
    except Exception as error:  # one stream's surprise must not stop the others
        log.exception("look failed", stream=source.stream.name, kind=type(error).__qualname__)
        looked = Progress(failures=1)
    if looked is not None and looked.failures:
        metrics.CYCLE_FAILURES.labels(*source.labels).inc()
        log.warning("look failed", stream=source.stream.name, why=looked.error)
    return looked


async def left_at_start(source: Source) -> float:
    """Return the seconds until the first look: the rest of the pause after one before a restart.

    A process that is started again and again must not look again and again. A stream that failed
    is looked at a minute after, or sooner, as whoever mended it and started anew expects.
    """
    every = source.cadence.every
    return await _left(
        source, lambda before: min(every, AFTER_FAILURE) if before.failures else every
    )


async def left_since_last(source: Source) -> float:
    """Return the seconds until the stream is due, after the last look of whatever replica."""
    return await _left(
        source, lambda before: timedelta(seconds=pause_after(before, source.cadence))
    )


async def _left(source: Source, pause: Callable[[Progress], timedelta]) -> float:
    try:
        before = await progress(source)
        if before.looked_at is None:
            return 0.0
        since = source.clock.now() - datetime.fromisoformat(before.looked_at)
    except Exception:  # the look meets it too, and tells
        return 0.0
    return (pause(before) - max(since, timedelta())).total_seconds()


def pause_after(looked: Progress | None, cadence: Cadence) -> float:
    """Return the seconds until the next look: the cadence, doubled for each failure in a row."""
    failures = looked.failures if looked is not None else 0
    every = cadence.every.total_seconds()
    return min(every * 2.0 ** min(failures, 10), max(MAX_BACKOFF.total_seconds(), every))


def lease_of(source: Source) -> str:
    """Return the name of the lease under which a stream is looked at."""
    return f"stream/{source.facts.connection}/{source.stream.name}"


async def look_under_lease(source: Source, lessee: Lessee) -> Progress | None:
    """Look once if no other process is at this stream; None if one is."""
    return await run_under_lease(lessee, [lease_of(source)], lambda _held: run_cycle(source))


async def overview(sources: Sequence[Source]) -> list[tuple[Source, Progress]]:
    """Return how far each stream is, for `status` and the readiness check."""
    return [(source, await _as_noted(source)) for source in sources]


async def _as_noted(source: Source) -> Progress:
    """Return how far a stream is; where nobody can read that, this says so as each look does."""
    try:
        return await progress(source)
    except (AttributeError, KeyError, TypeError):  # no cursor of ours
        reset = f"`tiebeam streams reset {' '.join(source.labels)}`"
        return Progress(failures=1, error=f"what the store notes of it is not readable: {reset}")
