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

from adapters.store import hints
from adapters.store.errors import StoreError
from adapters.store.hints import Hint
from workers.detect import children, observe
from workers.detect.cycle import progress
from workers.detect.observe import Source, Tally
from workers.detect.poller import look_under_lease
from workers.telemetry import logs, metrics, tracing

AT_ONCE = 50
"""Hints taken at once, of one connection."""
LATE_SHOWN = timedelta(seconds=5)
"""How long after the hint a provider may show the change."""
WINDOW = timedelta(seconds=1)
"""However often something is hinted at, it is looked at once in this time."""
TAKEN_FOR = timedelta(seconds=60)
"""A hint whose taker died is free again after this."""
EVERY = 1.0
"""Seconds between two looks at the hints of other processes."""
ANY = "*"

log = logs.logger("detect")


async def follow(sources: Sequence[Source], owner: str, lease: timedelta) -> None:
    """Follow the hints of all connections until cancelled."""
    by_connection: defaultdict[str, list[Source]] = defaultdict(list)
    for source in sources:
        by_connection[source.facts.connection].append(source)
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
            await store.wait("hints", timeout=EVERY, since=since)


@dataclass
class Follower:
    """Follows the hints of one connection; `followed` is what was looked at within the window."""

    connection: str
    by_kind: Mapping[str, Source]
    owner: str
    lease: timedelta
    followed: dict[tuple[str, str], datetime] = field(default_factory=dict)

    async def follow_once(self) -> bool:
        """Follow the hints that wait now; whether anything was looked at."""
        source = next(iter(self.by_kind.values()))
        now = source.clock.now()
        async with source.store.write() as tx:
            taken = await hints.take(tx, self.connection, now, now + TAKEN_FOR, AT_ONCE)
        ready = await self._past_window(source, taken, now)
        for kind in sorted({hint.kind for hint in ready}):
            own = [hint for hint in ready if hint.kind == kind]
            if kind in self.by_kind:
                await _follow_kind(self.by_kind[kind], own, self.owner, self.lease)
            else:
                await _settle(source, own, found=True)
        return bool(ready)

    async def _past_window(
        self, source: Source, taken: Sequence[Hint], now: datetime
    ) -> list[Hint]:
        """The hints about what was not looked at just now; the others come when the window ends."""
        self.followed = {key: at for key, at in self.followed.items() if at > now - WINDOW}
        ready, early = [], []
        for hint in taken:
            key = (hint.kind, hint.entity_id)
            if key in self.followed:
                early.append((hint, self.followed[key] + WINDOW))
            else:
                self.followed[key] = now
                ready.append(hint)
        if early:
            async with source.store.write() as tx:
                for hint, until in early:
                    await hints.postpone(tx, hint, until)
        return ready


async def _follow_kind(source: Source, own: Sequence[Hint], owner: str, lease: timedelta) -> None:
    named = [hint for hint in own if hint.entity_id != ANY]
    whole = [hint for hint in own if hint.entity_id == ANY]
    if whole:
        looked = await look_under_lease(source, owner, lease)
        failed = looked is None or looked.failures > 0
        found = looked is not None and looked.changed > 0
        await _settle(source, whole, found=found, again=failed)
    known = await progress(source)
    if known.baseline_at is None:  # the baseline is yet to come, and nothing is told before it
        await _settle(source, named, found=True)
        return
    tally = Tally()
    await _look(source, named, datetime.fromisoformat(known.baseline_at), tally)
    await _settle(source, named, found=tally.changed > 0, again=tally.error is not None)


async def _look(source: Source, named: Sequence[Hint], baseline: datetime, tally: Tally) -> None:
    ids = [hint.entity_id for hint in named]
    if not ids:
        return
    with tracing.span(
        f"follow hints {source.stream.provider}.{source.stream.entity}",
        attributes={"tiebeam.connection": source.facts.connection, "tiebeam.hints": len(ids)},
    ):
        if source.stream.parent is not None:
            await children.read_lists(source, ids, baseline, tally)
        elif source.stream.read is not None:
            await observe.observe_hinted(source, ids, baseline, tally, tracing.current())


async def _settle(source: Source, own: Sequence[Hint], *, found: bool, again: bool = False) -> None:
    """End the hints that led to something, and keep the others for one more look."""
    if not own:
        return
    now = source.clock.now()
    async with source.store.write() as tx:
        for hint in own:
            if again:
                await hints.postpone(tx, hint, now + LATE_SHOWN)
            elif not found and now < hint.received_at + LATE_SHOWN:
                await hints.postpone(tx, hint, hint.received_at + LATE_SHOWN)
            else:
                await hints.complete(tx, hint)
    outcome = "failed" if again else "changed" if found else "nothing"
    metrics.HINTS_HANDLED.labels(source.facts.connection, outcome).inc(len(own))
