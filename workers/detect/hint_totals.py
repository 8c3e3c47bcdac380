"""What looks that hints led to have found and cost in all, noted beside the cursor of the polls.

A poll that runs at the same time writes its own cursor as it found it, and would undo these.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import cursors


@dataclass(frozen=True)
class HintTotals:
    """Since the baseline of that time: the events that hints led to, and the calls sent for it."""

    baseline_at: str
    events: int = 0
    calls: int = 0


async def totals(
    tx: AsyncConnection, labels: tuple[str, str], baseline_at: str | None
) -> HintTotals | None:
    """The totals of a stream since its baseline; None where there are none."""
    cursor = await cursors.get(tx, *_place(labels))
    known = cursor.value if cursor is not None else None
    if not isinstance(known, dict) or "baseline_at" not in known:
        return None
    if known["baseline_at"] != baseline_at:
        return None
    return HintTotals(**known)


async def add(
    tx: AsyncConnection, labels: tuple[str, str], more: HintTotals, now: datetime
) -> None:
    """Add to the totals of a stream, whoever else does so at the same time."""
    await cursors.get(tx, *labels, lock=True)
    known = await totals(tx, labels, more.baseline_at) or HintTotals(more.baseline_at)
    summed = HintTotals(
        more.baseline_at, events=known.events + more.events, calls=known.calls + more.calls
    )
    await cursors.put(tx, *_place(labels), asdict(summed), now)


def _place(labels: tuple[str, str]) -> tuple[str, str]:
    connection, stream = labels
    return connection, f"@hints/{stream}"
