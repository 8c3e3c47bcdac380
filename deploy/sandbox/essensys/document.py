"""The resources as the document has them, read from documented.json."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import orjson

Kind = Literal["text", "number", "date", "flag", "bit"]

# The field that names a record where it is not called after the id field.
_NAMES = {
    "account": "clientname",
    "calendar": "bookingtitle",
    "contact": "fullname",
    "inventoryitem": "name",
}
_KINDS: Mapping[str, Kind] = {
    "int": "number",
    "decimal": "number",
    "currency": "number",
    "percent": "number",
    "number": "number",
    "code": "number",
    "number or id": "number",
    "reference id": "number",
    "currency with symbol": "number",
    "decimal without symbol": "number",
    "boolean": "flag",
    "bit": "bit",
    "date": "date",
    "datetime": "date",
}
_IMAGE = re.compile(r"(?:logo|picture|image\d?)url$")


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One documented field.

    `put` is how it is written, empty if it is not; `minimum` whether it must be; `shown` whether a
    GET example has it; `unread` whether neither example nor table says that it can be read;
    `refers` the resource whose id it holds; `reads` what the GET example shows where the table
    names no type or another.
    """

    name: str
    type: str | None = None
    size: int = 0
    put: str = ""
    minimum: bool = False
    full: bool = False
    shown: bool = False
    unread: bool = False
    refers: str = ""
    reads: str = ""

    @property
    def kind(self) -> Kind:
        """How the value reads: a flag is true or false, a bit 0 or 1."""
        return _KINDS.get(self.reads or self.type or self.put, "text")

    @property
    def is_reference(self) -> bool:
        """Whether it holds the id of a record, of a documented resource or another."""
        refers = bool(self.refers) or self.put == "reference id"
        return refers and self.kind == "number"

    @property
    def is_image(self) -> bool:
        """Whether it holds the address of an image; such a field's twin is called output_<name>."""
        return bool(_IMAGE.search(self.name))


@dataclass(frozen=True, slots=True)
class DocumentedResource:
    """One documented resource; `get`, `put`, `delete` tell which methods the document has."""

    path: str
    plural: str
    put_plural: str
    id_field: str
    get: bool
    put: bool
    delete: bool
    fields: tuple[FieldRule, ...]

    @property
    def name_field(self) -> str:
        """The field that other resources show in place of the id, empty if there is none."""
        stem = self.id_field.removesuffix("id")
        candidates = (_NAMES.get(self.path, ""), f"{stem}name", stem)
        names = {rule.name for rule in self.fields}
        return next((name for name in candidates if name in names), "")

    @property
    def visible(self) -> tuple[FieldRule, ...]:
        """What a GET shows: the fields of the example, or the table's where there is none."""
        shown = tuple(rule for rule in self.fields if rule.shown)
        readable = (rule for rule in self.fields if not rule.unread or rule.name == self.id_field)
        return shown or tuple(readable)


@cache
def documented() -> Mapping[str, DocumentedResource]:
    """Every documented resource by its path."""
    raw = orjson.loads((Path(__file__).parent / "documented.json").read_bytes())
    return {path: _resource(one) for path, one in raw.items()}


def _resource(raw: Mapping[str, Any]) -> DocumentedResource:
    # The table of credit notes lacks their id, which others refer to as creditnoteid.
    own = raw["id_field"] or f"{raw['path']}id"
    fields = tuple(FieldRule(**one) for one in raw["fields"])
    return DocumentedResource(
        path=raw["path"],
        plural=raw["plural"],
        put_plural=raw["put_plural"] or raw["plural"],
        id_field=own,
        get=raw["get"],
        put=raw["put"],
        delete=raw["delete"],
        fields=fields
        if own in (rule.name for rule in fields)
        else (*fields, FieldRule(own, "int")),
    )
