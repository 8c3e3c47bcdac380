"""The ways to disturb a scenario, and what may not differ after them."""

from __future__ import annotations

import os
import signal
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from zlib import crc32

from tests.faults.crash.points import Point
from tests.faults.crash.stage import Outcome, Stage, copy_of, ended

MAKING_EFFECTS = tuple(f"workers/react/{part}" for part in ("once", "turn", "effects/", "attempt"))


async def undisturbed(begun: Stage, folder: Path) -> tuple[Outcome, list[Point]]:
    """What comes of it where nothing happens, and the points that are passed."""
    async with copy_of(begun, folder) as stage:
        await stage.work()
        return stage.outcome(), stage.points()


async def killed(
    begun: Stage, folder: Path, normal: Outcome, point: Point
) -> tuple[list[str], list[str]]:
    """Let a worker die and another one end; what differs, and how the effects are known."""
    async with copy_of(begun, folder) as stage:
        died = await stage.work(die_at=point)
        await stage.quiet()
        await stage.work()
        return differences(stage, normal, harmed=int(died)), stage.found_by()


async def killed_twice(
    begun: Stage, folder: Path, normal: Outcome, first: Point
) -> tuple[Point, list[str]]:
    """Let a worker die, then the one that goes on, then one end; where, and what differs."""
    async with copy_of(begun, folder) as stage:
        deaths = int(await stage.work(die_at=first))
        await stage.quiet()
        async with copy_of(stage, folder.with_name("rehearsal")) as rehearsal:
            await rehearsal.work()
            (second,) = drawn(rehearsal.points(), 1, lot=str(first))
        deaths += await stage.work(die_at=second)
        await stage.quiet()
        await stage.work()
        return second, differences(stage, normal, harmed=deaths)


async def frozen(begun: Stage, folder: Path, normal: Outcome, point: Point) -> list[str]:
    """Let a worker stand still until another has done all; what differs before and after."""
    async with copy_of(begun, folder) as stage:
        still = stage.start(point, signal.SIGSTOP)
        try:
            stands = await stage.stands_still(still)
            await stage.work()
            different = differences(stage, normal, harmed=1)
            if stands and still.pid is not None:
                os.kill(still.pid, signal.SIGCONT)
            assert await ended(still) == 0, stage.last_words()
        finally:
            still.kill()
        await stage.quiet()
        return different + differences(stage, normal, harmed=1)


def differences(stage: Stage, normal: Outcome, *, harmed: int) -> list[str]:
    """In what a stage has ended otherwise than it should after so many were harmed, as lines."""
    found = stage.outcome()
    different = [
        f"{one.name}: {getattr(found, one.name)} instead of {getattr(normal, one.name)}"
        for one in fields(Outcome)
        if one.name != "writes" and getattr(found, one.name) != getattr(normal, one.name)
    ]
    repeats = stage.scenario.repeats
    more = Counter({name: number - normal.writes[name] for name, number in found.writes.items()})
    forbidden = {
        name: number
        for name, number in more.items()
        if number and not (name in repeats and 0 < number <= harmed)
    }
    missing = normal.writes - found.writes
    if forbidden or missing:
        different.append(f"calls too many: {forbidden}, missing: {dict(missing)}")
    return different


def boundaries(points: Iterable[Point]) -> list[Point]:
    """The first and the last passage of each place, in order."""
    passages: defaultdict[str, list[Point]] = defaultdict(list)
    for point in points:
        passages[point.place].append(point)
    ends = {point for there in passages.values() for point in (there[0], there[-1])}
    return [point for there in passages.values() for point in there if point in ends]


def where_effects_are_made(points: Iterable[Point]) -> list[Point]:
    """The points that differ from reaction to reaction: before, within and after its calls."""
    return [point for point in points if point.place.startswith(MAKING_EFFECTS)]


def drawn(points: Iterable[Point], number: int, lot: str) -> list[Point]:
    """So many points by lot; how often others were passed, which varies, does not change it."""
    return sorted(points, key=lambda point: crc32(f"{lot} {point}".encode()))[:number]
