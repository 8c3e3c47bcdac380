"""What can go wrong with a worker, as plots that are played on a stage, many side by side."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Literal, Protocol
from uuid import uuid4

from deploy.sandbox.faults import Fault
from tests.end_to_end.told import Told, each_once, of_type
from tests.faults.crew import ROOT, WorkerProcess
from tests.faults.repairs import ALIKE, STEPS, Line, Lines, Repair, a_repair, an_invoice
from tests.faults.stage import PATIENCE, Stage, stage

SIDE_BY_SIDE = 4
"""Plots played at a time: most of one is waiting for leases to run out."""

SHORT = "2s"
LONGEST_LIFE = 6.0
"""Seconds after which a worker in a storm is killed though nothing came of it."""


@dataclass(frozen=True)
class History:
    """What was left behind when a plot was played."""

    events: list[Told]
    discrepancies: list[str]
    spans: list[dict[str, Any]]
    puts: int
    """How often a PUT reached essensys."""
    took: float = 0.0
    """Seconds that a worker took to end when it was asked to."""

    @property
    def found(self) -> tuple[str, ...]:
        """How the charge sheets of each line were known in the end, as the audit events say."""
        ends = of_type(each_once(self.events), "tiebeam.reaction.succeeded")
        return tuple(effect["found_by"] for end in ends for effect in end.entity["effects"])


class Plot(Protocol):
    """One way to do a worker harm."""

    @property
    def name(self) -> str:
        """What happens, in a few words; no two have the same."""

    @property
    def readable(self) -> bool:
        """Whether essensys shows the references of charges anywhere."""

    @property
    def lease(self) -> str:
        """How long a claimed reaction belongs to a worker that says nothing more."""

    async def play(self, on: Stage) -> History:
        """Do it, and wait until a healthy worker has put all in order."""


Histories = dict[str, History | BaseException]


async def play_all(plots: Iterable[Plot], kafka: str, folder: Path, empty_store: Path) -> Histories:
    """Play all; what cannot be played to its end is kept as its error."""
    places = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(plot: Plot) -> History:
        prefix = f"crash-{uuid4().hex[:8]}."
        own = folder / plot.name.replace(" ", "-").replace("'", "")
        await asyncio.to_thread(own.mkdir)
        async with places, stage(kafka, prefix, own, empty_store, plot.lease) as set_:
            settings = set_.sandbox.state.essensys.settings
            settings.current_charge_shows_reference = plot.readable
            return await plot.play(set_)

    plots = list(plots)
    played = await asyncio.gather(*map(one, plots), return_exceptions=True)
    return dict(zip((plot.name for plot in plots), played, strict=True))


@dataclass(frozen=True)
class Crash:
    """A worker is killed at a boundary, and another one goes on.

    Without `die_at` the test kills it while essensys holds the PUT, `after` or `before` its effect.
    """

    name: str
    die_at: str = ""
    held: Literal["after", "before"] | None = None
    readable: bool = True
    lease: str = SHORT
    found: tuple[str, str] = ("answer", "answer")
    """How each line's charge sheet must be known in the end."""
    lines: tuple[Lines, ...] = (ALIKE,)
    """The lines of the repair's invoices, of which two are to be recharged."""

    @property
    def looked_for(self) -> str:
        """How a charge sheet is known when its answer was not heard."""
        return "reference" if self.readable else "value"

    async def play(self, on: Stage) -> History:
        repair = a_repair(on.sandbox.state, *self.lines)
        doomed = on.start(die_at=self.die_at)
        await on.baselined(doomed)
        fault = _hold_put(on, self.held) if self.held else None
        repair.move("hired", "done")
        repair.pay()
        if fault is not None:
            await _until_held(on, fault)
            doomed.kill()
        await on.killed(doomed)
        if fault is not None:
            on.sandbox.state.faults.release(fault)  # held before its effect, it comes only now
        repair.move("invoice_paid")
        return await _end(on, on.start())


@dataclass(frozen=True)
class EarlyCrash:
    """A worker is killed while it takes the baseline, and another one takes it again."""

    name: str
    die_at: str
    readable: bool = True
    lease: str = SHORT

    async def play(self, on: Stage) -> History:
        repair = a_repair(on.sandbox.state)
        await on.killed(on.start(die_at=self.die_at))
        healthy = on.start()
        await on.baselined(healthy)
        repair.move("hired", "done")
        repair.pay()
        return await _end(on, healthy)


