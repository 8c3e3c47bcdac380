"""Gauges of what the store holds, read when the metrics are asked for: all processes tell the same.

A process that is gone, or that does not work any more, can so not leave a number behind that looks
well: streams that nobody looks at and rows that nobody moves show at those that are left.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from prometheus_client import Gauge

from adapters.store import ages, cursors, hints, inbox, outbox
from adapters.store.ages import Unknown
from adapters.store.cursors import Cursor
from adapters.store.errors import StoreError
from adapters.store.outbox import Backlog
from workers import lag
from workers.detect.observe import Source
from workers.telemetry import metrics
from workers.wiring import Parts


async def read(parts: Parts) -> None:
    """Set them all; without a store they say nothing, but that there is none."""
    _set_all(metrics.CONSUMER_LAG, _alone(await lag.by_topic()))
    now = parts.clock.now()
    at_work = [name for name, one in parts.reactions.items() if one.settings.mode != "off"]
    try:
        async with parts.store.read() as tx:
            reactions = await inbox.counts(tx, over=False)
            due = await ages.due(tx, at_work, now)
            unknown = await ages.unknown(tx)
            hinted = await hints.backlog(tx)
            hinted_since = await ages.hinted(tx)
            waiting = await outbox.backlog(tx)
            noted = await cursors.everywhere(tx)
    except StoreError:
        _say_nothing()
        return
    _set_all(metrics.REACTIONS_WAITING, reactions.items())
    _set_all(metrics.REACTIONS_DUE_OLDEST, _alone(dict.fromkeys(at_work, 0.0) | _ages(due, now)))
    _set_all(metrics.HINTS_WAITING, _alone(hinted))
    _set_all(metrics.HINTS_OLDEST, _alone(_ages(hinted_since, now)))
    _show_unknown({one.place.connection for one in parts.reactions.values()}, unknown, now)
    _show_outbox(waiting, now)
    _show_streams(parts.sources, noted)
    metrics.STORE_UP.set(1)


def _say_nothing() -> None:
    metrics.STORE_UP.set(0)
    metrics.OUTBOX_ROWS.set(math.nan)
    metrics.OUTBOX_OLDEST.set(math.nan)
    for gauge in (
        metrics.REACTIONS_WAITING,
        metrics.REACTIONS_DUE_OLDEST,
        metrics.EFFECTS_UNKNOWN,
        metrics.EFFECTS_UNKNOWN_OLDEST,
        metrics.HINTS_WAITING,
        metrics.HINTS_OLDEST,
        metrics.STREAM_SUCCEEDED,
        metrics.STREAM_EVERY,
        metrics.STREAM_FAILURES,
        metrics.STREAM_CALLS,
    ):
        gauge.clear()


def _set_all(gauge: Gauge, values: Iterable[tuple[Sequence[str], float]]) -> None:
    gauge.clear()  # what is not there any more is not told as it last was
    for labels, value in values:
        gauge.labels(*labels).set(value)


def _alone(values: Mapping[str, float]) -> Iterable[tuple[Sequence[str], float]]:
    """The values of a gauge with a single label."""
    return (([label], value) for label, value in values.items())


def _ages(since: Mapping[str, datetime], now: datetime) -> dict[str, float]:
    return {name: (now - at).total_seconds() for name, at in since.items()}


def _show_unknown(targets: Iterable[str], unknown: Mapping[str, Unknown], now: datetime) -> None:
    none = dict.fromkeys(targets, 0.0)
    numbers = {name: one.effects for name, one in unknown.items()}
    since = {name: one.first_sent_at for name, one in unknown.items()}
    _set_all(metrics.EFFECTS_UNKNOWN, _alone(none | numbers))
    _set_all(metrics.EFFECTS_UNKNOWN_OLDEST, _alone(none | _ages(since, now)))


def _show_outbox(waiting: Backlog, now: datetime) -> None:
    oldest = waiting.oldest_created_at
    metrics.OUTBOX_ROWS.set(waiting.rows)
    metrics.OUTBOX_OLDEST.set((now - oldest).total_seconds() if oldest else 0)


def _show_streams(sources: Sequence[Source], noted: Iterable[Cursor]) -> None:
    by_name = {(one.connection, one.stream): one.value for one in noted}
    for source in sources:
        metrics.STREAM_EVERY.labels(*source.labels).set(source.cadence.every.total_seconds())
        try:
            _show_stream(source.labels, by_name.get(source.labels, {}))
        except (AttributeError, TypeError, ValueError):
            # No cursor of ours: the look at the stream fails over it, and none succeeds.
            _show_stream(source.labels, {})


def _show_stream(labels: tuple[str, str], looked: Any) -> None:
    at = looked.get("succeeded_at")
    succeeded = datetime.fromisoformat(at).timestamp() if at else 0
    metrics.STREAM_SUCCEEDED.labels(*labels).set(succeeded)
    metrics.STREAM_FAILURES.labels(*labels).set(looked.get("failures", 0))
    metrics.STREAM_CALLS.labels(*labels).set(looked.get("calls", 0))
