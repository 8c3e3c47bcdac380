"""Leases: work that one process at a time may do, kept by renewal and lost by silence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from adapters.store import leases
from adapters.store.engine import Store
from workers.clock import Clock
from workers.telemetry import logs

Result = TypeVar("Result")
log = logs.logger("lease")


async def run_under_lease(
    store: Store,
    clock: Clock,
    name: str,
    owner: str,
    duration: timedelta,
    work: Callable[[], Awaitable[Result]],
) -> Result | None:
    """Do the work while the lease holds; None if another process has it or takes it over.

    The lease is renewed three times in its duration. When a renewal comes too late, the work is
    cancelled: somebody else may be doing it already.
    """
    now = clock.now()
    async with store.write() as tx:
        token = await leases.acquire(tx, name, owner, now, now + duration)
    if token is None:
        return None
    task = asyncio.ensure_future(work())
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=duration.total_seconds() / 3)
            if not task.done() and not await _renew(store, clock, name, owner, token, duration):
                log.warning("lease lost", lease=name)
                return None
        return task.result()
    finally:
        task.cancel()
        await asyncio.wait({task})
        async with store.write() as tx:
            await leases.release(tx, name, owner, token, clock.now())


async def _renew(
    store: Store, clock: Clock, name: str, owner: str, token: int, duration: timedelta
) -> bool:
    async with store.write() as tx:
        return await leases.renew(tx, name, owner, token, clock.now() + duration)
