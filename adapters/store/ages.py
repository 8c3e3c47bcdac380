"""Since when the oldest has waited: reactions that could begin, effects not known, hints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import claims
from adapters.store.tables import effects, hints, reactions

WINDOW = 5_000
"""Open rows, the oldest, among which what is due is looked for: so a look costs only so much."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """How many effects were begun and are not known to have happened, and when the first was."""

    effects: int
    first_sent_at: datetime


async def due(tx: AsyncConnection, names: Sequence[str], now: datetime) -> dict[str, datetime]:
    """Since when the oldest row that could be claimed `now` is due, by reaction.

    What waits behind another row of its key is not due, nor is what somebody works on. It looks at
    the oldest open rows; where there are very many, what came last is not among them.
    """
    if not names:
        return {}
    row = reactions.c
    since = func.min(func.coalesce(row.next_attempt_at, row.lease_until, row.updated_at))
    chosen = (
        select(row.reaction, since).where(claims.free(names, windowed=True)).group_by(row.reaction)
    )
    found = await tx.execute(chosen, {"now": now, "window": WINDOW, **claims.naming(names)})
    return {one[0]: one[1] for one in found}


async def unknown(tx: AsyncConnection) -> dict[str, Unknown]:
    """The effects of which it is not known whether they happened, by connection.

    Not those whose reaction a person has given up: he has looked himself.
    """
    sending = effects.c.state == literal_column("'sending'")  # as the index over them has it
    given_up = reactions.c.state == "cancelled"
    chosen = (
        select(effects.c.connection, func.count(), func.min(effects.c.first_sent_at))
        .outerjoin(reactions, reactions.c.id == effects.c.reaction_id)
        .where(sending, given_up.is_not(True))
        .group_by(effects.c.connection)
    )
    return {name: Unknown(*rest) for name, *rest in await tx.execute(chosen)}


async def hinted(tx: AsyncConnection) -> dict[str, datetime]:
    """When the oldest hint came that nobody has looked into, by connection."""
    chosen = (
        select(hints.c.connection, func.min(hints.c.received_at))
        .where(hints.c.generation > hints.c.handled)
        .group_by(hints.c.connection)
    )
    return {row[0]: row[1] for row in await tx.execute(chosen)}
