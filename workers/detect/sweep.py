"""Sweeps: read a whole live listing although its pages shift under the reader."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adapters.http.errors import ProviderError
from workers.detect.idset import IdSet
from workers.detect.stream import Json, Page, Stream
from workers.telemetry import logs

MAX_PASSES = 5
"""A listing that never stands still is given up after so many passes, until the next sweep."""
AT_ONCE = 2_000
"""Rows of several pages that are compared at once: each comparison is a query."""

log = logs.logger("detect")


@dataclass
class Batch:
    """Several pages as one, with the first one's clock and the last one's total."""

    rows: list[Json] = field(default_factory=list)
    total: int | None = None
    server_date: datetime | None = None
    pages: int = 0

    def add(self, page: Page) -> None:
        """Take in the next page."""
        self.rows += page.rows
        self.total = page.total
        if not self.pages:
            self.server_date = page.server_date
        self.pages += 1


@dataclass
class SweepReport:
    """What a sweep read: its passes, pages and ids, the provider's total, and if it held still."""

    passes: int = 0
    pages: int = 0
    total: int | None = None
    steady: bool = False
    ids: IdSet = field(default_factory=IdSet)


async def sweep(
    stream: Stream,
    client: Any,
    observe: Callable[[Page], Awaitable[None]],
    *,
    confirm: bool = False,
) -> SweepReport:
    """Hand every page of the listing to `observe`, again if the listing moved meanwhile.

    Rows that are inserted or removed push others over a page's edge, where a single pass misses
    them. A pass counts as steady when no id came twice, the total stayed the same and it equals
    the number of ids. With `confirm` one more pass must find no new id: a removal and an insertion
    in the same pass cancel out in the numbers.
    """
    report = SweepReport()
    while report.passes < MAX_PASSES:
        known = len(report.ids)
        held_still = await _one_pass(stream, client, {}, observe, report)
        report.passes += 1
        grew = len(report.ids) > known
        if held_still and not (confirm and grew):
            report.steady = True
            return report
    log.warning("listing kept moving", stream=stream.name, passes=report.passes)
    return report


async def window(
    stream: Stream,
    client: Any,
    filters: Mapping[str, Any],
    observe: Callable[[Page], Awaitable[None]],
) -> SweepReport:
    """Hand the rows that match the filters to `observe`, once."""
    report = SweepReport()
    report.steady = await _one_pass(stream, client, filters, observe, report)
    report.passes = 1
    return report


async def _one_pass(
    stream: Stream,
    client: Any,
    filters: Mapping[str, Any],
    observe: Callable[[Page], Awaitable[None]],
    report: SweepReport,
) -> bool:
    ids = IdSet()
    totals: set[int | None] = set()
    rows = 0
    batch = Batch()
    try:
        async for page in stream.pages(client, filters):
            report.pages += 1
            report.total = page.total
            totals.add(page.total)
            rows += len(page.rows)
            ids.add_all([str(row[stream.id_field]) for row in page.rows])
            batch.add(page)
            if len(batch.rows) >= AT_ONCE:
                full, batch = batch, Batch()
                await observe(full)
    except ProviderError:
        if batch.pages:
            await observe(batch)  # what was read before counts
        raise
    if batch.pages:
        await observe(batch)
    different = len(ids)
    report.ids.update(ids)
    return different == rows and (totals <= {None} or totals == {different})
