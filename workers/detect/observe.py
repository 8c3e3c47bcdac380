"""Observation: compare what a provider shows with what is known, and save both sides of a change.

Rows whose fingerprint is unchanged cost one comparison. For the others the detail is read, its
transitions are worked out, and entity and events are written in one transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from http import HTTPStatus
from typing import Any

import orjson
from opentelemetry.context import Context
from opentelemetry.trace import SpanContext
from pydantic import ValidationError

from adapters.http.errors import NotFound, ProviderError
from adapters.http.models import Detail, ProviderModel, typed
from adapters.store import entities, outbox
from adapters.store.engine import Store
from adapters.store.entities import Entity
from workers.clock import Clock
from workers.detect import agreement, pace, telling, unread
from workers.detect.stream import Cadence, Change, Facts, Json, Known, Stream, Told
from workers.detect.unread import Unread
from workers.telemetry import logs, metrics, tracing

LARGEST_REMOVAL = 0.05
"""The share of all entities that may be gone at once, where the configuration does not say."""
LARGEST_ARRIVAL = 0.05
"""The share of all entities that may come into view at once, likewise."""

STUMBLES = 3
"""So many things may fail by themselves in a look that reads little else but rows."""

log = logs.logger("detect")


@dataclass(frozen=True)
class Source:
    """A stream at one connection, with what is needed to look at it.

    More of its entities than the share `largest_removal` are not told to be gone at once, nor more
    than the share `largest_arrival` to be new that were there before.
    """

    stream: Stream
    client: Any
    facts: Facts
    store: Store
    clock: Clock
    cadence: Cadence
    largest_removal: float = LARGEST_REMOVAL
    largest_arrival: float = LARGEST_ARRIVAL

    @property
    def place(self) -> tuple[str, str]:
        """The connection's name and the kind of entity, as the store has them."""
        return self.facts.connection, self.stream.entity

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


Look = Observation | Unread


@dataclass
class Tally:
    """What a look at a stream has found so far; `missed` is what a faster way should have found.

    `came` were told as new though they seem to have been there before, `went` to be gone; `arrived`
    are held, because that many are not believed. `read` details and lists were answered; over the
    `stumbles` the provider failed (5xx).
    """

    seen: int = 0
    changed: int = 0
    events: int = 0
    read: int = 0
    unusable: int = 0
    missed: int = 0
    came: int = 0
    went: int = 0
    arrived: int = 0
    error: Exception | None = None
    stumbles: list[ProviderError] = field(default_factory=list)

    def unread(self, error: ProviderError) -> None:
        """Count what could not be read; what is forbidden is kept from us by itself."""
        if error.status == HTTPStatus.FORBIDDEN:
            self.unusable += 1
        elif (error.status or 0) >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.stumbles.append(error)
        else:
            self.error = self.error or error

    def judge(self) -> None:
        """Take stumbles for trouble of single things where as much was read, else for a failure.

        One that always fails must not slow down all others; it is counted, and tried again.
        """
        stumbles, self.stumbles = self.stumbles, []
        if len(stumbles) <= max(self.read, STUMBLES if self.seen else 0):
            self.unusable += len(stumbles)
        else:
            self.error = self.error or stumbles[0]


def fingerprint(value: Json) -> str:
    """Return a digest of a row or state that does not depend on the order of its keys."""
    encoded = orjson.dumps(value, option=orjson.OPT_SORT_KEYS, default=str)
    return blake2b(encoded, digest_size=16).hexdigest()


async def observe_rows(
    source: Source,
    rows: Sequence[Json],
    baseline: datetime,
    tally: Tally,
    cycle: SpanContext,
    *,
    late: datetime | None = None,
    sift: Callable[[Mapping[str, Json]], Collection[str]] | None = None,
) -> None:
    """Look closer at the rows that differ from what is known.

    Of those that nobody has seen, only the ones that `sift` lets through, where it is given. What
    happened before `late`, a quicker way of looking should have found.
    """
    by_id = {str(row[source.stream.id_field]): row for row in rows}
    shown = {entity_id: fingerprint(row) for entity_id, row in by_id.items()}
    async with source.store.read() as tx:
        seen = await entities.fingerprints(tx, *source.place, by_id)
    tally.seen += len(rows)
    metrics.ENTITIES_SEEN.labels(*source.labels).inc(len(rows))
    unlike = {one: by_id[one] for one, mark in shown.items() if seen.get(one) != mark}
    unknown = {one: row for one, row in unlike.items() if one not in seen}
    if sift is not None and unknown:
        left = unknown.keys() - sift(unknown)
        unlike = {one: row for one, row in unlike.items() if one not in left}
    await observe_unlike(source, unlike, baseline, tally, cycle, late=late)


