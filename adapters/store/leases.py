"""Who may do what only one may do at a time, among all processes that share the store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, case, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import dialects
from adapters.store.tables import leases


async def acquire(
    tx: AsyncConnection, name: str, owner: str, now: datetime, until: datetime
) -> int | None:
    """Take the lease `name` until `until`, or go on holding it; None where another has it.

    The number is the lease's fencing token: it rises whenever the lease changes hands or had run
    out. Check it with `holds` in the transaction whose writes it protects.
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


async def holds(tx: AsyncConnection, name: str, owner: str, token: int) -> bool:
    """Whether the lease is still held with this token, which then stays so until the commit."""
    held = select(leases.c.token).where(
        leases.c.name == name, leases.c.owner == owner, leases.c.token == token
    )
    return await tx.scalar(held.with_for_update()) is not None


async def _update(
    tx: AsyncConnection, name: str, holder: str, token: int, **values: object
) -> bool:
    held = and_(leases.c.name == name, leases.c.owner == holder, leases.c.token == token)
    return (await tx.execute(update(leases).where(held).values(**values))).rowcount == 1
