"""One attempt at a reaction: plan, make each effect once, and write down how it ended."""

from __future__ import annotations

import asyncio
import traceback
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from adapters.essensys.errors import Unsendable
from adapters.http.errors import Ambiguous, Rejected, Transient, Unauthorised
from adapters.store import inbox, ledger, outbox
from adapters.store.errors import StoreError
from adapters.store.inbox import InboxRow
from events import reactions as audit
from events.building import new_event
from events.catalogue import event_type
from events.envelope import Event, MalformedEvent
from workers import announce
from workers.react.intake import event_of
from workers.react.reaction import (
    Absent,
    Blocked,
    Configured,
    Done,
    Effect,
    Json,
    Search,
    Unclear,
)
from workers.react.retry import next_attempt
from workers.telemetry import logs, metrics, tracing

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from workers.react.executor import Executor

State = Literal["succeeded", "retrying", "blocked", "dead"]
AUDITED: dict[State, str] = {
    "succeeded": "tiebeam.reaction.succeeded",
    "blocked": "tiebeam.reaction.blocked",
    "dead": "tiebeam.reaction.failed",
}
log = logs.logger("react")


class LeaseLost(Exception):
    """Another process has taken the reaction over: this one may not send any more."""


class Refused(Exception):
    """The provider said no to an effect."""

    def __init__(self, effect: Effect, error: Rejected) -> None:
        super().__init__(str(error))
        self.effect = effect
        self.error = error


class NotSettled(Exception):
    """It cannot be told yet whether an earlier call took effect: look again then."""

    def __init__(self, until: datetime, why: str = "an earlier call has no answer yet") -> None:
        super().__init__(why)
        self.until = until


@dataclass(frozen=True)
class Ending:
    """How an attempt ended; `again_at` is set when another one follows by itself."""

    state: State
    reason: str | None = None
    again_at: datetime | None = None
    outcome: Json | None = None
    effects: tuple[audit.Effect, ...] = ()


async def carry_out(executor: Executor, row: InboxRow) -> None:
    """Make one attempt at a claimed reaction and save its end, whatever it is.

    Raises:
        StoreError: The end could not be saved; the row's lease will run out.
    """
    event: Event | None = None
    done: list[audit.Effect] = []
    with tracing.span(
        f"react {row.reaction}",
        parent=tracing.carried({"traceparent": row.traceparent}),
        attributes={"tiebeam.reaction": row.reaction, "tiebeam.event_id": row.event_id},
    ):
        try:
            event = event_of(row)
            ending = Ending("succeeded", outcome=await _try(executor, row, event, done))
        except LeaseLost:
            log.warning("taken over by another process", reaction=row.reaction, row=row.id)
            return
        except StoreError:
            raise
        except Exception as error:
            ending = _ending(executor, row, error)
        await _finish(executor, row, event, replace(ending, effects=tuple(done)))


async def _try(
    executor: Executor, row: InboxRow, event: Event, done: list[audit.Effect]
) -> Json | None:
    """Make the planned effects, each noted in `done`; or say what a dry run would have sent."""
    configured = executor.reactions[row.reaction]
    effects = configured.reaction.plan(event, configured.settings, configured.place)
    if row.mode == "dry-run":
        planned = [
            {"key": e.key, "kind": e.kind.name, "request": e.kind.request(e.call)} for e in effects
        ]
        return {"dry_run": True, "planned": planned}
    if configured.settings.mode != "live":
        raise Blocked(f"reactions.{row.reaction}.mode is not live any more: make it so, then retry")
    for effect in effects:
        done.append(await _ensure(executor, row, configured, event, effect))
    return {"effects": [one.model_dump(mode="json") for one in done]}


def _ending(executor: Executor, row: InboxRow, error: Exception) -> Ending:
    """Turn whatever went wrong into an ending."""
    now = executor.clock.now()
    match error:
        case Blocked() | Unsendable():
            return Ending("blocked", str(error))
        case NotSettled():
            return Ending("retrying", str(error), again_at=error.until)
        case Ambiguous():
            return Ending("retrying", str(error), again_at=now + executor.settle)
        case Transient() | Unauthorised():
            # Unauthorised: not this request is wrong but the connection's credentials, and all
            # reactions would die of it
            again = next_attempt(row.attempts, now, error.retry_after, executor.random)
            return Ending("retrying", str(error), again_at=again)
        case Refused():
            return Ending("dead", str(error), outcome=_refusal(error))
        case Rejected():
            kept = {"request": error.request_excerpt, "response": error.response_excerpt}
            return Ending("dead", str(error), outcome={"status": error.status, **kept})
        case MalformedEvent():
            return Ending("dead", str(error))
    # A mistake of ours, or of a reaction's author. Tried again by itself it would fail again, and
    # hold up its key: it ends, to be seen, and may be retried by hand in a mended version.
    why = _mistake(error)
    log.error("reaction failed", reaction=row.reaction, row=row.id, why=why, exc_info=error)
    return Ending("dead", why)


