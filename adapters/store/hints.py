"""Where to look soon: what webhooks say has changed, one row for each entity however often said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import dialects
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
    """Hints about one entity. `generation` rises with each; up to `handled` they are dealt with."""

    id: int
    connection: str
    kind: str
    entity_id: str
    received_at: datetime
    generation: int
    handled: int

    @property
    def count(self) -> int:
        """How many hints this one stands for."""
        return self.generation - self.handled


_COLUMNS = columns_of(Hint, hints)


async def add(tx: AsyncConnection, new: Iterable[NewHint]) -> None:
    """Write hints; one about an entity that has a hint already is added to it."""
    statement = dialects.insert(tx, hints)
    statement = statement.on_conflict_do_update(
        index_elements=[hints.c.connection, hints.c.kind, hints.c.entity_id],
        set_={
            "generation": hints.c.generation + 1,
            "last_received_at": statement.excluded.last_received_at,
        },
    )
    values = [
        {
            "connection": hint.connection,
            "kind": hint.kind,
            "entity_id": hint.entity_id,
            "generation": 1,
            "handled": 0,
            "received_at": hint.received_at,
            "last_received_at": hint.received_at,
        }
        # Always in the same order: two writers on PostgreSQL would else wait for each other.
        for hint in sorted(new, key=lambda hint: (hint.connection, hint.kind, hint.entity_id))
    ]
    if values:
        await tx.execute(statement, values)


async def take(
    tx: AsyncConnection, connection: str, now: datetime, until: datetime, limit: int
) -> list[Hint]:
    """Take the oldest hints of a connection that nobody else has, to be handled before `until`.

    Who takes a hint ends it with `complete` or `postpone`; if he dies, it is free again at `until`.
    """
    free = (
        select(hints.c.id)
        .where(
            hints.c.connection == connection,
            or_(hints.c.taken_until.is_(None), hints.c.taken_until <= now),
        )
        .order_by(hints.c.received_at, hints.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = (await tx.scalars(free)).all()
    taken = update(hints).where(hints.c.id.in_(ids)).values(taken_until=until)
    found = [Hint(*row) for row in await tx.execute(taken.returning(*_COLUMNS))] if ids else []
    return sorted(found, key=lambda hint: (hint.received_at, hint.id))


async def complete(tx: AsyncConnection, hint: Hint) -> bool:
    """Say that a taken hint is handled. False: another came meanwhile, and is free to be taken."""
    same = and_(hints.c.id == hint.id, hints.c.generation == hint.generation)
    if (await tx.execute(delete(hints).where(same))).rowcount == 1:
        return True
    rest = (
        update(hints)
        .where(hints.c.id == hint.id)
        .values(handled=hint.generation, received_at=hints.c.last_received_at, taken_until=None)
    )
    return (await tx.execute(rest)).rowcount == 0


async def postpone(tx: AsyncConnection, hint: Hint, until: datetime) -> None:
    """Give a taken hint back, to be taken again after `until`."""
    same = hints.c.id == hint.id
    await tx.execute(update(hints).where(same).values(taken_until=until))


async def backlog(tx: AsyncConnection) -> dict[str, int]:
    """How many entities have hints that are not handled yet, by connection."""
    counted = select(hints.c.connection, func.count()).group_by(hints.c.connection)
    return {row[0]: row[1] for row in await tx.execute(counted)}
