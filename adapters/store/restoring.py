"""Puts back what topics still tell of a lost store: how reactions ended, and what they have done.

Each function may be called again with the same or with older news: what is newer stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Insert, bindparam, exists, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import dialects
from adapters.store.bulk import Bulk
from adapters.store.columns import Headers, Json
from adapters.store.inbox import Mode
from adapters.store.ledger import Effect
from adapters.store.rows import names_of, values_of_all
from adapters.store.tables import cursors, effects, entities, outbox, reactions

_EMPTY = "length(value) = 0"  # a row of the inbox whose event was not found so far


@dataclass(frozen=True, slots=True)
class EndedReaction:
    """How a reaction ended last, as its audit tells. What its event said is put in later."""

    reaction: str
    event_id: str
    event_type: str
    subject: str
    ordering_key: str
    mode: Mode
    parks: bool
    state: Literal["succeeded", "blocked", "dead"]
    attempts: int
    lease_token: int
    received_at: datetime
    updated_at: datetime
    reason: str | None
    outcome: Json
    sequence: int = 0
    value: bytes = b""
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class ItsEvent:
    """The event that a restored reaction answered."""

    its_reaction: str
    its_event_id: str
    sequence: int
    value: bytes
    headers: Headers
    traceparent: str | None


def _ended(tx: dialects.Database) -> Insert:
    new = dialects.insert(tx, reactions)
    told = ("mode", "state", "attempts", "lease_token", "updated_at", "reason", "outcome")
    return new.on_conflict_do_update(
        index_elements=[reactions.c.reaction, reactions.c.event_id],
        set_={name: new.excluded[name] for name in told},
        where=new.excluded.lease_token > reactions.c.lease_token,
    )


def _done(tx: dialects.Database) -> Insert:
    new = dialects.insert(tx, effects)
    told = ("state", "provider_id", "found_by", "done_at", "reaction", "reaction_id")
    return new.on_conflict_do_update(
        index_elements=[effects.c.effect_key],
        set_={name: new.excluded[name] for name in told},
        where=or_(text("effects.state = 'sending'"), new.excluded.done_at > effects.c.done_at),
    )


_its_event = (
    reactions.c.reaction == bindparam("its_reaction"),
    reactions.c.event_id == bindparam("its_event_id"),
)
_ENDED = Bulk(_ended, names_of(EndedReaction))
_FILL = Bulk(
    lambda _tx: update(reactions).where(*_its_event, text(_EMPTY)),
    ["sequence", "value", "headers", "traceparent"],
)
_DONE = Bulk(_done, names_of(Effect))
_IDS = select(reactions.c.event_id, reactions.c.id).where(
    reactions.c.reaction == bindparam("reaction"),
    reactions.c.event_id.in_(bindparam("ids", expanding=True)),
)


async def is_empty(tx: AsyncConnection) -> bool:
    """Whether nothing was ever seen, said or done with this store."""
    for table in (entities, cursors, outbox, reactions, effects):
        if await tx.scalar(select(exists(select(text("1")).select_from(table)))):
            return False
    return True


async def ended(tx: AsyncConnection, rows: Sequence[EndedReaction]) -> None:
    """Write how reactions ended, unless the store knows how they ended later."""
    if rows:
        await _ENDED.run(tx, values_of_all(rows))


async def fill(tx: AsyncConnection, rows: Sequence[ItsEvent]) -> None:
    """Put their events into restored reactions; those of reactions that never ended go nowhere."""
    if rows:
        await _FILL.run(tx, values_of_all(rows))


async def done(tx: AsyncConnection, rows: Sequence[Effect]) -> None:
    """Write effects that have happened."""
    if rows:
        await _DONE.run(tx, values_of_all(rows))


async def ids(
    tx: AsyncConnection, answered: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """The ids of the inbox's rows, by reaction and event id."""
    by_reaction: defaultdict[str, set[str]] = defaultdict(set)
    for reaction, event_id in answered:
        by_reaction[reaction].add(event_id)
    found: dict[tuple[str, str], int] = {}
    for reaction, event_ids in by_reaction.items():
        for part in dialects.chunks(sorted(event_ids)):
            rows = await tx.execute(_IDS, {"reaction": reaction, "ids": part})
            found.update(((reaction, event_id), number) for event_id, number in rows.all())
    return found
