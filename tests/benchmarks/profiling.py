"""Where a contender's time goes: by package and by function, on the event loop's thread.

The profiler makes Python functions dearer than they are, and C code not: small functions that are
called often look worse here than they are.
"""

from __future__ import annotations

import cProfile
import pstats
import sysconfig
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.rounds import Contender, Moment
from tests.benchmarks.serving import ROOT

PACKAGES = 8
"""Packages told of."""
FUNCTIONS = 8
"""Functions told of."""
SITE = sysconfig.get_paths()["purelib"]
Place = tuple[str, int, str]
"""File, line and name of a function, as cProfile has them; built-in ones have the file `~`."""


@dataclass(frozen=True)
class Profile:
    """Seconds of own time by package, and of the functions with the most of it."""

    seconds: float
    packages: list[tuple[str, float]]
    functions: list[tuple[str, int, float]]
    """Where, how often called, seconds in it without what it calls."""

    def lines(self) -> list[str]:
        """The profile as text, a line for each entry."""
        parts = ", ".join(f"{name} {spent / self.seconds:.0%}" for name, spent in self.packages)
        return [
            f"own time by package, of {self.seconds:.1f} s: {parts}",
            *(f"{spent:7.2f} s  {calls:9,} ×  {at}" for at, calls, spent in self.functions),
        ]


async def profiled(contender: Contender) -> Profile:
    """Let a contender work once under the profiler, which looks at what is measured of it.

    Threads are not looked into, such as that in which SQLite works.
    """
    Moment.profiler = cProfile.Profile()
    try:
        await contender()
        return _summed(pstats.Stats(Moment.profiler))
    finally:
        Moment.profiler = None


def _summed(stats: pstats.Stats) -> Profile:
    entries: dict[Place, Any] = stats.stats  # type: ignore[attr-defined]
    packages: dict[str, float] = defaultdict(float)
    functions = []
    for place, (_, calls, own, _, callers) in entries.items():
        functions.append((_named(place), calls, own))
        if place[0] != "~":
            packages[_package(place)] += own
            continue
        for caller, (_, _, for_caller, _) in callers.items():  # C code: whoever called it
            packages[_waiting(place) or _package(caller)] += for_caller
    functions.sort(key=lambda entry: -entry[2])
    most = sorted(packages.items(), key=lambda entry: -entry[1])
    return Profile(sum(packages.values()), most[:PACKAGES], functions[:FUNCTIONS])


def _waiting(place: Place) -> str | None:
    return "waiting" if "select.epoll" in place[2] or "select.kqueue" in place[2] else None


def _package(place: Place) -> str:
    path = place[0]
    if path.startswith(SITE):
        return Path(path).relative_to(SITE).parts[0].removesuffix(".py")
    if path.startswith(str(ROOT)):
        return Path(path).relative_to(ROOT).parts[0]
    if "asyncio" in path:
        return "asyncio"
    return "standard library"


def _named(place: Place) -> str:
    path, line, name = place
    if path == "~":
        return name
    for root in (SITE, str(ROOT), sysconfig.get_paths()["stdlib"]):
        if path.startswith(root):
            path = str(Path(path).relative_to(root))
            break
    return f"{path}:{line} {name}"
