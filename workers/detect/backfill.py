"""Backfill: tell, on request, what happened before a stream was looked at for the first time.

The whole list is read, of a stream below parents the lists below all that are known, because no
provider's filter shows all that happened since a date. Of each entity is told what its stream would
tell of it if it had come into being since that date, without what looking has told by itself or is
about to tell. So nothing is told twice, and history never takes the place of news that reactions
wait for. Entities are not touched: a row that is not known yet is left to the next look, which
tells what is new of it and keeps quiet about what is told here.

Ids are those of the transitions, or such as no look gives. What is in the outbox is passed over, so
that a backfill that was cut short is run again; what was published and purged is told again under
the same id. A state of the past is not to be had: an event carries the state of now as far as its
transition does not say otherwise. `ce_sequence` is the version that the entity has by now, at least
1: history takes no number of its own.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus

from pydantic import ValidationError

from adapters.http.errors import NotFound, ProviderError
from adapters.http.limits import Priority, at_priority
from adapters.store import entities, outbox
from adapters.store.entities import Entity
from events.base import format_instant
from workers.detect import listing, telling
from workers.detect.cycle import progress
from workers.detect.observe import Source, as_known, fingerprint, key_of, read_detail
from workers.detect.stream import (
    HISTORY_GRACE,
    Change,
    Json,
    Page,
    Stream,
    Transition,
)
from workers.detect.sweep import sweep
from workers.telemetry import logs, tracing

PARENTS_AT_ONCE = 50
"""Lists below parents that are read before what they tell is written."""

log = logs.logger("backfill")


class Refused(Exception):
    """There is nothing that could be told; the text says why."""


@dataclass
class Report:
    """How far a backfill has come.

    Attributes:
        read: Entities that were looked at.
        told: Events written, by type; in a dry run, those that would be.
        known: Events that were in the outbox already.
        unclear: Transitions left out: under another id, they may have been told.
        undated: Entities left out: they show no time, so that nobody knows when they came.
        unread: Details and lists that could not be read.
        error: Why the first of them could not be.
        steady: Whether the list held still while it was read.
    """

    read: int = 0
    told: Counter[str] = field(default_factory=Counter)
    known: int = 0
    unclear: int = 0
    undated: int = 0
    unread: int = 0
    error: str | None = None
    steady: bool = True

    def failed(self, why: str, number: int = 1) -> None:
        """Count what could not be read."""
        self.unread += number
        self.error = self.error or why


@dataclass(frozen=True)
class History:
    """What is to be told of one entity, and what is left out."""

    transitions: list[Transition]
    unclear: int = 0
    undated: bool = False


@dataclass(frozen=True)
class _Run:
    """One backfill: what it reads, from when until when, and what it has found."""

    source: Source
    since: datetime
    baseline: datetime
    dry_run: bool
    report: Report
    shown: Callable[[Report], None]


async def backfill(
    source: Source,
    since: datetime,
    *,
    dry_run: bool = False,
    shown: Callable[[Report], None] = lambda _: None,
) -> Report:
    """Tell what happened since then and before the stream's baseline; `shown` hears how it goes.

    Raises:
        Refused: There is no baseline, or it is not later.
        ProviderError: The list cannot be read; what was told until then stays told.
        StoreError: The store cannot be used.
    """
    run = _Run(source, since, await _baseline(source, since), dry_run, Report(), shown)
    name = f"backfill {source.stream.provider}.{source.stream.name}"
    with at_priority(Priority.BACKFILL), tracing.span(name):
        if source.stream.parent is None:
            await _whole_list(run)
        else:
            await _below_all(run, source.stream.parent)
    return run.report


async def _baseline(source: Source, since: datetime) -> datetime:
    name = "/".join(source.labels)
    looked = await progress(source)
    if looked.baseline_at is None:
        raise Refused(f"{name}: there is no baseline yet; `tiebeam run poll` takes it first")
    baseline = datetime.fromisoformat(looked.baseline_at)
    if since >= baseline:
        at = f"{baseline:%Y-%m-%d %H:%M} UTC"
        raise Refused(f"{name}: what happened since {at} is told without being asked for")
    return baseline


async def _whole_list(run: _Run) -> None:
    """Tell of each row once, however often the list must be read because it moves."""
    stream, met = run.source.stream, set[str]()

    async def read(page: Page) -> None:
        rows = {str(row[stream.id_field]): row for row in page.rows}
        new = {key: row for key, row in rows.items() if key not in met}
        met.update(new)
        await _tell(run, new)

    run.report.steady = (await sweep(stream, run.source.client, read)).steady


async def _below_all(run: _Run, parent: str) -> None:
    source = run.source
    async with source.store.read() as tx:
        parents = sorted(await entities.ids(tx, source.facts.connection, parent))
    for start in range(0, len(parents), PARENTS_AT_ONCE):
        lists = await listing.read(source, parents[start : start + PARENTS_AT_ONCE])
        for error in lists.errors.values():
            if error.status != HTTPStatus.FORBIDDEN:
                run.report.failed(str(error))
        rows = [row for found in lists.rows.values() for row in found]
        await _tell(run, {str(row[source.stream.id_field]): row for row in rows})


async def _tell(run: _Run, rows: Mapping[str, Json]) -> None:
    """Write what some rows, by their ids, have to tell."""
    source, report = run.source, run.report
    async with source.store.read() as tx:
        # Before the details are read: what is told of them meanwhile is then taken for news.
        known = await entities.load(tx, *source.place, rows)
    looks = [_records(run, entity_id, row, known.get(entity_id)) for entity_id, row in rows.items()]
    records = [record for found in await asyncio.gather(*looks) for record in found]
    async with source.store.read() as tx:
        told = await outbox.known(tx, [one.event_id for one in records])
    new = [one for one in records if one.event_id not in told]
    if new and not run.dry_run:
        async with source.store.write("outbox") as tx:
            await outbox.add(tx, new)
    report.read += len(rows)
    report.known += len(records) - len(new)
    report.told.update(dict(one.headers)["ce_type"] for one in new)
    run.shown(report)


async def _records(
    run: _Run, entity_id: str, row: Json, known: Entity | None
) -> list[outbox.NewRecord]:
    """The outbox rows that tell the history of an entity."""
    source, stream, now = run.source, run.source.stream, run.source.clock.now()
    named = f"{stream.entity} {entity_id}"
    try:
        state = await _state(source, entity_id, row, known)
        found = history(stream, known, state, stream.row_state(row), run.baseline, run.since)
        entity = known or _stand_in(source, entity_id, state, now)
        records = telling.rows(stream, entity, found.transitions, now, backfill=True)
    except NotFound:
        return []
    except ProviderError as error:
        run.report.failed(str(error))
        return []
    except ValidationError:
        run.report.failed(f"{named}: it lacks what an event must have")
        return []
    except Exception:  # what one entity holds must not keep the others from being told
        log.exception("history not understood", stream=stream.name, entity_id=entity_id)
        run.report.failed(f"{named}: it cannot be understood, see the log")
        return []
    run.report.unclear += found.unclear
    run.report.undated += found.undated
    return records


async def _state(source: Source, entity_id: str, row: Json, known: Entity | None) -> Json:
    """The whole state: the store's where it is that of this row, for calls are dear."""
    if known and known.detail_fingerprint and known.row_fingerprint == fingerprint(row):
        state: Json = known.state
        return state
    return source.stream.state(await read_detail(source, entity_id, row, row), source.facts)


