"""SQLAlchemy's connection to SQLite's thread, with as few trips to it and back as there can be.

A trip costs more than most statements do, and both ends of it wait until the interpreter is free.
So a statement, its rows and the end of its cursor are one trip, BEGIN travels with the first
statement of its transaction, and nobody waits for the end of a transaction that has only read.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.util import await_

MARK = "member"
SAVEPOINT = f"SAVEPOINT {MARK}"
CLOSED = "connection closed"
ENDED = "an earlier error has ended the transaction"

Work = Callable[[sqlite3.Connection], Any]
"""What SQLite's thread does in one trip."""


class TripConnection(AsyncAdapt_aiosqlite_connection):
    """SQLAlchemy's connection, whose transactions begin when `begin` is called and not before."""

    __slots__ = ("_transaction", "_writes")

    def __init__(self, adapted: Any, *, writes: bool) -> None:
        """Take the place of a connection that SQLAlchemy has made."""
        super().__init__(adapted.dbapi, adapted.driver_connection)
        self._writes = writes
        self._transaction: _Transaction | None = None

    def begin(self) -> None:
        """Begin a transaction, with its first statement."""
        self._transaction = _Transaction("BEGIN IMMEDIATE" if self._writes else "BEGIN")

    def mark(self) -> bool:
        """Put a mark where the next statement comes, to which `undo` goes back.

        False, and no mark, where that statement is the first.
        """
        assert self._transaction is not None
        return self._transaction.mark()

    def undo(self) -> None:
        """Undo what came after the last mark."""
        assert self._transaction is not None
        self._trip(partial(_undo, self._transaction))

    def cursor(self, server_side: bool = False) -> Any:
        """A cursor that has all its rows at once."""
        if server_side:
            raise sqlite3.NotSupportedError("rows are not streamed: ask for fewer at a time")
        return _Cursor(self)

    def run(self, statement: str, parameters: Any, *, many: bool) -> _Outcome:
        """Run a statement to its end, in the transaction if there is one."""
        work = partial(_run, self._transaction, many, statement, parameters)
        outcome: _Outcome = self._trip(work)
        return outcome

    async def run_together(self, statements: Sequence[Statement]) -> list[Ran]:
        """Run statements in one trip, of which SQLAlchemy hears nothing.

        Raises:
            DBAPIError: As SQLAlchemy would.
        """
        try:
            ran: list[Ran] = await self._back(
                self._sent(partial(_run_all, self._transaction, statements))
            )
        except sqlite3.Error as error:
            raise as_sqlalchemy(error, statements) from error
        return ran

    async def run_scripts(
        self, scripts: Sequence[Script], *, last: bool
    ) -> list[list[Ran] | Exception]:
        """Run scripts in one trip; of each, what its statements left, or why it was undone.

        Where they are the `last` of the transaction and any of them is kept, they are committed on
        the same trip, and the lock is held for no turn of the event loop; `commit` finds it done.

        Raises:
            DBAPIError: The transaction is lost, and with it all of them.
        """
        assert self._transaction is not None
        try:
            ran: list[list[Ran] | Exception] = await self._back(
                self._sent(partial(_run_scripts, self._transaction, scripts, last))
            )
        except sqlite3.Error as error:
            raise as_sqlalchemy(error, ()) from error
        return ran

    def commit(self) -> None:
        """Commit."""
        transaction, self._transaction = self._transaction, None
        if transaction is None:
            raise sqlite3.ProgrammingError("there is no transaction to commit")
        if not transaction.committed:
            self._trip(partial(_commit, transaction))

    def rollback(self) -> None:
        """Undo the transaction, if there is one; one whose connection is lost has been undone."""
        transaction, self._transaction = self._transaction, None
        if transaction is None or not self._connection._running:
            return
        if self._writes:
            self._trip(_roll_back)
        else:
            self._send(_roll_back, None)  # the thread works in order: whatever comes is behind it

    def _trip(self, work: Work) -> Any:
        """Have something done and wait for it, where SQLAlchemy calls."""
        return await_(self._back(self._sent(work)))

    def _sent(self, work: Work) -> asyncio.Future[Any]:
        future = _ToTheEnd() if self._writes else asyncio.get_running_loop().create_future()
        try:
            self._send(work, future)
        except Exception as error:
            self._handle_exception(error)
        return future

    async def _back(self, future: asyncio.Future[Any]) -> Any:
        """Wait for what was sent.

        Of a writer, it is waited for to its end: SQLAlchemy gives up a connection on which somebody
        was cancelled, and with it the changes of all who share its transaction. Who was cancelled
        meanwhile is so at the next wait.
        """
        try:
            return await future
        except asyncio.CancelledError:
            if not self._writes:
                raise
            _cancel_later()
        except Exception as error:
            self._handle_exception(error)
        return self._ended(future)

    def _ended(self, future: asyncio.Future[Any]) -> Any:
        try:
            return future.result()
        except Exception as error:
            self._handle_exception(error)

    def _send(self, work: Work, future: asyncio.Future[Any] | None) -> None:
        driver = self._connection
        if not driver._running:
            raise ValueError(CLOSED)  # words by which SQLAlchemy knows to replace it
        driver._tx.put_nowait((future, partial(work, driver._conn)))


