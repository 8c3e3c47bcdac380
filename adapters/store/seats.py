"""Seats in a store: who has one may use a connection, which then serves the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


class Seats:
    """As many seats as an engine has connections: `async with` one, then take a connection.

    Who waits for a seat waits here and not in the engine's pool: this wait can be cancelled at once
    and is fair. With `keeps`, connections whose transactions end well never go back to the pool;
    others do, and it cleans or replaces them.
    """

    def __init__(self, engine: AsyncEngine, number: int, *, keeps: bool) -> None:
        self._free = asyncio.Semaphore(number)
        self._engine = engine
        self._number = number
        self._keeps = keeps
        self._kept: list[Connection] = []

    async def __aenter__(self) -> None:
        await self._free.acquire()

    async def __aexit__(self, *_: object) -> None:
        self._free.release()

    def connection(self) -> AsyncConnection:
        """A connection for one transaction: one that was kept, or one that is still to start."""
        return AsyncConnection(self._engine, self._kept.pop() if self._kept else None)

    async def keep(self, tx: AsyncConnection) -> None:
        """Keep a connection whose transaction has ended well; `tx` cannot be used any more."""
        connection = tx.sync_connection
        if connection is None or connection.invalidated or not self._keeps:
            return
        await tx.rollback()  # what has only read
        self._kept.append(connection)
        tx.sync_connection = None

    async def drain(self) -> None:
        """Come back when all seats were free at the same time."""
        async with AsyncExitStack() as stack:
            for _ in range(self._number):
                await stack.enter_async_context(self)

    async def dispose(self) -> None:
        """Close all connections."""
        self._keeps = False
        while self._kept:
            await self.connection().close()
        await self._engine.dispose()


async def to_the_end(work: Coroutine[Any, Any, object]) -> None:
    """Let `work` finish even when the caller is cancelled meanwhile; then be cancelled."""
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            if task.cancelled():
                raise
            cancelled = error
        except Exception:
            break  # raised below, by the task
    task.result()
    if cancelled is not None:
        raise cancelled
