"""What a replay asks of the inbox and the ledger, many events at a time, and what it changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import dialects
from adapters.store.columns import Json
from adapters.store.inbox import Mode, State
from adapters.store.ledger import Effect
from adapters.store.rows import columns_of
from adapters.store.tables import effects, reactions


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a reaction to an event stands."""

    id: int
    event_id: str
    state: State
    mode: Mode
    outcome: Json
    reason: str | None


_STANDING = select(*columns_of(Standing, reactions)).where(
    reactions.c.reaction == bindparam("reaction"),
    reactions.c.event_id.in_(bindparam("ids", expanding=True)),
)
_DONE = select(effects.c.effect_key).where(
    effects.c.effect_key.in_(bindparam("keys", expanding=True)), effects.c.state == "done"
)


async def standing(
    tx: AsyncConnection, reaction: str, event_ids: Sequence[str]
) -> dict[str, Standing]:
    """Where a reaction stands to those of the events that it has in the inbox, by event id."""
    found: dict[str, Standing] = {}
    for part in dialects.chunks(event_ids):
        rows = await tx.execute(_STANDING, {"reaction": reaction, "ids": part})
        found.update((row.event_id, Standing(*row)) for row in rows.all())
    return found


async def done(tx: AsyncConnection, keys: Iterable[str]) -> set[str]:
    """Those of the effects that have happened, by their keys."""
    found: set[str] = set()
    for part in dialects.chunks(list(keys)):
        found.update((await tx.scalars(_DONE, {"keys": part})).all())
    return found


async def again(
    tx: AsyncConnection, ids: Iterable[int], mode: Mode, now: datetime, *, cancelled: bool
) -> list[int]:
    """Make ended rows pending again, `cancelled` ones if told so; returns the ids it changed."""
    ended = ["succeeded", "blocked", "dead", *(["cancelled"] if cancelled else [])]
    changed: list[int] = []
    for part in dialects.chunks(list(ids)):
        statement = (
            update(reactions)
            .where(reactions.c.id.in_(part), reactions.c.state.in_(ended))
            .values(
                state="pending", mode=mode, attempts=0, reason=None, outcome=None, updated_at=now
            )
            .returning(reactions.c.id)
        )
        changed.extend(await tx.scalars(statement))
    return sorted(changed)


async def take_back(tx: AsyncConnection, key: str) -> Effect | None:
    """Say of one effect that has happened that it is to be made once more, and whenever asked to.

    Returns what stood there; None, and nothing is changed, where it has not happened.
    """
    its = effects.c.effect_key == key
    was = (await tx.execute(select(*columns_of(Effect, effects)).where(its))).first()
    happened = or_(effects.c.state == "done", effects.c.provider_id.is_not(None))
    back = update(effects).where(its, happened).values(state="taken back")
    if was is None or (await tx.execute(back)).rowcount == 0:
        return None
    return Effect(*was)
