"""One effect, made once: the ledger before the call, the provider asked before a second call."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.http.deadline import sending_before
from adapters.http.errors import Ambiguous, Rejected, Transient, Unauthorised
from adapters.store import inbox, ledger, outbox
from adapters.store.bulk import Step, run_one
from adapters.store.inbox import InboxRow
from adapters.store.trips import Ran
from events import reactions as audit
from events.building import new_event
from events.envelope import Event
from workers import announce
from workers.react.means import Means
from workers.react.reaction import (
    Absent,
    Blocked,
    Configured,
    Done,
    Effect,
    Place,
    Search,
    Unclear,
)
from workers.telemetry import metrics, tracing


class LeaseLost(Exception):
    """Another process has taken the reaction over: this one may not send any more."""


class Refused(Exception):
    """The provider said no to an effect."""

    def __init__(self, effect: Effect, error: Rejected) -> None:
        super().__init__(str(error))
        self.effect = effect
        self.error = error


class _SettledBefore(Exception):
    """The effect is known to have happened: it is not to be told again."""


class NotSettled(Exception):
    """It cannot be told yet whether an earlier call took effect: look again then."""

    def __init__(self, until: datetime, why: str = "an earlier call has no answer yet") -> None:
        super().__init__(why)
        self.until = until


async def ensure(
    means: Means, row: InboxRow, configured: Configured, event: Event, effect: Effect
) -> audit.Effect:
    """Make one effect unless the ledger or the provider already has it.

    Raises:
        LeaseLost: Another process has the reaction now.
        NotSettled: Whether an earlier call took effect cannot be told yet.
        Blocked: It cannot be told at all: a person must look.
        Refused: The provider said no.
        ProviderError: As in adapters.http.errors.
    """
    effect = await _on_its_basis(means, effect)
    end = _last_moment(means)
    earlier = await _begin(means, row, configured, effect)
    if earlier is None:
        done = await _send(means, row, configured, effect, end)
        await _settle(means, configured, event, effect, done)
        return _audit(configured, effect, done.provider_id, done.found_by)
    if earlier.connection != configured.place.connection:
        raise Blocked(
            f"{effect.key} was begun in {earlier.connection}, and reactions.{row.reaction}.to is "
            f"{configured.place.connection} now: look for it there, or set it back, then retry"
        )
    if earlier.state == "done":
        return _audit(configured, effect, earlier.provider_id, earlier.found_by)
    effect_before = replace(effect, call=effect.kind.restore(earlier.request))
    found = await _find(means, row, configured, effect_before, earlier)
    done = found or await _send_again(means, row, configured, effect)
    await _settle(means, configured, event, effect_before if found else effect, done)
    return _audit(configured, effect, done.provider_id, done.found_by)


async def _begin(
    means: Means, row: InboxRow, configured: Configured, effect: Effect
) -> ledger.Effect | None:
    """Write the intent to make the effect; or give what was begun of it before."""
    intent = ledger.beginning(
        effect.key,
        reaction=row.reaction,
        reaction_id=row.id,
        connection=configured.place.connection,
        request=effect.kind.request(effect.call),
        now=means.clock.now(),
    )
    _, begun = await means.store.run([_extension(means, row), intent], _held)
    if begun.changed:
        return None
    async with means.store.read() as tx:
        earlier = (await ledger.get(tx, [effect.key])).get(effect.key)
    if earlier is None:
        raise NotSettled(means.clock.now(), "an earlier call was taken back meanwhile")
    return earlier


def _held(ran: Sequence[Ran]) -> None:
    extended = ran[0]
    if not extended.changed:
        raise LeaseLost


async def _on_its_basis(means: Means, effect: Effect) -> Effect:
    """Give an effect the provider's id of the one that it needs."""
    if effect.needs is None:
        return effect
    async with means.store.read() as tx:
        needed = (await ledger.get(tx, [effect.needs])).get(effect.needs)
    if needed is None or needed.state != "done":
        raise Blocked(f"{effect.key} needs {effect.needs}, which has not happened")
    return replace(effect, basis=needed.provider_id)


async def _find(
    means: Means,
    row: InboxRow,
    configured: Configured,
    effect: Effect,
    earlier: ledger.Effect,
) -> Done | None:
    """Ask the provider whether an earlier attempt took effect; None means: it did not."""
    # a process that died may have sent until the last moment it was allowed to
    lost_at = earlier.lost_at or earlier.sent_at + _time_to_call(means.lease)
    until = lost_at + means.settle
    if means.clock.now() < until:
        raise NotSettled(until)

    async def claimed(ids: set[str]) -> set[str]:
        async with means.store.read() as tx:
            return await ledger.claimed_provider_ids(tx, configured.place.connection, ids)

    async with means.store.write() as tx:
        await _extend_lease(tx, means, row)
    with tracing.span(f"find {effect.kind.name}", attributes={"tiebeam.effect_key": effect.key}):
        try:
            async with asyncio.timeout(_time_to_call(means.lease).total_seconds()):
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


