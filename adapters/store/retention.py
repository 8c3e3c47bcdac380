"""Reactions that ended long ago: their events are forgotten, what was done is not.

A row stays with what says which event it answered and how, so that the event is not taken again
when it comes again; so do its effects in the ledger. What a dry run would have sent goes as well.

The rows are walked through in the order of their ids: an index by the time of their end would make
each end slower, for the sake of a look that nobody waits for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.tables import reactions


async def ended_before(
    tx: AsyncConnection, before: datetime, after: int, limit: int
) -> tuple[list[int], int | None]:
    """Look at the next `limit` rows after the id `after`, and say which ended before that time.

    Returns their ids, of those that succeeded or were cancelled and still have their event, and the
    id after which to go on; None where all that follow came in later than `before`.
    """
    row = reactions.c
    chosen = select(row.id, row.received_at, _ended(before)).where(row.id > after)
    found = (await tx.execute(chosen.order_by(row.id).limit(limit))).all()
    ended = [row_id for row_id, _, is_old in found if is_old]
    if len(found) < limit or found[-1][1] >= before:
        return ended, None
    return ended, found[-1][0]


async def forget_events(tx: AsyncConnection, ids: Sequence[int], before: datetime) -> int:
    """Forget the events of those of the rows that `ended_before`; returns of how many."""
    row = reactions.c
    forgotten = (
        update(reactions)
        .where(row.id.in_(ids), _ended(before))
        .values(value=b"", headers=[], outcome=case((row.mode == "live", row.outcome)))
    )
    return (await tx.execute(forgotten)).rowcount


def _ended(before: datetime) -> ColumnElement[bool]:
    row = reactions.c
    return and_(
        row.state.in_(["succeeded", "cancelled"]),
        row.updated_at < before,
        func.length(row.value) > 0,
    )
