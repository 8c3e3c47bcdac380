"""Where a scenario is played: providers, a store, a broker, a clock, workers that are harmed."""

from __future__ import annotations

import asyncio
import copy
import json
import multiprocessing
import shutil
import signal
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from aiokafka import ConsumerRecord

from deploy.sandbox import Sandbox, SandboxState, running_sandbox
from deploy.sandbox.essensys import data as essensys
from deploy.sandbox.facilitee import data as facilitee
from deploy.sandbox.planiso import data as planiso
from deploy.sandbox.plentific import data as plentific
from tests.faults import worker as others_worker
from tests.faults.crash import warm
from tests.faults.crash.broker import FolderBroker
from tests.faults.crash.clock import SharedClock
from tests.faults.crash.points import Point
from tests.faults.crash.scenarios import Scenario
from tests.faults.crash.worker import Orders, main
from tests.workers.react.world import record_of

PROVIDERS = ("plentific", "essensys", "facilitee", "planiso")
LIMITS = {"requests_per_second": 1_000_000, "max_in_flight": 8}
STOPPED, GONE = "T", ""
"""How Linux calls the state of a process that stands still; what we call that of none."""
TICK = 0.001
"""Seconds between two looks at what sets no event."""
A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Outcome:
    """What a scenario leaves behind, as far as it may not depend on what happened to workers.

    Attributes:
        seen: What the providers have.
        writes: The calls that changed something there, by operation.
        rows: The inbox: reaction, event, state and reason.
        effects: The ledger: key, state, and whether it has a provider's id.
        told: The outbox: type and subject of each event.
        untold: Events of the outbox that the broker does not have.
    """

    seen: Any
    writes: Counter[str]
    rows: list[Any]
    effects: list[Any]
    told: list[Any]
    untold: set[str]


@dataclass
class Stage:
    """One scenario with everything around it, at any time of its play."""

    scenario: Scenario
    folder: Path
    sandbox: Sandbox
    clock: SharedClock
    records: list[ConsumerRecord] = field(default_factory=list)

    @property
    def state(self) -> SandboxState:
        return self.sandbox.state

    def begin(self, number: int) -> None:
        """Let an act's happenings happen, a minute later, and its events come."""
        act = self.scenario.acts[number]
        self.clock.advance_to(self.clock.now() + A_MINUTE)
        act.happens(self.state, self.clock.now())
        self.records += [
            record_of(event, offset) for offset, event in enumerate(act.events, len(self.records))
        ]

    async def work(self, die_at: Point | None = None) -> bool:
        """Let a worker do all that is to be done, or die on the way; whether it died."""
        code = await ended(self.start(die_at))
        assert code == 0 or (die_at and code == -signal.SIGKILL), self.last_words()
        return code != 0

    def start(
        self, stop_at: Point | None = None, harm: signal.Signals = signal.SIGKILL
    ) -> BaseProcess:
        """Start a worker."""
        context = multiprocessing.get_context("forkserver")
        # the other fault tests have the same server, whoever starts it
        context.set_forkserver_preload([warm.__name__, others_worker.__name__])
        orders = Orders(self._settings(), self.folder, self.records, stop_at, harm)
        process = context.Process(target=main, args=(orders,), daemon=True)
        process.start()
        return process

    async def quiet(self) -> None:
        """Wait until the providers have done with all that the dead have sent."""
        served = self.sandbox._connections
        while served.connections or served.tasks:  # noqa: ASYNC110 - the server sets no event
            await asyncio.sleep(TICK)

    async def stands_still(self, process: BaseProcess) -> bool:
        """Wait until a worker has frozen itself and the providers have done with what it sent.

        False where it has ended without passing the point.
        """
        while (state := _state_of(process)) != STOPPED or self.sandbox._connections.tasks:
            if state == GONE:
                return False
            await asyncio.sleep(TICK)
        return True

    def points(self) -> list[Point]:
        """The points that the last worker passed that ended in good order."""
        return [Point(*one) for one in json.loads((self.folder / "points.json").read_text())]

    def last_words(self) -> str:
        """The end of what the workers wrote."""
        return "\n".join((self.folder / "log.txt").read_text().splitlines()[-40:])

    def outcome(self) -> Outcome:
        """What there is now."""
        rows = self._ask("SELECT reaction, event_id, state, reason FROM reactions ORDER BY id")
        effects = "SELECT effect_key, state, provider_id IS NOT NULL FROM effects ORDER BY 1"
        outbox = self._ask("SELECT event_id, headers FROM outbox")
        headers = [dict(json.loads(text)) for _, text in outbox]
        sent = FolderBroker(self.folder).sent()
        return Outcome(
            seen=self.scenario.seen(self.state),
            writes=Counter(
                one.operation
                for one in self.state.requests.find()
                if one.method != "GET"
                and one.operation != "create_token"
                and one.handled_status is not None
                and one.handled_status < 400
            ),
            rows=rows,
            effects=self._ask(effects),
            told=sorted((one["ce_type"], one["ce_subject"]) for one in headers),
            untold={event_id for event_id, _ in outbox} - set(sent),
        )

    def found_by(self) -> list[str]:
        """How each effect is known to have happened."""
        return [one for (one,) in self._ask("SELECT found_by FROM effects ORDER BY effect_key")]

    def _ask(self, question: str) -> list[Any]:
        with sqlite3.connect(self.folder / "store.db") as store:
            rows = store.execute(question).fetchall()
        store.close()
        return rows

    def _settings(self) -> dict[str, Any]:
        urls = self.sandbox
        return {
            "store": {"url": f"sqlite:///{self.folder}/store.db"},
            "reactions": self.scenario.reactions,
            "connections": {
                "plentific": _connection(
                    "plentific",
                    urls.plentific_url,
                    client_id=plentific.CLIENT_ID,
                    client_secret=plentific.CLIENT_SECRET,
                ),
                "operate": _connection(
                    "essensys",
                    urls.essensys_url,
                    client_id=essensys.CLIENT_ID,
                    client_secret=essensys.CLIENT_SECRET,
                    username=essensys.USERNAME,
                    password=essensys.PASSWORD,
                ),
                "facilitee": _connection(
                    "facilitee",
                    urls.facilitee_url,
                    client_id=facilitee.CLIENT_ID,
                    client_secret=facilitee.CLIENT_SECRET,
                ),
                "planiso": _connection("planiso", urls.planiso_url, api_key=planiso.API_KEY),
            },
        }


