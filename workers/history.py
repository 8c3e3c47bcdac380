"""The history of one thing across all systems: what was seen, told, answered and done, in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import history, inbox
from adapters.store.entities import Entity
from adapters.store.history import Told
from adapters.store.inbox import InboxRow, Mode
from adapters.store.ledger import Effect
from adapters.store.outbox import OutboxRow
from events import catalogue

AUDIT = catalogue.topic_of("tiebeam.reaction.succeeded")
"""Its events say of reactions what the inbox and the ledger say better, but for earlier ends."""
MOST_THINGS = 50
"""Ids that are followed from effect to effect, so that a wrong turn ends."""
NUMBERS = (
    *("number", "work_order_id", "external_reference"),
    *("custom_no", "equipment_number", "custom_unit_id"),
)
"""The fields of states by which people know a thing."""
FORGOTTEN = "–"
"""Stands for what an event said that the store does not have any more."""


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


@dataclass(frozen=True)
class History:
    """Moments, oldest first, and the ids of things that were not followed: they are too many."""

    moments: Sequence[Moment]
    left: Sequence[str] = ()


async def of(tx: AsyncConnection, one: str) -> History:
    """The history of the thing with this id, and of what came of it elsewhere.

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
    in_order = sorted(moments, key=lambda one: (one.at, one.where, one.what, one.told))
    return History(in_order, sorted(waiting))


async def numbered(tx: AsyncConnection, number: str) -> list[Entity]:
    """The things that have this number or reference, by kind; each id once."""
    found = await history.numbered(tx, number, NUMBERS)
    by_id = {one.entity_id: one for one in found}
    return sorted(by_id.values(), key=lambda one: (one.connection, one.kind, one.entity_id))


async def _of_one(tx: AsyncConnection, one: str) -> tuple[list[Moment], set[str]]:
    answers = await history.answers(tx, one)
    audits = await history.records(tx, AUDIT, (row.ordering_key for row in answers))
    effects = await history.effects_of(tx, [row.id for row in answers])
    origins = await history.effects_on(tx, one)
    moments = [
        *map(_seen, await history.seen(tx, one)),
        *(_told(event) for event in await history.told(tx, one) if event.topic != AUDIT),
        *map(_taken, answers),
        *map(_stands, answers),
        *_ended(answers, audits),
        *(moment for effect in [*effects, *origins] for moment in _done(effect)),
    ]
    causes = [await inbox.get(tx, effect.reaction_id or 0) for effect in origins]
    linked = {effect.provider_id for effect in effects if effect.provider_id}
    return moments, linked | {row.subject for row in causes if row and row.subject}


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


def _taken(row: InboxRow) -> Moment:
    headers = dict(row.headers)
    happened = headers.get("ce_time")
    taken = f"taken by {row.reaction} {_clock(row.received_at)}"
    return Moment(
        datetime.fromisoformat(happened) if happened else row.received_at,
        headers.get("ce_source", FORGOTTEN),
        row.event_type or FORGOTTEN,
        row.subject or FORGOTTEN,
        f"version {row.sequence or FORGOTTEN}, {taken}"
        + ("" if happened else "; its event is forgotten"),
        _trace_id({"traceparent": row.traceparent}),
    )


def _stands(row: InboxRow) -> Moment:
    tries = "1 attempt" if row.attempts == 1 else f"{row.attempts} attempts"
    before = (row.outcome or {}).get("reason_before") if row.state == "succeeded" else None
    reason = f"not at once: {before}" if before else row.reason
    return Moment(
        row.updated_at,
        row.reaction,
        f"reaction {row.id}",
        row.subject or FORGOTTEN,
        f"{row.state}{' (dry run)' if row.mode == 'dry-run' else ''} after {tries}"
        + (f": {reason}" if reason else ""),
        _trace_id({"traceparent": row.traceparent}),
    )


def _ended(answers: Iterable[InboxRow], audits: Iterable[OutboxRow]) -> Iterator[Moment]:
    """How reactions ended each time; the last time is told by `_stands` in the same words."""
    rows = {(row.reaction, row.event_id): row for row in answers}
    for audit in audits:
        told = orjson.loads(audit.value)["reaction"]
        row = rows.get((told["name"], told["trigger_ce_id"]))
        if row is not None:
            ended = {name: told[name] for name in ("state", "attempts", "reason")}
            mode: Mode = "dry-run" if told["dry_run"] else "live"
            yield _stands(replace(row, **ended, mode=mode, updated_at=audit.created_at))


def _done(effect: Effect) -> Iterator[Moment]:
    what, where, about = effect.effect_key, effect.connection, effect.provider_id or "?"
    if effect.request is not None:  # else it was told by a topic, which does not say when
        by = f" by {effect.reaction}" if effect.reaction_id else ""
        yield Moment(effect.first_sent_at, where, what, about, f"called{by}")
    if effect.attempts > 1:
        again = f"called again, {effect.attempts} times in all: there was no answer before"
        yield Moment(effect.sent_at, where, what, about, again)
    if effect.lost_at is not None:
        yield Moment(effect.lost_at, where, what, about, "no answer: it may have happened")
    if effect.done_at is not None:
        known = f", known by its {effect.found_by}" if effect.found_by else ""
        back = ", and is to be made once more" if effect.state == "taken back" else ""
        yield Moment(effect.done_at, where, what, about, f"done{known}{back}")


def _trace_id(headers: Mapping[str, str | None]) -> str | None:
    parts = (headers.get("traceparent") or "").split("-")
    return parts[1] if len(parts) == 4 else None


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
