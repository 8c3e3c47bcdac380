"""Sweeps: read a whole live listing although its pages shift under the reader."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workers.detect.stream import Page, Stream
from workers.telemetry import logs

MAX_PASSES = 5
"""A listing that never stands still is given up after so many passes, until the next sweep."""

log = logs.logger("detect")


@dataclass
class SweepReport:
    """What a sweep read: its passes, pages and ids, the provider's total, and if it held still."""

    passes: int = 0
    pages: int = 0
    total: int | None = None
    steady: bool = False
    ids: set[str] = field(default_factory=set)


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
    ids: set[str] = set()
    totals: set[int | None] = set()
    repeated = False
    async for page in stream.pages(client, filters):
        report.pages += 1
        report.total = page.total
        totals.add(page.total)
        for row in page.rows:
            entity_id = str(row[stream.id_field])
            repeated = repeated or entity_id in ids
            ids.add(entity_id)
        await observe(page)
    report.ids |= ids
    counted = totals <= {None} or totals == {len(ids)}
    return counted and not repeated
