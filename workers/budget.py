"""The budget: keeps the paces of the connections in the store, so that a restart keeps to them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from adapters.http.limits import RateLimiter
from adapters.http.pace import Pace
from adapters.store import cursors
from adapters.store.columns import Json
from adapters.store.engine import Store
from adapters.store.errors import StoreError
from workers.clock import Clock
from workers.telemetry import logs

STREAM = "@budget"
"""In place of a stream's name, where the store keeps how far each stream of a connection is."""
SAVED_EVERY = 10.0
"""Seconds between two times of saving, at least: a provider may refuse many calls a second."""

log = logs.logger("budget")


@dataclass(frozen=True)
class Budget:
    """The limiters of all connections, and where their paces are kept.

    Only a refusal needs to be saved: how the pace comes back after it is a matter of time.
    """

    store: Store
    clock: Clock
    limiters: Mapping[str, RateLimiter]

    async def load(self) -> None:
        """Let each limiter go on as it was saved; to be done before the first call."""
        try:
            async with self.store.read() as tx:
                saved = {name: await cursors.get(tx, name, STREAM) for name in self.limiters}
        except StoreError as error:
            log.error("paces not read", why=str(error))
            return
        for name, cursor in saved.items():
            if cursor is not None and (pace := _pace(cursor.value)) is not None:
                self.limiters[name].resume(pace)

    async def keep(self) -> None:
        """Save the paces of the connections that are slowed down, until cancelled."""
        slowed: set[str] = set()
        news = asyncio.Event()

        def heard(name: str) -> None:
            slowed.add(name)
            news.set()

        for name, limiter in self.limiters.items():
            limiter.watch(partial(heard, name))
        try:
            while True:
                await news.wait()
                await self._save(slowed)
                if not slowed:
                    news.clear()
                await self.clock.sleep(SAVED_EVERY)
        finally:
            if slowed:
                await self._save(slowed)

    async def _save(self, slowed: set[str]) -> None:
        """Save these, and take out of the set what is saved."""
        names = sorted(slowed)
        slowed.clear()
        paces = {name: self.limiters[name].export() for name in names}
        try:
            async with self.store.write() as tx:
                for name, pace in paces.items():
                    await cursors.put(tx, name, STREAM, _noted(pace), self.clock.now())
        except BaseException as error:
            slowed.update(names)
            if not isinstance(error, StoreError):
                raise
            log.error("paces not saved", why=str(error))
            return
        for name, pace in paces.items():
            log.warning("slowed down", connection=name, requests_per_second=round(pace.pace, 3))


def _noted(pace: Pace) -> Json:
    return {
        "pace": pace.pace,
        "paused_until": pace.paused_until.isoformat(),
        "at": pace.at.isoformat(),
    }


def _pace(noted: Json) -> Pace | None:
    try:
        paused_until, at = (datetime.fromisoformat(noted[name]) for name in ("paused_until", "at"))
        return Pace(float(noted["pace"]), paused_until, at)
    except (KeyError, TypeError, ValueError):
        return None  # another release may have noted it otherwise