class _ToTheEnd(asyncio.Future[Any]):
    """Who waits for it hears that he is cancelled when it is done, and not before."""

    def cancel(self, msg: object = None) -> bool:
        return False


def _cancel_later() -> None:
    """Let this task be cancelled where it waits next, as if it had not heard of it yet."""
    task = asyncio.current_task()
    assert task is not None
    task.uncancel()  # else it would count twice, and a time-out would not know its own
    task.cancel()


def trips_of(tx: AsyncConnection) -> TripConnection:
    """The trips of a connection to SQLite that is under way."""
    assert tx.sync_connection is not None
    found = tx.sync_connection.connection.dbapi_connection
    assert isinstance(found, TripConnection)
    return found


class Statement(NamedTuple):
    """A statement and the rows of parameters that it is to be run for."""

    text: str
    rows: Sequence[Sequence[Any]]


class Ran(NamedTuple):
    """What a statement changed, as its cursor counts it, and the rows that it returned."""

    changed: int
    rows: list[Any]


def as_sqlalchemy(error: sqlite3.Error, statements: Sequence[Statement]) -> Exception:
    """What SQLAlchemy would raise for an error."""
    texts = "; ".join(statement.text for statement in statements)
    raised: Exception = DBAPIError.instance(
        texts,
        (),
        error,
        sqlite3.Error,
        hide_parameters=True,
        connection_invalidated=CLOSED in str(error),
    )
    return raised


class Script(NamedTuple):
    """Statements that are kept or undone together.

    `judge` is given what they left, in SQLite's thread, and raises where they are to be undone.
    Where any script of the trip is undone, it is asked again: it may keep nothing in mind.
    """

    statements: Sequence[Statement]
    judge: Callable[[list[Ran]], None]


class _Outcome(NamedTuple):
    """What a statement leaves: all that a cursor may be asked for."""

    rows: list[Any]
    description: Any
    rowcount: int
    lastrowid: int | None


class _Cursor:
    """A cursor of PEP 249, as far as SQLAlchemy uses it."""

    __slots__ = ("_connection", "_rows", "arraysize", "description", "lastrowid", "rowcount")

    def __init__(self, connection: TripConnection) -> None:
        self._connection = connection
        self.arraysize = 1
        self._take(_Outcome([], None, -1, None))

    def execute(self, statement: str, parameters: Sequence[Any] | None = None) -> None:
        self._take(self._connection.run(statement, parameters or (), many=False))

    def executemany(self, statement: str, parameters: Sequence[Any]) -> None:
        self._take(self._connection.run(statement, parameters, many=True))

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        count = self.arraysize if size is None else size
        return [self._rows.popleft() for _ in range(min(count, len(self._rows)))]

    def fetchall(self) -> list[Any]:
        rows = list(self._rows)
        self._rows.clear()
        return rows

    def __iter__(self) -> Iterator[Any]:
        while self._rows:
            yield self._rows.popleft()

    def close(self) -> None:
        self._rows.clear()

    async def _async_soft_close(self) -> None:
        """Let go of the database and keep the rows: so it is from the beginning."""

    def _take(self, outcome: _Outcome) -> None:
        rows, self.description, self.rowcount, self.lastrowid = outcome
        self._rows = deque(rows)


# From here on: what runs in SQLite's thread.


