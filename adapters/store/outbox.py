"""What we will say: records for Kafka, written with the state that they tell of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import dialects
from adapters.store.bulk import Bulk, Step, run_together
from adapters.store.columns import Headers
from adapters.store.rows import columns_of, names_of, values_of, values_of_all
from adapters.store.tables import outbox


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record to publish: `event_id` is unique for ever, `key` orders it."""

    event_id: str
    topic: str
    key: str
    value: bytes
    headers: Headers
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A record in the outbox; `id` rises in the order of `add`."""

    id: int
    event_id: str
    topic: str
    key: str
    value: bytes
    headers: Headers
    created_at: datetime
    published_at: datetime | None


@dataclass(frozen=True)
class Choice:
    """Which topics: these `only`, or all `but` those."""

    only: Sequence[str] | None = None
    but: Sequence[str] = ()

    @property
    def is_all(self) -> bool:
        """Whether no topic is left out."""
        return self.only is None and not self.but


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits to be published: how much, and since when."""

    rows: int
    oldest_created_at: datetime | None


_COLUMNS = columns_of(OutboxRow, outbox)
_ADD = Bulk(lambda tx: dialects.insert(tx, outbox).on_conflict_do_nothing(), names_of(NewRecord))
_KNOWN = select(outbox.c.event_id).where(outbox.c.event_id.in_(bindparam("ids", expanding=True)))


async def add(tx: AsyncConnection, records: Iterable[NewRecord]) -> int:
    """Write records in the order given; one whose `event_id` is known is passed over.

    Returns how many were new.
    """
    new: dict[str, NewRecord] = {}
    for record in records:
        new.setdefault(record.event_id, record)
    if tx.dialect.name != "sqlite":  # its driver says how many of several rows were new
        for event_id in await known(tx, new):
            del new[event_id]
    if not new:
        return 0
    # One statement a row, in order: one statement for all would leave the ids' order open.
    added = await _ADD.run(tx, values_of_all(list(new.values())))
    return added if tx.dialect.name == "sqlite" else len(new)


def adding(record: NewRecord) -> Step:
    """The step that writes one record; one whose `event_id` is known is passed over."""
    return _ADD.one(**values_of(record))


async def known(tx: AsyncConnection, event_ids: Iterable[str]) -> set[str]:
    """Those of the events that are in the outbox, published or not, and not purged yet."""
    found: set[str] = set()
    for part in dialects.chunks(list(event_ids)):
        found.update(await tx.scalars(_KNOWN, {"ids": part}))
    return found


async def unpublished(
    tx: AsyncConnection, limit: int, *, after: int = 0, topics: Choice = Choice()
) -> list[OutboxRow]:
    """The oldest records not published yet, by id; `after` passes over those up to that id.

    Of the chosen `topics` only.
    """
    if topics.is_all:
        (found,) = await run_together(tx, [_UNPUBLISHED.one(after=after, limit=limit)])
        return [OutboxRow(*row) for row in found.rows]
    wanted = outbox.c.topic.in_(topics.only or ())
    if topics.only is None:
        wanted = outbox.c.topic.not_in(topics.but)
    chosen = _unpublished().where(wanted)
    return [OutboxRow(*row) for row in await tx.execute(chosen, {"after": after, "limit": limit})]


def _unpublished() -> Select[Any]:
    return (
        select(*_COLUMNS)
        .where(outbox.c.published_at.is_(None), outbox.c.id > bindparam("after"))
        .order_by(outbox.c.id)
        .limit(bindparam("limit", type_=Integer()))
    )


_UNPUBLISHED = Bulk(lambda _tx: _unpublished())
_MARK = Bulk(lambda _tx: update(outbox).where(outbox.c.id == bindparam("its_id")), ["published_at"])


async def mark_published(tx: AsyncConnection, ids: Iterable[int], at: datetime) -> None:
    """Note that the broker has acknowledged these records."""
    marked = list(ids)
    await _MARK.run(tx, {"its_id": marked, "published_at": [at] * len(marked)})


async def backlog(tx: AsyncConnection) -> Backlog:
    """What waits to be published."""
    waiting = select(func.count(), func.min(outbox.c.created_at)).where(
        outbox.c.published_at.is_(None)
    )
    return Backlog(*(await tx.execute(waiting)).one())


async def purge(tx: AsyncConnection, before: datetime, limit: int = 1_000) -> int:
    """Delete at most `limit` records published before `before`; returns how many went.

    Call it until it returns less than `limit`, each time in a transaction of its own, so that
    other writers get their turn.
    """
    old = (
        select(outbox.c.id)
        .where(outbox.c.published_at.is_not(None), outbox.c.published_at < before)
        .order_by(outbox.c.published_at)
        .limit(limit)
    )
    return (await tx.execute(delete(outbox).where(outbox.c.id.in_(old)))).rowcount
