"""Statements put together once, and run for one row or thousands, without more work for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Insert, Select, Update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.columns import UtcTime
from adapters.store.dialects import Database
from adapters.store.trips import Ran, Statement, trips_of

Convert = Callable[[Any], Any]
Columns = Mapping[str, Sequence[Any]]
"""The values of each parameter, all of the same length."""


@dataclass(frozen=True)
class _Compiled:
    """A statement in the words of one database: its parameters in their order."""

    text: str
    parameters: tuple[tuple[str, Convert | None, bool], ...]


class Bulk:
    """A statement that is written once for each database and run for many rows at a time."""

    def __init__(
        self,
        statement: Callable[[Database], Insert | Update | Select[Any]],
        names: Sequence[str] = (),
    ) -> None:
        """`names` are the columns that get values."""
        self._statement = statement
        self._names = list(names)
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
        converted = [
            _converted(columns[name], convert, memorable)
            for name, convert, memorable in compiled.parameters
        ]
        return Statement(compiled.text, list(zip(*converted, strict=True)) if converted else [()])

    def _compile(self, tx: Database) -> _Compiled:
        compiled = self._statement(tx).compile(dialect=tx.dialect, column_keys=self._names)
        types = {name: compiled.binds[name].type for name in compiled.positiontup or ()}
        found = _Compiled(
            compiled.string,
            tuple(
                (
                    name,
                    kind.dialect_impl(tx.dialect).bind_processor(tx.dialect),
                    isinstance(kind, UtcTime),
                )
                for name, kind in types.items()
            ),
        )
        self._compiled[tx.dialect.name] = found
        return found


class Step(NamedTuple):
    """A statement with the rows of values that it is to be run for."""

    bulk: Bulk
    columns: Columns


async def run_together(tx: AsyncConnection, steps: Sequence[Step]) -> list[Ran]:
    """Run steps in their order, at the price of one where the database is SQLite.

    The rows that they return are as its driver gives them.
    """
    statements = [step.bulk.statement(tx, step.columns) for step in steps]
    if tx.dialect.name == "sqlite":
        return await trips_of(tx).run_together(statements)
    return [await _ran(tx, *statement) for statement in statements]


async def run_one(tx: AsyncConnection, step: Step) -> bool:
    """Run a step of one row; whether it changed one."""
    return (await run_together(tx, [step]))[0].changed == 1


async def _ran(tx: AsyncConnection, text: str, rows: Sequence[Sequence[Any]]) -> Ran:
    if not rows:
        return Ran(0, [])
    result = await tx.exec_driver_sql(text, rows if len(rows) > 1 else rows[0])
    return Ran(result.rowcount, list(result) if result.returns_rows else [])


def _converted(values: Sequence[Any], convert: Convert | None, memorable: bool) -> Sequence[Any]:
    if convert is None:
        return values
    if len(values) == 1:
        return (None if values[0] is None else convert(values[0]),)
    if not memorable:
        return [None if value is None else convert(value) for value in values]
    # Most rows share their times, and a time costs more to write than all the rest.
    known = {value: convert(value) for value in set(values)}
    return [known[value] for value in values]
