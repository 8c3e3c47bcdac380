"""Where to look soon: what webhooks say has changed, one row for each entity however often said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import (
    Delete,
    Integer,
    Update,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.bulk import Bulk, run_one, run_together
from adapters.store.columns import UtcTime
from adapters.store.dialects import Database
from adapters.store.rows import columns_of
from adapters.store.tables import hints


@dataclass(frozen=True, slots=True)
class NewHint:
    """Something may have changed about an entity of a connection."""

    connection: str
    kind: str
    entity_id: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Hint:
    """Hints about one entity. `generation` rises with each; up to `handled` they are dealt with.

    `traceparent` is the span that brought the newest. A row of which all are dealt with stays until
    the window of its look ends, so that no process looks again within it.
    """

    id: int
    connection: str
    kind: str
    entity_id: str
    received_at: datetime
    generation: int
    handled: int
    traceparent: str | None

    @property
    def count(self) -> int:
        """How many hints this one stands for."""
        return self.generation - self.handled


_COLUMNS = columns_of(Hint, hints)

_ROWS = {
    "sqlite": (
        "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'),"
        " json_extract(value, '$[2]'), json_extract(value, '$[3]'), 0,"
        " json_extract(value, '$[4]'), json_extract(value, '$[5]'), ?"
        " FROM json_each(?) WHERE true"  # else its parser takes ON CONFLICT for a join
    ),
    "postgresql": (
        "SELECT value ->> 0, value ->> 1, value ->> 2, CAST(value ->> 3 AS bigint), 0,"
        " CAST(value ->> 4 AS timestamptz), CAST(value ->> 5 AS timestamptz),"
        " CAST($1 AS text)"
        " FROM json_array_elements(CAST(CAST($2 AS text) AS json))"
    ),
}
_ADD = {
    dialect: (
        "INSERT INTO hints (connection, kind, entity_id, generation, handled, received_at,"
        f" last_received_at, traceparent) {rows}"
        " ON CONFLICT (connection, kind, entity_id) DO UPDATE SET"
        " generation = hints.generation + excluded.generation,"
        " last_received_at = excluded.last_received_at,"
        " traceparent = excluded.traceparent,"
        " received_at = CASE WHEN hints.handled = hints.generation"
        " THEN excluded.received_at ELSE hints.received_at END"
    )
    for dialect, rows in _ROWS.items()
}
"""All rows as one parameter: one for each value would take longer than storing them."""
_WAITING = hints.c.generation > hints.c.handled
_ENDED = and_(hints.c.generation == hints.c.handled, hints.c.again_at.is_(None))
_OWN, _NOW = hints.c.connection == bindparam("its_connection"), bindparam("now", type_=UtcTime())
_SAME = and_(hints.c.id == bindparam("its_id"), hints.c.generation == bindparam("its_generation"))


def _over(_tx: Database) -> Delete:
    over = select(hints.c.id).where(_OWN, _ENDED, hints.c.taken_until <= _NOW)
    picked = over.with_for_update(skip_locked=True).cte("picked")
    return delete(hints).where(hints.c.id.in_(select(picked.c.id)))


def _taken(_tx: Database) -> Update:
    free = (
        select(hints.c.id)
        .where(
            _OWN,
            or_(hints.c.taken_until.is_(None), hints.c.taken_until <= _NOW),
            or_(_WAITING, hints.c.again_at <= _NOW),
        )
        .order_by(hints.c.received_at, hints.c.id)
        .limit(bindparam("limit", type_=Integer()))
        .with_for_update(skip_locked=True)
        .cte("picked")
    )
    return (
        update(hints)
        .where(hints.c.id.in_(select(free.c.id)))
        .values(taken_until=bindparam("until"))
        .returning(*_COLUMNS)
    )


_OVER, _TAKE = Bulk(_over), Bulk(_taken)
_NEXT_FREE = Bulk(
    lambda _tx: select(func.min(hints.c.taken_until)).where(
        _OWN, _WAITING, hints.c.taken_until > _NOW
    )
)
_FORGET = Bulk(lambda _tx: delete(hints).where(_SAME))
_HANDLE = Bulk(lambda _tx: update(hints).where(_SAME), ["handled", "taken_until", "again_at"])


async def add(
    tx: AsyncConnection, new: Iterable[NewHint], *, traceparent: str | None = None
) -> None:
    """Write hints; one about an entity that has a hint already is added to it.

    One that only waits to be looked at once more is free, when another comes, as its window ends.
    `traceparent` is the span that brings them, for the looks to be linked to.
    """
    about: dict[tuple[str, str, str], list[datetime]] = defaultdict(list)
    for hint in new:
        about[hint.connection, hint.kind, hint.entity_id].append(hint.received_at)
    if not about:
        return
    stored: Any = UtcTime().bind_processor(tx.dialect)
    rows = []
    # Always in the same order: two writers on PostgreSQL would else wait for each other.
    for entity, times in sorted(about.items()):
        first = stored(times[0])
        last = first if len(times) == 1 else stored(times[-1])
        rows.append((*entity, len(times), first, last))
    await tx.exec_driver_sql(_ADD[tx.dialect.name], (traceparent, orjson.dumps(rows).decode()))


async def take(
    tx: AsyncConnection, connection: str, now: datetime, until: datetime, limit: int
) -> list[Hint]:
    """Take the oldest hints of a connection that nobody else has, to be handled before `until`.

    Who takes a hint ends it with `complete` or `postpone`; if he dies, it is free again at `until`.
    """
    own = {"its_connection": connection, "now": now}
    _, taken = await run_together(
        tx, [_OVER.one(**own), _TAKE.one(**own, until=until, limit=limit)]
    )
    found = [Hint(*row) for row in taken.rows]
    return sorted(found, key=lambda hint: (hint.received_at, hint.id))


async def next_free(tx: AsyncConnection, connection: str, now: datetime) -> datetime | None:
    """When the next of the hints that wait and cannot be taken `now` will be free."""
    (looked,) = await run_together(tx, [_NEXT_FREE.one(its_connection=connection, now=now)])
    found: datetime | None = looked.rows[0][0]
    return found


async def complete(
    tx: AsyncConnection,
    hint: Hint,
    until: datetime | None = None,
    *,
    again_at: datetime | None = None,
) -> bool:
    """Say that a taken hint is handled. False: another came meanwhile, and is to be taken.

    Args:
        tx: The transaction.
        hint: As it was taken.
        until: No hint about the same is to be taken before; None: at any time.
        again_at: When it is to be taken once more, unless another comes first; None: not.
    """
    same = {"its_id": hint.id, "its_generation": hint.generation}
    ends = {"handled": hint.generation, "taken_until": until, "again_at": again_at}
    end = _FORGET.one(**same) if until is None else _HANDLE.one(**same, **ends)
    if await run_one(tx, end):
        return True
    rest = (
        update(hints)
        .where(hints.c.id == hint.id, hints.c.handled <= hint.generation)
        .values(
            handled=hint.generation,
            received_at=hints.c.last_received_at,
            taken_until=until,
            again_at=None,
        )
    )
    return (await tx.execute(rest)).rowcount == 0


async def postpone(tx: AsyncConnection, hint: Hint, until: datetime) -> None:
    """Give a taken hint back, and what came meanwhile with it, to be taken again after `until`."""
    await tx.execute(update(hints).where(hints.c.id == hint.id).values(taken_until=until))


async def backlog(tx: AsyncConnection) -> dict[str, int]:
    """How many entities have hints that are not handled yet, by connection."""
    counted = (
        select(hints.c.connection, func.count())
        .where(or_(_WAITING, hints.c.again_at.is_not(None)))
        .group_by(hints.c.connection)
    )
    return {row[0]: row[1] for row in await tx.execute(counted)}
