"""The rebuild from beginning to end: first the audits, then the events, then how streams go on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from aiokafka import ConsumerRecord
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import cursors, dialects, entities, ledger
from adapters.store.engine import Store
from adapters.store.entities import Entity
from events.envelope import Event, MalformedEvent, from_record
from workers.clock import Clock
from workers.detect.children import OLD
from workers.detect.cycle import Progress
from workers.detect.registry import STREAMS
from workers.detect.stream import Stream
from workers.rebuild import answers, states
from workers.rebuild.answers import AUDIT, Answers
from workers.rebuild.begin import Partition, Witnesses
from workers.rebuild.forgotten import Forgotten
from workers.rebuild.states import STREAM_OF

PAGE = 1_000
"""Entities that are read at a time."""
LATELY = timedelta(days=1)
"""Below a parent that changed so recently, more may have changed since."""


class Records(Protocol):
    """What topics hold, in batches: a Reader."""

    def batches(self) -> AsyncIterator[Sequence[ConsumerRecord]]:
        """Yield all records in batches, those of a partition in their order."""


@dataclass
class Report:
    """How far a rebuild has come.

    `begins` is from when on each stream tells of what the store does not know; `cut` are the topics
    that no longer hold their beginnings, and `forgotten` those of them that tell of effects, with
    the time before which some are unknown; `silent` are the connections of which nothing is known.
    """

    read: int = 0
    unusable: int = 0
    ended: int = 0
    effects: int = 0
    entities: Counter[tuple[str, str]] = field(default_factory=Counter)
    begins: dict[tuple[str, str], datetime] = field(default_factory=dict)
    cut: tuple[str, ...] = ()
    forgotten: dict[str, datetime] = field(default_factory=dict)
    silent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rebuild:
    """What a rebuild works with.

    `parking` are the reactions that park their keys, `connections` those that are configured.
    """

    store: Store
    clock: Clock
    topic_prefix: str
    parking: frozenset[str]
    connections: frozenset[str] = frozenset()
    shown: Callable[[Report], None] = lambda _: None


async def rebuild(
    needs: Rebuild, audits: Records, events: Records, cut: Collection[Partition]
) -> Report:
    """Restore what the topics tell, and add to what the store holds by now.

    It may be run again: what is known already stays, and what is newer takes its place.

    Args:
        needs: the store and the clock.
        audits: the topic of reactions.
        events: all other topics of ours.
        cut: the partitions that no longer hold their beginnings, their topics without prefix.

    Raises:
        KafkaUnavailable: a topic cannot be read.
        StoreError: the store cannot be used.
    """
    report = Report(cut=tuple(sorted({topic for topic, _ in cut})))
    restored, heard, forgotten = Answers(needs.parking), Witnesses(cut), Forgotten(cut)
    async for batch in audits.batches():
        found = _readable(batch, report)
        forgotten.hear(batch, needs.topic_prefix)
        told = [event for event, _ in found if event.type.startswith(AUDIT)]
        async with needs.store.write() as tx:
            report.unusable += await answers.restore_audits(tx, restored, told)
        report.ended, report.effects = restored.ended, restored.effects
        needs.shown(report)
    async for batch in events.batches():
        found = _readable(batch, report)
        forgotten.hear(batch, needs.topic_prefix)
        for event, record in found:
            if event.type in STREAM_OF:
                topic = record.topic.removeprefix(needs.topic_prefix)
                heard.hear(event, (topic, record.partition))
        async with needs.store.write() as tx:
            await _restore(tx, found, restored, report)
        needs.shown(report)
    report.forgotten = dict(forgotten.before(needs.clock.now()))
    await _go_on(needs, heard, report)
    return report


def _readable(
    batch: Sequence[ConsumerRecord], report: Report
) -> list[tuple[Event, ConsumerRecord]]:
    found = []
    for record in batch:
        try:
            found.append((from_record(record.key, record.value, record.headers), record))
        except MalformedEvent:
            report.unusable += 1
    report.read += len(batch)
    return found


async def _restore(
    tx: AsyncConnection,
    found: Sequence[tuple[Event, ConsumerRecord]],
    restored: Answers,
    report: Report,
) -> None:
    detected = [event for event, _ in found if event.type in STREAM_OF]
    report.unusable += await states.restore(tx, detected)
    await answers.restore_outcomes(tx, [one for one, _ in found if one.type not in STREAM_OF])
    await answers.put_events(tx, restored, ((event, one.headers) for event, one in found))


async def _go_on(needs: Rebuild, heard: Witnesses, report: Report) -> None:
    """Let each stream go on from where it was, and know the lists below what was restored."""
    report.begins = dict(heard.begins())
    for connection, provider in sorted(heard.providers.items()):
        for stream in STREAMS:
            if stream.provider == provider and stream.parent is not None:
                await _restore_lists(needs, connection, stream)
    now = needs.clock.now()
    async with needs.store.write() as tx:
        await cursors.put(tx, *ledger.REBUILT, {}, now)
        watched = {one.connection for one in await cursors.everywhere(tx)}
        report.silent = tuple(sorted(needs.connections - watched - heard.providers.keys()))
        for (connection, stream_name), begin in report.begins.items():
            if await cursors.get(tx, connection, stream_name) is None:
                progress = asdict(Progress(resumes_at=begin.isoformat()))
                await cursors.put(tx, connection, stream_name, progress, now)
    async with needs.store.read() as tx:
        counted = await entities.counts(tx)
    report.entities = Counter({one: n for one, n in counted.items() if not one[1].endswith("@")})


async def _restore_lists(needs: Rebuild, connection: str, stream: Stream) -> None:
    """Let the lists below parents be known as old: what is in them and was never told was there
    before. A parent of which nothing was told is known by what was told below it.
    """
    assert stream.parent is not None
    now = needs.clock.now()
    below = await _ids_below(needs.store, connection, stream)
    hot: dict[str, bool] = dict.fromkeys(below, True)
    async for page in _pages(needs.store, connection, stream.parent):
        for parent in page:
            lately = parent.changed_at is not None and now - parent.changed_at < LATELY
            hot[parent.entity_id] = parent.live or lately
    kind = f"{stream.entity}@"
    for part in dialects.chunks(sorted(hot)):
        async with needs.store.write() as tx:
            known = await entities.fingerprints(tx, connection, kind, part)
            lists = [
                Entity(
                    connection=connection,
                    kind=kind,
                    entity_id=one,
                    ordering_key=one,
                    version=0,
                    row_fingerprint="",
                    row_seen_at=now,
                    due_at=now if hot[one] else None,
                    state={"ids": sorted(below.get(one, ()))},
                    marks={OLD: True},
                )
                for one in part
                if one not in known
            ]
            await entities.add_new(tx, lists)


async def _ids_below(store: Store, connection: str, stream: Stream) -> dict[str, list[str]]:
    """What is known below each parent, where it is told when it is gone."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    if stream.removed is None:
        return found
    async for children in _pages(store, connection, stream.entity):
        for parent, ids in states.ids_below(children, stream).items():
            found[parent] += ids
    return found


async def _pages(store: Store, connection: str, kind: str) -> AsyncIterator[list[Entity]]:
    """All entities of a kind, in the order of their ids."""
    after = ""
    while True:
        async with store.read() as tx:
            ids = await entities.following(tx, connection, kind, after, PAGE)
            page = await entities.load(tx, connection, kind, ids)
        if page:
            yield [page[one] for one in ids]
        if len(ids) < PAGE:
            return
        after = ids[-1]
