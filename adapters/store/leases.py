"""Who may do what only one may do at a time, among all processes that share the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, case, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import dialects
from adapters.store.bulk import Bulk, Step
from adapters.store.tables import leases


@dataclass(frozen=True)
class Held:
    """A lease as somebody took it; its fencing `token` tells whether it still is his."""

    name: str
    owner: str
    token: int


_HOLDING = Bulk(
    lambda _tx: (
        select(leases.c.token)
        .where(
            leases.c.name == bindparam("its_name"),
            leases.c.owner == bindparam("its_owner"),
            leases.c.token == bindparam("its_token"),
        )
        .with_for_update(read=True)  # nobody takes it before the commit; SQLite has one writer
    )
)


async def acquire(
    tx: AsyncConnection, name: str, owner: str, now: datetime, until: datetime
) -> int | None:
    """Take the lease `name` until `until`, or go on holding it; None where another has it.

    The number is the lease's fencing token: it rises whenever the lease changes hands or had run
    out. Work `behind` a fence with it.
    """
    new = dialects.insert(tx, leases).values(name=name, owner=owner, token=1, until=until)
    still_ours = and_(leases.c.owner == owner, leases.c.until > now)
    statement = new.on_conflict_do_update(
        index_elements=[leases.c.name],
        set_={
            "owner": owner,
            "until": until,
            "token": leases.c.token + case((still_ours, 0), else_=1),
        },
        where=or_(leases.c.owner == owner, leases.c.owner.is_(None), leases.c.until <= now),
    ).returning(leases.c.token)
    token: int | None = await tx.scalar(statement)
    return token


async def renew(tx: AsyncConnection, name: str, owner: str, token: int, until: datetime) -> bool:
    """Hold the lease until `until`; False where it has changed hands."""
    return await _update(tx, name, owner, token, until=until)


async def release(tx: AsyncConnection, name: str, owner: str, token: int, now: datetime) -> bool:
    """Let the lease go, for anybody to take at once; False where it has changed hands."""
    return await _update(tx, name, owner, token, owner=None, until=now)


def holding(held: Held) -> Step:
    """The step that returns a row where the lease is still held, which stays so until the commit.

    Put it before what the lease protects (`fence` does so).
    """
    return _HOLDING.one(its_name=held.name, its_owner=held.owner, its_token=held.token)


async def owners(tx: AsyncConnection, prefix: str, now: datetime) -> list[str]:
    """Who holds a lease whose name begins so, in the order of the names."""
    held = select(leases.c.owner).where(
        leases.c.name.startswith(prefix, autoescape=True), leases.c.until > now
    )
    return [owner for owner in await tx.scalars(held.order_by(leases.c.name)) if owner is not None]


async def forget(tx: AsyncConnection, prefix: str, before: datetime) -> int:
    """Delete leases whose name begins so and that had run out by then; returns how many.

    Only those whose names nobody takes again: the token of a name would begin anew.
    """
    over = delete(leases).where(
        leases.c.name.startswith(prefix, autoescape=True), leases.c.until <= before
    )
    return (await tx.execute(over)).rowcount


async def _update(
    tx: AsyncConnection, name: str, holder: str, token: int, **values: object
) -> bool:
    held = and_(leases.c.name == name, leases.c.owner == holder, leases.c.token == token)
    return (await tx.execute(update(leases).where(held).values(**values))).rowcount == 1
