"""The executor: claims reactions from the inbox, per key in order, keys beside one another.

Each target connection has a loop and slots of its own, so a provider that is slow or down holds up
nobody else's reactions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from adapters.http.limits import Priority, at_priority
from adapters.store import inbox
from adapters.store.errors import StoreError
from adapters.store.inbox import InboxRow
from workers.react import attempt
from workers.react.audit import Ending
from workers.react.breaker import Breaker
from workers.react.means import Means
from workers.telemetry import logs, pulse

SLOTS_A_CALL = 2
"""Reactions in flight for each call that a connection may have in flight: while one writes down
what was answered, another one calls."""
AT_ONCE = 12
"""Reactions that are claimed and begun together: a crowd would hold up those under way, and few
come too late where a claim takes as long as a slow disk makes it."""
IDLE = 0.5
"""Seconds between two looks at the inbox when nobody in this process rings."""
DRAIN = 22.0
"""Seconds that reactions in flight are given to end when the process stops."""
HAND_BACK = 2.0
"""Seconds within which those that have not are handed back."""

log = logs.logger("react")


async def run(means: Means, stopping: asyncio.Event) -> None:
    """Carry out reactions until told to stop; then let those in flight end."""
    async with asyncio.TaskGroup() as group:
        for connection in means.slots:
            names = [
                name
                for name, configured in means.reactions.items()
                if configured.place.connection == connection and configured.settings.mode != "off"
            ]
            if names:
                serving = _serve(means, connection, names, stopping)
                group.create_task(serving, name=f"react {connection}")


async def _serve(
    means: Means, connection: str, names: Sequence[str], stopping: asyncio.Event
) -> None:
    slots = means.slots[connection]
    running: set[asyncio.Task[Ending | None]] = set()
    breaker = Breaker(connection, means.clock)

    def ended(task: asyncio.Task[Ending | None]) -> None:
        running.discard(task)
        breaker.ended(None if task.cancelled() else task.result())
        means.store.notify("reactions")  # not before: its slot must be seen free

    try:
        with pulse.of(f"react {connection}") as turned:
            while not stopping.is_set():
                turned()
                seen = means.store.notified("reactions")
                if breaker.is_back():
                    await _try_all_now(means, names)
                free = breaker.allows(slots - len(running))
                rows = await _claim(means, names, min(free, AT_ONCE))
                breaker.began(len(rows))
                for row in rows:
                    task = asyncio.create_task(_carry_out(means, row), name=f"reaction {row.id}")
                    running.add(task)
                    task.add_done_callback(ended)
                if len(rows) < AT_ONCE:
                    await means.store.wait("reactions", timeout=IDLE, since=seen)
    finally:
        await _drain(running)


async def _try_all_now(means: Means, names: Sequence[str]) -> None:
    """Let nobody wait out the pauses that grew while the provider was down."""
    try:
        async with means.store.write() as tx:
            waiting = await inbox.ids_in(tx, ["retrying"], names)
            await inbox.retry(tx, waiting, means.clock.now())
    except StoreError as error:  # they come a little later then
        log.error("store not usable", why=str(error))


async def _claim(means: Means, names: Sequence[str], free: int) -> list[InboxRow]:
    if free <= 0:
        return []
    now, run = means.clock.now(), means.store.run
    try:
        return await inbox.claim(run, means.owner, now, now + means.lease, free, names)
    except StoreError as error:
        log.error("store not usable", why=str(error))
        return []


async def _carry_out(means: Means, row: InboxRow) -> Ending | None:
    # In either case the row stays claimed; when its lease has run out it is looked at again.
    try:
        with at_priority(Priority.REACTION, row.id):
            return await attempt.carry_out(means, row)
    except asyncio.CancelledError:
        await _hand_back(means, row)
        raise
    except StoreError as error:
        log.error("store not usable", reaction=row.reaction, row=row.id, why=str(error))
    except Exception as error:
        why = type(error).__name__
        log.error("end not saved", reaction=row.reaction, row=row.id, why=why, exc_info=error)
    return None


async def _hand_back(means: Means, row: InboxRow) -> None:
    """Let others have a row at once that was cut off; they look for what it may have sent."""
    now, token = means.clock.now(), row.lease_token
    try:
        async with asyncio.timeout(HAND_BACK), means.store.write("reactions") as tx:
            await inbox.release(tx, row.id, means.owner, token=token, now=now)
    except (StoreError, TimeoutError) as error:  # its lease runs out
        log.error("not handed back", reaction=row.reaction, row=row.id, why=str(error))


async def _drain(running: set[asyncio.Task[Ending | None]]) -> None:
    if not running:
        return
    _, late = await asyncio.wait(running, timeout=DRAIN)
    for task in late:
        task.cancel()
    if late:
        log.warning("reactions cut off", count=len(late))
        await asyncio.wait(late)
