"""One attempt at a reaction: plan, make each effect once, and write down how it ended."""

from __future__ import annotations

import traceback
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

from adapters.http.errors import (
    Ambiguous,
    ProviderError,
    Rejected,
    Transient,
    Unauthorised,
    Unsendable,
)
from adapters.store import inbox, outbox
from adapters.store.engine import Store
from adapters.store.errors import StoreError
from adapters.store.inbox import InboxRow
from events.envelope import MalformedEvent
from workers import announce
from workers.clock import Clock
from workers.react.audit import AUDITED, Ending, audit_event
from workers.react.hold import Hold
from workers.react.means import Means
from workers.react.once import Refused, ensure
from workers.react.reach import reach_of
from workers.react.reaction import Blocked, Json, Missing
from workers.react.retry import next_attempt
from workers.react.row import event_of
from workers.react.turn import LeaseLost, NotSettled, Turn, held
from workers.telemetry import logs, metrics, tracing

MISSING: Json = {"missing": "mapping"}
"""The outcome of a reaction that waits for a line in the configuration."""
LONGEST_REASON = 1_000
"""Characters; what a reason quotes of an event may be of any length, and the audit is a record."""

log = logs.logger("react")


async def look_again(store: Store, clock: Clock) -> int:
    """Make pending what waits for a line in the configuration, which was just read; how many."""
    async with store.write("reactions") as tx:
        blocked = await inbox.ids_with_outcome(tx, "blocked", MISSING)
        again = await inbox.retry(tx, blocked, clock.now())
    if again:
        log.info("looking again at what lacked a mapping", count=len(again))
    return len(again)


async def carry_out(means: Means, row: InboxRow) -> Ending | None:
    """Make one attempt at a claimed reaction and save its end, whatever it is.

    Returns the end, or None where another process has taken the reaction over.

    Raises:
        StoreError: The end could not be saved; the row's lease will run out.
    """
    with tracing.span(
        f"react {row.reaction}",
        parent=tracing.carried({"traceparent": row.traceparent}),
        attributes={"tiebeam.reaction": row.reaction, "tiebeam.event_id": row.event_id},
    ):
        try:
            event = event_of(row)
        except Exception as error:
            ending = _ending(means, row, error)
            await _finish(means, row, None, ending)
            return ending
        turn = Turn(means, row, means.reactions[row.reaction], event, Hold.of(means, row))
        try:
            return await _attempt(turn)
        except LeaseLost:
            log.warning("taken over by another process", reaction=row.reaction, row=row.id)
            return None
        finally:
            await turn.settle()  # nothing is owed, unless what came after the answer went wrong


async def _attempt(turn: Turn) -> Ending:
    means, row = turn.means, turn.row
    try:
        outcome = await _try(turn)
        if row.reason is not None and outcome is not None:  # it did not succeed at once
            outcome |= {"reason_before": row.reason}
        ending = Ending("succeeded", outcome=outcome, answered=bool(turn.effects))
    except (LeaseLost, StoreError):
        raise
    except Exception as error:
        ending = _ending(means, row, error)
    try:
        await _finish(means, row, turn, ending)
    except (NotSettled, Blocked) as error:
        ending = _ending(means, row, error)
        await _finish(means, row, turn, ending)
    return ending


async def _try(turn: Turn) -> Json | None:
    """Make the planned effects; or say what a dry run would have sent."""
    configured, row = turn.configured, turn.row
    reaction, settings = configured.reaction, configured.settings
    facts = await reaction.gather(reach_of(turn.means.store, configured), turn.event, settings)
    effects = reaction.plan(turn.event, settings, configured.place, facts)
    if row.mode == "dry-run":
        planned = [
            {"key": e.key, "kind": e.kind.name, "request": e.kind.request(e.call)} for e in effects
        ]
        return {"dry_run": True, "planned": planned}
    if settings.mode != "live":
        raise Blocked(f"reactions.{row.reaction}.mode is not live any more: make it so, then retry")
    for effect in effects:
        await ensure(turn, effect)
    return {"effects": [one.model_dump(mode="json") for one in turn.effects]}


def _ending(means: Means, row: InboxRow, error: Exception) -> Ending:
    """Turn whatever went wrong into an ending."""
    now = means.clock.now()
    match error:
        case Missing():
            return Ending("blocked", str(error), outcome=MISSING)
        case Blocked() | Unsendable():
            return Ending("blocked", str(error))
        case NotSettled():
            return Ending("retrying", str(error), again_at=error.until)
        case Ambiguous():
            return Ending("retrying", str(error), again_at=now + means.settle, trouble=True)
        case Transient() | Unauthorised():
            # Unauthorised: not this request is wrong but the connection's credentials, and all
            # reactions would die of it
            again = next_attempt(row.attempts, now, error.retry_after, means.random)
            return Ending("retrying", str(error), again_at=again, trouble=not _is_busy(error))
        case Refused():
            return Ending("dead", str(error), outcome=_refusal(error), answered=True)
        case Rejected():
            kept = {"request": error.request_excerpt, "response": error.response_excerpt}
            refusal = {"status": error.status, **kept}
            return Ending("dead", str(error), outcome=refusal, answered=True)
        case MalformedEvent():
            return Ending("dead", str(error))
    # A mistake of ours, or of a reaction's author. Tried again by itself it would fail again, and
    # hold up its key: it ends, to be seen, and may be retried by hand in a mended version.
    why = _mistake(error)
    log.error("reaction failed", reaction=row.reaction, row=row.id, why=why, exc_info=error)
    return Ending("dead", why)


def _readable(reason: str | None) -> str | None:
    if reason is None or len(reason) <= LONGEST_REASON:
        return reason
    return reason[: LONGEST_REASON - 1] + "…"


def _is_busy(error: ProviderError) -> bool:
    """Whether a provider that works asks for patience, now or by a pause that is still on."""
    pausing = error.status is None and error.retry_after is not None
    return pausing or error.status == HTTPStatus.TOO_MANY_REQUESTS


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


async def _finish(means: Means, row: InboxRow, turn: Turn | None, ending: Ending) -> None:
    now, reason = means.clock.now(), _readable(ending.reason)
    end = inbox.finishing(
        row.id,
        means.owner,
        ending.state,
        token=row.lease_token,
        now=now,
        reason=reason,
        outcome=ending.outcome,
        next_attempt_at=ending.again_at,
    )
    event = turn.event if turn else None
    effects = turn.effects if turn else ()
    told = replace(ending, reason=reason, effects=tuple(effects))
    news = [audit_event(row, event, told, now)] if ending.state in AUDITED else []
    try:
        if turn is not None:
            await turn.end(end, news)
        else:
            steps = [end, *(outbox.adding(announce.row(one, now)) for one in news)]
            await means.store.run(steps, held, "outbox")
    except LeaseLost:
        log.warning("ended after its lease", reaction=row.reaction, row=row.id)
        return
    metrics.REACTIONS_FINISHED.labels(row.reaction, ending.state).inc()
    log.info(
        "reaction ended",
        reaction=row.reaction,
        row=row.id,
        state=ending.state,
        attempts=row.attempts,
        reason=reason,
    )
