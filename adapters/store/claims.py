"""Which rows of the inbox may be worked on now: the order rule, in SQL.

Rows of one (reaction, ordering key) go in the order of their ids. A row may be claimed when

- it is open and due: pending or retrying with its time come, or running under a lease that ran out;
- it is the first open row of its key: an earlier pending, running or retrying row holds it back,
  an earlier blocked or dead one does where it parks its key, a succeeded or cancelled one never;
- nobody else works on its key: no other row of it runs under a live lease (which there may be
  when an earlier row is retried by hand while a later one runs).

On PostgreSQL claims come one after the other, under a lock: two at the same time could each take a
row of one key, when neither sees yet what the other has taken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
)

from adapters.store import dialects
from adapters.store.columns import UtcTime
from adapters.store.tables import OPEN_STATES, reactions, state_in

ONE_BY_ONE = dialects.locking(literal_column("'tiebeam/claim'"))
_RUNNING: ColumnElement[str] = literal_column("'running'")
_NOW = bindparam("now", type_=UtcTime())
_WINDOW = bindparam("window", type_=Integer())


def claimable(names: Collection[str], *, windowed: bool) -> Select[int]:
    """The ids of the rows that may be claimed, oldest first, locked against other writers.

    Its parameters are `now`, `limit` and those of `naming`; when `windowed`, it looks at the oldest
    `window` open rows only. What it finds is right, for a key's first open row is the first one of
    the key in any such window; but it may miss some.
    """
    row = reactions.c
    return (
        select(row.id)
        .where(free(names, windowed=windowed))
        .order_by(row.id)
        .limit(bindparam("limit", type_=Integer()))
        .with_for_update(of=reactions, skip_locked=True)  # left out by SQLite
    )


def free(names: Collection[str], *, windowed: bool) -> ColumnElement[bool]:
    """That a row may be claimed; it is asked as `claimable` asks it."""
    return and_(
        reactions.c.id.in_(_first_of_keys(names, windowed=windowed)),
        # Said again of the row itself: on PostgreSQL somebody may change it in between, and
        # this is asked of the row as it is once it is locked.
        _due(reactions),
        ~_somebody_works_on_the_key(),
        ~_the_key_is_parked(),
    )


def naming(names: Iterable[str]) -> dict[str, str]:
    """The names of the reactions as parameters."""
    return {f"name_{number}": name for number, name in enumerate(names)}


def open_rows() -> Select[int]:
    """How many rows are open, as far as one more than `window`."""
    some = select(reactions.c.id).where(text(state_in(OPEN_STATES)))
    return select(func.count()).select_from(some.limit(_WINDOW + literal_column("1")).subquery())


def _first_of_keys(names: Collection[str], *, windowed: bool) -> Select[int]:
    """The first open row of each key where that row is due: one pass over one index."""
    looked_at = _oldest_open() if windowed else reactions
    row = looked_at.c
    chosen = select(func.min(row.id)).where(row.reaction.in_(map(bindparam, naming(names))))
    if not windowed:
        chosen = chosen.where(text(state_in(OPEN_STATES)))
    return chosen.group_by(row.reaction, row.ordering_key).having(
        func.min(row.id) == func.min(case((_due(looked_at), row.id)))
    )


def _oldest_open() -> FromClause:
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
        .limit(_WINDOW)
        .subquery()
    )


def _due(rows: FromClause) -> ColumnElement[bool]:
    row = rows.c
    waiting = row.state.in_([literal_column("'pending'"), literal_column("'retrying'")])
    return or_(
        and_(waiting, or_(row.next_attempt_at.is_(None), row.next_attempt_at <= _NOW)),
        and_(row.state == _RUNNING, row.lease_until <= _NOW),
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


def _somebody_works_on_the_key() -> ColumnElement[bool]:
    other = reactions.alias("other")
    return exists().where(
        other.c.reaction == reactions.c.reaction,
        other.c.ordering_key == reactions.c.ordering_key,
        other.c.state == _RUNNING,
        other.c.lease_until > _NOW,
        other.c.id != reactions.c.id,
    )
