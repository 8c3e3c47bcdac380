"""Hints: what a webhook says may have happened is looked at within a second.

The look is the same as the poll's, so that the event is the same too, whoever comes first. A
provider may show a change later than it tells of it: what shows nothing new is looked at once more.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from opentelemetry import trace
from opentelemetry.trace import SpanContext
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.http.limits import Priority, at_priority
from adapters.http.observation import counting_calls
from adapters.store import hints
from adapters.store.errors import StoreError
from adapters.store.hints import Hint
from workers.detect import children, hint_totals, observe
from workers.detect.cycle import progress
from workers.detect.hint_totals import HintTotals
from workers.detect.observe import Source, Tally
from workers.detect.poller import look_under_lease
from workers.lease import Lessee
from workers.telemetry import logs, metrics, tracing

AT_ONCE = 50
"""Hints taken at once, of one connection."""
LATE_SHOWN = timedelta(seconds=5)
"""How long after the hint a provider may show the change."""
LONGEST_PAUSE = timedelta(minutes=5)
"""Looks that fail come ever more seldom, up to this pause."""
GIVEN_UP_AFTER = timedelta(days=1)
"""What could not be looked at for so long is left to the polls."""
WINDOW = timedelta(seconds=1)
"""However often something is hinted at, it is looked at once in this time, by whatever process."""
TAKEN_FOR = timedelta(seconds=60)
"""A hint whose taker died is free again after this."""
LONGEST_LOOK = 45.0
"""Seconds after which a look is given up, before others may take its hint."""
EVERY = 1.0
"""Seconds between two looks at the hints of other processes."""
ANY = "*"

log = logs.logger("detect")


class Outcome(StrEnum):
    """What a look at what was hinted at found."""

    CHANGED = "changed"
    NOTHING = "nothing"
    FAILED = "failed"
    IGNORED = "ignored"


@dataclass(frozen=True)
class Found:
    """What became of each hint, and what their looks add to the stream's totals."""

    outcomes: Mapping[Hint, Outcome]
    totals: HintTotals | None = None


async def follow(sources: Sequence[Source], lessee: Lessee) -> None:
    """Follow the hints of all connections until cancelled."""
    by_connection: defaultdict[str, list[Source]] = defaultdict(list)
    for source in sources:
        by_connection[source.facts.connection].append(source)
    with at_priority(Priority.HINT):
        async with asyncio.TaskGroup() as group:
            for connection, own in by_connection.items():
                group.create_task(
                    _follow_connection(connection, own, lessee), name=f"hints {connection}"
                )


async def _follow_connection(connection: str, sources: Sequence[Source], lessee: Lessee) -> None:
    store = sources[0].store
    follower = Follower(connection, {one.stream.entity: one for one in sources}, lessee)
    try:
        while True:
            since = store.notified("hints")
            try:
                busy = await follower.follow_once()
            except StoreError as error:
                log.error("store not usable", connection=connection, why=str(error))
                busy = False
            if not busy:
                # Whoever writes hints in this process wakes us; those of others are looked for.
                await store.wait("hints", timeout=follower.pause, since=since)
    finally:
        await follower.stop()


@dataclass
class Follower:
    """Follows the hints of one connection.

    `pause` is how many seconds to wait for hints of others, or until a window ends. `whole_looks`
    are under way, by kind: each takes as long as its list, and holds up no hint about one thing.
    """

    connection: str
    by_kind: Mapping[str, Source]
    lessee: Lessee
    pause: float = EVERY
    whole_looks: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def follow_once(self) -> bool:
        """Follow the hints that wait now; whether there were any.

        Looks at whole streams are begun and not waited for.
        """
        source = next(iter(self.by_kind.values()))
        now = source.clock.now()
        async with source.store.write() as tx:
            taken = await hints.take(tx, self.connection, now, now + TAKEN_FOR, AT_ONCE)
            free_at = None if taken else await hints.next_free(tx, self.connection, now)
        self.pause = min(EVERY, (free_at - now).total_seconds()) if free_at else EVERY
        await self._drop_unwatched(source, taken, now)
        async with asyncio.TaskGroup() as group:
            for kind, watched in self.by_kind.items():
                if named := [one for one in taken if one.kind == kind and one.entity_id != ANY]:
                    group.create_task(_end(watched, named, _look_at_each(watched, named), now))
        for hint in taken:
            if hint.entity_id == ANY and hint.kind in self.by_kind:
                await self._begin_whole_look(self.by_kind[hint.kind], hint, now)
        return bool(taken)

    async def stop(self) -> None:
        """End the looks at whole streams that are under way."""
        for look in self.whole_looks.values():
            look.cancel()
        if self.whole_looks:
            await asyncio.wait(self.whole_looks.values())

    async def _drop_unwatched(self, source: Source, taken: Sequence[Hint], now: datetime) -> None:
        nobodys = [one for one in taken if one.kind not in self.by_kind]
        if nobodys:
            await _settle(source, Found(dict.fromkeys(nobodys, Outcome.IGNORED)), now)

    async def _begin_whole_look(self, source: Source, hint: Hint, now: datetime) -> None:
        running = self.whole_looks.get(hint.kind)
        if running is not None and not running.done():
            async with source.store.write() as tx:  # the look that is under way ends this hint
                await hints.postpone(tx, hint, now + TAKEN_FOR)
            return
        self.whole_looks[hint.kind] = asyncio.create_task(
            self._whole_look(source, hint, now),
            name=f"hinted look {self.connection}/{source.stream.name}",
        )

    async def _whole_look(self, source: Source, hint: Hint, taken_at: datetime) -> None:
        # Not the poll's own name: the two would take each other's lease for theirs.
        lessee = replace(self.lessee, owner=f"{self.lessee.owner}/hints")
        look = _look_at_all(source, hint, lessee)
        try:
            await _end(source, [hint], look, taken_at)
        except StoreError as error:  # the hint is free again when it was taken for long enough
            log.error("store not usable", connection=self.connection, why=str(error))


