"""Observation: compare what a provider shows with what is known, and save both sides of a change.

Rows whose fingerprint is unchanged cost one comparison. For the others the detail is read, its
transitions are worked out, and entity and events are written in one transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from http import HTTPStatus
from typing import Any

import orjson
from opentelemetry.context import Context
from opentelemetry.trace import SpanContext
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.http.errors import NotFound, ProviderError
from adapters.store import entities, outbox
from adapters.store.engine import Store
from adapters.store.entities import Entity
from events import catalogue
from events.building import new_event
from events.envelope import Event
from workers import announce
from workers.clock import Clock
from workers.detect.stream import Change, Facts, Json, Known, Stream, Told, Transition
from workers.telemetry import logs, metrics, tracing

log = logs.logger("detect")


@dataclass(frozen=True)
class Source:
    """A stream at one connection, with what is needed to look at it."""

    stream: Stream
    client: Any
    facts: Facts
    store: Store
    clock: Clock

    @property
    def labels(self) -> tuple[str, str]:
        """The connection's and the stream's name, as metrics and logs have them."""
        return self.facts.connection, self.stream.name


@dataclass(frozen=True)
class Observation:
    """An entity to save, and the events that tell how it came to be so."""

    entity: Entity
    expected_version: int | None
    told: Told
    events: list[outbox.NewRecord]


@dataclass(frozen=True)
class Unread:
    """A detail that is gone, kept from us, or not usable; its row stays unknown, to be tried again.

    `tried` is what is known of the entity, noted as tried so that the rotation goes on to others.
    """

    tried: Entity | None
    gone: bool = False


Look = Observation | ProviderError | Unread


@dataclass
class Tally:
    """What a look at a stream has found so far."""

    seen: int = 0
    changed: int = 0
    events: int = 0
    failed: int = 0
    unusable: int = 0
    error: Exception | None = None


def fingerprint(value: Json) -> str:
    """Return a digest of a row or state that does not depend on the order of its keys."""
    encoded = orjson.dumps(value, option=orjson.OPT_SORT_KEYS, default=str)
    return blake2b(encoded, digest_size=16).hexdigest()


async def record_baseline(
    tx: AsyncConnection, source: Source, rows: Sequence[Json], baseline: datetime, tally: Tally
) -> None:
    """Save rows as known without a word: what was there before the first look is no news.

    Rows to which something happened since are left out: the next look tells of it.
    """
    stream, now = source.stream, source.clock.now()
    known = await entities.fingerprints(
        tx, source.facts.connection, stream.entity, [_id(source, row) for row in rows]
    )
    new = {
        _id(source, row): _from_row(source, row, now)
        for row in rows
        if _id(source, row) not in known and not _happened_since(stream, row, baseline)
    }
    await entities.add_new(tx, list(new.values()))
    tally.seen += len(rows)


async def observe_rows(
    source: Source, rows: Sequence[Json], baseline: datetime, tally: Tally, cycle: SpanContext
) -> None:
    """Read the details of the rows that differ from what is known, and save what they tell.

    A detail that cannot be read leaves its row unknown, so that the next look tries again; the
    other rows are saved all the same and the first error is kept in the tally.
    """
    place = (source.facts.connection, source.stream.entity)
    by_id = {_id(source, row): row for row in rows}
    async with source.store.read() as tx:
        seen = await entities.fingerprints(tx, *place, by_id)
        changed = {key: row for key, row in by_id.items() if seen.get(key) != fingerprint(row)}
        known = await entities.load(tx, *place, changed)
    tally.seen += len(rows)
    metrics.ENTITIES_SEEN.labels(*source.labels).inc(len(rows))
    looks = [
        _look(source, entity_id, row, known.get(entity_id), baseline, cycle)
        for entity_id, row in changed.items()
    ]
    await _save(source, await _all(looks, tally), tally)


async def observe_details(
    source: Source, known: Sequence[Entity], baseline: datetime, tally: Tally, cycle: SpanContext
) -> None:
    """Read details whose rows look unchanged: a thin row hides most edits."""
    looks = [_look(source, entity.entity_id, None, entity, baseline, cycle) for entity in known]
    await _save(source, await _all(looks, tally), tally)


def _happened_since(stream: Stream, row: Json, baseline: datetime) -> bool:
    happened = stream.happened(stream.row_state(row))
    return happened is not None and happened > baseline


def _from_row(source: Source, row: Json, now: datetime) -> Entity:
    state = source.stream.row_state(row)
    return Entity(
        connection=source.facts.connection,
        kind=source.stream.entity,
        entity_id=_id(source, row),
        ordering_key=source.stream.ordering_key(state),
        version=0,
        row_fingerprint=fingerprint(row),
        row_seen_at=now,
        live=source.stream.live(state),
        state=state,
    )


def _id(source: Source, row: Json) -> str:
    return str(row[source.stream.id_field])


async def _all(looks: Sequence[Coroutine[Any, Any, Look]], tally: Tally) -> list[Observation]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(look) for look in looks]
    found: list[Observation] = []
    for task in tasks:
        result = task.result()
        if isinstance(result, ProviderError):
            tally.failed += 1
            tally.error = tally.error or result
        elif isinstance(result, Observation):
            found.append(result)
        else:
            tally.unusable += not result.gone
            if result.tried is not None:
                found.append(Observation(result.tried, result.tried.version, Told([]), []))
    return found


async def _look(
    source: Source,
    entity_id: str,
    row: Json | None,
    before: Entity | None,
    baseline: datetime,
    cycle: SpanContext,
) -> Look:
    """Read one detail and work out what happened to the entity."""
    stream = source.stream
    tried = before and replace(before, detail_read_at=source.clock.now())
    with tracing.span(
        f"detect {stream.provider}.{stream.entity}",
        parent=Context(),
        links=(cycle,),
        attributes={"tiebeam.connection": source.facts.connection, "tiebeam.entity_id": entity_id},
    ):
        try:
            detail = await stream.read(source.client, entity_id)
            state = stream.state(detail, source.facts)
            return _compare(source, entity_id, row, before, state, baseline)
        except NotFound:
            log.info("listed but not found", stream=stream.name, entity_id=entity_id)
            return Unread(tried, gone=True)
        except ProviderError as error:
            log.warning("detail not read", stream=stream.name, entity_id=entity_id, why=str(error))
            # the list was read with the same credentials: this one alone is kept from us
            return Unread(tried) if error.status == HTTPStatus.FORBIDDEN else error
        except ValidationError as error:
            missing = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors())
            log.error("detail not usable", stream=stream.name, entity_id=entity_id, fields=missing)
        except Exception:  # what one entity holds must not keep the others from being told
            log.exception("detail not understood", stream=stream.name, entity_id=entity_id)
        return Unread(tried)


def _compare(
    source: Source,
    entity_id: str,
    row: Json | None,
    before: Entity | None,
    state: Json,
    baseline: datetime,
) -> Observation:
    stream, now = source.stream, source.clock.now()
    version = before.version if before else 0
    shown = stream.row_state(row) if row is not None else _by_agreement(stream, state)
    told = stream.told(Change(_known(before), state, shown, version, baseline))
    entity = Entity(
        connection=source.facts.connection,
        kind=stream.entity,
        entity_id=entity_id,
        ordering_key=stream.ordering_key(state),
        version=version + len(told.transitions),
        row_fingerprint=_row_fingerprint(stream, row, before, state),
        detail_fingerprint=fingerprint(state),
        state=state,
        marks=told.marks,
        live=stream.live(state),
        row_seen_at=now if row is not None or before is None else before.row_seen_at,
        detail_read_at=now,
        changed_at=now if told.transitions or before is None else before.changed_at,
    )
    expected = before.version if before else None
    return Observation(entity, expected, told, _events(source, entity, told, now))


def _by_agreement(stream: Stream, state: Json) -> Json:
    return {name: state[name] for name in stream.agree}


def _known(before: Entity | None) -> Known | None:
    if before is None:
        return None
    complete = before.detail_fingerprint is not None
    return Known(before.state or {}, complete, before.marks or {})


def _row_fingerprint(stream: Stream, row: Json | None, before: Entity | None, state: Json) -> str:
    if row is None:
        return before.row_fingerprint if before else ""
    shown = stream.row_state(row)
    if any(shown[name] != state[name] for name in stream.agree):
        # the detail is older or newer than its row: the next look decides
        return ""
    return fingerprint(row)


async def _save(source: Source, observations: Sequence[Observation], tally: Tally) -> None:
    if not observations:
        return
    async with source.store.write("outbox") as tx:
        for observation in observations:
            if not await entities.save(
                tx, observation.entity, expected_version=observation.expected_version
            ):
                continue  # somebody else told this change first
            await outbox.add(tx, observation.events)
            _count(source, observation.told, tally)


def _events(source: Source, entity: Entity, told: Told, now: datetime) -> list[outbox.NewRecord]:
    first = entity.version - len(told.transitions) + 1
    return [
        announce.row(_event(source, entity, transition, sequence, now), now)
        for sequence, transition in enumerate(told.transitions, start=first)
    ]


def _event(
    source: Source, entity: Entity, transition: Transition, sequence: int, now: datetime
) -> Event:
    carrier = tracing.carry()
    model = catalogue.event_type(transition.event_type).model
    data = {source.stream.entity: transition.state, "previous": transition.previous}
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
    )


def _count(source: Source, told: Told, tally: Tally) -> None:
    if told.withheld:
        metrics.HISTORY_WITHHELD.labels(*source.labels).inc(told.withheld)
    if not told.transitions:
        return
    tally.changed += 1
    tally.events += len(told.transitions)
    metrics.ENTITIES_CHANGED.labels(*source.labels).inc()
    for transition in told.transitions:
        metrics.EVENTS_DETECTED.labels(transition.event_type).inc()
