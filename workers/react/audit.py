"""The audit: each end of a reaction becomes an event on the topic of reactions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from adapters.store.inbox import InboxRow
from events import reactions
from events.building import new_event
from events.catalogue import event_type
from events.envelope import Event
from workers.react.reaction import Json
from workers.telemetry import tracing

State = Literal["succeeded", "retrying", "blocked", "dead"]
AUDITED: dict[State, str] = {
    "succeeded": "tiebeam.reaction.succeeded",
    "blocked": "tiebeam.reaction.blocked",
    "dead": "tiebeam.reaction.failed",
}


@dataclass(frozen=True)
class Ending:
    """How an attempt ended; `again_at` is set when another one follows by itself.

    `trouble` says that it was for the connection's sake, `answered` that its provider did answer.
    """

    state: State
    reason: str | None = None
    again_at: datetime | None = None
    outcome: Json | None = None
    effects: tuple[reactions.Effect, ...] = ()
    trouble: bool = False
    answered: bool = False


def audit_event(row: InboxRow, event: Event | None, ending: Ending, now: datetime) -> Event:
    """Return the event that tells how a reaction ended; `event` is the one it answered, if any."""
    told = reactions.Reaction(
        name=row.reaction,
        state=reactions.ReactionState(ending.state),
        reason=ending.reason,
        attempts=row.attempts,
        dry_run=row.mode == "dry-run",
        trigger_ce_id=row.event_id,
        trigger_type=row.event_type,
        trigger_subject=row.subject,
        effects=ending.effects,
        missing_mapping="missing" in (ending.outcome or {}),
    )
    carrier = tracing.carry()
    kind = event_type(AUDITED[ending.state])
    return new_event(
        kind.name,
        connection="reactions",
        entity_id=f"{row.reaction}/{row.event_id}",
        transition=f"{ending.state}/{row.lease_token}",
        data=reactions.ReactionData(reaction=told),
        sequence=row.lease_token,
        time=now,
        detected_at=now,
        key=row.ordering_key,
        caused_by=event,
        traceparent=carrier.get("traceparent"),
        tracestate=carrier.get("tracestate"),
    )
