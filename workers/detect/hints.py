"""Hints: what a webhook says may have happened is looked at within a second.

The look is the same as the poll's, so that the event is the same too, whoever comes first. A
provider may show a change later than it tells of it: what shows nothing new is looked at once more.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from opentelemetry import trace
from opentelemetry.trace import SpanContext

from adapters.http.limits import Priority, at_priority
from adapters.store import hints
from adapters.store.errors import StoreError
from adapters.store.hints import Hint
from workers.detect import children, observe
from workers.detect.cycle import Progress, progress
from workers.detect.observe import Source, Tally
from workers.detect.poller import look_under_lease
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
"""However often something is hinted at, it is looked at once in this time."""
TAKEN_FOR = timedelta(seconds=60)
"""A hint whose taker died is free again after this."""
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


async def follow(sources: Sequence[Source], owner: str, lease: timedelta) -> None:
    """Follow the hints of all connections until cancelled."""
    by_connection: defaultdict[str, list[Source]] = defaultdict(list)
    for source in sources:
        by_connection[source.facts.connection].append(source)
    with at_priority(Priority.HINT):
        async with asyncio.TaskGroup() as group:
            for connection, own in by_connection.items():
                group.create_task(
                    _follow_connection(connection, own, owner, lease), name=f"hints {connection}"
                )


async def _follow_connection(
    connection: str, sources: Sequence[Source], owner: str, lease: timedelta
) -> None:
    store = sources[0].store
    follower = Follower(connection, {one.stream.entity: one for one in sources}, owner, lease)
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


@dataclass
class Follower:
    """Follows the hints of one connection.

    `followed` is what was looked at within the window; `pause` is how many seconds to wait for
    hints of others, or until a window ends.
    """

    connection: str
    by_kind: Mapping[str, Source]
    owner: str
    lease: timedelta
    followed: dict[tuple[str, str], datetime] = field(default_factory=dict)
    pause: float = EVERY

    async def follow_once(self) -> bool:
        """Follow the hints that wait now; whether anything was looked at."""
        source = next(iter(self.by_kind.values()))
        now = source.clock.now()
        async with source.store.write() as tx:
            taken = await hints.take(tx, self.connection, now, now + TAKEN_FOR, AT_ONCE)
        ready = await self._past_window(source, taken, now)
        for kind in sorted({hint.kind for hint in ready}):
            await self._follow_kind(source, kind, [one for one in ready if one.kind == kind])
        return bool(ready)

    async def _past_window(
        self, source: Source, taken: Sequence[Hint], now: datetime
    ) -> list[Hint]:
        """The hints about what was not looked at just now; the others come when the window ends."""
        self.followed = {key: at for key, at in self.followed.items() if at > now - WINDOW}
        self.pause = EVERY
        ready, early = [], []
        for hint in taken:
            key = (hint.kind, hint.entity_id)
            if key in self.followed:
                early.append((hint, self.followed[key] + WINDOW))
            else:
                self.followed[key] = now
                ready.append(hint)
        if early:
            self.pause = (min(until for _, until in early) - now).total_seconds()
            async with source.store.write() as tx:
                for hint, until in early:
                    await hints.postpone(tx, hint, until)
        return ready

    async def _follow_kind(self, any_source: Source, kind: str, own: Sequence[Hint]) -> None:
        source = self.by_kind.get(kind)
        if source is None:
            await _settle(any_source, dict.fromkeys(own, Outcome.IGNORED))
            return
        try:
            # Not the poll's own name: the two would take each other's lease for theirs.
            found = await _follow(source, own, f"{self.owner}/hints", self.lease)
        except StoreError:
            raise
        except Exception:  # one kind's surprise must not keep the others from being followed
            log.exception("hints not followed", stream=source.stream.name)
            found = dict.fromkeys(own, Outcome.FAILED)
        await _settle(source, found)


async def _follow(
    source: Source, own: Sequence[Hint], owner: str, lease: timedelta
) -> dict[Hint, Outcome]:
    webhooks = {one.traceparent: link for one in own if (link := _webhook(one))}
    with tracing.span(
        f"follow hints {source.stream.provider}.{source.stream.entity}",
        links=tuple(webhooks.values()),
        attributes={"tiebeam.connection": source.facts.connection, "tiebeam.hints": len(own)},
    ):
        found: dict[Hint, Outcome] = {}
        for hint in own:
            if hint.entity_id == ANY:
                found[hint] = _outcome_of(await look_under_lease(source, owner, lease))
        named = [hint for hint in own if hint.entity_id != ANY]
        known = await progress(source)
        if known.baseline_at is None:  # the baseline is yet to come, and nothing is told before it
            return found | dict.fromkeys(named, Outcome.IGNORED)
        baseline = datetime.fromisoformat(known.baseline_at)
        outcomes = await asyncio.gather(*(_look(source, hint, baseline) for hint in named))
    return found | dict(zip(named, outcomes, strict=True))


def _webhook(hint: Hint) -> SpanContext | None:
    """The span in which the webhook was taken in, where that is known."""
    carried = tracing.carried({"traceparent": hint.traceparent})
    context = trace.get_current_span(carried).get_span_context()
    return context if context.is_valid else None


def _outcome_of(looked: Progress | None) -> Outcome:
    if looked is None or looked.failures:
        return Outcome.FAILED
    return Outcome.CHANGED if looked.changed else Outcome.NOTHING


async def _look(source: Source, hint: Hint, baseline: datetime) -> Outcome:
    """Look at one thing, whose failure or change is no other's."""
    tally, ids = Tally(), [hint.entity_id]
    found_by = _webhook(hint) or tracing.current()
    try:
        if source.stream.parent is not None:
            await children.read_lists(source, ids, baseline, tally, closely=True, found_by=found_by)
        elif source.stream.read is not None:
            await observe.observe_hinted(source, ids, baseline, tally, found_by)
    except Exception as error:
        log.exception("hint not followed", stream=source.stream.name, entity_id=hint.entity_id)
        tally.error = error
    if tally.error is not None:
        return Outcome.FAILED
    return Outcome.CHANGED if tally.changed else Outcome.NOTHING


async def _settle(source: Source, found: Mapping[Hint, Outcome]) -> None:
    """End the hints that led to something, and keep the others for one more look."""
    now = source.clock.now()
    async with source.store.write() as tx:
        for hint, outcome in found.items():
            age = now - hint.received_at
            if outcome is Outcome.FAILED and age < GIVEN_UP_AFTER:
                pause = min(max(LATE_SHOWN, age / 2), LONGEST_PAUSE)
                await hints.postpone(tx, hint, now + pause)
            elif outcome is Outcome.NOTHING and age < LATE_SHOWN:
                await hints.postpone(tx, hint, hint.received_at + LATE_SHOWN, looked_at=True)
            else:
                await hints.complete(tx, hint)
    for outcome in found.values():
        metrics.HINTS_HANDLED.labels(source.facts.connection, outcome.value).inc()
