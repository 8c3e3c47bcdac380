"""The history of one thing across all systems: what was seen, told, answered and done, in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import history, inbox
from adapters.store.entities import Entity
from adapters.store.history import Told
from adapters.store.inbox import InboxRow
from adapters.store.ledger import Effect
from events import catalogue

AUDIT = catalogue.topic_of("tiebeam.reaction.succeeded")
"""Its events say of reactions what the inbox and the ledger say better."""
MOST_THINGS = 50
"""Ids that are followed from effect to effect, so that a wrong turn ends."""


@dataclass(frozen=True)
class Moment:
    """Something that happened to a thing, or that we did because of it; times are UTC.

    Attributes:
        where: The connection, or the reaction.
        what: The kind of entity, the type of event, the key of the effect.
        about: The id of the thing in its system.
        trace_id: Of the trace in which it happened, where that is known.
    """

    at: datetime
    where: str
    what: str
    about: str
    told: str
    trace_id: str | None = None


async def of(tx: AsyncConnection, one: str) -> list[Moment]:
    """The history of the thing with this id, and of what came of it elsewhere, oldest first.

    An effect leads from the thing that an event was about to the one that a provider made of it,
    and back.
    """
    moments: set[Moment] = set()
    waiting, known = [one], {one}
    while waiting and len(known) <= MOST_THINGS:
        found, linked = await _of_one(tx, waiting.pop())
        moments.update(found)
        waiting += sorted(linked - known)
        known |= linked
    return sorted(moments, key=lambda one: (one.at, one.where, one.what, one.told))


async def _of_one(tx: AsyncConnection, one: str) -> tuple[list[Moment], set[str]]:
    answers = await history.answers(tx, one)
    effects = await history.effects_of(tx, [row.id for row in answers])
    origins = await history.effects_on(tx, one)
    moments = [
        *map(_seen, await history.seen(tx, one)),
        *(_told(event) for event in await history.told(tx, one) if event.topic != AUDIT),
        *(moment for row in answers for moment in _answered(row)),
        *(moment for effect in [*effects, *origins] for moment in _done(effect)),
    ]
    causes = [await inbox.get(tx, effect.reaction_id or 0) for effect in origins]
    linked = {effect.provider_id for effect in effects if effect.provider_id}
    return moments, linked | {row.subject for row in causes if row}


def _seen(entity: Entity) -> Moment:
    status = (entity.state or {}).get("status")
    said = f", {status}" if isinstance(status, str) else ""
    known = f"known since its change to version {entity.version}"
    if entity.version == 0:
        known = "known since the first look, which told nothing"
    return Moment(
        entity.changed_at or entity.row_seen_at,
        entity.connection,
        entity.kind,
        entity.entity_id,
        f"{known}{said}; last seen {_clock(entity.detail_read_at or entity.row_seen_at)}",
    )


def _told(event: Told) -> Moment:
    headers = dict(event.headers)
    out = f"published {_clock(event.published_at)}" if event.published_at else "not published yet"
    return Moment(
        datetime.fromisoformat(headers["ce_time"]),
        headers["ce_source"],
        headers["ce_type"],
        headers["ce_subject"],
        f"version {int(headers['ce_sequence'])}, detected {_clock(event.created_at)}, {out}",
        _trace_id(headers),
    )


def _answered(row: InboxRow) -> Iterator[Moment]:
    headers = dict(row.headers)
    trace = _trace_id({"traceparent": row.traceparent})
    yield Moment(
        datetime.fromisoformat(headers["ce_time"]),
        headers["ce_source"],
        row.event_type,
        row.subject,
        f"version {row.sequence}, taken by {row.reaction} {_clock(row.received_at)}",
        trace,
    )
    tries = "1 attempt" if row.attempts == 1 else f"{row.attempts} attempts"
    yield Moment(
        row.updated_at,
        row.reaction,
        f"reaction {row.id}",
        row.subject,
        f"{row.state}{' (dry run)' if row.mode == 'dry-run' else ''} after {tries}"
        + (f": {row.reason}" if row.reason else ""),
        trace,
    )


def _done(effect: Effect) -> Iterator[Moment]:
    about = effect.provider_id or "?"
    what, where = effect.effect_key, effect.connection
    calls = "called" if effect.attempts == 1 else f"called {effect.attempts} times, the first"
    yield Moment(effect.first_sent_at, where, what, about, f"{calls} by {effect.reaction}")
    if effect.done_at is not None:
        yield Moment(effect.done_at, where, what, about, f"done, known by its {effect.found_by}")
    elif effect.lost_at is not None:
        yield Moment(effect.lost_at, where, what, about, "no answer: it may have happened")


def _trace_id(headers: Mapping[str, str | None]) -> str | None:
    parts = (headers.get("traceparent") or "").split("-")
    return parts[1] if len(parts) == 4 else None


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
