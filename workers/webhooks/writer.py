"""Writes hints durably, many in one commit: a delivery waits for the commit that holds it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from adapters.store import hints
from adapters.store.engine import Store
from adapters.store.errors import StoreError, StoreUnavailable
from adapters.store.hints import NewHint
from workers.telemetry import logs, tracing

MOST_WAITING = 2_000
"""Deliveries that may wait for a commit; more are refused, and the sender tries again."""
MOST_AT_ONCE = 500
"""Deliveries in one commit."""
TURNS = 2
"""Turns of the event loop that a delivery which has just come in takes until it waits here."""

log = logs.logger("webhooks")


class Waiting(NamedTuple):
    """A delivery's hints, and whom to tell that they are stored."""

    hints: Sequence[NewHint]
    stored: asyncio.Future[None]


@dataclass
class HintWriter:
    """The one writer of a process; `run` must be running for `store_hints` to come back."""

    store: Store
    waiting: asyncio.Queue[Waiting] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    ended: bool = False

    async def store_hints(self, new: Sequence[NewHint]) -> None:
        """Come back when the hints would survive a power cut.

        Raises:
            StoreError: They are not stored.
        """
        if self.ended:
            raise self._unwritten()
        one = Waiting(new, asyncio.get_running_loop().create_future())
        try:
            self.waiting.put_nowait(one)
        except asyncio.QueueFull:
            raise StoreUnavailable(self.store.place, "too many deliveries wait for it") from None
        await one.stored

    async def run(self) -> None:
        """Write until cancelled; deliveries that still wait then are told that they failed."""
        try:
            while True:
                await self._write(await self._next())
        finally:
            self.ended = True
            while not self.waiting.empty():
                self._tell([self.waiting.get_nowait()], self._unwritten())

    async def _next(self) -> list[Waiting]:
        batch = [await self.waiting.get()]
        try:
            await self._gather()
        except asyncio.CancelledError:
            self._tell(batch, self._unwritten())
            raise
        while len(batch) < MOST_AT_ONCE and not self.waiting.empty():
            batch.append(self.waiting.get_nowait())
        return batch

    async def _gather(self) -> None:
        """Let others join as long as they come in: a commit costs nearly the same for many."""
        before = -1
        while before < self.waiting.qsize() < MOST_AT_ONCE:
            before = self.waiting.qsize()
            for _ in range(TURNS):
                await asyncio.sleep(0)

    async def _write(self, batch: list[Waiting]) -> None:
        try:
            await self._store([one for waiting in batch for one in waiting.hints])
        except StoreError as error:
            log.error("hints not stored", count=len(batch), why=str(error))
            self._tell(batch, error)
        except BaseException:
            self._tell(batch, self._unwritten())
            raise
        else:
            self._tell(batch, None)

    async def _store(self, new: Sequence[NewHint]) -> None:
        # One span for all: each would cost a delivery more than everything else here.
        with tracing.span("take webhooks", attributes={"tiebeam.hints": len(new)}):
            async with self.store.write("hints") as tx:
                await hints.add(tx, new, traceparent=tracing.carry().get("traceparent"))

    def _unwritten(self) -> StoreUnavailable:
        return StoreUnavailable(self.store.place, "nobody writes hints any more")

    def _tell(self, batch: Sequence[Waiting], error: StoreError | None) -> None:
        for one in batch:
            if one.stored.done():
                continue  # its sender has hung up
            if error is None:
                one.stored.set_result(None)
            else:
                one.stored.set_exception(error)
