"""What a reaction is: the events it answers, its settings, and a pure plan of effects."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from adapters.store import ledger
from events.base import EventModel
from events.envelope import Event
from workers.react.reconciliation import Reconciliation
from workers.settings import Section

Json = dict[str, Any]


class ReactionSettings(Section):
    """What every reaction's table in the configuration has.

    `backfill` says that it answers history as well, which is published only when asked for.
    """

    mode: Literal["off", "dry-run", "live"] = "dry-run"
    backfill: bool = False
    source: Annotated[str, Field(alias="from")]
    target: Annotated[str, Field(alias="to")]


class Blocked(Exception):
    """A person must decide or add something; the text says what."""


class Missing(Blocked):
    """A mapping lacks an entry: the text is what to add; another look follows when it may be there.

    A configuration that is read anew makes the reaction pending again by itself.
    """


@dataclass(frozen=True)
class Place:
    """A connection for reactions, and what it knows and its provider does not say."""

    connection: str
    client: Any
    currency: str
    timezone: str


@dataclass(frozen=True)
class Effect:
    """One call that a reaction wants made, once for ever.

    Attributes:
        key: The business key, unique for ever: the same effect planned again has the same key.
        kind: How the call is made and found again.
        call: The typed call.
        needs: The key of an effect that must have happened before.
        basis: The provider's id of that one; known when the call is made, not when it is planned.
    """

    key: str
    kind: EffectKind
    call: Any
    needs: str | None = None
    basis: str | None = None


@dataclass(frozen=True)
class Done:
    """An effect that has happened: the provider's id for it and how we know."""

    provider_id: str
    found_by: Literal["answer", "reference", "value"]
    response: Json


@dataclass(frozen=True)
class Absent:
    """The provider was asked and does not have it: it may be sent."""


@dataclass(frozen=True)
class Unclear:
    """The provider was asked and it cannot be told: a person must look. `reason` says why."""

    reason: str


@dataclass(frozen=True)
class Search:
    """What to look for after an attempt whose answer was lost.

    `sent_at` is when the first attempt began, by our clock. `claimed` tells which of the given
    provider ids belong to other effects of ours.
    """

    effect: Effect
    sent_at: datetime
    claimed: Callable[[set[str]], Awaitable[set[str]]]


@dataclass(frozen=True)
class Outcome:
    """The event that tells of an effect: its type and data."""

    event_type: str
    data: EventModel


@dataclass(frozen=True)
class EffectKind:
    """How one kind of effect is sent, found and told, as functions.

    Attributes:
        send: Makes the call of an effect. Raises the errors of adapters.http.errors.
        find: Looks whether an earlier attempt took effect, without changing anything.
        request: The call as JSON for the ledger and for dry runs; no secrets.
        restore: The call again from that JSON: what was sent is what must be looked for.
        outcome: The event that tells of the effect, where there is one besides the audit.
    """

    name: str
    send: Callable[[Place, Effect], Awaitable[Done]]
    find: Callable[[Place, Search], Awaitable[Done | Absent | Unclear]]
    request: Callable[[Any], Json]
    restore: Callable[[Json], Any]
    outcome: Callable[[Place, Any, Done], Outcome] | None = None


@dataclass(frozen=True)
class Reach:
    """What a reaction may read before it plans: both systems, and what was done before.

    `effects` returns those of the given effect keys that were begun.
    """

    source: Place
    target: Place
    effects: Callable[[Iterable[str]], Awaitable[Mapping[str, ledger.Effect]]]


Reconcile = Callable[[Reach, Any, datetime | None], Awaitable[Reconciliation]]
"""Compares what is there since a time, or all there is; takes the reaction's settings; only reads.

Raises the errors of adapters.http.errors.
"""


async def nothing(_reach: Reach, _event: Event, _settings: Any) -> None:
    """Gather nothing: the event and the settings say all."""


@dataclass(frozen=True)
class Reaction:
    """A reaction, declared.

    Attributes:
        name: As in the configuration.
        source_provider: The provider whose events it answers.
        target_provider: The provider that it calls.
        event_types: The events it answers.
        settings: The model of its table in the configuration.
        plan: Pure: the event, the settings, the target's place and the facts in, effects out, in
            the order in which they are made. Raises Blocked.
        gather: Reads the facts that `plan` needs and the event does not say; writes nothing.
            Raises Blocked and the errors of adapters.http.errors.
        parks_key: Whether later events of a key wait while an earlier one is blocked or dead.
        reconcile: Compares the two systems themselves, without writing anything; None: nobody can.
    """

    name: str
    source_provider: str
    target_provider: str
    event_types: frozenset[str]
    settings: type[ReactionSettings]
    plan: Callable[[Event, Any, Place, Any], list[Effect]]
    gather: Callable[[Reach, Event, Any], Awaitable[Any]] = nothing
    parks_key: bool = False
    reconcile: Reconcile | None = None


@dataclass(frozen=True)
class Configured:
    """A reaction with its settings, the place of its events and the place of its effects."""

    reaction: Reaction
    settings: ReactionSettings
    origin: Place
    place: Place

    @property
    def source(self) -> str:
        """The CloudEvents source whose events this reaction answers."""
        return f"/{self.reaction.source_provider}/{self.settings.source}"


def answering(
    configured: Mapping[str, Configured], event_type: str, source: str
) -> list[Configured]:
    """Return the reactions that answer an event and are not off."""
    return [
        one
        for one in configured.values()
        if event_type in one.reaction.event_types
        and one.source == source
        and one.settings.mode != "off"
    ]
