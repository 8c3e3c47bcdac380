"""Stores for benchmarks: new files with all tables, whose write transactions are counted."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.bulk import Step
from adapters.store.engine import Judge, Store, keep
from adapters.store.trips import Ran


class CountingStore(Store):
    """The store, and how often, how long and when something was written to it.

    `writes` counts write transactions; `writing` is the seconds in which one was under way, to the
    end of its commit; `written_at` is when the last one had ended, in seconds of a steady clock.
    """

    writes = 0
    writing = 0.0
    written_at = 0.0

    @asynccontextmanager
    async def write(self, *topics: str) -> AsyncIterator[AsyncConnection]:
        """As Store.write."""
        began = 0.0
        async with super().write(*topics) as tx:
            began = time.perf_counter()
            yield tx
        self._count(began)

    async def run(self, steps: Sequence[Step], judge: Judge = keep, *topics: str) -> Sequence[Ran]:
        """As Store.run."""
        began = time.perf_counter()
        ran = await super().run(steps, judge, *topics)
        self._count(began)
        return ran

    def _count(self, began: float) -> None:
        self.written_at = time.perf_counter()
        self.writes += 1
        self.writing += self.written_at - began

    def forget(self) -> None:
        """Count anew."""
        self.writes, self.writing = 0, 0.0


@asynccontextmanager
async def new_store(folder: Path) -> AsyncIterator[CountingStore]:
    """A new SQLite store with all tables, in the folder."""
    file = folder / f"{uuid4().hex}.db"
    async with CountingStore.open(f"sqlite:///{file}") as store:
        await store.upgrade()
        yield store
