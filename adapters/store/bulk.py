"""Statements put together once, and run for one row or thousands, without more work for each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Delete, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.dialects import Database
from adapters.store.trips import Ran, Statement, trips_of

Convert = Callable[[Any], Any]
Columns = Mapping[str, Sequence[Any]]
"""The values of each parameter, all of the same length."""


class _Parameter(NamedTuple):
    """A place for a value; one that nobody gives is the statement's own, such as OFFSET 0."""

    name: str
    convert: Convert | None
    own: Any


@dataclass(frozen=True)
class _Compiled:
    """A statement in the words of one database: its parameters in their order."""

    text: str
    parameters: tuple[_Parameter, ...]
    results: tuple[Convert | None, ...]


class Bulk:
    """A statement that is written once for each database and run for many rows at a time."""

    def __init__(
        self,
        statement: Callable[[Database], Insert | Update | Delete | Select[Any]],
        names: Sequence[str] = (),
        *,
        lock: Select[Any] | None = None,
    ) -> None:
        """`names` are the columns that get values.

        `lock` (`dialects.locking`) is what it needs to have for itself until the commit; SQLite has
        one writer.
        """
        self._statement = statement
        self._names = list(names)
        self.lock = None if lock is None else Bulk(lambda _tx: lock)
        self._compiled: dict[str, _Compiled] = {}

    async def run(self, tx: AsyncConnection, columns: Columns) -> int:
        """Run it for each row, in their order; they are converted as SQLAlchemy would.

        Returns how many rows it changed; of several on PostgreSQL, -1.
        """
        return (await run_together(tx, [Step(self, columns)]))[0].changed

    def one(self, **values: Any) -> Step:
        """It for one row, not run yet."""
        return Step(self, {name: (value,) for name, value in values.items()})

    def statement(self, tx: Database, columns: Columns) -> Statement:
        """It with its rows, as the database's driver takes them."""
        compiled = self._compiled.get(tx.dialect.name) or self._compile(tx)
        rows = len(next(iter(columns.values()), ()))
        if rows == 1:  # most have one, and thousands of them come a second
            row = tuple([_only(columns, one) for one in compiled.parameters])
            return Statement(compiled.text, [row])
        converted = [
            _converted(columns[one.name], one.convert) if one.name in columns else [one.own] * rows
            for one in compiled.parameters
        ]
        return Statement(compiled.text, list(zip(*converted, strict=True)) if converted else [()])

    def values(self, tx: Database, row: Sequence[Any]) -> Sequence[Any]:
        """A row that it returned, converted as SQLAlchemy would."""
        converts = (self._compiled.get(tx.dialect.name) or self._compile(tx)).results
        return [
            value if convert is None else convert(value)
            for value, convert in zip(row, converts, strict=True)
        ]

    def _compile(self, tx: Database) -> _Compiled:
        statement, dialect = self._statement(tx), tx.dialect
        if isinstance(statement, Insert):
            statement = statement.inline()  # PostgreSQL would return the ids, which nobody reads
        compiled = statement.compile(dialect=dialect, column_keys=self._names)
        found = _Compiled(
            compiled.string,
            tuple(
                _parameter(name, compiled.binds[name], dialect)
                for name in compiled.positiontup or ()
            ),
            tuple(
                column.type.dialect_impl(dialect).result_processor(dialect, None)
                for column in statement.exported_columns
            ),
        )
        self._compiled[dialect.name] = found
        return found


class Step(NamedTuple):
    """A statement with the rows of values that it is to be run for."""

    bulk: Bulk
    columns: Columns


Run = Callable[[Sequence[Step]], Awaitable[Sequence[Ran]]]
"""How steps are run: within a transaction, or as one."""


async def run_together(tx: AsyncConnection, steps: Sequence[Step]) -> Sequence[Ran]:
    """Run steps in their order, at the price of one where the database is SQLite."""
    statements = [step.bulk.statement(tx, step.columns) for step in steps]
    if tx.dialect.name == "sqlite":
        ran = await _in_one_trip(tx, statements)
    else:
        ran = []
        for step, statement in zip(steps, statements, strict=True):
            if step.bulk.lock is not None:  # a statement of its own: the next sees what came before
                await _ran(tx, *step.bulk.lock.statement(tx, step.columns))
            ran.append(await _ran(tx, *statement))
    return as_values(tx, steps, ran)


async def _in_one_trip(tx: AsyncConnection, statements: Sequence[Statement]) -> list[Ran]:
    try:
        return await trips_of(tx).run_together(statements)
    except DBAPIError as error:
        if error.connection_invalidated:
            await tx.invalidate()  # SQLAlchemy has not heard of this trip
        raise


def as_values(tx: Database, steps: Sequence[Step], ran: Sequence[Ran]) -> Sequence[Ran]:
    """What steps left, with the values of their rows in place of what the driver gives."""
    return [
        one._replace(rows=[step.bulk.values(tx, row) for row in one.rows]) if one.rows else one
        for step, one in zip(steps, ran, strict=True)
    ]


async def run_one(tx: AsyncConnection, step: Step) -> bool:
    """Run a step of one row; whether it changed one."""
    return (await run_together(tx, [step]))[0].changed == 1


async def _ran(tx: AsyncConnection, text: str, rows: Sequence[Sequence[Any]]) -> Ran:
    if not rows:
        return Ran(0, [])
    result = await tx.exec_driver_sql(text, rows if len(rows) > 1 else rows[0])
    return Ran(result.rowcount, list(result) if result.returns_rows else [])


def _parameter(name: str, bind: BindParameter[Any], dialect: Dialect) -> _Parameter:
    convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
    return _Parameter(name, convert, bind.value)


def _only(columns: Columns, parameter: _Parameter) -> Any:
    if parameter.name not in columns:
        return parameter.own
    (value,) = columns[parameter.name]
    if value is None or parameter.convert is None:
        return value
    return parameter.convert(value)


def _converted(values: Sequence[Any], convert: Convert | None) -> Sequence[Any]:
    if convert is None:
        return values
    return [None if value is None else convert(value) for value in values]
