"""What we know of each entity of a provider: its state, its version, when we last looked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import Update

from adapters.store import dialects
from adapters.store.columns import Json
from adapters.store.rows import columns_of, values_of
from adapters.store.tables import entities

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity as we last saw it. `version` counts its events: the last one's `ce_sequence`.

    `row_fingerprint` is of the listing's row, `detail_fingerprint` of the detail; `marks` are the
    stream's own notes; `live` entities are read more often than settled ones.
    """

    connection: str
    kind: str
    entity_id: str
    ordering_key: str
    version: int
    row_fingerprint: str
    row_seen_at: datetime
    live: bool = True
    detail_fingerprint: str | None = None
    detail_read_at: datetime | None = None
    changed_at: datetime | None = None
    state: Json = None
    marks: Json = None


_COLUMNS = columns_of(Entity, entities)
# Written once: to put these together costs more than to run them.
_CHOSEN = and_(
    entities.c.connection == bindparam("connection"),
    entities.c.kind == bindparam("kind"),
    entities.c.entity_id.in_(bindparam("ids", expanding=True)),
)
_LOAD = select(*_COLUMNS).where(_CHOSEN)
_FINGERPRINTS = select(entities.c.entity_id, entities.c.row_fingerprint).where(_CHOSEN)


async def load(
    tx: AsyncConnection, connection: str, kind: str, ids: Iterable[str]
) -> dict[str, Entity]:
    """Those of the entities that we know, by id. Takes thousands of ids."""
    found: dict[str, Entity] = {}
    for part in dialects.chunks(list(dict.fromkeys(ids))):
        rows = await tx.execute(_LOAD, {"connection": connection, "kind": kind, "ids": part})
        found.update((row.entity_id, Entity(*row)) for row in rows.all())
    return found


async def fingerprints(
    tx: AsyncConnection, connection: str, kind: str, ids: Iterable[str]
) -> dict[str, str]:
    """The row fingerprints of those entities that we know, by id: what unchanged ones cost."""
    found: dict[str, str] = {}
    for part in dialects.chunks(list(dict.fromkeys(ids))):
        rows = await tx.execute(
            _FINGERPRINTS, {"connection": connection, "kind": kind, "ids": part}
        )
        found.update(map(tuple, rows.all()))
    return found


async def save(tx: AsyncConnection, entity: Entity, expected_version: int | None) -> bool:
    """Keep `entity`; False, and nothing kept, where its version is not `expected_version` any more.

    None expects that we do not know it yet; 0 that we know it and nothing was told of it so far.
    """
    if expected_version is None:
        new = dialects.insert(tx, entities).values(values_of(entity)).on_conflict_do_nothing()
        return (await tx.execute(new)).rowcount == 1
    changed = (
        update(entities)
        .where(
            _of(entity.connection, entity.kind),
            entities.c.entity_id == entity.entity_id,
            entities.c.version == expected_version,
        )
        .values(values_of(entity))
    )
    return (await tx.execute(changed)).rowcount == 1


async def add_new(tx: AsyncConnection, new: Sequence[Entity]) -> None:
    """Keep thousands of entities that `load` or `fingerprints` did not find: a first contact.

    Raises sqlalchemy.exc.IntegrityError where one is known after all; roll back then.
    """
    if new:
        await tx.execute(insert(entities), [values_of(entity) for entity in new])


async def touch_rows(
    tx: AsyncConnection,
    connection: str,
    kind: str,
    rows: Iterable[tuple[str, str]],
    seen_at: datetime,
) -> None:
    """Note of many entities, as (id, row fingerprint), that the listing showed them at `seen_at`.

    Nothing else of them changes; ids that we do not know are passed over.
    """
    touched = (
        update(entities)
        .where(_of(connection, kind), entities.c.entity_id == bindparam("id"))
        .values(row_fingerprint=bindparam("fingerprint"), row_seen_at=seen_at)
    )
    await _for_each(tx, touched, rows)


async def touch_details(
    tx: AsyncConnection,
    connection: str,
    kind: str,
    details: Iterable[tuple[str, str]],
    read_at: datetime,
) -> None:
    """Note of many entities, as (id, detail fingerprint), that their detail was read at `read_at`.

    Nothing else of them changes; ids that we do not know are passed over.
    """
    touched = (
        update(entities)
        .where(_of(connection, kind), entities.c.entity_id == bindparam("id"))
        .values(detail_fingerprint=bindparam("fingerprint"), detail_read_at=read_at)
    )
    await _for_each(tx, touched, details)


async def least_recently_read(
    tx: AsyncConnection, connection: str, kind: str, limit: int, *, live: bool | None = None
) -> list[Entity]:
    """The entities whose detail was read longest ago, never read ones first: the next to read.

    `live` takes only the live or only the settled ones.
    """
    found: list[Entity] = []
    for wanted in (True, False) if live is None else (live,):  # each is one stretch of the index
        chosen = (
            select(*_COLUMNS)
            .where(_of(connection, kind), entities.c.live == wanted)
            .order_by(entities.c.detail_read_at.asc().nulls_first(), entities.c.entity_id)
            .limit(limit)
        )
        found.extend(Entity(*row) for row in await tx.execute(chosen))
    found.sort(key=lambda entity: (entity.detail_read_at or _NEVER, entity.entity_id))
    return found[:limit]


async def counts(tx: AsyncConnection) -> dict[tuple[str, str], int]:
    """How many entities we know, by (connection, kind)."""
    counted = select(entities.c.connection, entities.c.kind, func.count()).group_by(
        entities.c.connection, entities.c.kind
    )
    return {(connection, kind): number for connection, kind, number in await tx.execute(counted)}


async def _for_each(
    tx: AsyncConnection, statement: Update, items: Iterable[tuple[str, str]]
) -> None:
    values = [{"id": entity_id, "fingerprint": shown} for entity_id, shown in items]
    if values:
        await tx.execute(statement, values)


def _of(connection: str, kind: str) -> ColumnElement[bool]:
    return and_(entities.c.connection == connection, entities.c.kind == kind)
