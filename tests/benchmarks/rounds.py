"""Rounds: contenders take turns at the same work; what counts are medians and ratios within a run.

Absolute times differ from machine to machine and from minute to minute. So every goal is a ratio of
two contenders that took turns in the same rounds, each round in another order.
"""

from __future__ import annotations

import cProfile
import gc
import math
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import ClassVar, Self

from rich.table import Table


@dataclass(frozen=True)
class Sample:
    """One measurement: so many `items` in so many seconds.

    `cpu` is this process's own CPU time in seconds, all its threads together. `facts` are numbers
    counted on the way, which explain the time.
    """

    items: int
    seconds: float
    cpu: float
    facts: Mapping[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Items a second."""
        return self.items / self.seconds


@dataclass(frozen=True)
class Moment:
    """An instant: seconds of a steady clock, and this process's CPU seconds so far.

    Where there is a `profiler`, it looks on from each `start` to the next `sample`.
    """

    seconds: float
    cpu: float
    profiler: ClassVar[cProfile.Profile | None] = None

    @classmethod
    def now(cls) -> Self:
        """This instant."""
        return cls(time.perf_counter(), time.process_time())

    @classmethod
    def start(cls) -> Self:
        """This instant, after tidying up: nobody pays for what the one before has left behind."""
        gc.collect()
        if cls.profiler is not None:
            cls.profiler.enable()
        return cls.now()

    def sample(self, items: int, until: float | None = None, **facts: float) -> Sample:
        """So many items from this instant to `until`, or to now; CPU seconds are those to now."""
        if self.profiler is not None:
            self.profiler.disable()
        now = Moment.now()
        end = now.seconds if until is None else until
        return Sample(items, end - self.seconds, now.cpu - self.cpu, facts)


Contender = Callable[[], Awaitable[Mapping[str, Sample]]]
"""Does its work once, from a fresh start, and gives a sample for each of its rows."""


@dataclass(frozen=True)
class Goal:
    """`ours` must reach `at_least` of the rate of `peer`; None: measured, no goal claimed.

    `cause` says why it is not reached, from the facts of our median sample. `stretch` is hoped for.
    """

    ours: str
    peer: str
    at_least: float | None = None
    cause: Callable[[Sample], str] | None = None
    stretch: float | None = None


@dataclass(frozen=True)
class Workload:
    """Contenders at the same work.

    Attributes:
        name: as in the table of numbers to hold.
        about: what is measured, in a sentence or two.
        unit: what the items are.
        rows: what each row of the table does, by the row's name, in the table's order.
        contenders: by the name of their first row.
        goals: which rows are compared.
        warm_up: done once before the first round: imports, and what else is done only once.
        rounds: in how many rounds, the first, a contender takes part, where not in all: by its
            name.
        smaller: contenders that do the same with less, to be profiled instead: by its name.
        apart: contenders that work in processes of their own, where no profiler looks.
        spent: what the samples count as seconds: seconds, or what there is instead.
        tells: what a row's median sample tells besides, from its facts: by the row's name.
    """

    name: str
    about: str
    unit: str
    rows: Mapping[str, str]
    contenders: Mapping[str, Contender]
    goals: Sequence[Goal]
    warm_up: Contender | None = None
    rounds: Mapping[str, int] = field(default_factory=dict)
    smaller: Mapping[str, Contender] = field(default_factory=dict)
    apart: Collection[str] = ()
    spent: str = "seconds"
    tells: Mapping[str, Callable[[Sample], str]] = field(default_factory=dict)

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of the numbers in the table."""
        spent = "s" if self.spent == "seconds" else self.spent
        rate = f"{self.unit} a {self.spent.removesuffix('s')}"
        return "rounds", f"median {spent}", rate, "slowest to fastest", "CPU s"

    def to_profile(self, row: str) -> Contender | None:
        """The contender to profile for a row; None where that would show nothing."""
        if row in self.apart:
            return None
        return self.smaller.get(row) or self.contenders[row]


@dataclass(frozen=True)
class Result:
    """What a workload measured: the samples of each row, in the order of the rounds."""

    workload: Workload
    samples: Mapping[str, Sequence[Sample]]

    def middle(self, row: str) -> Sample:
        """The row's sample of median rate (the slower of the two middle ones)."""
        ordered = sorted(self.samples[row], key=lambda sample: sample.rate)
        return ordered[(len(ordered) - 1) // 2]

    def ratio(self, goal: Goal) -> float:
        """The median, over the rounds in which both took part, of our rate to the peer's."""
        both = zip(self.samples[goal.ours], self.samples[goal.peer], strict=False)
        return median(one.rate / other.rate for one, other in both)

    def missed(self) -> list[Goal]:
        """The goals not reached."""
        return [
            goal
            for goal in self.workload.goals
            if goal.at_least is not None and self.ratio(goal) < goal.at_least
        ]


async def measure(
    workload: Workload,
    rounds: int,
    budget: float = math.inf,
    tell: Callable[[str], None] = lambda _: None,
) -> Result:
    """Let the contenders take turns; `tell` hears what was measured as it happens.

    No further round begins that would end after `budget` seconds, if it took as long as the others.
    """
    samples: dict[str, list[Sample]] = defaultdict(list)
    if workload.warm_up is not None:
        await workload.warm_up()
    began = time.perf_counter()
    for number in range(rounds):
        spent = time.perf_counter() - began
        if number and spent * (number + 1) / number > budget:
            break
        turns = list(workload.contenders.items())
        for name, contender in turns if number % 2 == 0 else reversed(turns):
            if number >= workload.rounds.get(name, rounds):
                continue
            for row, sample in (await _undisturbed(contender)).items():
                samples[row].append(sample)
                tell(f"{workload.name}, round {number + 1}: {row}: {shown(sample.rate)} a second")
    return Result(workload, samples)


async def _undisturbed(contender: Contender) -> Mapping[str, Sample]:
    """Let a contender work without the garbage collector walking over the benchmark's material."""
    gc.collect()
    gc.freeze()
    try:
        return await contender()
    finally:
        gc.unfreeze()


def table(result: Result) -> Table:
    """The result for a terminal."""
    workload = result.workload
    found = Table(title=workload.name, title_justify="left", caption_justify="left")
    found.add_column("row")
    for name in workload.headings:
        found.add_column(name, justify="right")
    for cells in cells_of(result):
        found.add_row(*cells)
    found.caption = "\n".join(verdicts(result))
    return found


def cells_of(result: Result) -> list[tuple[str, ...]]:
    """The numbers of each row as text: rounds, median, rate, range of rates, CPU of the median."""
    return [
        (
            row,
            str(len(result.samples[row])),
            f"{middle.seconds:.2f}",
            shown(middle.rate),
            f"{shown(min(rates))} to {shown(max(rates))}",
            f"{middle.cpu:.2f}",
        )
        for row in result.workload.rows
        for middle in [result.middle(row)]
        for rates in [[sample.rate for sample in result.samples[row]]]
    ]


def verdicts(result: Result) -> list[str]:
    """One line for what a row tells besides, and one for each comparison, with its goal."""
    told = [f"{row}: {tell(result.middle(row))}" for row, tell in result.workload.tells.items()]
    return told + [
        f"{goal.ours} / {goal.peer}: {result.ratio(goal):.2f}{_verdict(result, goal)}"
        for goal in result.workload.goals
    ]


def _verdict(result: Result, goal: Goal) -> str:
    wanted = {"goal": goal.at_least, "stretch": goal.stretch}
    told = [
        f"{name} {least:g}: {'reached' if result.ratio(goal) >= least else 'NOT reached'}"
        for name, least in wanted.items()
        if least is not None
    ]
    return f" ({'; '.join(told)})" if told else ""


def shown(number: float) -> str:
    """A rate with three digits that mean something."""
    if number >= 1_000:
        digits = len(str(int(number))) - 3
        return f"{round(number, -digits):,.0f}"
    return f"{number:.3g}"