async def _look_at_each(source: Source, own: Sequence[Hint]) -> Found:
    with counting_calls() as calls, _following(source, own):
        known = await progress(source)
        if known.baseline_at is None:  # the baseline is yet to come, and nothing is told before it
            return Found(dict.fromkeys(own, Outcome.IGNORED))
        baseline = datetime.fromisoformat(known.baseline_at)
        tallies = await asyncio.gather(*(_look(source, hint, baseline) for hint in own))
    outcomes = {hint: _outcome(tally) for hint, tally in zip(own, tallies, strict=True)}
    events = sum(tally.events for tally in tallies)
    return Found(outcomes, HintTotals(known.baseline_at, events, calls.count))


async def _look_at_all(source: Source, hint: Hint, lessee: Lessee) -> Found:
    with _following(source, [hint]):
        looked = await look_under_lease(source, lessee)
    if looked is None or looked.failures:
        return Found({hint: Outcome.FAILED})
    return Found({hint: Outcome.CHANGED if looked.changed else Outcome.NOTHING})


def _following(source: Source, own: Sequence[Hint]) -> AbstractContextManager[object]:
    webhooks = {one.traceparent: link for one in own if (link := _webhook(one))}
    return tracing.span(
        f"follow hints {source.stream.provider}.{source.stream.entity}",
        links=tuple(webhooks.values()),
        attributes={"tiebeam.connection": source.facts.connection, "tiebeam.hints": len(own)},
    )


def _webhook(hint: Hint) -> SpanContext | None:
    """The span in which the webhook was taken in, where that is known."""
    carried = tracing.carried({"traceparent": hint.traceparent})
    context = trace.get_current_span(carried).get_span_context()
    return context if context.is_valid else None


async def _look(source: Source, hint: Hint, baseline: datetime) -> Tally:
    """Look at one thing, whose failure or change is no other's."""
    tally, ids = Tally(), [hint.entity_id]
    found_by = _webhook(hint) or tracing.current()
    try:
        async with asyncio.timeout(LONGEST_LOOK):
            if source.stream.parent is not None:
                await children.read_lists(
                    source, ids, baseline, tally, closely=True, found_by=found_by
                )
            elif source.stream.read is not None:
                await observe.observe_hinted(source, ids, baseline, tally, found_by)
    except TimeoutError as error:  # the connection is slowed down, or hangs
        log.warning("hint not followed in time", stream=source.stream.name)
        tally.error = error
    except Exception as error:
        log.exception("hint not followed", stream=source.stream.name, entity_id=hint.entity_id)
        tally.error = error
    return tally


def _outcome(tally: Tally) -> Outcome:
    if tally.error is not None or tally.stumbles:
        return Outcome.FAILED
    return Outcome.CHANGED if tally.changed else Outcome.NOTHING


async def _end(
    source: Source, own: Sequence[Hint], look: Awaitable[Found], taken_at: datetime
) -> None:
    """Wait for a look and settle its hints; its surprise keeps no others from being followed."""
    try:
        found = await look
    except StoreError:
        raise
    except Exception:
        log.exception("hints not followed", stream=source.stream.name)
        found = Found(dict.fromkeys(own, Outcome.FAILED))
    await _settle(source, found, taken_at)


async def _settle(source: Source, found: Found, taken_at: datetime) -> None:
    """End the hints that led to something, and keep the others for one more look."""
    now = source.clock.now()
    async with source.store.write() as tx:
        if found.totals is not None:
            await hint_totals.add(tx, source.labels, found.totals, now)
        # In the order in which webhooks write them: two writers would else wait for each other.
        for hint in sorted(found.outcomes, key=lambda one: (one.kind, one.entity_id)):
            await _settle_one(tx, hint, found.outcomes[hint], taken_at + WINDOW, now)
    for outcome in found.outcomes.values():
        metrics.HINTS_HANDLED.labels(source.facts.connection, outcome.value).inc()


async def _settle_one(
    tx: AsyncConnection, hint: Hint, outcome: Outcome, window_ends: datetime, now: datetime
) -> None:
    age = now - hint.received_at
    if outcome is Outcome.IGNORED:
        await hints.complete(tx, hint)
    elif outcome is Outcome.FAILED and age < GIVEN_UP_AFTER:
        pause = min(max(LATE_SHOWN, age / 2), LONGEST_PAUSE)
        await hints.postpone(tx, hint, now + pause)
    elif outcome is Outcome.NOTHING and age < LATE_SHOWN:
        again_at = hint.received_at + LATE_SHOWN
        await hints.complete(tx, hint, window_ends, again_at=again_at)
    else:
        await hints.complete(tx, hint, window_ends)
