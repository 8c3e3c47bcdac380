"""The budget: the paces of the connections, kept in the store for all processes and restarts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

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
HEARD_EVERY = 5.0
"""Seconds between two times of asking what other processes were refused."""

log = logs.logger("budget")


@dataclass(frozen=True)
class Budget:
    """The limiters of all connections, and where their paces are kept.

    Only a refusal needs to be saved: how the pace comes back after it is a matter of time. What one
    process is refused slows the others down; what is allowed, each has for itself.
    """

    store: Store
    clock: Clock
    limiters: Mapping[str, RateLimiter]
    heard: dict[str, Json] = field(default_factory=dict)
    """What was last read or saved, of each connection: only what is new is heeded."""

    async def load(self) -> None:
        """Let no limiter go faster than was saved; to be done before the first call."""
        try:
            async with self.store.read() as tx:
                for name in self.limiters:
                    await self._heed(tx, name)
        except StoreError as error:
            log.error("paces not read", why=str(error))

    async def keep(self) -> None:
        """Save what this process is refused, and heed what others are, until cancelled."""
        slowed: set[str] = set()
        news = asyncio.Event()

        def heard(name: str) -> None:
            slowed.add(name)
            news.set()

        for name, limiter in self.limiters.items():
            limiter.watch(partial(heard, name))
        async with asyncio.TaskGroup() as group:
            group.create_task(self._save_refusals(slowed, news))
            group.create_task(self._hear_of_others())

    async def _hear_of_others(self) -> None:
        while True:
            await self.clock.sleep(HEARD_EVERY)
            await self.load()

    async def _heed(self, tx: AsyncConnection, name: str) -> None:
        cursor = await cursors.get(tx, name, STREAM)
        if cursor is None or cursor.value == self.heard.get(name):
            return
        self.heard[name] = cursor.value
        if (pace := _pace(cursor.value)) is not None:
            self.limiters[name].resume(pace)

    async def _save_refusals(self, slowed: set[str], news: asyncio.Event) -> None:
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
        try:
            async with self.store.write() as tx:
                for name in names:
                    await self._heed(tx, name)  # another process may have been refused since
                    noted = _noted(self.limiters[name].export())
                    await cursors.put(tx, name, STREAM, noted, self.clock.now())
                    self.heard[name] = noted
        except BaseException as error:
            slowed.update(names)
            if not isinstance(error, StoreError):
                raise
            log.error("paces not saved", why=str(error))
            return
        for name in names:
            pace = round(self.limiters[name].pace(), 3)
            log.warning("slowed down", connection=name, requests_per_second=pace)


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
