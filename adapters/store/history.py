"""What the store still has of one thing, for a person who asks: rows found by any of its ids.

These look through whole tables: they are for a command, not for a loop.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Text, and_, or_, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import dialects
from adapters.store.columns import Headers
from adapters.store.entities import Entity
from adapters.store.inbox import InboxRow
from adapters.store.ledger import Effect
from adapters.store.outbox import OutboxRow
from adapters.store.rows import columns_of
from adapters.store.tables import effects, entities, outbox, reactions

MOST = 1_000
"""Rows of a kind that are returned at most, the newest."""


@dataclass(frozen=True, slots=True)
class Told:
    """An event that was or will be published, without its data."""

    event_id: str
    topic: str
    key: str
    headers: Headers
    created_at: datetime
    published_at: datetime | None


_TOLD = columns_of(Told, outbox)
_RECORDS = columns_of(OutboxRow, outbox)
_REACTIONS = columns_of(InboxRow, reactions)
_EFFECTS = columns_of(Effect, effects)


async def seen(tx: AsyncConnection, one: str) -> list[Entity]:
    """The entities with this id or ordering key, of whatever connection and kind."""
    row = entities.c
    chosen = select(*columns_of(Entity, entities)).where(
        or_(row.entity_id == one, row.ordering_key == one)
    )
    return [Entity(*found) for found in await _newest(tx, chosen, row.row_seen_at)]


async def numbered(tx: AsyncConnection, number: str, fields: Sequence[str]) -> list[Entity]:
    """The entities whose state has this number, as a text or as one, in one of these fields."""
    forms = [orjson.dumps(number).decode()] + [number] * number.isdecimal()
    state = type_coerce(entities.c.state, Text)
    # Most states have it nowhere: they are looked through for the number alone.
    anywhere = [state.contains(f":{form}", autoescape=True) for form in forms]
    places = [f'"{field}":{form}' for field in fields for form in forms]
    there = [state.contains(place, autoescape=True) for place in places]
    chosen = select(*columns_of(Entity, entities)).where(and_(or_(*anywhere), or_(*there)))
    found = [Entity(*row) for row in await _newest(tx, chosen, entities.c.row_seen_at)]
    return [one for one in found if number in (str(one.state.get(field)) for field in fields)]


async def told(tx: AsyncConnection, one: str) -> list[Told]:
    """The events in the outbox with this ordering key or subject."""
    header = orjson.dumps(["ce_subject", one]).decode()
    headers = type_coerce(outbox.c.headers, Text)
    about = or_(outbox.c.key == one, headers.contains(header, autoescape=True))
    return [
        Told(*found)
        for found in await _newest(tx, select(*_TOLD).where(about), outbox.c.created_at)
    ]


async def records(tx: AsyncConnection, topic: str, keys: Iterable[str]) -> list[OutboxRow]:
    """The records in the outbox for this topic with one of these ordering keys."""
    found: list[OutboxRow] = []
    for part in dialects.chunks(sorted(set(keys))):
        about = and_(outbox.c.topic == topic, outbox.c.key.in_(part))
        chosen = select(*_RECORDS).where(about)
        found += [OutboxRow(*row) for row in await _newest(tx, chosen, outbox.c.created_at)]
    return found


async def answers(tx: AsyncConnection, one: str) -> list[InboxRow]:
    """The reactions to events with this subject or ordering key."""
    row = reactions.c
    about = or_(row.subject == one, row.ordering_key == one)
    chosen = select(*_REACTIONS).where(about)
    return [InboxRow(*found) for found in await _newest(tx, chosen, row.received_at)]


async def effects_of(tx: AsyncConnection, reaction_ids: Iterable[int]) -> list[Effect]:
    """The effects that these reactions began."""
    found: list[Effect] = []
    for part in dialects.chunks(list(reaction_ids)):
        chosen = select(*_EFFECTS).where(effects.c.reaction_id.in_(part))
        found += [Effect(*row) for row in await tx.execute(chosen)]
    return found


async def effects_on(tx: AsyncConnection, provider_id: str) -> list[Effect]:
    """The effects of which a provider gave this id."""
    chosen = select(*_EFFECTS).where(effects.c.provider_id == provider_id)
    return [Effect(*row) for row in await _newest(tx, chosen, effects.c.first_sent_at)]


async def _newest(tx: AsyncConnection, chosen: Any, by: Any) -> list[Any]:
    return list(await tx.execute(chosen.order_by(by.desc()).limit(MOST)))