def _mistake(error: Exception) -> str:
    """Name an exception by its type and place only: its text could hold anything."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "workers" in Path(frame.filename).parts]
    at = (ours or frames)[-1]
    place = f"{Path(at.filename).name}, line {at.lineno}"
    return f"a mistake in the program: {type(error).__name__} in {at.name} ({place}); report it"


def _refusal(refused: Refused) -> Json:
    effect = refused.effect
    return {
        "effect_key": effect.key,
        "request": effect.kind.request(effect.call),
        "status": refused.error.status,
        "response": refused.error.response_excerpt,
    }


async def _ensure(
    executor: Executor, row: InboxRow, configured: Configured, event: Event, effect: Effect
) -> audit.Effect:
    """Make one effect unless the ledger or the provider already has it."""
    async with executor.store.write() as tx:
        earlier = await ledger.begin(
            tx,
            effect.key,
            reaction=row.reaction,
            reaction_id=row.id,
            connection=configured.place.connection,
            request=effect.kind.request(effect.call),
            now=executor.clock.now(),
        )
    if earlier is not None and earlier.state == "done":
        return _audit(configured, effect, earlier.provider_id, earlier.found_by)
    if earlier is not None:
        effect_before = Effect(effect.key, effect.kind, effect.kind.restore(earlier.request))
        found = await _find(executor, row, configured, effect_before, earlier)
        if found is not None:
            await _settle(executor, configured, event, effect_before, found)
            return _audit(configured, effect, found.provider_id, found.found_by)
    done = await _send(executor, row, configured, effect, again=earlier is not None)
    await _settle(executor, configured, event, effect, done)
    return _audit(configured, effect, done.provider_id, done.found_by)


async def _find(
    executor: Executor,
    row: InboxRow,
    configured: Configured,
    effect: Effect,
    earlier: ledger.Effect,
) -> Done | None:
    """Ask the provider whether an earlier attempt took effect; None means: it did not."""
    # a process that died may have sent until the last moment it was allowed to
    lost_at = earlier.lost_at or earlier.sent_at + _time_to_call(executor.lease)
    until = lost_at + executor.settle
    if executor.clock.now() < until:
        raise NotSettled(until)

    async def claimed(ids: set[str]) -> set[str]:
        async with executor.store.read() as tx:
            return await ledger.claimed_provider_ids(tx, configured.place.connection, ids)

    async with executor.store.write() as tx:
        await _extend_lease(tx, executor, row)
    with tracing.span(f"find {effect.kind.name}", attributes={"tiebeam.effect_key": effect.key}):
        try:
            async with asyncio.timeout(_time_to_call(executor.lease).total_seconds()):
                found = await effect.kind.find(
                    configured.place, Search(effect, earlier.first_sent_at, claimed)
                )
        except TimeoutError:
            raise Transient(
                configured.place.connection, effect.kind.name, "not looked for within the lease"
            ) from None
    if isinstance(found, Unclear):
        raise Blocked(found.reason)
    return None if isinstance(found, Absent) else found


async def _send(
    executor: Executor, row: InboxRow, configured: Configured, effect: Effect, *, again: bool
) -> Done:
    """Make the call within the lease; take the intent back if it certainly had no effect."""
    # counted from here on, so that no wait below makes it later than the lease allows
    end = asyncio.get_running_loop().time() + _time_to_call(executor.lease).total_seconds()
    async with executor.store.write() as tx:
        await _extend_lease(tx, executor, row)
        request, now = effect.kind.request(effect.call), executor.clock.now()
        if again and not await ledger.mark_sent(tx, effect.key, request=request, now=now):
            raise NotSettled(now, "an earlier call was answered meanwhile")
    try:
        async with asyncio.timeout_at(end):
            # a process that stood still until after its end is stopped here, before it sends
            await asyncio.sleep(0)
            return await effect.kind.send(configured.place, effect.call)
    except (Transient, Rejected) as error:
        async with executor.store.write() as tx:
            await _extend_lease(tx, executor, row)
            await ledger.withdraw(tx, effect.key)
        if isinstance(error, Rejected) and not isinstance(error, Unauthorised):
            raise Refused(effect, error) from error
        raise
    except (Ambiguous, TimeoutError) as error:
        async with executor.store.write() as tx:
            await _extend_lease(tx, executor, row)
            await ledger.mark_lost(tx, effect.key, executor.clock.now())
        if isinstance(error, Ambiguous):
            raise
        place, why = configured.place.connection, "no answer within the reaction's lease"
        raise Ambiguous(place, effect.kind.name, why) from None


async def _extend_lease(tx: AsyncConnection, executor: Executor, row: InboxRow) -> None:
    """Hold the row for another lease; LeaseLost, and nothing is written, where it is not ours."""
    until = executor.clock.now() + executor.lease
    if not await inbox.extend_lease(tx, row.id, executor.owner, until, token=row.lease_token):
        raise LeaseLost


def _time_to_call(lease: timedelta) -> timedelta:
    # after the lease another process may send: stop well before
    return lease * 0.8


async def _settle(
    executor: Executor, configured: Configured, event: Event, effect: Effect, done: Done
) -> None:
    """Save that the effect happened and the event that tells of it, in one transaction.

    Raises:
        NotSettled: What was found by its values has been found for another effect meanwhile.
        Blocked: What was found for another effect by its values is certainly this one's.
    """
    now = executor.clock.now()
    outcome = effect.kind.outcome(configured.place, effect.call, done)
    carrier = tracing.carry()
    told = new_event(
        outcome.event_type,
        connection=configured.place.connection,
        entity_id=done.provider_id,
        transition=effect.key,
        data=outcome.data,
        sequence=1,
        time=now,
        detected_at=now,
        caused_by=event,
        traceparent=carrier.get("traceparent"),
        tracestate=carrier.get("tracestate"),
    )
    place = configured.place.connection
    async with executor.store.write("outbox") as tx:
        claimed = await ledger.claimed_provider_ids(tx, place, [done.provider_id])
        if claimed and done.found_by == "value":
            raise NotSettled(now, f"{done.provider_id} in {place} belongs to another effect")
        first = await ledger.finish(
            tx,
            effect.key,
            provider_id=done.provider_id,
            response=done.response,
            found_by=done.found_by,
            now=now,
        )
        if first:
            await outbox.add(tx, [announce.row(told, now)])
    if first and claimed:
        raise Blocked(
            f"{effect.kind.name} {done.provider_id} in {place} is that of {effect.key}, but was "
            "taken for another of ours that looked the same: see whether that one is missing, "
            "then retry"
        )
    metrics.END_TO_END_SECONDS.labels(configured.reaction.name).observe(
        max((now - event.time).total_seconds(), 0)
    )


def _audit(
    configured: Configured, effect: Effect, provider_id: str | None, found_by: str | None
) -> audit.Effect:
    return audit.Effect(
        key=effect.key,
        connection=configured.place.connection,
        provider_id=provider_id,
        found_by=audit.FoundBy(found_by) if found_by else None,
    )


async def _finish(executor: Executor, row: InboxRow, event: Event | None, ending: Ending) -> None:
    now = executor.clock.now()
    async with executor.store.write("outbox") as tx:
        ours = await inbox.finish(
            tx,
            row.id,
            executor.owner,
            ending.state,
            token=row.lease_token,
            now=now,
            reason=ending.reason,
            outcome=ending.outcome,
            next_attempt_at=ending.again_at,
        )
        if ours and ending.state in AUDITED:
            await outbox.add(tx, [announce.row(_audit_event(row, event, ending, now), now)])
    if not ours:
        log.warning("ended after its lease", reaction=row.reaction, row=row.id)
        return
    metrics.REACTIONS_FINISHED.labels(row.reaction, ending.state).inc()
    log.info(
        "reaction ended",
        reaction=row.reaction,
        row=row.id,
        state=ending.state,
        attempts=row.attempts,
        reason=ending.reason,
    )


def _audit_event(row: InboxRow, event: Event | None, ending: Ending, now: datetime) -> Event:
    told = audit.Reaction(
        name=row.reaction,
        state=audit.ReactionState(ending.state),
        reason=ending.reason,
        attempts=row.attempts,
        dry_run=row.mode == "dry-run",
        trigger_ce_id=row.event_id,
        trigger_type=row.event_type,
        trigger_subject=row.subject,
        effects=ending.effects,
    )
    carrier = tracing.carry()
    kind = event_type(AUDITED[ending.state])
    return new_event(
        kind.name,
        connection="reactions",
        entity_id=f"{row.reaction}/{row.event_id}",
        transition=f"{ending.state}/{row.lease_token}",
        data=audit.ReactionData(reaction=told),
        sequence=row.lease_token,
        time=now,
        detected_at=now,
        key=row.ordering_key,
        caused_by=event,
        traceparent=carrier.get("traceparent"),
        tracestate=carrier.get("tracestate"),
    )
