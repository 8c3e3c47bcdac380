"""Which rows of the inbox may be worked on now: the order rule, in SQL.

Rows of one (reaction, ordering key) go in the order of their ids. A row may be claimed when

- it is open and due: pending or retrying with its time come, or running under a lease that ran out;
- it is the first open row of its key: an earlier pending, running or retrying row holds it back,
  an earlier blocked or dead one does where it parks its key, a succeeded or cancelled one never;
- nobody else works on its key: no other row of it runs under a live lease (which there may be
  when an earlier row is retried by hand while a later one runs).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
)

from adapters.store.tables import OPEN_STATES, reactions, state_in

_RUNNING: ColumnElement[str] = literal_column("'running'")


def claimable(names: Sequence[str], now: datetime, limit: int, window: int | None) -> Select[int]:
    """Select the ids of the rows that may be claimed, oldest first, locked against other claimers.

    With a `window` only that many open rows are looked at, the oldest. What it finds is right, for
    a key's first open row is the first one of the key in any such window; but it may miss some.
    """
    row = reactions.c
    return (
        select(row.id)
        .where(
            row.id.in_(_first_of_keys(names, now, window)),
            # Said again of the row itself: on PostgreSQL another claimer may have come between,
            # and this is asked of the row as it is once it is locked.
            _due(reactions, now),
            ~_somebody_works_on_the_key(now),
            ~_the_key_is_parked(),
        )
        .order_by(row.id)
        .limit(limit)
        .with_for_update(of=reactions, skip_locked=True)  # left out by SQLite: it has one writer
    )


def _first_of_keys(names: Sequence[str], now: datetime, window: int | None) -> Select[int]:
    """The first open row of each key where that row is due: one pass over one index."""
    looked_at = reactions if window is None else _oldest_open(window)
    row = looked_at.c
    chosen = select(func.min(row.id)).where(row.reaction.in_(names))
    if window is None:
        chosen = chosen.where(text(state_in(OPEN_STATES)))
    return chosen.group_by(row.reaction, row.ordering_key).having(
        func.min(row.id) == func.min(case((_due(looked_at, now), row.id)))
    )


def _oldest_open(window: int) -> FromClause:
    row = reactions.c
    deciding = (
        row.id,
        row.reaction,
        row.ordering_key,
        row.state,
        row.next_attempt_at,
        row.lease_until,
    )
    return (
        select(*deciding)
        .where(text(state_in(OPEN_STATES)))
        .order_by(row.id)
        .limit(window)
        .subquery()
    )


def _due(rows: FromClause, now: datetime) -> ColumnElement[bool]:
    row = rows.c
    waiting = row.state.in_(["pending", "retrying"])
    return or_(
        and_(waiting, or_(row.next_attempt_at.is_(None), row.next_attempt_at <= now)),
        and_(row.state == _RUNNING, row.lease_until <= now),
    )


def _the_key_is_parked() -> ColumnElement[bool]:
    earlier = reactions.alias("earlier")
    parked = select(earlier.c.id).where(
        text("earlier.parks AND earlier.state IN ('blocked', 'dead')"),
        earlier.c.reaction == reactions.c.reaction,
        earlier.c.ordering_key == reactions.c.ordering_key,
        earlier.c.id < reactions.c.id,
    )
    return parked.exists()


def _somebody_works_on_the_key(now: datetime) -> ColumnElement[bool]:
    other = reactions.alias("other")
    return exists().where(
        other.c.reaction == reactions.c.reaction,
        other.c.ordering_key == reactions.c.ordering_key,
        other.c.state == _RUNNING,
        other.c.lease_until > now,
        other.c.id != reactions.c.id,
    )
