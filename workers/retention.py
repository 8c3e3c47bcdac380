"""How long is kept what reactions have answered, and who was there."""

from __future__ import annotations

from datetime import datetime, timedelta

from adapters.store import leases, retention
from adapters.store.engine import Store
from adapters.store.errors import StoreError
from workers.clock import Clock
from workers.crew import PLACES
from workers.telemetry import logs

BATCH = 1_000
KEEP_PLACES = timedelta(days=1)
"""How long the place of a replica that is gone is kept in its crew; nobody takes it again."""
PAUSE = 6 * 3600.0
"""Seconds between two clean-ups."""

log = logs.logger("retention")


async def keep(store: Store, clock: Clock, finished: timedelta) -> None:
    """Forget the events of reactions that ended that long ago, now and then, until cancelled.

    With them go the replicas that are gone.
    """
    while True:
        now = clock.now()
        try:
            await _forget(store, now - finished)
            async with store.write() as tx:
                await leases.forget(tx, PLACES, now - KEEP_PLACES)
        except StoreError as error:
            log.error("store not usable", why=str(error))
        await clock.sleep(PAUSE)


async def _forget(store: Store, before: datetime) -> None:
    after: int | None = 0
    while after is not None:
        async with store.read() as tx:
            ended, after = await retention.ended_before(tx, before, after, BATCH)
        if ended:
            async with store.write() as tx:
                await retention.forget_events(tx, ended, before)
