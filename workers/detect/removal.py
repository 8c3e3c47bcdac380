"""Removals: told when a complete sweep and a direct question both say so, and not too many at once.

An entity that a list does not show any more may be hidden from us, on a page that moved, or really
gone. A provider in trouble, or an account that lost a permission, shows as many at once: then
nothing is told, and a person is, who may raise the share that may be gone at once. Below parents,
the looks of a `sweep_every` count together, as the lists are read one after the other.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Container
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pydantic import ValidationError

from adapters.http.errors import NotFound, ProviderError
from adapters.store import entities, outbox
from adapters.store.entities import Entity
from workers.detect import telling
from workers.detect.observe import Source, Tally
from workers.detect.stream import Transition
from workers.telemetry import logs, metrics

FEW = 5
"""So many may be gone at once whatever their share."""
ASKED_AT_ONCE = 50
"""Direct questions in one look; the rest waits for the next."""

log = logs.logger("detect")


@dataclass(frozen=True)
class Absence:
    """What came of asking for entities that are not where they were listed before.

    `left` were not told to be gone, `held` of them because they are too many at once.
    """

    left: frozenset[str] = frozenset()
    held: int = 0


async def tell_removed(source: Source, listed: Container[str], tally: Tally) -> int:
    """Tell of the entities that a complete and steady sweep did not list.

    Returns:
        How many are held back because they are too many at once.
    """
    if source.stream.removed is None:
        return 0
    async with source.store.read() as tx:
        known = await entities.ids(tx, *source.place)
    absent = {one for one in known if one not in listed}
    return (await tell_absent(source, absent, tally)).held


async def tell_absent(source: Source, absent: Collection[str], tally: Tally) -> Absence:
    """Tell of the entities that are not where they were listed before, if they are really gone."""
    if source.stream.removed is None or not absent:
        return Absence()
    async with source.store.read() as tx:
        known = await entities.ids(tx, *source.place)
        found = await entities.load(tx, *source.place, absent)
    missing = {key: one for key, one in found.items() if not telling.is_removed(one)}
    present = len(known) - (len(found) - len(missing))
    if missing and tally.went + len(missing) > max(FEW, source.largest_removal * present):
        _alarm(source, len(missing), tally.went, present)
        return Absence(frozenset(missing), held=len(missing))
    told = set()
    for one in sorted(missing.values(), key=_asked_at)[:ASKED_AT_ONCE]:
        if await _is_gone(source, one, tally):
            await _tell(source, one, tally)
            told.add(one.entity_id)
    return Absence(frozenset(missing.keys() - told))


def _alarm(source: Source, gone: int, went: int, known: int) -> None:
    connection, stream = source.labels
    enough = min(math.floor(100 * (went + gone) / known) + 1, 100) / 100
    key = f"connections.{connection}.streams.{stream}.largest_removal = {enough:.2f}"
    log.error(
        "too many gone at once",
        connection=connection,
        stream=stream,
        gone=gone,
        known=known,
        todo=f"nothing is told; if they really are gone, set {key} until they are told (SIGHUP)",
    )


def _asked_at(entity: Entity) -> datetime:
    return entity.detail_read_at or datetime.min.replace(tzinfo=UTC)


async def _is_gone(source: Source, entity: Entity, tally: Tally) -> bool:
    if source.stream.read is None:
        return True
    try:
        await source.stream.read(source.client, entity.entity_id)
        tally.read += 1
    except NotFound:
        tally.read += 1
        return True
    except ProviderError as error:
        tally.unread(error)
    # Asked for later than the others the next time, that many hidden ones do not hide one gone.
    asked = replace(entity, detail_read_at=source.clock.now())
    async with source.store.write() as tx:
        await entities.save(tx, asked, expected_version=entity.version)
    return False


async def _tell(source: Source, entity: Entity, tally: Tally) -> None:
    assert source.stream.removed is not None
    now = source.clock.now()
    identity = f"removed/v{entity.version + 1}"
    gone = Transition(source.stream.removed, identity, None, entity.state or {}, {})
    after = replace(
        entity,
        version=entity.version + 1,
        row_fingerprint="",  # seen again, it is looked at whatever it shows
        marks={telling.REMOVED: True},
        live=False,
        changed_at=now,
        due_at=None,
    )
    try:
        events = telling.rows(source.stream, after, [gone], now)
    except ValidationError:  # only its row was ever read, and an event says more than a row
        log.warning("gone before it was read", stream=source.stream.name, id=entity.entity_id)
        tally.unusable += 1
        events, after = [], replace(after, version=entity.version)
    async with source.store.write("outbox") as tx:
        if not await entities.save(tx, after, expected_version=entity.version):
            return
        await outbox.add(tx, events)
    tally.went += 1
    tally.changed += 1
    tally.events += len(events)
    metrics.ENTITIES_CHANGED.labels(*source.labels).inc()
    metrics.EVENTS_DETECTED.labels(source.stream.removed).inc(len(events))
