"""When to look at an entity again: the longer, the longer nothing changed about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zlib import crc32

from workers.detect.stream import Cadence, Json, Stream

SETTLED_EVERY = timedelta(days=7)
"""The longest time between two looks at what has long been settled: it changes seldom, but does."""
FIRST_READ_WITHIN = timedelta(days=1)
"""When the details of what was settled at the baseline are first read: edits need a before."""


def next_look(cadence: Cadence, quiet: timedelta, *, live: bool) -> timedelta:
    """How long to wait before looking at a detail again: the longer, the longer nothing changed."""
    longest = cadence.details_every * 4 if live else max(SETTLED_EVERY, cadence.details_every)
    return min(max(quiet / 4, cadence.details_every), longest)


def due_after(
    stream: Stream, cadence: Cadence, quiet: timedelta, now: datetime, *, live: bool
) -> datetime | None:
    """When the detail of what was just looked at is due again; None where rows show everything."""
    if stream.read is None or stream.whole_rows:
        return None
    return now + next_look(cadence, quiet, live=live)


def quiet_since(stream: Stream, state: Json, baseline: datetime, *, live: bool) -> datetime:
    """Since when nothing happened to an entity that no look has found changed.

    What is settled was so before the baseline: its own times say since when.
    """
    happened = None if live else stream.happened(state)
    return baseline if happened is None else min(happened, baseline)


def first_look(stream: Stream, entity_id: str, now: datetime, *, live: bool) -> datetime | None:
    """When the detail of what the baseline has found is due; None where rows show everything."""
    if stream.read is None or stream.whole_rows:
        return None
    if live:
        return now
    # Spread, or all that has long been settled would be read at the same time, again and again.
    share = crc32(entity_id.encode()) / 2**32
    return now + FIRST_READ_WITHIN * share
