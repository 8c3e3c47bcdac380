"""Stores for benchmarks: new files with all tables, whose write transactions are counted."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.engine import Store
from tests.benchmarks.rounds import Moment


class CountingStore(Store):
    """The store, and how often, how long and when something was written to it.

    `writes` counts write transactions; `writing` is the seconds in which one was open, from its
    begin to the end of its commit; `written` is the moment of the last commit.
    """

    writes = 0
    writing = 0.0
    written = Moment(0.0, 0.0)

    @asynccontextmanager
    async def write(self, *topics: str) -> AsyncIterator[AsyncConnection]:
        """As Store.write."""
        began = 0.0
        async with super().write(*topics) as tx:
            began = time.perf_counter()
            yield tx
        self.written = Moment.now()
        self.writes += 1
        self.writing += self.written.seconds - began

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
