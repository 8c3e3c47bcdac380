"""A turn at a row of the inbox: what its steps share, and what the provider has answered last.

An answer is written down together with what comes next, the intent of the next effect or the end
of the reaction: fewer transactions, and none of them waits for another. Where that cannot be, each
is written for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import inbox, ledger, outbox
from adapters.store.bulk import Step, run_one
from adapters.store.engine import Judge
from adapters.store.inbox import InboxRow
from adapters.store.trips import Ran
from events import reactions as audit
from events.building import new_event
from events.envelope import Event
from workers import announce
from workers.react.hold import Hold
from workers.react.means import Means
from workers.react.reaction import Blocked, Configured, Done, Effect
from workers.telemetry import metrics, tracing


class LeaseLost(Exception):
    """Another process has taken the reaction over: this one may not send any more."""


class NotSettled(Exception):
    """It cannot be told yet whether an earlier call took effect: look again then."""

    def __init__(self, until: datetime, why: str = "an earlier call has no answer yet") -> None:
        super().__init__(why)
        self.until = until


class _SettledBefore(Exception):
    """The effect is known to have happened: it is not to be told again."""


class _NotTogether(Exception):
    """What was answered last is to be written for itself."""


@dataclass(frozen=True)
class Answer:
    """An effect that the provider says or shows to have happened, and when we heard of it.

    `told` is what the audit tells of it.
    """

    effect: Effect
    done: Done
    at: datetime
    told: audit.Effect


@dataclass
class Turn:
    """One attempt at a row.

    Attributes:
        hold: How long the row is ours.
        settled: The effects of which the ledger says that they have happened, in their order.
        owed: What was answered last and is not written down yet.
    """

    means: Means
    row: InboxRow
    configured: Configured
    event: Event
    hold: Hold
    settled: list[audit.Effect] = field(default_factory=list)
    owed: Answer | None = None

    @property
    def effects(self) -> list[audit.Effect]:
        """The effects that have happened, with the one that is owed."""
        return self.settled if self.owed is None else [*self.settled, self.owed.told]

    def owe(self, effect: Effect, done: Done) -> None:
        """Take what was answered just now, to be written down with what comes next."""
        told = self._told(effect, done.provider_id, done.found_by)
        self.owed = Answer(effect, done, self.means.clock.now(), told)

    async def extend(self, tx: AsyncConnection) -> None:
        """Hold the row for another lease.

        Raises:
            LeaseLost: It is not ours any more, and nothing is written.
        """
        hold = Hold.from_now(self.means)
        if not await run_one(tx, self._extension(hold)):
            raise LeaseLost
        self.hold = hold

    def next_hold(self) -> Hold:
        """The hold for the next call: the present one, if it is enough, else a new one from now.

        Take it before the time at which the call is said to be sent: who looks for its effect
        counts from there how late it may have left.
        """
        return self.hold if self.hold.is_enough() else Hold.from_now(self.means)

    async def begin(self, intent: Step, hold: Hold) -> Ran:
        """Write an intent to call within a hold, and with it what is owed; what it left.

        Raises:
            LeaseLost: The row is not ours any more, and the intent is not written.
            NotSettled, Blocked: As `settle`; the intent is not written.
        """
        if hold is self.hold:
            _, begun = await self._write([self._holding(), intent], _ours)
            return begun
        _, begun = await self._write([self._extension(hold), intent], held)
        self.hold = hold
        return begun

    async def end(self, end: Step, news: Sequence[Event]) -> None:
        """Write how the work on the row ended, news of it, and with them what is owed.

        Raises:
            LeaseLost: The row is not ours any more; neither end nor news are written.
            NotSettled, Blocked: As `settle`; neither end nor news are written.
        """
        now = self.means.clock.now()
        told = [outbox.adding(announce.row(one, now)) for one in news]
        await self._write([end, *told], held, *(["outbox"] if news else []))

    def _holding(self) -> Step:
        return inbox.holding(self.row.id, self.means.owner, token=self.row.lease_token)

    def _extension(self, hold: Hold) -> Step:
        row = self.row
        return inbox.extending(row.id, self.means.owner, hold.until, token=row.lease_token)

    def has(self, effect: Effect, provider_id: str | None, found_by: str | None) -> None:
        """Count an effect that the ledger has."""
        self.settled.append(self._told(effect, provider_id, found_by))

    async def _write(self, steps: Sequence[Step], judge: Judge, *topics: str) -> Sequence[Ran]:
        """Write steps as `judge` allows, and with them what is owed; what they left."""
        owed = self.owed
        if owed is None:
            return await self.means.store.run(steps, judge, *topics)
        place, done = self.configured.place.connection, owed.done
        said = ledger.finishing_own(
            place, owed.effect.key, done.provider_id, done.response, done.found_by, owed.at
        )
        settling = [said, *self._telling(owed)]

        def judge_all(ran: Sequence[Ran]) -> None:
            if not ran[0].changed:
                raise _NotTogether
            judge(ran[len(settling) :])

        try:
            ran = await self.means.store.run([*settling, *steps], judge_all, "outbox")
        except (_NotTogether, LeaseLost):
            await self.settle()
            return await self.means.store.run(steps, judge, *topics)
        self._settled(owed)
        return ran[len(settling) :]

    async def settle(self) -> None:
        """Save what is owed: that the effect happened, and the event that tells of it.

        Raises:
            NotSettled: What was found by its values has been found for another effect meanwhile.
            Blocked: What was found for another effect by its values is certainly this one's.
        """
        owed, self.owed = self.owed, None
        if owed is None:
            return
        effect, done, place = owed.effect, owed.done, self.configured.place.connection

        def judge(ran: Sequence[Ran]) -> None:
            if _others(ran) and done.found_by == "value":
                raise NotSettled(owed.at, f"{done.provider_id} in {place} is another effect's")
            if not _is_news(ran):
                raise _SettledBefore

        others: list[str] = []
        with suppress(_SettledBefore):
            others = _others(await self.means.store.run(self._settling(owed), judge, "outbox"))
        if others:
            raise taken_for_another(effect, f"{done.provider_id} in {place}", others[0])
        self._settled(owed)

    def _settling(self, owed: Answer) -> list[Step]:
        """The steps of which `_others` and `_is_news` read what they left."""
        done, place = owed.done, self.configured.place.connection
        said = ledger.finishing(
            owed.effect.key, done.provider_id, done.response, done.found_by, owed.at
        )
        others = ledger.claimed(place, done.provider_id, owed.effect.key)
        return [others, said, *self._telling(owed)]

    def _telling(self, owed: Answer) -> list[Step]:
        return [outbox.adding(announce.row(one, owed.at)) for one in self._outcome(owed)]

    def _outcome(self, owed: Answer) -> list[Event]:
        effect, place = owed.effect, self.configured.place
        if effect.kind.outcome is None:
            return []
        outcome = effect.kind.outcome(place, effect.call, owed.done)
        carrier = tracing.carry()
        told = new_event(
            outcome.event_type,
            connection=place.connection,
            entity_id=owed.done.provider_id,
            transition=effect.key,
            data=outcome.data,
            sequence=1,
            time=owed.at,
            detected_at=owed.at,
            caused_by=self.event,
            traceparent=carrier.get("traceparent"),
            tracestate=carrier.get("tracestate"),
        )
        return [told]

    def _settled(self, owed: Answer) -> None:
        self.owed = None
        self.settled.append(owed.told)
        metrics.END_TO_END_SECONDS.labels(self.configured.reaction.name).observe(
            max((owed.at - self.event.time).total_seconds(), 0)
        )

    def _told(self, effect: Effect, provider_id: str | None, found_by: str | None) -> audit.Effect:
        return audit.Effect(
            key=effect.key,
            connection=self.configured.place.connection,
            provider_id=provider_id,
            found_by=audit.FoundBy(found_by) if found_by else None,
        )


def taken_for_another(effect: Effect, thing: str, other: str) -> Blocked:
    """What stops a reaction whose effect is one that was taken for another's."""
    return Blocked(
        f"{effect.kind.name} {thing} is that of {effect.key}, but was taken for {other}, which "
        f"looked the same: see whether that one is missing. If so, make it by `tiebeam replay "
        f"--force {other}`, and retry; else cancel"
    )


def held(ran: Sequence[Ran]) -> None:
    """Judge steps of which the first changes the row.

    Raises:
        LeaseLost: It did not.
    """
    if not ran[0].changed:
        raise LeaseLost


def _ours(ran: Sequence[Ran]) -> None:
    """Judge steps of which the first returns the row where it is ours."""
    if not ran[0].rows:
        raise LeaseLost


def _others(ran: Sequence[Ran]) -> list[str]:
    """The keys of the other effects to which what the provider has belongs already."""
    return [row[0] for row in ran[0].rows]


def _is_news(ran: Sequence[Ran]) -> bool:
    """Whether the ledger did not say yet that the effect happened."""
    return bool(ran[1].changed)
