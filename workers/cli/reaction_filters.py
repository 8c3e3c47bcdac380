"""Which reactions are meant: the options that say so, and what they ask of the store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import narrowing
from adapters.store.inbox import State
from adapters.store.narrowing import Narrowed
from workers.cli.replay import moment
from workers.settings import SettingsError
from workers.wiring import Parts

OfReactions = Annotated[
    list[str] | None, typer.Option("--reaction", help="Only these reactions; repeatable.")
]
OfConnection = Annotated[
    str | None, typer.Option("--connection", help="Only from or to this connection.")
]
OfSubject = Annotated[str | None, typer.Option("--subject", help="Only to events of this entity.")]
OfEvent = Annotated[str | None, typer.Option("--event", help="Only to the event of this ce_id.")]
OfEffect = Annotated[
    str | None,
    typer.Option("--effect", metavar="KEY", help="Only with the effect of exactly this key."),
]
Since = Annotated[
    datetime | None,
    typer.Option(parser=moment, metavar="DATE", help="From when on they were taken in."),
]
Until = Annotated[
    datetime | None, typer.Option(parser=moment, metavar="DATE", help="Taken in before when.")
]
Blocked = Annotated[bool, typer.Option("--blocked", help="All that are blocked.")]
Dead = Annotated[bool, typer.Option("--dead", help="All that are dead.")]


@dataclass(frozen=True)
class Filters:
    """What is said of the reactions that are meant; all of it has to hold."""

    reactions: Sequence[str] | None
    connection: str | None
    subject: str | None
    event: str | None
    effect: str | None
    since: datetime | None
    until: datetime | None

    def __post_init__(self) -> None:
        """Refuse a period that has no time in it."""
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise typer.BadParameter("it is not after --since", param_hint="--until")

    def states(self, numbers: Sequence[int], *, blocked: bool, dead: bool) -> list[State]:
        """The states of what is meant besides the reactions of these numbers.

        What is about one thing, event or effect is few: of it, all that waits for a person is
        meant, if nothing else is said. Of all the rest, --blocked or --dead has to say so.
        """
        if numbers or blocked or dead:
            kinds: dict[State, bool] = {"blocked": blocked, "dead": dead}
            return [state for state, wanted in kinds.items() if wanted]
        if not (self.subject or self.event or self.effect):
            raise typer.BadParameter(
                "name reactions by id, --subject, --event or --effect, or use --blocked or --dead"
            )
        return ["blocked", "dead"]

    async def such(self, parts: Parts, tx: AsyncConnection) -> list[ColumnElement[bool]]:
        """What they have to meet besides the names of their reactions.

        Raises:
            SettingsError: Nothing has one of the names that are given.
        """
        await self._check(parts, tx)
        connected = [
            name
            for name, one in parts.reactions.items()
            if self.connection in (one.settings.source, one.settings.target)
        ]
        return Narrowed(
            subject=self.subject,
            event_id=self.event,
            effect_key=self.effect,
            connection=self.connection,
            connected=connected,
            since=self.since,
            until=self.until,
        ).conditions()

    async def _check(self, parts: Parts, tx: AsyncConnection) -> None:
        if self.connection is not None:
            _check_names("connection", [self.connection], parts.settings.connections)
        unknown = set(self.reactions or ()) - parts.reactions.keys()
        if unknown:
            known = {*parts.reactions, *await narrowing.names(tx)}
            _check_names("reaction", sorted(unknown), known)


def _check_names(what: str, names: Sequence[str], known: Collection[str]) -> None:
    there_are = ", ".join(sorted(known)) or "none"
    for name in names:
        if name not in known:
            raise SettingsError(f"there is no {what} {name!r}; there are: {there_are}")