async def _send_again(means: Means, row: InboxRow, configured: Configured, effect: Effect) -> Done:
    """Make the call once more, after a look that did not find it."""
    end = _last_moment(means)
    async with means.store.write() as tx:
        await _extend_lease(tx, means, row)
        request, now = effect.kind.request(effect.call), means.clock.now()
        if not await ledger.mark_sent(tx, effect.key, request=request, now=now):
            raise NotSettled(now, "an earlier call was answered meanwhile")
    return await _send(means, row, configured, effect, end)


async def _send(
    means: Means, row: InboxRow, configured: Configured, effect: Effect, end: float
) -> Done:
    """Make the call before `end`; take the intent back if it certainly had no effect."""
    try:
        # both, for in a process that stood still until after its end the time-out comes too late
        async with asyncio.timeout_at(end):
            with sending_before(end):
                return await effect.kind.send(configured.place, effect)
    except (Transient, Rejected) as error:
        async with means.store.write() as tx:
            await _extend_lease(tx, means, row)
            await ledger.withdraw(tx, effect.key)
        if isinstance(error, Rejected) and not isinstance(error, Unauthorised):
            raise Refused(effect, error) from error
        raise
    except (Ambiguous, TimeoutError) as error:
        async with means.store.write() as tx:
            await _extend_lease(tx, means, row)
            await ledger.mark_lost(tx, effect.key, means.clock.now())
        if isinstance(error, Ambiguous):
            raise
        place, why = configured.place.connection, "no answer within the reaction's lease"
        raise Ambiguous(place, effect.kind.name, why) from None


async def _extend_lease(tx: AsyncConnection, means: Means, row: InboxRow) -> None:
    """Hold the row for another lease; LeaseLost, and nothing is written, where it is not ours."""
    if not await run_one(tx, _extension(means, row)):
        raise LeaseLost


def _extension(means: Means, row: InboxRow) -> Step:
    until = means.clock.now() + means.lease
    return inbox.extending(row.id, means.owner, until, token=row.lease_token)


def _last_moment(means: Means) -> float:
    # By the loop's time, and taken before the lease is extended: no wait in between makes a call
    # later than the lease allows.
    return asyncio.get_running_loop().time() + _time_to_call(means.lease).total_seconds()


def _time_to_call(lease: timedelta) -> timedelta:
    # after the lease another process may send: stop well before
    return lease * 0.8


async def _settle(
    means: Means, configured: Configured, event: Event, effect: Effect, done: Done
) -> None:
    """Save that the effect happened and the event that tells of it, in one transaction.

    Raises:
        NotSettled: What was found by its values has been found for another effect meanwhile.
        Blocked: What was found for another effect by its values is certainly this one's.
    """
    now = means.clock.now()
    place = configured.place.connection
    found = ledger.finishing(effect.key, done.provider_id, done.response, done.found_by, now)
    told = _told(configured.place, event, effect, done, now)
    steps = [
        ledger.claimed(place, done.provider_id),
        found,
        *(outbox.adding(announce.row(one, now)) for one in told),
    ]

    def judge(ran: Sequence[Ran]) -> None:
        others, finished, *_ = ran
        if others.rows and done.found_by == "value":
            raise NotSettled(now, f"{done.provider_id} in {place} belongs to another effect")
        if not finished.changed:
            raise _SettledBefore

    claimed = False
    with suppress(_SettledBefore):
        claimed = bool((await means.store.run(steps, judge, "outbox"))[0].rows)
    if claimed:
        raise Blocked(
            f"{effect.kind.name} {done.provider_id} in {place} is that of {effect.key}, but was "
            "taken for another of ours that looked the same: see whether that one is missing, "
            "then retry"
        )
    metrics.END_TO_END_SECONDS.labels(configured.reaction.name).observe(
        max((now - event.time).total_seconds(), 0)
    )


def _told(place: Place, event: Event, effect: Effect, done: Done, now: datetime) -> Iterator[Event]:
    if effect.kind.outcome is None:
        return
    outcome = effect.kind.outcome(place, effect.call, done)
    carrier = tracing.carry()
    yield new_event(
        outcome.event_type,
        connection=place.connection,
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


def _audit(
    configured: Configured, effect: Effect, provider_id: str | None, found_by: str | None
) -> audit.Effect:
    return audit.Effect(
        key=effect.key,
        connection=configured.place.connection,
        provider_id=provider_id,
        found_by=audit.FoundBy(found_by) if found_by else None,
    )
