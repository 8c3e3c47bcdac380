"""What the audit events of our own reactions carry: what was done, where, and because of what."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictBool, StrictInt

from events.base import Code, EventModel, Previous


class ReactionState(StrEnum):
    """Where a reaction stands; see the states of a reaction in the design."""

    PENDING = "pending"
    RUNNING = "running"
    RETRYING = "retrying"
    SUCCEEDED = "succeeded"
    BLOCKED = "blocked"
    DEAD = "dead"
    CANCELLED = "cancelled"


class FoundBy(StrEnum):
    """How we know that the effect is there: told in the answer, or found in the provider."""

    ANSWER = "answer"
    REFERENCE = "reference"
    VALUE = "value"


class Effect(EventModel):
    """One finished effect: its business key, and the record that it made in the other system."""

    key: Annotated[str, Field(min_length=1)]
    connection: str
    provider_id: Code | None = None
    found_by: FoundBy | None = None


class Reaction(EventModel):
    """The outcome of one reaction to one event. `reason` is one line, without personal data.

    One that is blocked for a `missing_mapping` goes on by itself once the configuration has it.
    """

    name: Annotated[str, Field(min_length=1)]
    state: ReactionState
    reason: str | None = None
    attempts: Annotated[StrictInt, Field(ge=0)]
    dry_run: StrictBool
    trigger_ce_id: Annotated[str, Field(min_length=1)]
    trigger_type: str | None = None
    trigger_subject: str | None = None
    effects: tuple[Effect, ...] = ()
    missing_mapping: StrictBool = False


class ReactionData(EventModel):
    """Data of every `tiebeam.reaction.*` event."""

    reaction: Reaction
    previous: Previous = None
