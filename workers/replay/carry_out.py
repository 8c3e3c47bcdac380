"""Carries a replay out: puts events into the inbox, where the executor answers them as any other.

An effect that was forced is taken back in the ledger in the transaction that makes its row pending.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from aiokafka import ConsumerRecord
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import inbox, ledger, replaying, restoring
from adapters.store.inbox import Mode
from adapters.store.restoring import ItsEvent
from events.envelope import Event, MalformedEvent
from workers.react.reaction import Configured
from workers.react.row import row_for
from workers.replay.choice import Count, chosen
from workers.replay.prospect import Answer, Prospect, Records, Replay
from workers.telemetry import logs

log = logs.logger("replay")


class Refused(Exception):
    """It cannot be done; the text says why."""


@dataclass(frozen=True)
class _Step:
    """An answer to be given: the reaction, the event, and what was found out about both."""

    configured: Configured
    event: Event
    answer: Answer

    @property
    def mode(self) -> Mode:
        """How it will be carried out."""
        return "live" if self.configured.settings.mode == "live" else "dry-run"


def check_forced(replay: Replay, found: Prospect) -> None:
    """See that every forced effect is one that a chosen event would make.

    Raises:
        Refused: One is not; nothing was changed.
    """
    planned = {key for answer in found.answers.values() for key in answer.new}
    if missing := sorted(replay.forced - planned):
        left = "; some were left out, see --cancelled" if found.cancelled else ""
        raise Refused(f"no reaction to a chosen event makes {', '.join(missing)}{left}")


async def carry_out(replay: Replay, found: Prospect, records: Records) -> int:
    """Let the answers be given; return how many are pending now.

    Raises:
        Refused: A forced effect's reaction is under way; the batches before are carried out.
        KafkaUnavailable: A topic cannot be read.
        StoreError: The store cannot be used.
    """
    pending = 0
    async for batch in records.batches():
        steps = list(_steps(replay, found, batch))
        if steps:
            async with replay.store.write("reactions") as tx:
                taken_back = await _take_back(tx, replay, steps)
                pending += await _begin(tx, replay, steps)
            for effect, step in taken_back:
                _note_taken_back(effect, step)
    return pending


def _steps(replay: Replay, found: Prospect, batch: Sequence[ConsumerRecord]) -> Iterator[_Step]:
    """The answers to be given to the events of a batch; one that was told twice is one."""
    headings = {one.id: one for one in chosen(replay.choice, batch, Count())}
    for heading in headings.values():
        for configured in replay.reactions.values():
            answer = found.answers.get((configured.reaction.name, heading.id))
            if answer is not None:
                with suppress(MalformedEvent):  # it was shown as what cannot be answered
                    yield _Step(configured, heading.event(), answer)


async def _begin(tx: AsyncConnection, replay: Replay, steps: Sequence[_Step]) -> int:
    now = replay.clock.now()
    new = [row_for(one.configured, one.event, {}, now) for one in steps if one.answer.row is None]
    added = await inbox.add(tx, new)
    ids: defaultdict[Mode, list[int]] = defaultdict(list)
    for step in steps:
        if step.answer.row is not None:
            ids[step.mode].append(step.answer.row)
    await restoring.fill(tx, [_its_event(one) for one in steps if one.answer.row is not None])
    again: list[int] = []
    for mode, of_it in ids.items():
        cancelled = replay.choice.cancelled
        again += await replaying.again(tx, of_it, mode, now, cancelled=cancelled)
    for step in steps:
        if replay.forced.intersection(step.answer.new) and step.answer.row not in (None, *again):
            raise Refused(f"reaction {step.answer.row} is under way: wait until it has ended")
    return added + len(again)


def _its_event(step: _Step) -> ItsEvent:
    """What the row needs where it has forgotten its event."""
    row = row_for(step.configured, step.event, {}, step.event.detected_at)
    return ItsEvent(
        row.reaction, row.event_id, row.sequence, row.value, row.headers, row.traceparent
    )


async def _take_back(
    tx: AsyncConnection, replay: Replay, steps: Sequence[_Step]
) -> list[tuple[ledger.Effect, _Step]]:
    """Take the forced effects back, and nothing else."""
    found = []
    for step in steps:
        for key in sorted(replay.forced.intersection(step.answer.new)):
            if (was := await replaying.take_back(tx, key)) is not None:
                found.append((was, step))
    return found


def _note_taken_back(effect: ledger.Effect, step: _Step) -> None:
    log.warning(
        "effect taken back, to be made again",
        effect_key=effect.effect_key,
        provider_id=effect.provider_id,
        connection=effect.connection,
        done_at=effect.done_at and effect.done_at.isoformat(),
        reaction=step.answer.reaction,
        event_id=step.event.id,
    )
