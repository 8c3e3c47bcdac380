"""Which rows of the inbox a person means: by event, time, effect or connection.

Effects and connections are looked for in the whole table: this is for a command, not for a loop.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import ColumnElement, Text, bindparam, func, or_, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import dialects
from adapters.store.inbox import InboxRow
from adapters.store.rows import columns_of
from adapters.store.tables import effects, reactions


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Only rows for which all that is given holds.

    Attributes:
        effect_key: They began this effect, or ended saying that they made it, were refused it, or
            would make it.
        connection: They are of the reactions `connected` to it, or began an effect there.
        since: They were received from then on; `until`: before then.
    """

    subject: str | None = None
    event_id: str | None = None
    effect_key: str | None = None
    connection: str | None = None
    connected: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """What rows have to meet, for a query of the inbox."""
        row, such = reactions.c, []
        if self.subject is not None:
            such.append(row.subject == self.subject)
        if self.event_id is not None:
            such.append(row.event_id == self.event_id)
        if self.effect_key is not None:
            such.append(_about_effect(self.effect_key))
        if self.connection is not None:
            there = effects.c.connection == self.connection
            such.append(or_(row.reaction.in_(self.connected), _began(there)))
        if self.since is not None:
            such.append(row.received_at >= self.since)
        if self.until is not None:
            such.append(row.received_at < self.until)
        return such


_NEXT_NAME = select(func.min(reactions.c.reaction)).where(reactions.c.reaction > bindparam("after"))


async def names(tx: AsyncConnection) -> list[str]:
    """The names of all reactions that the inbox has rows of, by an index from one to the next."""
    found: list[str] = []
    while name := await tx.scalar(_NEXT_NAME, {"after": found[-1] if found else ""}):
        found.append(name)
    return found


async def by_id(tx: AsyncConnection, ids: Iterable[int]) -> dict[int, InboxRow]:
    """Those of the rows that there are, by id."""
    found: dict[int, InboxRow] = {}
    for part in dialects.chunks(list(ids)):
        chosen = select(*columns_of(InboxRow, reactions)).where(reactions.c.id.in_(part))
        found.update((row.id, InboxRow(*row)) for row in await tx.execute(chosen))
    return found


def _about_effect(key: str) -> ColumnElement[bool]:
    said = type_coerce(reactions.c.outcome, Text).contains(
        orjson.dumps(key).decode(), autoescape=True
    )
    return or_(_began(effects.c.effect_key == key), said)


def _began(such: ColumnElement[bool]) -> ColumnElement[bool]:
    return reactions.c.id.in_(select(effects.c.reaction_id).where(such))