@dataclass(frozen=True)
class Freeze:
    """A worker stands still at a boundary and wakes when another one has done its work."""

    name: str
    freeze_at: str
    readable: bool = True
    lease: str = SHORT

    async def play(self, on: Stage) -> History:
        repair = a_repair(on.sandbox.state)
        frozen = on.start(freeze_at=self.freeze_at)
        await on.baselined(frozen)
        repair.move("hired", "done")
        repair.pay()
        await on.asleep(frozen)
        healthy = on.start()
        await on.settled(healthy)
        frozen.wake()
        repair.move("invoice_paid")
        await on.looked_again(healthy)
        await on.stopped(frozen)
        return await _end(on, healthy)


@dataclass(frozen=True)
class Storm:
    """Workers are killed at random times while repairs move on and invoices are paid.

    Each invoice has its own price, so that charges can be told apart by their values.
    """

    seed: int
    readable: bool
    lease: str = "4s"
    kills: int = 5

    @property
    def name(self) -> str:
        return f"{self.kills} kills, seed {self.seed}"

    async def play(self, on: Stage) -> History:
        random = Random(self.seed)
        state = on.sandbox.state
        repairs = [a_repair(state, lines_of(random, number)) for number in range(12)]
        worker = on.start()
        await on.baselined(worker)
        slow_puts(on)
        going_on = asyncio.create_task(business(on, repairs, random))
        for _ in range(self.kills):
            await _a_random_moment(on, random)
            worker.kill()
            await on.killed(worker)
            worker = on.start()
        going_on.cancel()
        await asyncio.wait({going_on})
        return await _end(on, worker)


async def _a_random_moment(on: Stage, random: Random) -> None:
    """Wait until any time soon, or, every other time, until shortly after the next PUT."""
    if random.random() < 0.5:
        await asyncio.sleep(random.uniform(0.3, 3))
        return
    shortly = random.uniform(0, 0.3)
    requests, puts = on.sandbox.state.requests, {"provider": "essensys", "method": "PUT"}
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LONGEST_LIFE):
            await requests.arrived(len(requests.find(**puts)) + 1, **puts)
    await asyncio.sleep(shortly)


def slow_puts(on: Stage) -> None:
    """Let each PUT take a while after its effect, so that kills hit that while."""
    settings = {"seconds": 0.25, "when": "after", "times": None}
    on.sandbox.state.faults.add("delay", provider="essensys", method="PUT", **settings)


async def business(on: Stage, repairs: list[Repair], random: Random) -> None:
    """Let something happen seven times a second, until cancelled."""
    unpaid = list(repairs)
    steps = {repair.order: list(STEPS) for repair in repairs}
    number = len(repairs)
    while True:
        match random.choice(("move", "move", "pay", "receive")):
            case "move":
                repair = random.choice(repairs)
                count = random.randint(1, 2)
                repair.move(*steps[repair.order][:count])
                del steps[repair.order][:count]
            case "pay" if unpaid:
                unpaid.pop(random.randrange(len(unpaid))).pay()
            case "receive":
                number += 1
                status = random.choice(("paid", "outstanding"))
                an_invoice(on.sandbox.state, lines_of(random, number), status=status)
        await asyncio.sleep(0.15)


def lines_of(random: Random, number: int) -> list[Line]:
    price = f"{10 + number}.50"
    return [Line(unit_price=price, recharged=random.random() < 0.8) for _ in range(3)]


@dataclass(frozen=True)
class Stop:
    """A worker is asked to end in the middle of its work, and does so in good order."""

    name: str
    readable: bool = True
    lease: str = SHORT

    async def play(self, on: Stage) -> History:
        repairs = [a_repair(on.sandbox.state) for _ in range(10)]
        worker = on.start(home=ROOT)
        await on.baselined(worker)
        fault = _hold_put(on, "after")
        for repair in repairs:
            repair.move("hired", "done")
            repair.pay()
        await _until_held(on, fault)
        worker.stop()
        on.sandbox.state.faults.release(fault)
        took = await on.stopped(worker)
        assert await on.reactions_running() == 0
        return await _end(on, on.start(), took)


def _hold_put(on: Stage, when: str) -> Fault:
    faults = on.sandbox.state.faults
    return faults.add("delay", provider="essensys", method="PUT", hold=True, when=when)


async def _until_held(on: Stage, fault: Fault) -> None:
    async with asyncio.timeout(PATIENCE):
        await on.sandbox.state.faults.until(lambda: fault.held == 1)


async def _end(on: Stage, healthy: WorkerProcess, took: float = 0.0) -> History:
    events = await on.closed(healthy)
    puts = on.sandbox.state.requests.find(provider="essensys", method="PUT")
    return History(events, await on.discrepancies(events), on.spans(), len(puts), took)
