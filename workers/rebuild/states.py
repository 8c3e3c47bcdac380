"""Folds the events of an entity into what the store knew of it when it told the last of them.

Fingerprints of rows cannot be known from events. They stay unknown, so that the next look reads
each entity, compares what it finds with what was told last, and tells exactly the difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import entities
from adapters.store.entities import Entity
from events import catalogue
from events.envelope import Event
from workers.detect import pace, telling
from workers.detect.observe import as_known, fingerprint
from workers.detect.registry import STREAMS
from workers.detect.stream import Change, Json, Known, Stream
from workers.telemetry import logs

Place = tuple[str, str]
"""A connection, and a kind of entity there."""

STREAM_OF: Mapping[str, Stream] = {
    one.name: stream
    for one in catalogue.EVENT_TYPES.values()
    for stream in STREAMS
    if (stream.provider, stream.entity) == (one.provider, one.entity)
}
"""The stream that tells an event type; effects of ours and audits have none."""

log = logs.logger("rebuild")


def connection_of(event: Event) -> str:
    """The connection that an event is about."""
    return event.source.split("/", 2)[-1]


async def restore(tx: AsyncConnection, events: Iterable[Event]) -> int:
    """Write what these events, in their order, tell of entities; return how many say nothing."""
    by_place: defaultdict[Place, list[Event]] = defaultdict(list)
    for event in events:
        by_place[connection_of(event), STREAM_OF[event.type].entity].append(event)
    unusable = 0
    for place, its_events in sorted(by_place.items()):
        known = await entities.load(tx, *place, {event.subject for event in its_events})
        before = {key: entity.version for key, entity in known.items()}
        for event in its_events:
            try:
                folded = fold(known.get(event.subject), event)
            except Exception as error:  # what one event holds must not keep the others out
                why = type(error).__name__
                log.error("event not understood", id=event.id, type=event.type, why=why)
                unusable += 1
                continue
            if folded is not None:
                known[event.subject] = folded
        touched = {event.subject for event in its_events}.intersection(known)
        await entities.save_all(tx, [(known[key], before.get(key)) for key in sorted(touched)])
    return unusable


def fold(before: Entity | None, event: Event) -> Entity | None:
    """The entity as it was when an event told of it; None where more is known of it already.

    History has no number of its own: it tells a state only as long as nothing else did.
    """
    version = 0 if event.backfill else event.sequence
    if before is not None and (before.version >= version > 0 or version == 0 < before.version):
        return None
    stream = STREAM_OF[event.type]
    data = orjson.loads(event.data)
    state: Json = data[stream.entity]
    gone = event.type == stream.removed
    live = not gone and stream.live(state)
    return Entity(
        connection=connection_of(event),
        kind=stream.entity,
        entity_id=event.subject,
        ordering_key=event.key,
        version=version,
        row_fingerprint="",
        detail_fingerprint=fingerprint(state),
        row_seen_at=event.detected_at,
        detail_read_at=event.detected_at,
        changed_at=event.detected_at,
        due_at=None if gone else _due(stream, event, live=live),
        live=live,
        state=state,
        marks={telling.REMOVED: True} if gone else _marks(stream, before, event, data),
    )


def _due(stream: Stream, event: Event, *, live: bool) -> datetime | None:
    return pace.first_look(stream, event.subject, event.detected_at, live=live)


def _marks(stream: Stream, before: Entity | None, event: Event, data: Json) -> Json:
    """The stream's notes, as it takes them itself when it tells what the event told."""
    state: Json = data[stream.entity]
    known = as_known(before)
    if known is None and data["previous"] is not None:
        # What came before this event was never told, or is told no more.
        was = state | data["previous"]
        known = Known(was, True, _noted(stream, None, was, event))
    return _noted(stream, known, state, event)


def _noted(stream: Stream, known: Known | None, state: Json, event: Event) -> Json:
    change = Change(known, state, state, event.sequence, event.detected_at)
    return stream.told(change).marks


def ids_below(children: Sequence[Entity], stream: Stream) -> dict[str, list[str]]:
    """The ids of entities that are there, by the parents below which they are listed."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in children:
        if not telling.is_removed(one):
            found[str((one.state or {}).get(stream.parent_field))].append(one.entity_id)
    return found
