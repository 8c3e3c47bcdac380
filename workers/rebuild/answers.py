"""Restores how reactions ended and what they have done, from their audit and their outcomes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import restoring
from adapters.store.columns import Json
from adapters.store.ledger import Effect
from adapters.store.restoring import EndedReaction, ItsEvent
from events import catalogue, reactions
from events.envelope import Event, MalformedEvent
from events.reactions import ReactionData, ReactionState
from workers.react.attempt import MISSING
from workers.rebuild.states import STREAM_OF, connection_of

AUDIT = "tiebeam.reaction."
"""The beginning of the event types of the audit."""
EFFECT_TOPICS = frozenset(
    one.topic for one in catalogue.EVENT_TYPES.values() if one.name not in STREAM_OF
)
"""The topics, without prefix, that tell what we have done: nothing else remembers a lost ledger."""

ENDS: Mapping[ReactionState, str] = {
    ReactionState.SUCCEEDED: "succeeded",
    ReactionState.BLOCKED: "blocked",
    ReactionState.DEAD: "dead",
}


@dataclass
class Answers:
    """What was restored so far: ended reactions by the event types that they answered, effects."""

    parking: frozenset[str]
    names: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    ended: int = 0
    effects: int = 0


async def restore_audits(tx: AsyncConnection, answers: Answers, audits: Iterable[Event]) -> int:
    """Write what these audits, in their order, tell; return how many cannot be used."""
    usable: list[tuple[Event, reactions.Reaction]] = []
    unusable = 0
    for audit in audits:
        try:
            told = audit.data_as(ReactionData).reaction
        except MalformedEvent:
            unusable += 1
            continue
        if told.state in ENDS:
            usable.append((audit, told))
        else:
            unusable += 1
    await restoring.ended(tx, [_ended(answers, audit, told) for audit, told in usable])
    ids = await restoring.ids(tx, ((told.name, told.trigger_ce_id) for _, told in usable))
    done = [
        _effect(one, told.name, ids[told.name, told.trigger_ce_id], audit)
        for audit, told in usable
        for one in told.effects
    ]
    await restoring.done(tx, done)
    for _, told in usable:
        answers.names[told.trigger_type or ""].add(told.name)
    answers.ended += len(usable)
    answers.effects += len(done)
    return unusable


def _ended(answers: Answers, audit: Event, told: reactions.Reaction) -> EndedReaction:
    return EndedReaction(
        reaction=told.name,
        event_id=told.trigger_ce_id,
        event_type=told.trigger_type or "",
        subject=told.trigger_subject or "",
        ordering_key=audit.key,
        mode="dry-run" if told.dry_run else "live",
        parks=told.name in answers.parking,
        state=ENDS[told.state],  # type: ignore[arg-type]
        attempts=told.attempts,
        lease_token=audit.sequence,  # the next claim's audit must not have the id of this one
        received_at=audit.time,
        updated_at=audit.time,
        reason=told.reason,
        outcome=_outcome_of(told),
    )


def _outcome_of(told: reactions.Reaction) -> Json:
    if told.missing_mapping:
        return MISSING
    if told.dry_run:
        return {"dry_run": True, "planned": []}
    return {"effects": [one.model_dump(mode="json") for one in told.effects]}


def _effect(told: reactions.Effect, reaction: str, row: int, audit: Event) -> Effect:
    return Effect(
        effect_key=told.key,
        reaction=reaction,
        reaction_id=row,
        connection=told.connection,
        request=None,
        first_sent_at=audit.time,
        sent_at=audit.time,
        state="done",
        provider_id=told.provider_id,
        found_by=told.found_by.value if told.found_by else None,
        done_at=audit.time,
    )


async def restore_outcomes(tx: AsyncConnection, outcomes: Iterable[Event]) -> None:
    """Write effects that outcome events tell of: their reactions may not have ended."""
    done = []
    for event in outcomes:
        data = orjson.loads(event.data)
        state = data.get(event.type.split(".")[1])
        if key := state.get("effect_key") if isinstance(state, dict) else None:
            done.append(_outcome(event, key))
    await restoring.done(tx, done)


def _outcome(event: Event, key: str) -> Effect:
    return Effect(
        effect_key=key,
        reaction="unknown",  # said in the audit, which was written later or not at all
        reaction_id=None,
        connection=connection_of(event),
        request=None,
        first_sent_at=event.time,
        sent_at=event.time,
        state="done",
        provider_id=event.subject,
        done_at=event.time,
    )


async def put_events(
    tx: AsyncConnection,
    answers: Answers,
    events: Iterable[tuple[Event, Sequence[tuple[str, bytes]]]],
) -> None:
    """Put these events, with their records' headers, into the reactions that answered them."""
    rows = []
    for event, headers in events:
        names = answers.names.get(event.type)
        if not names:
            continue
        texts = [(name, (text or b"").decode(errors="replace")) for name, text in headers]
        rows += [
            ItsEvent(name, event.id, event.sequence, event.data, texts, event.traceparent)
            for name in sorted(names)
        ]
    await restoring.fill(tx, rows)
