"""Keeps what this process has counted of drift in the store, where `status` finds it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.http import drift
from adapters.http.drift import Finding, Watch
from adapters.store import cursors
from adapters.store.engine import Store
from adapters.store.errors import StoreError
from workers.clock import Clock
from workers.telemetry import logs

CURSOR = "@drift"
"""Its cursor at each connection; no stream is called so."""
EVERY = 60.0
"""Seconds between two savings."""

log = logs.logger("drift")


async def keep(store: Store, clock: Clock) -> None:
    """Save what was counted, every minute until cancelled."""
    while True:
        await clock.sleep(EVERY)
        try:
            await save(store, drift.WATCH, clock.now())
        except StoreError as error:  # the counts of a minute are no loss
            log.warning("drift not saved", why=str(error))


async def save(store: Store, watch: Watch, now: datetime) -> None:
    """Add what was counted since the last time to what is stored.

    Raises:
        StoreError: The store cannot be used; the counts are lost then.
    """
    for taken in watch.take():
        async with store.write() as tx:
            stored = await cursors.get(tx, taken.connection, CURSOR)
            value = drift.fold(stored.value if stored else None, taken, now)
            await cursors.put(tx, taken.connection, CURSOR, value, now)


async def findings(tx: AsyncConnection) -> list[tuple[str, Finding]]:
    """What was found, with its connection, the latest first."""
    found = [
        (cursor.connection, finding)
        for cursor in await cursors.everywhere(tx)
        if cursor.stream == CURSOR
        for finding in drift.findings(cursor.value)
    ]
    return sorted(found, key=lambda one: one[1].last_at, reverse=True)
