"""Three connections with a reaction each, one of whose providers can go down, over virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest

from adapters.essensys import client as essensys
from adapters.http.limits import Limits
from adapters.planiso import client as planiso
from adapters.plentific import client as plentific
from adapters.store import inbox
from adapters.store.engine import Store
from adapters.store.inbox import InboxRow
from deploy.sandbox import Sandbox
from deploy.sandbox.essensys import data as essensys_data
from deploy.sandbox.essensys.records import charge_sheets
from deploy.sandbox.planiso.data import API_KEY
from deploy.sandbox.plentific import data as plentific_data
from deploy.sandbox.plentific.work_orders import create_work_order
from events.envelope import Event
from tests.workers.react import invoices, planiso_world, plentific_world
from tests.workers.react.virtual_time import Rest, Tries, VirtualClock, WatchedLimiter, watch
from tests.workers.react.world import LONDON, FakeConsumer, World, record_of
from workers.react import executor
from workers.react.intake import take
from workers.react.means import Means
from workers.react.reaction import Configured, Place, ReactionSettings
from workers.react.reactions import recharge_paid_invoice

SLOTS = 4
RATE = 2.0
"""Requests a second that each connection may begin."""
LIMITS = Limits(RATE, SLOTS)
KEYS = 3
"""Of the events of each reaction."""
REACTIONS = {
    "operate": recharge_paid_invoice.REACTION,
    "plentific": plentific_world.RAISE,
    "planiso": planiso_world.ONBOARD,
}
"""By the connection that each of them calls."""
SETTINGS: dict[str, ReactionSettings] = {
    "operate": invoices.settings(),
    "plentific": plentific_world.settings(plentific_world.RAISE),
    "planiso": planiso_world.settings(planiso_world.ONBOARD),
}
NO_TOKEN = "^(?!.*token)"
PROVIDERS = {"operate": "essensys", "plentific": "plentific", "planiso": "planiso"}


def numbered(target: str, number: int) -> Event:
    """The event with this number for a connection."""
    made = {
        "operate": lambda: invoices.paid(uuid=f"invoice-{number}", number=str(number)),
        "plentific": lambda: plentific_world.issue_event(id=str(number)),
        "planiso": lambda: planiso_world.lead_event(lead_id=str(number), name=f"Lead {number}"),
    }
    return replace(made[target](), key=f"key-{number % KEYS}")


@dataclass
class Line:
    """A connection: its reaction, the listener that it alone goes over, and what was tried."""

    configured: Configured
    gate: Sandbox
    tries: Tries
    limiter: WatchedLimiter


@dataclass
class Outage:
    """The parts, the events given so far, and what the tests ask of them."""

    world: World
    clock: VirtualClock
    lines: dict[str, Line]
    rest: Rest
    given: dict[str, list[Event]] = field(default_factory=dict)

    async def give(self, each: int = 2) -> None:
        """So many events come in for each connection."""
        for target, line in self.lines.items():
            known = self.given.setdefault(target, [])
            new = [numbered(target, len(known) + more) for more in range(1, each + 1)]
            known += new
            records = [record_of(event) for event in new]
            await take(self.world.intake(line.configured), records, FakeConsumer())

    async def pass_minutes(self, minutes: int, every: int, step: float = 120.0) -> None:
        """Let time pass in which events come every few minutes."""
        for _ in range(minutes // every):
            await self.give()
            await self.rest.pass_time(every * 60, step)

    async def goes_down(self, target: str, how: str) -> None:
        """A provider refuses connections, or answers all but tokens by 503, until it comes back."""
        if how == "refused":
            await self.lines[target].gate.stop()
            return
        faults = self.world.sandbox.state.faults
        faults.add("status", provider=PROVIDERS[target], path=NO_TOKEN, status=503, times=None)

    async def comes_back(self, target: str, how: str) -> None:
        """The provider is there again."""
        if how == "refused":
            await self.lines[target].gate.start()
        self.world.sandbox.state.faults.clear()

    async def rows(self, target: str) -> list[InboxRow]:
        """The inbox of a connection, oldest first."""
        async with self.world.store.read() as tx:
            found = await inbox.find(tx, names=[REACTIONS[target].name], limit=1_000)
        return found[::-1]

    async def latencies(self, target: str) -> list[float]:
        """Seconds from each event to its effect."""
        rows = await self.rows(target)
        assert {row.state for row in rows} == {"succeeded"}
        return [(row.updated_at - row.received_at).total_seconds() for row in rows]

    def tries(self, target: str, since: datetime, *, tokens: bool = True) -> list[datetime]:
        """When a connection was called since then; signing in counts unless told otherwise."""
        made = self.lines[target].tries.made
        return [at for at, path in made if at >= since and (tokens or "/token" not in path)]

    def effects(self, target: str) -> list[int]:
        """The numbers of the events whose effects the provider has, as they were made."""
        state = self.world.sandbox.state
        match target:
            case "operate":
                texts = [one["referencetext"] for one in charge_sheets(state.essensys)]
                return [int(text.split()[2]) for text in texts]
            case "plentific":
                texts = [one["external_reference"] for one in state.plentific.work_orders]
                return [int(text.split()[2]) for text in texts]
        return [int(one["custom_no"].split("/")[1]) for one in state.planiso.records["customers"]]


@asynccontextmanager
async def outage_world(
    sandbox: Sandbox, store: Store, clock: VirtualClock, patch: pytest.MonkeyPatch
) -> AsyncIterator[Outage]:
    """The parts, with the executor at work until the end."""
    made = create_work_order(sandbox.state.plentific, clock.now(), {})
    sandbox.state.plentific.work_orders.remove(made["uuid"])  # its property stays
    async with AsyncExitStack() as stack:
        lines = {target: await _line(stack, target, sandbox, clock) for target in REACTIONS}
        limiters = [line.limiter for line in lines.values()]
        rest = Rest(store, clock, len(lines), limiters)
        patch.setattr(store, "wait", rest.wait)
        world = World(sandbox, lines["operate"].configured.place.client, store, clock)
        means = world.executor(
            *(line.configured for line in lines.values()), slots=dict.fromkeys(lines, SLOTS)
        )
        await stack.enter_async_context(_working(means))
        yield Outage(world, clock, lines, rest)


async def _line(stack: AsyncExitStack, target: str, sandbox: Sandbox, clock: VirtualClock) -> Line:
    gate = Sandbox(sandbox.state)
    await gate.start()
    stack.push_async_callback(gate.stop)
    tries = Tries(clock)
    client = _client(target, gate, {"limits": LIMITS, "clock": clock, "transport": tries})
    stack.push_async_callback(client.aclose)
    reaction = REACTIONS[target]
    own = SETTINGS[target]
    origin = Place(own.source, None, "GBP", "Europe/London")
    place = Place(target, client, "GBP", "Europe/London")
    limiter = watch(client, LIMITS, clock)
    return Line(Configured(reaction, own, origin, place), gate, tries, limiter)


def _client(target: str, gate: Sandbox, common: dict[str, Any]) -> Any:
    match target:
        case "operate":
            return essensys.connect(
                connection=target,
                base_url=gate.essensys_url,
                client_id=essensys_data.CLIENT_ID,
                client_secret=essensys_data.CLIENT_SECRET,
                username=essensys_data.USERNAME,
                password=essensys_data.PASSWORD,
                time_zone=LONDON,
                **common,
            )
        case "plentific":
            return plentific.connect(
                connection=target,
                base_url=gate.plentific_url,
                client_id=plentific_data.CLIENT_ID,
                client_secret=plentific_data.CLIENT_SECRET,
                **common,
            )
    return planiso.connect(connection=target, base_url=gate.planiso_url, api_key=API_KEY, **common)


@asynccontextmanager
async def _working(means: Means) -> AsyncIterator[None]:
    stopping = asyncio.Event()
    task = asyncio.create_task(executor.run(means, stopping))
    try:
        yield
    finally:
        stopping.set()
        means.store.notify("reactions")
        await task