def _connection(provider: str, url: str, **credentials: str) -> dict[str, Any]:
    return {"provider": provider, "base_url": url, "limits": LIMITS, **credentials}


def _state_of(process: BaseProcess) -> str:
    try:
        stat = Path(f"/proc/{process.pid}/stat").read_text()
    except OSError:
        return GONE
    return stat.rpartition(")")[2].split()[0]


async def ended(process: BaseProcess) -> int:
    """Wait for a process to end; its exit code, or minus the signal that ended it."""
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(process.sentinel, over.set)
    await over.wait()
    loop.remove_reader(process.sentinel)
    process.join()
    assert process.exitcode is not None
    return process.exitcode


@asynccontextmanager
async def set_up(scenario: Scenario, empty_store: Path, folder: Path) -> AsyncIterator[Stage]:
    """A stage on which all acts but the last have been played, and the last one has begun."""
    clock = _made(folder, empty_store)
    async with running_sandbox(clock=clock.now) as sandbox:
        stage = Stage(scenario, folder, sandbox, clock)
        for number in range(len(scenario.acts)):
            stage.begin(number)
            if number + 1 < len(scenario.acts):
                await stage.work()
                await stage.quiet()
        yield stage


def _made(folder: Path, empty_store: Path) -> SharedClock:
    """Make a folder with a store, a broker and a clock."""
    folder.mkdir()
    shutil.copy(empty_store, folder / "store.db")
    FolderBroker.make(folder)
    SharedClock.make(folder / "clock")
    return SharedClock(folder / "clock")


@asynccontextmanager
async def copy_of(stage: Stage, folder: Path) -> AsyncIterator[Stage]:
    """The same stage once more, with providers and a store of its own."""
    shutil.copytree(stage.folder, folder)
    clock = SharedClock(folder / "clock")
    async with running_sandbox(_copied(stage.state, clock)) as sandbox:
        yield Stage(stage.scenario, folder, sandbox, clock, list(stage.records))
    shutil.rmtree(folder)


def _copied(state: SandboxState, clock: SharedClock) -> SandboxState:
    """What the providers know, without what they were asked so far."""
    copied = SandboxState(clock.now)
    waits_in_a_loop = {id(state.plentific.outbox): copied.plentific.outbox}
    for provider in PROVIDERS:
        setattr(copied, provider, copy.deepcopy(getattr(state, provider), waits_in_a_loop))
    return copied
