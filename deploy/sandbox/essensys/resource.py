"""What a resource is: its path, its fields, what may be done to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deploy.sandbox.collection import Collection, Record
from deploy.sandbox.essensys.data import EssensysData
from deploy.sandbox.essensys.fields import Field
from deploy.sandbox.essensys.inputs import Check, takes_placeholders


class BadRequestError(Exception):
    """Answered with 400 and its text."""


@dataclass(frozen=True, slots=True)
class PutForm:
    """How a resource is written; `create` gets the checked values and returns the new record."""

    fields: Mapping[str, Check]
    required: frozenset[str]
    create: Callable[[EssensysData, Mapping[str, str], datetime], Record]
    may_be_empty: frozenset[str] = frozenset()  # required, but empty in the document's example
    objects: frozenset[str] = frozenset()  # sent as an object, not as text
    period: tuple[str, str] | None = None  # two dates that must not be in the wrong order

    def check(self, data: EssensysData, item: Any, where: str) -> dict[str, str]:
        """The values to store of one item sent; raises BadRequestError naming the field."""
        if not isinstance(item, dict):
            raise BadRequestError(f"{where}: must be an object")
        for name in sorted(self.required - item.keys()):
            raise BadRequestError(f"{where}.{name}: is required")
        must_be_filled = self.required - self.may_be_empty
        if takes_placeholders(data):
            must_be_filled = frozenset()
        values: dict[str, str] = {}
        for name, value in item.items():
            if name not in self.fields:
                raise BadRequestError(f"{where}.{name}: is not a field that can be written")
            if name in self.objects and not isinstance(value, dict):
                raise BadRequestError(f"{where}.{name}: must be an object")
            if name not in self.objects and not isinstance(value, str):
                raise BadRequestError(f"{where}.{name}: must be a string, as all values are")
            if value == "" and name in must_be_filled:
                raise BadRequestError(f"{where}.{name}: must not be empty")
            if value == "":
                continue
            try:
                values[name] = self.fields[name](data, value)
            except ValueError as error:
                raise BadRequestError(f"{where}.{name}: {error}") from error
        if self.period and values.get(self.period[1], "") < values.get(self.period[0], ""):
            raise BadRequestError(f"{where}: {self.period[1]} is before {self.period[0]}")
        return values


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource under /api/1.0/. `fields` depends on the switches; `shows` picks its records.

    `make` makes a record behind the API's back, from documented names; None where the records are
    those of other resources.
    """

    path: str
    plural: str
    id_field: str
    records: Callable[[EssensysData], Collection]
    fields: Callable[[EssensysData], tuple[Field, ...]]
    shows: Callable[[EssensysData, Record], bool] = lambda _data, _record: True
    put: PutForm | None = None
    can_delete: bool = False
    can_get: bool = True
    put_plural: str = ""  # empty: the same as `plural`
    queryable: tuple[Field, ...] = ()  # can be asked for, though a GET does not show them by itself
    by_id_answers_all: bool = False
    make: Callable[[EssensysData, Mapping[str, Any], datetime], Record] | None = None
