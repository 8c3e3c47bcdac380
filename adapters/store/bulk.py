"""A statement put together once, and run for one row or thousands, without more work for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Insert, Update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.columns import UtcTime

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
        self, statement: Callable[[AsyncConnection], Insert | Update], names: Sequence[str]
    ) -> None:
        """`names` are the columns that get values."""
        self._statement = statement
        self._names = list(names)
        self._compiled: dict[str, _Compiled] = {}

    async def run(self, tx: AsyncConnection, columns: Columns) -> int:
        """Run it for each row, in their order; they are converted as SQLAlchemy would.

        Returns how many rows it changed; of several on PostgreSQL, -1.
        """
        compiled = self._compiled.get(tx.dialect.name) or self._compile(tx)
        converted = [
            _converted(columns[name], convert, memorable)
            for name, convert, memorable in compiled.parameters
        ]
        rows = list(zip(*converted, strict=True))
        if not rows:
            return 0
        given = rows if len(rows) > 1 else rows[0]
        return (await tx.exec_driver_sql(compiled.text, given)).rowcount

    async def run_one(self, tx: AsyncConnection, values: Mapping[str, Any]) -> bool:
        """Run it for one row; whether it changed one."""
        return await self.run(tx, {name: [value] for name, value in values.items()}) == 1

    def _compile(self, tx: AsyncConnection) -> _Compiled:
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


def _converted(values: Sequence[Any], convert: Convert | None, memorable: bool) -> Sequence[Any]:
    if convert is None:
        return values
    if not memorable:
        return [None if value is None else convert(value) for value in values]
    # Most rows share their times, and a time costs more to write than all the rest.
    known = {value: convert(value) for value in set(values)}
    return [known[value] for value in values]