async def observe_unlike(
    source: Source,
    rows: Mapping[str, Json],
    baseline: datetime,
    tally: Tally,
    cycle: SpanContext,
    *,
    late: datetime | None = None,
) -> None:
    """Read the details of rows that differ from what is known, and save what they tell.

    A detail that cannot be read leaves its row unknown, so that the next look tries again; the
    other rows are saved all the same and the tally keeps the error.
    """
    if not rows:
        return
    async with source.store.read() as tx:
        known = await entities.load(tx, *source.place, rows)
    looks = [
        _look(source, entity_id, row, known.get(entity_id), baseline, cycle)
        for entity_id, row in rows.items()
    ]
    await _save(source, await _all(looks, tally), tally, late=late)


async def observe_details(
    source: Source,
    known: Sequence[Entity],
    baseline: datetime,
    tally: Tally,
    cycle: SpanContext,
    *,
    absent: bool = False,
) -> None:
    """Read details whose rows look unchanged: a thin row hides most edits.

    `absent` says that these entities are not listed where they should be.
    """
    looks = [
        _look(source, entity.entity_id, None, entity, baseline, cycle, absent=absent)
        for entity in known
    ]
    await _save(source, await _all(looks, tally), tally)


async def observe_hinted(
    source: Source, ids: Sequence[str], baseline: datetime, tally: Tally, cycle: SpanContext
) -> None:
    """Read the details of entities of which something may have happened, known or not.

    One that is held with others that came into view is told: it was named alone.
    """
    async with source.store.read() as tx:
        known = await entities.load(tx, *source.place, ids)
    looks = [_look(source, one, None, known.get(one), baseline, cycle) for one in ids]
    await _save(source, await _all(looks, tally), tally)


def whole(source: Source, row: Json) -> Detail[ProviderModel]:
    """A row that is all there is to know, in the form of a detail."""
    assert source.stream.row is not None
    return Detail(row, typed(source.stream.row, row, source.facts.connection))


def key_of(stream: Stream, state: Json, entity_id: str) -> str:
    """The ordering key of an entity's events."""
    return stream.ordering_key(state) if stream.ordering_key else entity_id


async def _all(looks: Sequence[Coroutine[Any, Any, Look]], tally: Tally) -> list[Observation]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(look) for look in looks]
    found: list[Observation] = []
    for task in tasks:
        result = task.result()
        if isinstance(result, Observation):
            tally.read += 1
            found.append(result)
            continue
        if result.error is not None:
            tally.unread(result.error)
        else:
            tally.read += 1
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
    *,
    absent: bool = False,
) -> Look:
    """Read one detail and work out what happened to the entity."""
    stream = source.stream
    queue = unread.Queue(stream, source.cadence, before, source.clock.now())
    with tracing.span(
        f"detect {stream.provider}.{stream.entity}",
        parent=Context(),
        links=(cycle,),
        attributes={"tiebeam.connection": source.facts.connection, "tiebeam.entity_id": entity_id},
    ):
        try:
            shown = row or (before.state if before else None) or {}
            state = stream.state(await read_detail(source, entity_id, row, shown), source.facts)
            return _compare(source, entity_id, row, before, state, baseline)
        except NotFound:
            log.info("listed but not found", stream=stream.name, entity_id=entity_id)
            return Unread(queue.gone(baseline, absent=absent), gone=True)
        except ProviderError as error:
            said = {"stream": stream.name, "entity_id": entity_id, "why": str(error)}
            if error.misfit:
                log.error("detail not usable", **said)
                return Unread(queue.tried())
            log.warning("detail not read", **said)
            if error.status != HTTPStatus.FORBIDDEN:
                return Unread(queue.failed(), error=error)
            # the list was read with the same credentials: this one alone is kept from us
            if absent:
                return Unread(queue.gone(baseline, absent=True))
        except ValidationError as error:
            missing = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors())
            log.error("detail not usable", stream=stream.name, entity_id=entity_id, fields=missing)
        except Exception:  # what one entity holds must not keep the others from being told
            log.exception("detail not understood", stream=stream.name, entity_id=entity_id)
        return Unread(queue.tried())


