"""What a resource is: its path, its fields, what may be done to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deploy.sandbox.collection import Collection, Record
from deploy.sandbox.essensys.data import EssensysData
from deploy.sandbox.essensys.fields import Field
from deploy.sandbox.essensys.inputs import Check


class BadRequestError(Exception):
    """Answered with 400 and its text."""


@dataclass(frozen=True, slots=True)
class PutForm:
    """How a resource is written; `create` gets the checked values and returns the new record."""

    fields: Mapping[str, Check]
    required: frozenset[str]
    create: Callable[[EssensysData, Mapping[str, str], datetime], Record]
    period: tuple[str, str] | None = None  # two dates that must not be in the wrong order

    def check(self, data: EssensysData, item: Any, where: str) -> dict[str, str]:
        """The values to store of one item sent; raises BadRequestError naming the field."""
        if not isinstance(item, dict):
            raise BadRequestError(f"{where}: must be an object")
        for name in sorted(self.required - item.keys()):
            raise BadRequestError(f"{where}.{name}: is required")
        values: dict[str, str] = {}
        for name, value in item.items():
            if name not in self.fields:
                raise BadRequestError(f"{where}.{name}: is not a field that can be written")
            if not isinstance(value, str):
                raise BadRequestError(f"{where}.{name}: must be a string, as all values are")
            if value == "" and name in self.required:
                raise BadRequestError(f"{where}.{name}: must not be empty")
            if value == "":
                continue
            try:
                values[name] = self.fields[name](data, value)
            except ValueError as error:
                raise BadRequestError(f"{where}.{name}: {error}") from error
        if self.period and values[self.period[1]] < values[self.period[0]]:
            raise BadRequestError(f"{where}: {self.period[1]} is before {self.period[0]}")
        return values


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource under /api/1.0/. `fields` depends on the switches; `shows` picks its records."""

    path: str
    plural: str
    id_field: str
    records: Callable[[EssensysData], Collection]
    fields: Callable[[EssensysData], tuple[Field, ...]]
    shows: Callable[[EssensysData, Record], bool] = lambda _data, _record: True
    put: PutForm | None = None
    can_delete: bool = False
