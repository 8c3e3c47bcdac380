"""What a replay would do, found out without writing anything: which effects would be new.

What has succeeded with effects is left alone, for they are in the ledger, and what a person has
cancelled, unless it is asked for. All else is planned by the reaction itself, with the settings of
now.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from aiokafka import ConsumerRecord

from adapters.http.errors import ProviderError, Unsendable
from adapters.http.limits import Priority, at_priority
from adapters.store import dialects, replaying
from adapters.store.engine import Store
from adapters.store.replaying import Standing
from adapters.store.tables import OPEN_STATES
from events.envelope import MalformedEvent
from workers.clock import Clock
from workers.react.reach import reach_of
from workers.react.reaction import Blocked, Configured, Effect, answering
from workers.replay.choice import Choice, Count, Heading, chosen
from workers.telemetry import logs

PLANNED_AT_ONCE = 50
"""Reactions that gather what they need at the same time."""

log = logs.logger("replay")


class Records(Protocol):
    """What topics hold, in batches: a Reader, which can be read again."""

    def batches(self) -> AsyncIterator[Sequence[ConsumerRecord]]:
        """Yield all records in batches, those of a partition in their order."""


@dataclass(frozen=True)
class Replay:
    """What a replay works with; `forced` effects are made again although they have happened."""

    store: Store
    clock: Clock
    reactions: Mapping[str, Configured]
    choice: Choice
    forced: frozenset[str] = frozenset()
    shown: Callable[[Prospect], None] = lambda _: None


@dataclass(frozen=True)
class Answer:
    """What a reaction would do with an event once more.

    Attributes:
        reaction: Its name.
        event_id: The event, and below what it is about.
        row: The row of the inbox that is made pending again; None: there is none yet.
        new: The keys of the effects that would be made, and their calls as JSON.
        problem: Why that cannot be told; the reaction will end so again.
        cancelled: Why a person has cancelled it; None: nobody has.
    """

    reaction: str
    event_id: str
    event_type: str
    subject: str
    row: int | None
    new: Mapping[str, object]
    problem: str | None = None
    cancelled: str | None = None


@dataclass
class Prospect:
    """What a replay would do.

    Attributes:
        count: What was read.
        unanswered: Chosen events that no reaction answers.
        backfill: Chosen events that tell history, which reactions leave alone.
        answered: Answers that are complete, as far as is known now.
        waiting: Answers that are under way.
        answers: Answers to be given, by reaction and event id.
        cancelled: Answers that are left out because a person has cancelled them, likewise.
    """

    count: Count = field(default_factory=Count)
    unanswered: int = 0
    backfill: int = 0
    answered: int = 0
    waiting: int = 0
    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)
    cancelled: dict[tuple[str, str], Answer] = field(default_factory=dict)

    @property
    def new(self) -> int:
        """How many effects would be made."""
        return sum(len(one.new) for one in self.answers.values())


@dataclass(frozen=True)
class _Case:
    """An event and a reaction that answers it, and where that stands."""

    configured: Configured
    heading: Heading
    standing: Standing | None

    @property
    def at(self) -> tuple[str, str]:
        """Its reaction and the id of its event."""
        return self.configured.reaction.name, self.heading.id

    @property
    def keys(self) -> list[str]:
        """The effects that it made, if it has succeeded."""
        if self.standing is None or self.standing.state != "succeeded":
            return []
        return [one["key"] for one in (self.standing.outcome or {}).get("effects", ())]

    @property
    def cancelled(self) -> str | None:
        """Why a person has cancelled it; None: nobody has."""
        if self.standing is None or self.standing.state != "cancelled":
            return None
        return self.standing.reason or "cancelled"

    def answer(self, new: Mapping[str, object], problem: str | None = None) -> Answer:
        """What it comes to."""
        row = self.standing.id if self.standing else None
        about = (*self.at, self.heading.type, self.heading.subject)
        return Answer(*about, row, new, problem, self.cancelled)


async def prospect(replay: Replay, records: Records) -> Prospect:
    """Read the chosen events and find out what reactions would do with them.

    Raises:
        KafkaUnavailable: A topic cannot be read.
        StoreError: The store cannot be used.
    """
    found = Prospect()
    async for batch in records.batches():
        pairs = _pairs(replay, batch, found)
        async for part in _cases(replay, pairs):
            await _decide(replay, part, found)
        replay.shown(found)
    return found


def _pairs(
    replay: Replay, batch: Sequence[ConsumerRecord], found: Prospect
) -> list[tuple[Configured, Heading]]:
    pairs = []
    answers: dict[tuple[str, str], list[Configured]] = {}
    for event in chosen(replay.choice, batch, found.count):
        kind = (event.type, event.source)
        if kind not in answers:
            answers[kind] = answering(replay.reactions, *kind)
        mine = answers[kind]
        if not mine:
            found.unanswered += 1
        elif event.backfill and not (mine := [one for one in mine if one.settings.backfill]):
            found.backfill += 1
        pairs += [(one, event) for one in mine]
    return pairs


async def _cases(
    replay: Replay, pairs: Sequence[tuple[Configured, Heading]]
) -> AsyncIterator[list[_Case]]:
    """The pairs with where they stand, by reaction; an event that was told twice is one."""
    events: defaultdict[str, dict[str, Heading]] = defaultdict(dict)
    for configured, event in pairs:
        events[configured.reaction.name].setdefault(event.id, event)
    for name, by_id in events.items():
        async with replay.store.read() as tx:
            standing = await replaying.standing(tx, name, list(by_id))
        configured = replay.reactions[name]
        yield [_Case(configured, event, standing.get(key)) for key, event in by_id.items()]


async def _decide(replay: Replay, cases: Sequence[_Case], found: Prospect) -> None:
    """Sort out what is complete, or not to be completed, and plan the rest."""
    async with replay.store.read() as tx:
        done = await replaying.done(tx, [key for case in cases for key in case.keys])
    done -= replay.forced
    open_cases = []
    for case in cases:
        if case.standing is not None and case.standing.state in OPEN_STATES:
            found.waiting += 1
        elif (case.keys and done.issuperset(case.keys)) or _is_dry(case):
            found.answered += 1
        elif case.cancelled is not None and not replay.choice.cancelled:
            found.cancelled[case.at] = case.answer({})
        else:
            open_cases.append(case)
    for part in dialects.chunks(open_cases, PLANNED_AT_ONCE):
        with at_priority(Priority.BACKFILL):
            plans = await asyncio.gather(*(_plan(replay, case) for case in part))
        await _judge(replay, list(zip(part, plans, strict=True)), found)


def _is_dry(case: _Case) -> bool:
    """Whether it was a dry run and still would be."""
    was = case.standing
    dry = was is not None and was.state == "succeeded" and was.mode == "dry-run"
    return dry and case.configured.settings.mode != "live"


async def _plan(replay: Replay, case: _Case) -> list[Effect] | str:
    """The effects that the reaction plans now, or why it cannot."""
    one, settings = case.configured, case.configured.settings
    try:
        event = case.heading.event()
        facts = await one.reaction.gather(reach_of(replay.store, one), event, settings)
        return one.reaction.plan(event, settings, one.place, facts)
    except (Blocked, Unsendable, ProviderError, MalformedEvent) as error:
        return str(error)
    except Exception as error:  # a mistake of one reaction must not hide what the others would do
        log.error("not planned", reaction=one.reaction.name, id=case.heading.id, exc_info=error)
        return f"a mistake in the program: {type(error).__name__}, see the log"


async def _judge(
    replay: Replay, planned: Sequence[tuple[_Case, list[Effect] | str]], found: Prospect
) -> None:
    """Keep the answers that would do something new, or of which that cannot be told."""
    keys = [one.key for _, effects in planned if isinstance(effects, list) for one in effects]
    async with replay.store.read() as tx:
        done = await replaying.done(tx, keys) - replay.forced
    for case, effects in planned:
        problem = effects if isinstance(effects, str) else None
        made = [] if isinstance(effects, str) else effects
        new = {one.key: one.kind.request(one.call) for one in made if one.key not in done}
        if problem is None and not new:
            found.answered += 1
            continue
        found.answers[case.at] = case.answer(new, problem)
