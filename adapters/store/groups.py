"""Write transactions that wait at the same time end with one commit.

SQLite has one writer, and a commit that survives a power cut takes longer than most transactions.
So whoever waits for a turn when a group begins is a member of it. Each member's changes are undone
alone when it fails; none is told that it has ended before the commit of all of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncTransaction

from adapters.store.seats import to_the_end
from adapters.store.trips import Ran, Script, trips_of

MOST = 64
"""Members of a group, so that other processes get their turn."""


def _future() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()


@dataclass(eq=False)
class _Member:
    """A write transaction: waiting for its `turn`, then under way, `left`, and `ended`.

    With a `script` it is no block that somebody goes through, and leaves what `ran`.
    """

    topics: Sequence[str]
    script: Script | None = None
    turn: asyncio.Future[AsyncConnection] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    left: asyncio.Future[None] = field(default_factory=_future)
    ended: asyncio.Future[None] = field(default_factory=_future)
    failed: bool = True
    ran: Sequence[Ran] = ()


class Groups:
    """Hands a connection from member to member and commits for all of them.

    `connected` gives a connection that nobody else writes with; `notify` is called with the topics
    of the members after their commit.
    """

    def __init__(
        self,
        connected: Callable[[], AbstractAsyncContextManager[AsyncConnection]],
        notify: Callable[[str], None],
    ) -> None:
        self._connected = connected
        self._notify = notify
        self._waiting: list[_Member] = []
        self._leading: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def member(self, topics: Sequence[str]) -> AsyncIterator[AsyncConnection]:
        """A transaction that ends with those of the others. Cancelled while ending, it ends."""
        own = self._join(_Member(topics))
        try:
            tx = await own.turn
        except BaseException:
            own.left.set_result(None)  # its turn may have come at that very moment
            raise
        try:
            yield tx
            await _be_cancelled()
        except BaseException:
            own.left.set_result(None)
            with suppress(Exception):  # what went wrong before is the reason
                await to_the_end(_over(own.ended))  # nothing of it is left
            raise
        own.failed = False
        own.left.set_result(None)
        await to_the_end(_over(own.ended))

    async def script(self, topics: Sequence[str], script: Script) -> Sequence[Ran]:
        """A transaction that is known beforehand; it goes with those of others in one trip."""
        own = self._join(_Member(topics, script))
        try:
            await asyncio.shield(own.ended)
        except asyncio.CancelledError:
            if own.turn.done():  # it is under way
                with suppress(Exception):  # that it is cancelled is heard first
                    await to_the_end(_over(own.ended))
            own.turn.cancel()
            raise
        return own.ran

    def _join(self, own: _Member) -> _Member:
        self._waiting.append(own)
        if self._leading is None:
            self._leading = asyncio.create_task(self._lead(), name="write")
        return own

    async def _lead(self) -> None:
        """Lead group after group, as long as somebody waits."""
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._lead_one([one for one in group if not one.turn.done()])
        finally:
            self._leading = None

    async def _lead_one(self, group: Sequence[_Member]) -> None:
        done: list[_Member] = []
        try:
            async with self._connected() as tx:
                await self._serve(tx, group, done)
        except Exception as error:
            for one in group:
                _tell(one.turn, error)
                _tell(one.ended, error)
            return
        for one in done:
            one.ended.set_result(None)
            for topic in one.topics:
                self._notify(topic)

    async def _serve(
        self, tx: AsyncConnection, group: Sequence[_Member], done: list[_Member]
    ) -> None:
        """Let each member work, one after the other; undo what failed; commit."""
        transaction = await tx.begin()
        for scripted, some in groupby(group, lambda one: one.script is not None):
            members = list(some)
            if scripted:
                await _run_scripts(tx, members, done, last=members[-1] is group[-1])
            else:
                transaction = await _go_through(tx, transaction, members, done)
        await self._end(transaction, done)

    async def _end(self, transaction: AsyncTransaction, done: Sequence[_Member]) -> None:
        await (transaction.commit() if done else transaction.rollback())


async def _run_scripts(
    tx: AsyncConnection, members: Sequence[_Member], done: list[_Member], *, last: bool
) -> None:
    waiting = [one for one in members if not one.turn.done()]  # the others were cancelled
    for one in waiting:
        one.turn.set_result(tx)
    scripts = [one.script for one in waiting if one.script is not None]
    left = await trips_of(tx).run_scripts(scripts, last=last)
    for one, ran in zip(waiting, left, strict=True):
        if isinstance(ran, Exception):
            _tell(one.ended, ran)
            continue
        one.ran = ran
        done.append(one)


async def _go_through(
    tx: AsyncConnection,
    transaction: AsyncTransaction,
    members: Sequence[_Member],
    done: list[_Member],
) -> AsyncTransaction:
    for one in members:
        if one.turn.done():
            continue  # it was cancelled meanwhile
        marked = bool(done) and trips_of(tx).mark()
        one.turn.set_result(tx)
        await one.left
        if not one.failed:
            done.append(one)
            continue
        if marked:
            await tx.run_sync(lambda _: trips_of(tx).undo())
        else:
            await transaction.rollback()
            transaction = await tx.begin()
        one.ended.set_result(None)
    return transaction


async def _be_cancelled() -> None:
    """Let a cancellation that came within the last statement be heard before all is kept."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        await asyncio.sleep(0)


async def _over(ended: asyncio.Future[None]) -> None:
    await ended


def _tell(future: asyncio.Future[None] | asyncio.Future[AsyncConnection], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
        future.exception()  # nobody may be waiting for it any more
