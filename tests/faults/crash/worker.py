"""A worker that takes events, carries out reactions and relays; dies or stands still on cue."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import json
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from aiokafka import ConsumerRecord

from adapters.store import inbox
from adapters.store.engine import Store
from adapters.store.inbox import InboxRow
from tests.faults.crash.broker import FolderBroker
from tests.faults.crash.clock import ClockedLoop, SharedClock
from tests.faults.crash.points import Point, Points, Uncounted
from workers import relay
from workers.react import executor, intake
from workers.settings import Settings
from workers.wiring import Parts, assemble

PATIENCE = 30
"""Seconds after which a worker is ended that does not end."""
LOOK = 0.1
"""Seconds between two looks at whether anything is left to be done."""


@dataclass(frozen=True)
class Orders:
    """What a worker is to do: its settings, its folder, what there is on the topic, its end."""

    settings: Mapping[str, Any]
    folder: Path
    records: Sequence[ConsumerRecord]
    stop_at: Point | None = None
    harm: signal.Signals = signal.SIGKILL


def main(orders: Orders) -> None:
    """Work until nothing is left to do; then write down which points were passed."""
    gc.disable()  # it ends before there is anything to collect
    _log_to(orders.folder / "log.txt")
    clock = SharedClock(orders.folder / "clock")
    points = Points(orders.stop_at, orders.harm)
    loop = ClockedLoop(clock, points.nothing_to_do)
    points.install(loop)
    asyncio.set_event_loop(loop)
    loop.run_until_complete(_work(orders, clock))
    passed = json.dumps([astuple(point) for point in points.passed])
    (orders.folder / "points.json").write_text(passed)
    os._exit(0)


def _log_to(path: Path) -> None:
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    faulthandler.register(signal.SIGALRM, chain=True)
    signal.alarm(PATIENCE)


async def _work(orders: Orders, clock: SharedClock) -> None:
    broker: Any = FolderBroker(orders.folder)
    settings = Settings.model_validate(orders.settings)
    async with assemble(settings, orders.folder / "tiebeam.toml", clock) as built:
        parts = replace(built, producer=broker)
        records = broker.waiting(orders.records)
        if records:
            await intake.take(parts.intake(), records, broker)
        await _react(parts, clock)
        await relay.move_all(parts.relay(parts.crew("relay")))


async def _react(parts: Parts, clock: SharedClock) -> None:
    """Carry out all that is open, and let the clock go on where only time is waited for."""
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(executor.run(parts.means(), stopping))
        group.create_task(Uncounted(_watch(parts, clock, stopping)))


async def _watch(parts: Parts, clock: SharedClock, stopping: asyncio.Event) -> None:
    store = parts.store
    while True:
        seen = store.notified("reactions")
        heads = await _first_open_of_keys(store)
        times = [_due_at(row, parts.owner) for row in heads]
        if not heads:
            stopping.set()
            store.notify("reactions")
            return
        waited_for = [time for time in times if time is not None]
        if len(waited_for) == len(heads) and min(waited_for) > clock.now():
            clock.advance_to(min(waited_for))
            store.notify("reactions")
        await store.wait("reactions", timeout=LOOK, since=seen)


async def _first_open_of_keys(store: Store) -> list[InboxRow]:
    async with store.read() as tx:
        rows = await inbox.find(tx, states=["pending", "running", "retrying"], limit=1_000)
    heads = {(row.reaction, row.ordering_key): row for row in rows}  # the newest come first
    return list(heads.values())


def _due_at(row: InboxRow, owner: str) -> datetime | None:
    """When a row may be worked on that cannot be now; None: it can, or we are at it."""
    if row.state == "running":
        return None if row.lease_owner == owner else row.lease_until
    return row.next_attempt_at
