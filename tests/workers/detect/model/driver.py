"""The driver: at random, things happen to the provider and to the detector that looks at it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from deploy.sandbox import running_sandbox
from events.envelope import Event
from tests.workers.detect.model.checks import Checks
from tests.workers.detect.model.detector import Detector, connected, copied
from tests.workers.detect.model.kinds import PROVIDERS
from tests.workers.detect.model.provider import Interruptions, Provider
from tests.workers.detect.model.truth import Key, Life, Moment, Read
from tests.workers.fake_clock import FakeClock
from workers.detect.cycle import Progress, progress, run_cycle

SKEWS = (timedelta(0), timedelta(minutes=10), timedelta(minutes=-10))
PAUSES = (0.4, 1, 30, 60, 300, 1200, 2400, 7200, 25000)
DRIFTS = ("move_later_to_front", "remove_earlier", "hide_earlier")
TROUBLES: tuple[Mapping[str, Any], ...] = (
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503},
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "half_body"},
    {"kind": "half_body", "cut": "json"},
    {"kind": "html"},
    {"kind": "expire_tokens"},
)
NOBODY = str(UUID(int=7))


@dataclass
class Run:
    """A provider, a detector and the checks between them; what happens follows from `rng`.

    `restarts` says that the detector starts anew before each step.
    """

    rng: Random
    clock: FakeClock
    provider: Provider
    client: Any
    detector: Detector
    checks: Checks
    restarts: bool
    looked_at: datetime | None = None
    progress: dict[str, Progress] = field(default_factory=dict)
    told: list[Event] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    async def take(self, script: Script) -> None:
        """Take these steps, and see that at the end all was told.

        What happens in a step is of its own chance, so that others can be left out before it.
        """
        for step, chance in [*script, (Run.settle, 0)]:
            if self.restarts:
                await self.restart()
            self.rng = Random(chance)
            self.log.append(f"{self.clock.now():%d %H:%M:%S} {step.__name__}")
            await step(self)

    async def happen(self) -> None:
        for _ in range(self.rng.choice((1, 1, 1, 2, 4))):
            self.log.append(self.provider.happen(self.rng))

    async def wait(self) -> None:
        self.clock.advance(seconds=self.rng.choice(PAUSES))

    async def look(self) -> None:
        await self._look(self._any_kind())

    async def look_while_things_happen(self) -> None:
        for _ in range(self.rng.choice((1, 2, 4))):
            self._later(self.rng.randrange(6), Random(self.rng.random()))
        await self._look(self._any_kind())

    async def look_while_pages_drift(self) -> None:
        kind = self.provider.kinds[self._any_kind()]
        if kind.listing:
            self.provider.state.drift.add(
                kind.stream.provider,
                kind.listing,
                self.rng.choice(DRIFTS),
                after_page=self.rng.choice((1, 2)),
                times=self.rng.choice((1, 2)),
            )
        await self._look(kind.name)

    async def look_in_trouble(self) -> None:
        self._trouble()
        await self._look(self._any_kind(), in_trouble=True)

    async def look_and_die(self) -> None:
        await self._look(self._any_kind(), dies_after=self.rng.randrange(8))
        await self.restart()

    async def follow_hints(self) -> None:
        """Hints that are true, repeated, late, or about nothing; now and then in trouble."""
        self.clock.advance(seconds=7)  # what an earlier hint waited for is over
        lives = list(self.provider.truth.lives.values())
        meant = self.rng.sample(lives, min(len(lives), 3))
        about = [(life.kind, life.key) for life in meant]
        about += [(self._any_kind(), NOBODY), ("no_such_kind", NOBODY), *about[:1]]
        if (kind := self._any_kind()) in self.checks.baselines and self.rng.random() < 0.1:
            about.append((kind, "*"))
        if in_trouble := self.rng.random() < 0.2:
            self._trouble()
        before = self.provider.truth.moment()
        await self.detector.hint(about, self.clock)
        await self.detector.follower.follow_once()
        await asyncio.gather(*self.detector.follower.whole_looks.values())
        known = [one for one in meant if self._is_read_when_hinted(one)]
        await self._check(
            Read(
                "hints",
                before,
                self._end(),
                complete=not in_trouble,
                thorough=True,
                removals=False,
                only=frozenset(life.name for life in known),
            )
        )

    async def look_twice(self) -> None:
        """What a process told that died before it could say so is told again with the same ids."""
        kind = self._any_kind()
        self.clock.advance(seconds=0.1)
        await self.detector.store.aclose()
        other = self._start(copied(self.detector.path, self.detector.path.with_suffix(".copy")))
        self.detector = self._start(self.detector.path)
        await run_cycle(other.sources[kind])
        theirs = await other.news()
        await other.store.aclose()
        ours = await self._look(kind)
        assert identities(ours) == identities(theirs)

    async def restart(self) -> None:
        await self.detector.store.aclose()
        self.detector = self._start(self.detector.path)

    async def settle(self) -> None:
        """After some days without a change every detail was read, and there is no more to say."""
        await self._look_at_all()
        self.clock.advance(days=8)
        for _ in range(3):
            await self._look_at_all()
            self.clock.advance(seconds=60)
        for kind in self.provider.kinds:
            assert await self._look(kind, thorough=True) == []

    async def _look_at_all(self) -> None:
        for kind in self.provider.kinds:
            await self._look(kind)

    async def _look(
        self,
        kind: str,
        *,
        thorough: bool = False,
        in_trouble: bool = False,
        dies_after: int | None = None,
    ) -> list[Event]:
        if self.clock.now() == self.looked_at:  # each look has its time, by which it is known
            self.clock.advance(seconds=0.1)
        source, start = self.detector.sources[kind], self.clock.now()
        self.looked_at = start
        before, was = self.provider.truth.moment(), self.progress.get(kind, Progress())
        task = asyncio.ensure_future(run_cycle(source))
        if dies_after is not None:
            self._requests.after(dies_after, task.cancel)
        await asyncio.wait([task])
        drifted = any(rule.applied for rule in self.provider.state.drift.rules)
        after = self._end()
        now = await progress(source) if task.cancelled() else task.result()
        self.progress[kind] = now
        well = not task.cancelled() and now.error is None
        stumbled = in_trouble and now.unusable > 0  # over one thing: that is told by a later look
        swept = now.swept_at == start.isoformat()
        still = before == after and not drifted
        self.log.append(f"{kind}: {now.error if now.error else 'well' if well else 'killed'}")
        read = Read(
            kind,
            before,
            after,
            silent=was.baseline_at is None and source.stream.parent is None,
            baseline=was.baseline_at is None and now.baseline_at is not None,
            complete=well and not stumbled and (thorough or swept or still),
            thorough=thorough,
            removals=swept and now.held == 0,
            only=None if thorough or swept else self._shown_quickly(kind),
            first_contact=_first_contact(now) if source.stream.parent else None,
            answered=well and now.seen > 0,
        )
        return await self._check(read)

    async def _check(self, read: Read) -> list[Event]:
        news = await self.detector.news()
        self.log += [f"told {one.type} {one.subject} {one.sequence}" for one in news]
        self.told += news
        self.checks.looked(read, news, self.clock.now())
        return news

    def _end(self) -> Moment:
        self._requests.waiting.clear()
        self.provider.state.faults.clear()
        self.provider.state.drift.clear()
        self.provider.find_out()
        return self.provider.truth.moment()

    def _shown_quickly(self, kind: str) -> frozenset[Key]:
        """What a quick look shows: for certain what changed within a day."""
        since = self.provider.state.now() - timedelta(hours=23)
        lives = self.provider.truth.of(kind) if self.provider.kinds[kind].quick else []
        return frozenset(life.name for life in lives if life.changed > since)

    def _is_read_when_hinted(self, life: Life) -> bool:
        stream = self.provider.kinds[life.kind].stream
        return bool(stream.read and not stream.parent and self.checks.beliefs[life.name].was_read)

    def _later(self, requests: int, rng: Random) -> None:
        self._requests.after(
            requests, lambda: self.log.append(f"meanwhile {self.provider.happen(rng)}")
        )

    def _trouble(self) -> None:
        self.provider.state.faults.add(
            **self.rng.choice(TROUBLES),
            skip=self.rng.randrange(8),
            times=self.rng.choice((1, 1, 2)),
        )

    def _any_kind(self) -> str:
        return self.rng.choice(list(self.provider.kinds))

    def _start(self, path: Path) -> Detector:
        return Detector.start(
            path, self.provider.kinds, self.client, self.clock, self.detector.heard
        )

    @property
    def _requests(self) -> Interruptions:
        assert isinstance(self.provider.state.requests, Interruptions)
        return self.provider.state.requests


def _first_contact(looked: Progress) -> datetime | None:
    return datetime.fromisoformat(looked.baseline_at) if looked.baseline_at else None


Step = Callable[[Run], Awaitable[None]]
Script = Sequence[tuple[Any, int]]
"""Steps, each with the seed of what happens in it."""
STEPS: tuple[tuple[Any, int], ...] = (
    (Run.happen, 60),
    (Run.wait, 40),
    (Run.look, 32),
    (Run.look_while_things_happen, 16),
    (Run.look_while_pages_drift, 8),
    (Run.look_in_trouble, 12),
    (Run.look_and_die, 6),
    (Run.follow_hints, 8),
    (Run.look_twice, 4),
    (Run.restart, 4),
    (Run.settle, 1),
)


def script_of(seed: int, steps: int) -> Script:
    """So many steps at random."""
    rng = Random(seed)
    steps_there_are, weights = zip(*STEPS, strict=True)
    chosen = rng.choices(steps_there_are, weights, k=steps)
    return [(step, rng.getrandbits(32)) for step in chosen]


def identities(events: list[Event]) -> list[tuple[str, str, str, int]]:
    """What must be the same whenever the same history is told."""
    return [(one.id, one.type, one.subject, one.sequence) for one in events]


@asynccontextmanager
async def running(
    seed: int, provider: str, path: Path, *, restarts: bool = False
) -> AsyncIterator[Run]:
    """A run from the beginning, over an empty store; what fails names its seed and last steps."""
    rng, clock = Random(seed), FakeClock()
    kinds = {kind.name: kind for kind in PROVIDERS[provider]}
    async with running_sandbox(clock=clock.now) as sandbox:
        sandbox.state.requests = Interruptions()
        sandbox.state.clock_offset = skew = rng.choice(SKEWS)
        behind = Provider(sandbox.state, kinds)
        async with connected(provider, sandbox) as client:
            detector = Detector.start(path, kinds, client, clock)
            checks = Checks(kinds, behind.truth, skew)
            run = Run(rng, clock, behind, client, detector, checks, restarts)
            for _ in range(rng.choice((0, 10, 20))):
                run.log.append(behind.happen(rng))
            try:
                yield run
            except Exception as error:
                error.add_note(
                    "\n".join([f"seed {seed} of {provider}, skew {skew}", *run.log[-60:]])
                )
                raise
            finally:
                await run.detector.store.aclose()
