"""Wake-ups among processes, where the store is PostgreSQL: NOTIFY and LISTEN on one connection.

They save time and nothing else: who does not hear one looks by himself a little later. So they are
sent after the commit and not with it, where PostgreSQL would let one commit at a time pass.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

CHANNEL = "tiebeam"
RING = "SELECT pg_notify($1, topic) FROM unnest($2::text[]) AS topic"
PAUSE = 0.02  # seconds between two rings; what comes meanwhile goes with the next one
AGAIN = 1.0  # seconds before another try to connect
STILL_THERE = 30.0  # seconds of silence after which the connection is tried
ANSWER = 5.0  # seconds in which the server has to answer


class Bell:
    """Rings in other processes, and hears theirs, from the first `listen` or `ring` on.

    `heard` is called with each topic that another process rings for; `missed` whenever some may
    have been missed: now that somebody listens, and when the connection was lost in between.
    """

    def __init__(
        self, engine: AsyncEngine, heard: Callable[[str], None], missed: Callable[[], None]
    ) -> None:
        self._engine = engine
        self._heard = heard
        self._missed = missed
        self._topics: set[str] = set()
        self._moved = asyncio.Event()
        self._closing = False
        self._keeping: asyncio.Task[None] | None = None

    def ring(self, *topics: str) -> None:
        """Wake all in other processes who wait for these topics, soon."""
        if topics:
            self._topics.update(topics)
            self._moved.set()
            self.listen()

    def listen(self) -> None:
        """Listen from now on."""
        if self._keeping is None and not self._closing:
            self._keeping = asyncio.create_task(self._keep(), name="bell")

    async def aclose(self) -> None:
        """Ring for what is left, if the server answers, and end."""
        self._closing = True
        self._moved.set()
        if self._keeping is not None:
            await asyncio.wait({self._keeping}, timeout=ANSWER if self._topics else 0)
            self._keeping.cancel()
            await asyncio.wait({self._keeping})
        await self._engine.dispose()

    async def _keep(self) -> None:
        lost = _errors_of_a_lost_connection()
        while True:
            with suppress(*lost):
                async with self._engine.connect() as connection:
                    raw = await connection.get_raw_connection()
                    await self._serve(raw.driver_connection)
            if self._closing:
                return
            await asyncio.sleep(AGAIN)

    async def _serve(self, driver: Any) -> None:
        """Listen and ring until the connection is lost, or until the end."""
        await driver.add_listener(CHANNEL, self._on_ring)
        driver.add_termination_listener(lambda _: self._moved.set())
        self._missed()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(STILL_THERE):
                    await self._moved.wait()
            self._moved.clear()
            topics = sorted(self._topics)
            await driver.execute(
                RING, CHANNEL, topics, timeout=ANSWER
            )  # of no topics, it only asks
            self._topics.difference_update(topics)
            if self._closing:
                return
            await asyncio.sleep(PAUSE)

    def _on_ring(self, driver: Any, process: int, _channel: str, topic: str) -> None:
        if process != driver.get_server_pid():
            self._heard(topic)


def _errors_of_a_lost_connection() -> tuple[type[Exception], ...]:
    import asyncpg  # only where it is used: it takes a while

    return (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError)
