"""A replay of events over a world: what it would do, and doing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from events.envelope import Event
from tests.workers.react.world import World
from tests.workers.rebuild.topics import Records, record_of
from workers.react.reaction import Configured
from workers.replay.carry_out import carry_out, check_forced
from workers.replay.choice import Choice
from workers.replay.prospect import Prospect, Replay, prospect


def topics(events: Sequence[Event]) -> Records:
    """The events as topics hold them."""
    return Records([record_of(event, offset) for offset, event in enumerate(events)])


def replaying(world: World, *configured: Configured, **changes: Any) -> Replay:
    """A replay to these reactions (as configured, if none is given)."""
    reactions = {one.reaction.name: one for one in configured or [world.configured()]}
    return replace(Replay(world.store, world.clock, reactions, Choice()), **changes)


async def would(world: World, *events: Event, by: Replay | None = None) -> Prospect:
    """What a replay of the events would do."""
    return await prospect(by or replaying(world), topics(events))


async def replayed(world: World, *events: Event, by: Replay | None = None) -> int:
    """Replay the events; returns how many reactions are pending then."""
    by = by or replaying(world)
    found = await would(world, *events, by=by)
    check_forced(by, found)
    return await carry_out(by, found, topics(events))


def new(found: Prospect) -> list[str]:
    """The keys of the effects that would be new."""
    return [key for answer in found.answers.values() for key in answer.new]
