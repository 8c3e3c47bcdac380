"""Leases: work that one process at a time may do, kept by renewal and lost by silence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from adapters.store import fence, leases
from adapters.store.engine import Store
from adapters.store.errors import Fenced, StoreError
from adapters.store.leases import Held
from workers.clock import Clock
from workers.telemetry import logs

Result = TypeVar("Result")
log = logs.logger("lease")


@dataclass(frozen=True)
class Lessee:
    """Who takes leases, and for how long he may be silent before another may have them."""

    store: Store
    clock: Clock
    owner: str
    duration: timedelta

    async def take(self, *names: str) -> list[Held]:
        """Take those of the leases that nobody else holds; cancelled meanwhile, none of them."""
        now, held = self.clock.now(), list[Held]()
        try:
            async with self.store.write() as tx:
                for name in names:
                    token = await leases.acquire(tx, name, self.owner, now, now + self.duration)
                    if token is not None:
                        held.append(Held(name, self.owner, token))
        except asyncio.CancelledError:  # it commits nevertheless where it had begun to
            if held:
                await _let_go(self, held)
            raise
        return held

    async def renew(self, held: list[Held]) -> bool:
        """Hold them longer; False where one of them is another's."""
        until = self.clock.now() + self.duration
        async with self.store.write() as tx:
            return all(
                [await leases.renew(tx, one.name, one.owner, one.token, until) for one in held]
            )

    async def release(self, held: list[Held]) -> None:
        """Let them go, for anybody to take at once."""
        now = self.clock.now()
        async with self.store.write() as tx:
            for one in held:
                await leases.release(tx, one.name, one.owner, one.token, now)


async def run_under_lease(
    lessee: Lessee, names: Sequence[str], work: Callable[[frozenset[str]], Awaitable[Result]]
) -> Result | None:
    """Do the work, which is told which of the leases it has, while they hold.

    None if other processes have them all, or take one over. They are renewed three times in their
    duration; when a renewal comes too late, the work is cancelled, for somebody else may be doing
    it already. Until then and after it nothing is written: the work stands behind a fence.
    """
    held = await lessee.take(*names)
    if not held:
        return None
    with fence.behind(*held):
        task = asyncio.ensure_future(work(frozenset(one.name for one in held)))
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=lessee.duration.total_seconds() / 3)
            if not task.done() and not await lessee.renew(held):
                log.warning("lease lost", leases=[one.name for one in held])
                return None
        return task.result()
    except Fenced as error:
        log.warning("lease lost", leases=[error.lease])
        return None
    finally:
        task.cancel()
        await asyncio.wait({task})
        await _let_go(lessee, held)


async def _let_go(lessee: Lessee, held: list[Held]) -> None:
    try:
        await lessee.release(held)
    except StoreError as error:  # they run out by themselves, and the work is done
        log.error("leases not released", why=str(error))
