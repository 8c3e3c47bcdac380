"""The executor: claims reactions from the inbox, per key in order, keys beside one another.

Each target connection has a loop and slots of its own, so a provider that is slow or down holds up
nobody else's reactions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from adapters.store import inbox
from adapters.store.engine import Store
from adapters.store.errors import StoreError
from adapters.store.inbox import InboxRow
from workers.clock import Clock
from workers.react import attempt
from workers.react.reaction import Configured
from workers.telemetry import logs

IDLE = 0.5
"""Seconds between two looks at the inbox when nobody in this process rings."""
DRAIN = 25.0
"""Seconds that reactions in flight are given to end when the process stops."""

log = logs.logger("react")


@dataclass(frozen=True)
class Executor:
    """What carrying out reactions needs."""

    store: Store
    clock: Clock
    reactions: Mapping[str, Configured]
    slots: Mapping[str, int]
    """How many reactions may be in flight at each target connection."""
    lease: timedelta
    settle: timedelta
    owner: str
    random: Random


async def run(executor: Executor, stopping: asyncio.Event) -> None:
    """Carry out reactions until told to stop; then let those in flight end."""
    async with asyncio.TaskGroup() as group:
        for connection, slots in executor.slots.items():
            names = [
                name
                for name, configured in executor.reactions.items()
                if configured.place.connection == connection and configured.settings.mode != "off"
            ]
            if names:
                group.create_task(
                    _serve(executor, names, slots, stopping), name=f"react {connection}"
                )


async def _serve(
    executor: Executor, names: Sequence[str], slots: int, stopping: asyncio.Event
) -> None:
    running: set[asyncio.Task[None]] = set()

    def ended(task: asyncio.Task[None]) -> None:
        running.discard(task)
        executor.store.notify("reactions")  # not before: its slot must be seen free

    try:
        while not stopping.is_set():
            seen = executor.store.notified("reactions")
            for row in await _claim(executor, names, slots - len(running)):
                task = asyncio.create_task(_carry_out(executor, row), name=f"reaction {row.id}")
                running.add(task)
                task.add_done_callback(ended)
            await executor.store.wait("reactions", timeout=IDLE, since=seen)
    finally:
        await _drain(running)


async def _claim(executor: Executor, names: Sequence[str], free: int) -> list[InboxRow]:
    if free <= 0:
        return []
    now = executor.clock.now()
    try:
        async with executor.store.write() as tx:
            return await inbox.claim(tx, executor.owner, now, now + executor.lease, free, names)
    except StoreError as error:
        log.error("store not usable", why=str(error))
        return []


async def _carry_out(executor: Executor, row: InboxRow) -> None:
    # In either case the row stays claimed; when its lease has run out it is looked at again.
    try:
        await attempt.carry_out(executor, row)
    except StoreError as error:
        log.error("store not usable", reaction=row.reaction, row=row.id, why=str(error))
    except Exception as error:
        why = type(error).__name__
        log.error("end not saved", reaction=row.reaction, row=row.id, why=why, exc_info=error)


async def _drain(running: set[asyncio.Task[None]]) -> None:
    if not running:
        return
    _, late = await asyncio.wait(running, timeout=DRAIN)
    for task in late:
        task.cancel()
    if late:
        log.warning("reactions cut off", count=len(late))
        await asyncio.wait(late)
