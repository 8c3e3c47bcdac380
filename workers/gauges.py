"""Gauges of what the store holds, read when the metrics are asked for: all processes tell the same.

A process that is gone, or that does not work any more, can so not leave a number behind that looks
well: streams that nobody looks at and rows that nobody moves show at those that are left.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime

from prometheus_client import Gauge

from adapters.store import cursors, hints, inbox, outbox
from adapters.store.cursors import Cursor
from adapters.store.errors import StoreError
from adapters.store.outbox import Backlog
from workers.detect.observe import Source
from workers.telemetry import metrics
from workers.wiring import Parts


async def read(parts: Parts) -> None:
    """Set them all; without a store they say nothing, but that there is none."""
    try:
        async with parts.store.read() as tx:
            reactions = await inbox.counts(tx)
            hinted = await hints.backlog(tx)
            waiting = await outbox.backlog(tx)
            noted = await cursors.everywhere(tx)
    except StoreError:
        _say_nothing()
        return
    _set_all(metrics.REACTIONS_WAITING, reactions.items())
    _set_all(metrics.HINTS_WAITING, (([name], rows) for name, rows in hinted.items()))
    _show_outbox(waiting, parts.clock.now())
    _show_streams(parts.sources, noted)
    metrics.STORE_UP.set(1)


def _say_nothing() -> None:
    metrics.STORE_UP.set(0)
    metrics.OUTBOX_ROWS.set(math.nan)
    metrics.OUTBOX_OLDEST.set(math.nan)
    for gauge in (
        metrics.REACTIONS_WAITING,
        metrics.HINTS_WAITING,
        metrics.STREAM_SUCCEEDED,
        metrics.STREAM_EVERY,
        metrics.STREAM_FAILURES,
        metrics.STREAM_CALLS,
    ):
        gauge.clear()


def _set_all(gauge: Gauge, values: Iterable[tuple[Sequence[str], int]]) -> None:
    gauge.clear()  # what is not there any more is not told as it last was
    for labels, value in values:
        gauge.labels(*labels).set(value)


def _show_outbox(waiting: Backlog, now: datetime) -> None:
    oldest = waiting.oldest_created_at
    metrics.OUTBOX_ROWS.set(waiting.rows)
    metrics.OUTBOX_OLDEST.set((now - oldest).total_seconds() if oldest else 0)


def _show_streams(sources: Sequence[Source], noted: Iterable[Cursor]) -> None:
    by_name = {(one.connection, one.stream): one.value for one in noted}
    for source in sources:
        looked = by_name.get(source.labels, {})
        if not isinstance(looked, dict):
            continue  # no cursor of ours: the look at the stream fails over it, and is shown
        at = looked.get("succeeded_at")
        succeeded = datetime.fromisoformat(at).timestamp() if at else 0
        metrics.STREAM_SUCCEEDED.labels(*source.labels).set(succeeded)
        metrics.STREAM_FAILURES.labels(*source.labels).set(looked.get("failures", 0))
        metrics.STREAM_CALLS.labels(*source.labels).set(looked.get("calls", 0))
        metrics.STREAM_EVERY.labels(*source.labels).set(source.cadence.every.total_seconds())