def history(
    stream: Stream,
    known: Entity | None,
    state: Json,
    shown: Json,
    baseline: datetime,
    since: datetime,
) -> History:
    """What happened to an entity since then that no look has told or will tell.

    That it came, and what is known by its own time, has the same identity however it is found. All
    else is told of an entity only as long as no look has told of it, and under an identity of its
    own: the one that it has here, counted from nothing, is that of something a look will tell.
    """
    version = known.version if known else 0
    news = stream.told(Change(as_known(known), state, shown, version, baseline)).transitions
    lately = _since(stream, state, shown, since)
    if lately and all(one.time is None for one in lately):
        return History([], undated=True)
    # Rows are recorded silently at the baseline; what comes into view later is told from a little
    # before it.
    until = baseline - HISTORY_GRACE if known is None else baseline + datetime.resolution
    past = lately[: max(len(lately) - len(_since(stream, state, shown, until)), 0)]
    awaited = {(one.event_type, one.identity) for one in news}
    past = [one for one in past if (one.event_type, one.identity) not in awaited]
    if version or news:
        certain = [one for one in past if _has_own_identity(one)]
        return History(certain, unclear=len(past) - len(certain))
    return History([one if _has_own_identity(one) else _apart(one) for one in past])


def _since(stream: Stream, state: Json, shown: Json, since: datetime) -> list[Transition]:
    """What the stream tells of an entity seen for the first time, from that time on."""
    return stream.told(Change(None, state, shown, 0, since + HISTORY_GRACE)).transitions


def _has_own_identity(transition: Transition) -> bool:
    if transition.previous is None:
        return True
    return transition.time is not None and format_instant(transition.time) in transition.identity


def _apart(transition: Transition) -> Transition:
    return replace(transition, identity=f"history/{transition.identity}")


def _stand_in(source: Source, entity_id: str, state: Json, now: datetime) -> Entity:
    """An entity that is not known, and is not made known."""
    return Entity(
        *source.place,
        entity_id=entity_id,
        ordering_key=key_of(source.stream, state, entity_id),
        version=0,
        row_fingerprint="",
        row_seen_at=now,
    )
