"""One effect, made once: the ledger before the call, the provider asked before a second call."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from adapters.http.deadline import sending_unless
from adapters.http.errors import Ambiguous, Rejected, Transient, Unauthorised
from adapters.store import ledger
from workers.react.hold import time_to_call
from workers.react.reaction import Absent, Blocked, Done, Effect, Search, Unclear
from workers.react.turn import NotSettled, Turn, taken_for_another
from workers.telemetry import tracing


class Refused(Exception):
    """The provider said no to an effect."""

    def __init__(self, effect: Effect, error: Rejected) -> None:
        super().__init__(str(error))
        self.effect = effect
        self.error = error


async def ensure(turn: Turn, effect: Effect) -> None:
    """Make one effect unless the ledger or the provider already has it.

    What the provider answered is owed then: see `Turn`.

    Raises:
        LeaseLost: Another process has the reaction now.
        NotSettled: Whether an earlier call took effect cannot be told yet.
        Blocked: It cannot be told at all: a person must look.
        Refused: The provider said no.
        ProviderError: As in adapters.http.errors.
    """
    effect = await _on_its_basis(turn, effect)
    earlier = await _begin(turn, effect)
    if earlier is None:
        done = await _send(turn, effect)
        turn.owe(effect, done)
        await asyncio.sleep(0)  # who waits for the place of this call sends first
        return
    place = turn.configured.place.connection
    if earlier.connection != place:
        raise Blocked(
            f"{effect.key} was begun in {earlier.connection}, and reactions.{turn.row.reaction}.to "
            f"is {place} now: look for it there, or set it back, then retry"
        )
    if earlier.state == "done":
        await _count(turn, effect, earlier)
    else:
        await _look(turn, effect, earlier)


async def _count(turn: Turn, effect: Effect, earlier: ledger.Effect) -> None:
    """Count an effect that the ledger has, unless it was taken for another's as well."""
    if earlier.found_by != "value":
        its = earlier.connection, earlier.provider_id or "", effect.key
        (others,) = await turn.means.store.run([ledger.claimed(*its)])
        if others.rows:
            thing = f"{earlier.provider_id} in {earlier.connection}"
            raise taken_for_another(effect, thing, others.rows[0][0])
    turn.has(effect, earlier.provider_id, earlier.found_by)


async def _look(turn: Turn, effect: Effect, earlier: ledger.Effect) -> None:
    """See whether an earlier call took effect, and make it where it did not."""
    before = replace(effect, call=effect.kind.restore(earlier.request))
    found = await _find(turn, before, earlier)
    if found is not None and found.provider_id == earlier.provider_id:
        raise Blocked(
            f"{effect.kind.name} {found.provider_id} in {earlier.connection} is from before "
            f"{effect.key} was to be made again, and the call for that had no answer: look whether "
            "there are two; cancel if so, else make it again by `tiebeam replay --force`"
        )
    done = found or await _send_again(turn, effect)
    turn.owe(before if found else effect, done)
    await turn.settle()


async def _begin(turn: Turn, effect: Effect) -> ledger.Effect | None:
    """Write the intent to make the effect; or give what was, or may have been, begun before."""
    request, hold = effect.kind.request(effect.call), turn.next_hold()
    now = turn.means.clock.now()
    intent = ledger.beginning(
        effect.key,
        reaction=turn.row.reaction,
        reaction_id=turn.row.id,
        connection=turn.configured.place.connection,
        request=request,
        now=now,
        detected_at=turn.event.detected_at,
    )
    begun = await turn.begin(intent, hold)
    if ledger.is_new(begun):
        return None
    async with turn.means.store.read() as tx:
        earlier = (await ledger.get(tx, [effect.key])).get(effect.key)
    if earlier is None:
        raise NotSettled(now, "an earlier call was taken back meanwhile")
    if earlier.state != "taken back":
        return earlier
    hold = turn.next_hold()
    now = turn.means.clock.now()
    anew = ledger.beginning_again(effect.key, turn.row.id, request, now)
    if not (await turn.begin(anew, hold)).changed:
        raise NotSettled(now, "another process has begun it anew")
    return None


async def _on_its_basis(turn: Turn, effect: Effect) -> Effect:
    """Give an effect the provider's id of the one that it needs."""
    if effect.needs is None:
        return effect
    await turn.settle()
    async with turn.means.store.read() as tx:
        needed = (await ledger.get(tx, [effect.needs])).get(effect.needs)
    if needed is None or needed.state != "done":
        raise Blocked(f"{effect.key} needs {effect.needs}, which has not happened")
    return replace(effect, basis=needed.provider_id)


async def _find(turn: Turn, effect: Effect, earlier: ledger.Effect) -> Done | None:
    """Ask the provider whether an earlier attempt took effect; None means: it did not."""
    means, place = turn.means, turn.configured.place
    # a process that died may have sent until the last moment it was allowed to
    lost_at = earlier.lost_at or earlier.sent_at + time_to_call(means.lease)
    until = lost_at + means.settle
    if means.clock.now() < until:
        raise NotSettled(until)

    async def claimed(ids: set[str]) -> set[str]:
        async with means.store.read() as tx:
            return await ledger.claimed_provider_ids(tx, place.connection, ids)

    async with means.store.write() as tx:
        await turn.extend(tx)
    with tracing.span(f"find {effect.kind.name}", attributes={"tiebeam.effect_key": effect.key}):
        try:
            async with asyncio.timeout(time_to_call(means.lease).total_seconds()):
                search = Search(effect, earlier.first_sent_at, claimed)
                found = await effect.kind.find(place, search)
        except TimeoutError:
            why = "not looked for within the lease"
            raise Transient(place.connection, effect.kind.name, why) from None
    if isinstance(found, Unclear):
        raise Blocked(found.reason)
    return None if isinstance(found, Absent) else found


async def _send_again(turn: Turn, effect: Effect) -> Done:
    """Make the call once more, after a look that did not find it."""
    async with turn.means.store.write() as tx:
        await turn.extend(tx)
        request, now = effect.kind.request(effect.call), turn.means.clock.now()
        if not await ledger.mark_sent(tx, effect.key, request=request, now=now):
            raise NotSettled(now, "an earlier call was answered meanwhile")
    return await _send(turn, effect)


async def _send(turn: Turn, effect: Effect) -> Done:
    """Make the call within the hold; take the intent back if it certainly had no effect."""
    means, place = turn.means, turn.configured.place
    try:
        # both, for in a process that stood still until after its end the time-out comes too late
        async with asyncio.timeout_at(turn.hold.at):
            with sending_unless(turn.hold.is_over):
                return await effect.kind.send(place, effect)
    except (Transient, Rejected) as error:
        async with means.store.write() as tx:
            await turn.extend(tx)
            await ledger.withdraw(tx, effect.key)
        if isinstance(error, Rejected) and not isinstance(error, Unauthorised):
            raise Refused(effect, error) from error
        raise
    except (Ambiguous, TimeoutError) as error:
        async with means.store.write() as tx:
            await turn.extend(tx)
            await ledger.mark_lost(tx, effect.key, means.clock.now())
        if isinstance(error, Ambiguous):
            raise
        why = "no answer within the reaction's lease"
        raise Ambiguous(place.connection, effect.kind.name, why) from None
