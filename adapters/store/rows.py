"""Dataclass and row: the columns of a table in the order of a dataclass's fields, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Table

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def columns_of(kind: type[DataclassInstance], table: Table) -> list[Column[Any]]:
    """The columns to select so that `kind(*row)` is right."""
    return [table.c[name] for name in names_of(kind)]


def values_of(item: DataclassInstance) -> dict[str, Any]:
    """The row of `item`. Unlike dataclasses.asdict it does not copy the state deeply."""
    names = names_of(type(item))
    return dict(zip(names, attrgetter(*names)(item), strict=True))


def values_of_all(items: Sequence[DataclassInstance]) -> dict[str, list[Any]]:
    """The rows of items of the same kind, column by column."""
    return {name: list(map(attrgetter(name), items)) for name in names_of(type(items[0]))}


@cache
def names_of(kind: type[DataclassInstance]) -> tuple[str, ...]:
    """The names of a dataclass's fields, in their order."""
    return tuple(field.name for field in fields(kind))
