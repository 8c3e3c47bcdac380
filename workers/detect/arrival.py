"""Arrivals: what comes into view though it was there before is told, but not too many at once.

An account that may see more, another site, a filter that is gone: each shows as many rows that
nobody has seen, and what they stand for is not new. A row that shows a time since the last complete
look (within a day, for late rows and skewed clocks) is news, and told whatever else comes. Of the
others nobody can tell: a few are told, as a stream without times must tell what is new. Too many
at once are left unknown and unread, and a person is told, who has two ways to go on:
`tiebeam streams reset` takes them for known without a word, a larger `largest_arrival` tells them.

- Only a look that came to its end has counted them all: one that failed leaves them to the next.
- A window of what was made or changed of late holds nothing back: it shows them for what happened.
- Below a parent, only what a list did not show when it was read before is an arrival: a list that
  is read for the first time is new with its parent, or history. The looks of a `sweep_every` count
  together there, as the lists are read one after the other.
- What a hint names is told: it is one thing, of which something has just happened.
- What was told to be gone and comes back is told: subscribers know of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from opentelemetry.trace import SpanContext

from adapters.store import entities
from workers.detect import observe
from workers.detect.idset import IdSet
from workers.detect.observe import Source, Tally
from workers.detect.stream import HISTORY_GRACE, Json
from workers.telemetry import logs

FEW = 100
"""So many may come at once whatever their share."""
KEPT = 2_000
"""More than these rows are not kept until all are counted: they are held unless all may come."""

log = logs.logger("detect")


@dataclass
class Arrivals:
    """The rows of a look that seem to have been there before, though nobody has seen them.

    `looked_at` says when the place where a row stands was looked at before; None: never.
    """

    source: Source
    looked_at: Callable[[Json], datetime | None]
    ids: IdSet = field(default_factory=IdSet)
    rows: dict[str, Json] = field(default_factory=dict)

    def sift(self, unknown: Mapping[str, Json]) -> Collection[str]:
        """Keep rows back that nobody has seen until all are counted; return which are news."""
        if self.source.largest_arrival >= 1:
            return unknown
        came = {key: row for key, row in unknown.items() if self._was_there(row)}
        self.ids.add_all(came)
        for key, row in came.items():
            if key in self.rows or len(self.rows) < KEPT:
                self.rows[key] = row
        return unknown.keys() - came.keys()

    def _was_there(self, row: Json) -> bool:
        looked_at = self.looked_at(row)
        if looked_at is None:
            return False
        stream = self.source.stream
        happened = stream.happened(stream.row_state(row))
        return happened is None or happened < looked_at - HISTORY_GRACE


async def tell(
    arrivals: Arrivals,
    baseline: datetime,
    tally: Tally,
    cycle: SpanContext,
    *,
    late: datetime | None = None,
) -> int:
    """Look at the rows that were kept back, if they are not too many.

    Returns:
        How many are held because they are too many at once.
    """
    source, number = arrivals.source, len(arrivals.ids)
    came = tally.came + number
    if number and came > FEW:
        known = await _known(source)
        if number > len(arrivals.rows) or came > source.largest_arrival * known:
            return number
    changed = tally.changed
    await observe.observe_unlike(source, arrivals.rows, baseline, tally, cycle, late=late)
    tally.came += tally.changed - changed
    return 0


def left(source: Source, held: int, told: int) -> int:
    """How many of those that were held before, below parents, still are when some were told."""
    return 0 if source.largest_arrival >= 1 else max(held - told, 0)


async def alarm(source: Source, tally: Tally) -> None:
    """Tell a person that arrivals are held, and how to go on."""
    connection, stream = source.labels
    known, came = await _known(source), tally.came + tally.arrived
    share = math.floor(100 * came / known) + 1 if known and came <= KEPT else 100
    key = f"connections.{connection}.streams.{stream}.largest_arrival"
    log.error(
        "too many came into view at once",
        connection=connection,
        stream=stream,
        came=tally.arrived,
        known=known,
        todo=(
            f"nothing is told; `tiebeam streams reset {connection} {stream}` takes them for known "
            f"without a word, {key} = {min(share, 100) / 100:.2f} tells them (SIGHUP)"
        ),
    )


async def _known(source: Source) -> int:
    async with source.store.read() as tx:
        return await entities.count(tx, *source.place)