async def read_detail(source: Source, entity_id: str, row: Json | None, shown: Json) -> Any:
    """Read a detail; what is below a parent is read by both ids, of which one is in `shown`."""
    stream = source.stream
    if row is not None and stream.whole_rows:
        return whole(source, row)
    assert stream.read is not None, f"{stream.name}: there is no detail to read"
    if stream.parent is None or stream.parent_field not in shown:
        return await stream.read(source.client, entity_id)
    return await stream.read(source.client, entity_id, shown[stream.parent_field])


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
    known = as_known(before)
    shown = agreement.shown_now(stream, row, known, state)
    told = stream.told(Change(known, state, shown, version, baseline))
    live = stream.live(state)
    second_look = before is not None and not before.row_fingerprint
    complete = agreement.is_complete(stream, row, known, state, second_look=second_look)
    # an event that tells of a change carries all of the detail: nothing is left to be told of it
    taken = complete or bool(told.transitions and agreement.has_changed(stream, known, state))
    changed_at = now if told.transitions or before is None else before.changed_at
    since = changed_at or pace.quiet_since(stream, state, baseline, live=live)
    entity = Entity(
        *source.place,
        entity_id=entity_id,
        ordering_key=key_of(stream, state, entity_id),
        version=version + len(told.transitions),
        row_fingerprint=_row_fingerprint(stream, row, before, state) if complete else "",
        detail_fingerprint=fingerprint(state) if taken else None,
        state=state if known is None or taken else known.state | shown,
        marks=told.marks,
        live=live,
        row_seen_at=now if row is not None or before is None else before.row_seen_at,
        detail_read_at=now,
        changed_at=changed_at,
        due_at=pace.due_after(stream, source.cadence, now - since, now, live=live),
    )
    expected = before.version if before else None
    return Observation(entity, expected, told, telling.rows(stream, entity, told.transitions, now))


def as_known(before: Entity | None) -> Known | None:
    """What the store has of an entity as its stream takes it; one that is gone is not known."""
    if before is None or telling.is_removed(before):
        return None
    complete = before.detail_fingerprint is not None
    return Known(before.state or {}, complete, before.marks or {})


def _row_fingerprint(stream: Stream, row: Json | None, before: Entity | None, state: Json) -> str:
    if not agreement.counts_as_known(stream, row, as_known(before), state):
        return ""
    return fingerprint(row) if row is not None else before.row_fingerprint if before else ""


async def _save(
    source: Source,
    observations: Sequence[Observation],
    tally: Tally,
    *,
    late: datetime | None = None,
) -> None:
    if not observations:
        return
    async with source.store.write("outbox") as tx:
        kept = await entities.save_all(
            tx, [(one.entity, one.expected_version) for one in observations]
        )
        # somebody else told the changes of the others first
        saved = [one for one, is_kept in zip(observations, kept, strict=True) if is_kept]
        await outbox.add(tx, [event for one in saved for event in one.events])
    for one in saved:
        _count(source, one.told, tally, late)


def _count(source: Source, told: Told, tally: Tally, late: datetime | None) -> None:
    if told.withheld:
        metrics.HISTORY_WITHHELD.labels(*source.labels).inc(told.withheld)
    if not told.transitions:
        return
    tally.changed += 1
    tally.events += len(told.transitions)
    times = [one.time for one in told.transitions]
    if late is not None and any(at is None or at < late for at in times):
        tally.missed += 1
        metrics.CHANGES_MISSED.labels(*source.labels).inc()
    metrics.ENTITIES_CHANGED.labels(*source.labels).inc()
    for transition in told.transitions:
        metrics.EVENTS_DETECTED.labels(transition.event_type).inc()
