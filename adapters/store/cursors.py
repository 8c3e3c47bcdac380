"""How far each stream of a connection has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Select, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import dialects
from adapters.store.bulk import Bulk, run_one, run_together
from adapters.store.columns import Json
from adapters.store.rows import columns_of, names_of, values_of
from adapters.store.tables import cursors


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a stream stands: its own JSON `value`, written at `updated_at`."""

    connection: str
    stream: str
    value: Json
    updated_at: datetime


_COLUMNS = columns_of(Cursor, cursors)


def _named(_tx: dialects.Database) -> Select[Any]:
    return select(*_COLUMNS).where(
        cursors.c.connection == bindparam("its_connection"),
        cursors.c.stream == bindparam("its_stream"),
    )


def _moved(tx: dialects.Database) -> Insert:
    new = dialects.insert(tx, cursors)
    return new.on_conflict_do_update(
        index_elements=[cursors.c.connection, cursors.c.stream],
        set_={"value": new.excluded.value, "updated_at": new.excluded.updated_at},
    )


_GET, _LOCK = Bulk(_named), Bulk(lambda tx: _named(tx).with_for_update())
_PUT = Bulk(_moved, names_of(Cursor))


async def get(
    tx: AsyncConnection, connection: str, stream: str, *, lock: bool = False
) -> Cursor | None:
    """The stream's cursor, None before its first `put`.

    With `lock` nobody else moves it, or gets it with `lock`, before this transaction ends.
    """
    chosen = (_LOCK if lock else _GET).one(its_connection=connection, its_stream=stream)
    (found,) = await run_together(tx, [chosen])
    return Cursor(*found.rows[0]) if found.rows else None


async def put(
    tx: AsyncConnection, connection: str, stream: str, value: Json, now: datetime
) -> None:
    """Move the stream's cursor to `value`."""
    await run_one(tx, _PUT.one(**values_of(Cursor(connection, stream, value, now))))


async def forget(tx: AsyncConnection, connection: str, stream: str) -> bool:
    """Forget the stream's cursor; False where it has none."""
    same = (cursors.c.connection == connection, cursors.c.stream == stream)
    return (await tx.execute(delete(cursors).where(*same))).rowcount == 1


async def everywhere(tx: AsyncConnection) -> list[Cursor]:
    """The cursors of all streams, by connection and stream."""
    chosen = select(*_COLUMNS).order_by(cursors.c.connection, cursors.c.stream)
    return [Cursor(*row) for row in await tx.execute(chosen)]
