"""The open store: its read and write transactions, its upgrade, its wake-ups."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Self

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncTransaction

from adapters.store import dialects, fence, migrate
from adapters.store.bell import Bell
from adapters.store.bulk import Step, as_values, run_together
from adapters.store.errors import MigrationsPending, StoreUnavailable, typed, unreachable
from adapters.store.groups import Groups
from adapters.store.leases import holding
from adapters.store.seats import Seats, to_the_end
from adapters.store.trips import Ran, Script
from adapters.store.wakeups import Wakeups

Judge = Callable[[Sequence[Ran]], None]


def keep(_: Sequence[Ran]) -> None:
    """Keep whatever was written."""


BUSY_TIMEOUT = 30.0  # seconds to wait for another process that writes to the same SQLite file


class Store:
    """A store that several tasks and several processes use at the same time.

    Close it with `aclose`, or use it as `async with Store.open(url) as store`. It belongs to the
    event loop that it is first used in.
    """

    def __init__(self, engines: dialects.Engines) -> None:
        self._engines = engines
        self._read_seats = Seats(engines.reader, engines.readers, keeps=engines.own_trips)
        self._write_seats = Seats(engines.writer, engines.writers, keeps=engines.own_trips)
        self._wakeups = Wakeups()
        self._bell: Bell | None = None
        if engines.bell is not None:
            self._bell = Bell(engines.bell, self._wakeups.notify, self._wakeups.notify_all)
        self._groups = Groups(lambda: self._connected(self._write_seats), self.notify)
        self._writing: set[asyncio.Task[Any] | None] = set()
        self._closed = False

    @classmethod
    def open(cls, url: str, *, busy_timeout: float = BUSY_TIMEOUT) -> Self:
        """The store at `url`: sqlite:///file.db or postgresql://user:pw@host/name.

        Connects only when first used; an SQLite file is made then. `busy_timeout` is in seconds.
        Raises ValueError, naming what is wrong with the URL.
        """
        return cls(dialects.connect(url, busy_timeout))

    @property
    def place(self) -> str:
        """The URL without its password."""
        return self._engines.place

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one moment of the store and never waits for a writer.

        Raises StoreUnavailable, MigrationsPending.
        """
        async with self._connected(self._read_seats) as tx:
            await tx.begin()
            yield tx

    @asynccontextmanager
    async def write(self, *topics: str) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits when its block ends, and rolls back when it raises.

        After the commit, and only then, those who wait for `topics` are woken. On SQLite there is
        one such block at a time, so keep it short and call no provider in it; other processes
        are kept out from its first statement on, and blocks that wait at the same time share a
        commit. Cancelled while committing, it commits, then raises CancelledError.

        Raises StoreUnavailable, MigrationsPending; RuntimeError inside another write block.
        """
        task = self._writer()
        self._writing.add(task)
        try:
            async with self._transaction(topics) as tx:
                if held := fence.present():
                    looked = await run_together(tx, [holding(one) for one in held])
                    fence.check(self.place, held, looked)
                yield tx
        finally:
            self._writing.discard(task)

    async def run(self, steps: Sequence[Step], judge: Judge = keep, *topics: str) -> Sequence[Ran]:
        """A write transaction that is known beforehand: much cheaper than a block of `write`.

        `judge` is given what the steps left, rows as the driver gives them, and raises where they
        are to be undone; on SQLite it is called in another thread, and again where the steps of
        somebody else are undone. Returns what they left, when it
        is committed; all else is as with `write`.
        """
        if not self._engines.own_trips:
            async with self.write(*topics) as tx:
                ran = await run_together(tx, steps)
                judge(ran)
                return ran
        self._writer()
        held = fence.present()
        steps = [*map(holding, held), *steps]

        def judge_all(ran: Sequence[Ran]) -> None:
            fence.check(self.place, held, ran[: len(held)])
            judge(ran[len(held) :])

        statements = [step.bulk.statement(self._engines.writer, step.columns) for step in steps]
        with self._typed():
            ran = await self._groups.script(topics, Script(statements, judge_all))
        return as_values(self._engines.writer, steps, ran)[len(held) :]

    def _writer(self) -> asyncio.Task[Any] | None:
        task = asyncio.current_task()
        if task in self._writing:
            raise RuntimeError("a write transaction inside a write transaction waits for itself")
        return task

    @asynccontextmanager
    async def _transaction(self, topics: Sequence[str]) -> AsyncIterator[AsyncConnection]:
        if self._engines.own_trips:
            with self._typed():
                async with self._groups.member(topics) as tx:
                    yield tx
            return
        async with self._connected(self._write_seats) as tx:
            transaction = await tx.begin()
            yield tx
            await to_the_end(self._commit(transaction, topics))

    async def ping(self) -> None:
        """Touch the store. Raises StoreUnavailable."""
        async with self.read() as tx:
            await tx.exec_driver_sql(dialects.PING[tx.dialect.name])

    async def upgrade(self) -> list[str]:
        """Bring the tables up to date, all or nothing, and return the revisions applied.

        Several processes may do so at the same time. Raises StoreUnavailable, StoreTooNew.
        """
        async with self.write() as tx:
            return await tx.run_sync(migrate.upgrade, self.place)

    async def pending_migrations(self) -> list[str]:
        """The revisions that `upgrade` would apply, oldest first.

        Raises StoreUnavailable, StoreTooNew.
        """
        async with self.read() as tx:
            return await tx.run_sync(migrate.pending, self.place)

    async def require_upgraded(self) -> None:
        """Raises MigrationsPending where `upgrade` has something to do."""
        pending = await self.pending_migrations()
        if pending:
            raise MigrationsPending(self.place, pending)

    def notify(self, topic: str) -> None:
        """Wake all in this process who wait for `topic`.

        `write(topic)` does it by itself and, on PostgreSQL, in all other processes too.
        """
        self._wakeups.notify(topic)

    def notified(self, topic: str) -> int:
        """How often `topic` was notified so far: take it before looking, for `wait`'s `since`."""
        return self._wakeups.count(topic)

    async def wait(self, topic: str, timeout: float, since: int | None = None) -> int:
        """Wait for `topic` to be notified after `since`, at most `timeout` seconds.

        Returns at once where that has happened already, and gives the `since` of the next call:

            seen = store.notified("outbox")
            while running:
                ...  # look, and work while there is any
                seen = await store.wait("outbox", timeout=1.0, since=seen)
        """
        if self._bell is not None:
            self._bell.listen()
        return await self._wakeups.wait(topic, timeout, since)

    async def aclose(self) -> None:
        """Wait for the transactions that run to end, then close all connections."""
        if self._closed:
            return
        self._closed = True  # who waits for a seat is refused when it is his turn
        try:
            await self._write_seats.drain()
            await self._read_seats.drain()
            if self._bell is not None:
                await self._bell.aclose()
        finally:
            await to_the_end(self._disconnect())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _disconnect(self) -> None:
        # In this order, so that SQLite's last connection may fold the WAL into the file.
        await self._read_seats.dispose()
        await self._write_seats.dispose()

    @asynccontextmanager
    async def _connected(self, seats: Seats) -> AsyncIterator[AsyncConnection]:
        """A seat and a connection, given back without anything left open, with typed errors."""
        async with seats:
            if self._closed:
                raise StoreUnavailable(self.place, "it is closed")
            tx = seats.connection()
            with self._typed():
                try:
                    await self._start(tx)
                    yield tx
                    await seats.keep(tx)
                except DBAPIError as error:
                    if error.connection_invalidated and not tx.invalidated:
                        await tx.invalidate()  # of our own trips SQLAlchemy has not heard
                    raise
                finally:
                    if tx.sync_connection is not None:
                        await to_the_end(tx.close())  # rolls back what was not committed

    @contextmanager
    def _typed(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            problem = typed(error, self.place)
            if problem is None:
                raise
            raise problem from error

    async def _start(self, tx: AsyncConnection) -> None:
        if tx.sync_connection is not None:
            return
        try:
            # Interrupted halfway, SQLite's driver would leave a connection that nobody closes.
            await to_the_end(tx.start())
        except OSError as error:
            raise unreachable(error, self.place) from error
        if problem := dialects.too_old(tx):
            raise StoreUnavailable(self.place, problem)

    async def _commit(self, transaction: AsyncTransaction, topics: Sequence[str]) -> None:
        await transaction.commit()
        for topic in topics:
            self.notify(topic)
        if self._bell is not None:
            self._bell.ring(*topics)
