"""Makes of the transitions of an entity the outbox rows that tell of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from adapters.store import outbox
from adapters.store.entities import Entity
from events import catalogue
from events.building import new_event
from events.envelope import Event
from workers import announce
from workers.detect.stream import Stream, Transition
from workers.telemetry import tracing

REMOVED = "removed"
"""The mark of an entity that was told to be gone."""


def is_removed(entity: Entity) -> bool:
    """Whether it was told that the entity is gone."""
    return bool(entity.marks and entity.marks.get(REMOVED))


def rows(
    stream: Stream,
    entity: Entity,
    transitions: Sequence[Transition],
    now: datetime,
    *,
    backfill: bool = False,
) -> list[outbox.NewRecord]:
    """The outbox rows, numbered so that the last one is the entity's version.

    History is not numbered: it comes after what it precedes. Each of its events carries the version
    that the entity has by now, at least 1.
    """
    first = entity.version - len(transitions) + 1
    numbers = [max(entity.version, 1) if backfill else first + n for n in range(len(transitions))]
    return [
        announce.row(_event(stream, entity, one, number, now, backfill), now)
        for number, one in zip(numbers, transitions, strict=True)
    ]


def _event(
    stream: Stream,
    entity: Entity,
    transition: Transition,
    sequence: int,
    now: datetime,
    backfill: bool,
) -> Event:
    carrier = tracing.carry()
    model = catalogue.event_type(transition.event_type).model
    data = {stream.entity: transition.state, "previous": transition.previous}
    return new_event(
        transition.event_type,
        connection=entity.connection,
        entity_id=entity.entity_id,
        transition=transition.identity,
        data=model.model_validate(data),
        sequence=sequence,
        time=transition.time or now,
        detected_at=now,
        key=entity.ordering_key,
        traceparent=carrier.get("traceparent"),
        tracestate=carrier.get("tracestate"),
        backfill=backfill,
    )
