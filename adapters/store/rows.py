"""Dataclass and row: the columns of a table in the order of a dataclass's fields, and back."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Table

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def columns_of(kind: type[DataclassInstance], table: Table) -> list[Column[Any]]:
    """The columns to select so that `kind(*row)` is right."""
    return [table.c[name] for name in _names(kind)]


def values_of(item: DataclassInstance) -> dict[str, Any]:
    """The row of `item`. Unlike dataclasses.asdict it does not copy the state deeply."""
    names = _names(type(item))
    return dict(zip(names, attrgetter(*names)(item), strict=True))


@cache
def _names(kind: type[DataclassInstance]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
