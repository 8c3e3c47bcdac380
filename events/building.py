"""Build one event from what a caller knows: id, source, schema and chain follow from it.

What a caller gives to `new_event`:

- name: the `ce_type`, one of the catalogue's; data: an instance of that type's data model.
- connection: the configured connection it is about; the source is `/<provider>/<connection>`.
- entity_id: the `ce_subject`; key: the ordering key, the entity id where absent.
- transition: what happened, so that it happens once (see `events.identity`).
- sequence: the entity's version with us, from 1.
- time: when it happened, by the provider's clock where it says so; aware.
- detected_at: when we saw it; aware.
- caused_by: the event that led to this one; absent for a detected change, which starts a chain.
- backfill: it tells history, and reactions leave it alone unless told otherwise.
- traceparent, tracestate: the W3C trace context, where there is one.
"""

from __future__ import annotations

from datetime import datetime

from events.base import EventModel, to_json
from events.catalogue import EventType, event_type
from events.envelope import Event
from events.identity import event_id


def new_event(
    name: str,
    *,
    connection: str,
    entity_id: str,
    transition: str,
    data: EventModel,
    sequence: int,
    time: datetime,
    detected_at: datetime,
    key: str | None = None,
    caused_by: Event | None = None,
    backfill: bool = False,
    traceparent: str | None = None,
    tracestate: str | None = None,
) -> Event:
    """Build the event `name`; the module's docstring tells what the arguments are.

    Raises:
        UnknownEventType: the catalogue has no such name.
        TypeError: the data is of another model than the type's.
    """
    row = _row_for(name, data)
    return Event(
        id=(new_id := event_id(connection, name, entity_id, transition)),
        source=f"/{row.provider}/{connection}",
        type=name,
        subject=entity_id,
        time=time,
        data=to_json(data),
        key=key or entity_id,
        sequence=sequence,
        detected_at=detected_at,
        dataschema=row.schema_uri,
        correlation_id=new_id if caused_by is None else caused_by.correlation_id,
        causation_id=None if caused_by is None else caused_by.id,
        backfill=backfill,
        traceparent=traceparent,
        tracestate=tracestate,
    )


def _row_for(name: str, data: EventModel) -> EventType:
    row = event_type(name)
    if not isinstance(data, row.model):
        raise TypeError(f"{name} carries {row.model.__name__}, not {type(data).__name__}")
    return row
