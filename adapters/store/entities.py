"""What we know of each entity of a provider: its state, its version, when we last looked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import dialects
from adapters.store.bulk import Bulk
from adapters.store.columns import Json, JsonText
from adapters.store.rows import columns_of, names_of, values_of, values_of_all
from adapters.store.tables import entities


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity as we last saw it. `version` counts its events: the last one's `ce_sequence`.

    `row_fingerprint` is of the listing's row, `detail_fingerprint` of the detail; `marks` are the
    stream's own notes; `due_at` is when to look at it next (None: not by itself).
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
    due_at: datetime | None = None
    state: Json = None
    marks: Json = None


class _Chosen:
    """Columns of entities by their ids, thousands at a time.

    To SQLite the ids go as one JSON text: a parameter for each costs more than to find its row.
    """

    def __init__(self, *columns: ColumnElement[Any], lock: bool = False) -> None:
        chosen = select(*columns).where(
            entities.c.connection == bindparam("connection"), entities.c.kind == bindparam("kind")
        )
        its_id = entities.c.entity_id
        each = func.json_each(bindparam("ids", type_=JsonText)).table_valued("value").c.value
        self._by_text = chosen.where(its_id.in_(select(each)))
        self._by_list = chosen.where(its_id.in_(bindparam("ids", expanding=True)))
        if lock:  # SQLite has one writer; two on PostgreSQL must not wait for each other
            self._by_list = self._by_list.order_by(its_id).with_for_update()

    async def rows(
        self, tx: AsyncConnection, connection: str, kind: str, ids: Iterable[str]
    ) -> list[Any]:
        statement = self._by_text if tx.dialect.name == "sqlite" else self._by_list
        found: list[Any] = []
        for part in dialects.chunks(list(dict.fromkeys(ids))):
            given = {"connection": connection, "kind": kind, "ids": part}
            found += (await tx.execute(statement, given)).all()
        return found


_COLUMNS = columns_of(Entity, entities)
# Written once: to put these together costs more than to run them.
_LOAD = _Chosen(*_COLUMNS)
_FINGERPRINTS = _Chosen(entities.c.entity_id, entities.c.row_fingerprint)
_VERSIONS = _Chosen(entities.c.entity_id, entities.c.version, lock=True)
_KEY = ("connection", "kind", "entity_id")
_ADD = Bulk(lambda _tx: insert(entities), names_of(Entity))
_CHANGE = Bulk(
    lambda _tx: update(entities).where(
        and_(*(entities.c[name] == bindparam(f"its_{name}") for name in (*_KEY, "version")))
    ),
    [name for name in names_of(Entity) if name not in _KEY],
)


async def load(
    tx: AsyncConnection, connection: str, kind: str, ids: Iterable[str]
) -> dict[str, Entity]:
    """Those of the entities that we know, by id. Takes thousands of ids."""
    found = [Entity(*row) for row in await _LOAD.rows(tx, connection, kind, ids)]
    return {one.entity_id: one for one in found}


async def fingerprints(
    tx: AsyncConnection, connection: str, kind: str, ids: Iterable[str]
) -> dict[str, str]:
    """The row fingerprints of those entities that we know, by id: what unchanged ones cost."""
    return dict(map(tuple, await _FINGERPRINTS.rows(tx, connection, kind, ids)))


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


async def save_all(tx: AsyncConnection, changes: Sequence[tuple[Entity, int | None]]) -> list[bool]:
    """As `save`, one after the other, for many of one connection and kind."""
    if not changes:
        return []
    known = await _locked(tx, [entity for entity, _ in changes])
    kept = []
    for entity, expected in changes:
        kept.append(known.get(entity.entity_id) == expected)
        if kept[-1]:
            known[entity.entity_id] = entity.version
    now_kept = [change for change, is_kept in zip(changes, kept, strict=True) if is_kept]
    new = [entity for entity, expected in now_kept if expected is None]
    added = await _add_unless_known(tx, new)
    await _change(tx, [change for change in now_kept if change[1] is not None])
    others = {entity.entity_id for entity in new} - added
    return [
        is_kept and entity.entity_id not in others
        for (entity, _), is_kept in zip(changes, kept, strict=True)
    ]


async def _locked(tx: AsyncConnection, those: Sequence[Entity]) -> dict[str, int]:
    """The versions of those that we know, which nobody else changes before this transaction ends.

    On SQLite nobody else writes anyway.
    """
    ids = sorted({entity.entity_id for entity in those})
    return dict(map(tuple, await _VERSIONS.rows(tx, those[0].connection, those[0].kind, ids)))


async def _change(tx: AsyncConnection, changes: Sequence[tuple[Entity, int | None]]) -> None:
    if not changes:
        return
    columns = values_of_all([entity for entity, _ in changes])
    its = {f"its_{name}": columns[name] for name in _KEY}
    versions = {"its_version": [expected for _, expected in changes]}
    await _CHANGE.run(tx, columns | its | versions)


async def _add_unless_known(tx: AsyncConnection, new: Sequence[Entity]) -> set[str]:
    """Those that were added: on PostgreSQL somebody else may add the same one meanwhile."""
    if not new:
        return set()
    if tx.dialect.name == "sqlite":
        await add_new(tx, new)
        return {entity.entity_id for entity in new}
    statement = dialects.insert(tx, entities).on_conflict_do_nothing()
    rows = [values_of(entity) for entity in new]
    return set((await tx.scalars(statement.returning(entities.c.entity_id), rows)).all())


async def add_new(tx: AsyncConnection, new: Sequence[Entity]) -> None:
    """Keep thousands of entities that `load` or `fingerprints` did not find: a first contact.

    Raises sqlalchemy.exc.IntegrityError where one is known after all; roll back then.
    """
    if new:
        await _ADD.run(tx, values_of_all(new))


async def due(
    tx: AsyncConnection, connection: str, kind: str, now: datetime, limit: int
) -> list[Entity]:
    """The entities that should be looked at by now, those that wait longest first."""
    chosen = (
        select(*_COLUMNS)
        .where(_of(connection, kind), entities.c.due_at <= now)
        .order_by(entities.c.due_at, entities.c.entity_id)
        .limit(limit)
    )
    return [Entity(*row) for row in await tx.execute(chosen)]


async def set_due(
    tx: AsyncConnection, connection: str, kind: str, ids: Iterable[str], due_at: datetime | None
) -> None:
    """Say when to look next at these entities; ids that we do not know are passed over."""
    for part in dialects.chunks(sorted(set(ids))):
        changed = (
            update(entities)
            .where(_of(connection, kind), entities.c.entity_id.in_(part))
            .values(due_at=due_at)
        )
        await tx.execute(changed)


async def ids(
    tx: AsyncConnection, connection: str, kind: str, *, live: bool | None = None
) -> set[str]:
    """The ids of all entities of a kind that we know, or of the live or the settled ones."""
    chosen = select(entities.c.entity_id).where(_of(connection, kind))
    if live is not None:
        chosen = chosen.where(entities.c.live == live)
    return set((await tx.scalars(chosen)).all())


async def changed_since(
    tx: AsyncConnection, connection: str, kind: str, since: datetime
) -> list[str]:
    """The ids of the entities that changed at that time or later."""
    chosen = select(entities.c.entity_id).where(
        _of(connection, kind), entities.c.changed_at >= since
    )
    return list((await tx.scalars(chosen)).all())


async def following(
    tx: AsyncConnection, connection: str, kind: str, after: str, limit: int
) -> list[str]:
    """The next ids of a walk through all entities of a kind, in the order of their ids."""
    chosen = (
        select(entities.c.entity_id)
        .where(_of(connection, kind), entities.c.entity_id > after)
        .order_by(entities.c.entity_id)
        .limit(limit)
    )
    return list((await tx.scalars(chosen)).all())


async def count(tx: AsyncConnection, connection: str, kind: str) -> int:
    """How many entities of a kind we know."""
    chosen = select(func.count()).select_from(entities).where(_of(connection, kind))
    return (await tx.execute(chosen)).scalar_one()


async def counts(tx: AsyncConnection) -> dict[tuple[str, str], int]:
    """How many entities we know, by (connection, kind)."""
    counted = select(entities.c.connection, entities.c.kind, func.count()).group_by(
        entities.c.connection, entities.c.kind
    )
    return {(connection, kind): number for connection, kind, number in await tx.execute(counted)}


def _of(connection: str, kind: str) -> ColumnElement[bool]:
    return and_(entities.c.connection == connection, entities.c.kind == kind)