class _Transaction:
    """A transaction that is still to begin, goes on, or has ended."""

    __slots__ = ("_before", "_begin", "_begun", "committed")

    def __init__(self, begin: str) -> None:
        self._begin = begin
        self._before: str | None = begin
        self._begun = False
        self.committed = False

    def mark(self) -> bool:
        """Have a savepoint made by the next statement, if there was one before."""
        if self._begun:
            self._before = SAVEPOINT
        return self._begun

    def forget_mark(self) -> bool:
        """Whether the savepoint asked for was not made yet; it is not made then."""
        before, self._before = self._before, None
        return before is not None

    def enter(self, connection: sqlite3.Connection) -> bool:
        """Be in this transaction, so that `go_back` can undo what comes; whether it begins here."""
        begins = not self._begun
        self.require(connection)
        if not begins:
            connection.execute(SAVEPOINT)
        return begins

    def go_back(self, connection: sqlite3.Connection, *, begins: bool) -> None:
        """Undo all that was done since `enter`."""
        if not begins:
            connection.execute(f"ROLLBACK TO {MARK}")
            return
        connection.rollback()
        connection.execute(self._begin)

    def require(self, connection: sqlite3.Connection) -> None:
        """Be in this transaction, or fail: what comes next would be kept without the rest."""
        before, self._before = self._before, None
        going_on = self._begun or before is None
        if going_on and not connection.in_transaction:  # some errors make SQLite undo everything
            raise sqlite3.OperationalError(ENDED)
        if before is not None:
            connection.execute(before)
            self._begun = True


def _run(
    transaction: _Transaction | None,
    many: bool,
    statement: str,
    parameters: Any,
    connection: sqlite3.Connection,
) -> _Outcome:
    if transaction is not None:
        transaction.require(connection)
    cursor = connection.cursor()
    try:
        (cursor.executemany if many else cursor.execute)(statement, parameters)
        rows = [] if cursor.description is None else cursor.fetchall()
        return _Outcome(rows, cursor.description, cursor.rowcount, cursor.lastrowid)
    finally:
        cursor.close()  # a traceback may keep it, and while it is open the file stays locked


def _run_all(
    transaction: _Transaction | None,
    statements: Sequence[Statement],
    connection: sqlite3.Connection,
) -> list[Ran]:
    if transaction is not None:
        transaction.require(connection)
    return [_ran(connection, *statement) for statement in statements]


def _run_scripts(
    transaction: _Transaction,
    scripts: Sequence[Script],
    last: bool,
    connection: sqlite3.Connection,
) -> list[list[Ran] | Exception]:
    begins = transaction.enter(connection)
    try:
        ran: list[list[Ran] | Exception] = [_run_freely(script, connection) for script in scripts]
    except Exception:  # seldom: a savepoint for each, always, costs more than to begin anew
        if not begins and not connection.in_transaction:  # it went with all that was done before
            raise
        transaction.go_back(connection, begins=begins)
        ran = [_run_script(script, connection) for script in scripts]
    if last and not all(isinstance(one, Exception) for one in ran):
        _commit(transaction, connection)
    return ran


def _run_freely(script: Script, connection: sqlite3.Connection) -> list[Ran]:
    ran = [_ran(connection, *statement) for statement in script.statements]
    script.judge(ran)
    return ran


def _run_script(script: Script, connection: sqlite3.Connection) -> list[Ran] | Exception:
    connection.execute(SAVEPOINT)
    try:
        return _run_freely(script, connection)
    except Exception as error:
        if not connection.in_transaction:  # it went with all that the others did
            raise
        connection.execute(f"ROLLBACK TO {MARK}")
        if isinstance(error, sqlite3.Error):
            return as_sqlalchemy(error, script.statements)
        return error


def _ran(connection: sqlite3.Connection, text: str, rows: Sequence[Sequence[Any]]) -> Ran:
    if not rows:
        return Ran(0, [])
    cursor = connection.cursor()
    try:
        if len(rows) > 1:
            return Ran(cursor.executemany(text, rows).rowcount, [])
        cursor.execute(text, rows[0])
        return Ran(cursor.rowcount, [] if cursor.description is None else cursor.fetchall())
    finally:
        cursor.close()


def _commit(transaction: _Transaction, connection: sqlite3.Connection) -> None:
    transaction.require(connection)
    try:
        connection.execute("COMMIT")
    except sqlite3.Error:
        connection.rollback()  # to SQLAlchemy it has ended, and nobody would undo it
        raise
    transaction.committed = True


def _undo(transaction: _Transaction, connection: sqlite3.Connection) -> None:
    if not transaction.forget_mark():
        transaction.require(connection)
        connection.execute(f"ROLLBACK TO {MARK}")


def _roll_back(connection: sqlite3.Connection) -> None:
    connection.rollback()  # nothing, where there is no transaction
