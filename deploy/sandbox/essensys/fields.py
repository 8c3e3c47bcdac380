"""How a resource's fields read: value, display twin, kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from deploy.sandbox.collection import Record
from deploy.sandbox.essensys.data import EssensysData

Value = Any  # text, None, or the whitespace object
Read = Callable[[EssensysData, Record], Value]

# What stands for a string of blanks (the XML behind the API shows through).
BLANK = {"@xml:space": "preserve", "#significant-whitespace": " "}
OFFSET = "+00:00"


@dataclass(frozen=True, slots=True)
class Field:
    """One readable field; `twin` reads outputvalue_<name>: "same" as the value, or absent (None).

    `kind` says how a where condition compares it.
    """

    name: str
    kind: Literal["text", "number", "date"]
    read: Read
    twin: Read | Literal["same"] | None = "same"
    twin_name: str = ""  # empty: outputvalue_<name>
    default: Value = None  # what is shown when nothing was ever set
    twin_if_known: bool = False  # no twin at all, rather than null, when there is no text

    def value(self, data: EssensysData, record: Record) -> Value:
        """What a GET shows."""
        value = self.read(data, record)
        return self.default if value is None else value


def text(
    name: str, read: Read | None = None, twin: Read | Literal["same"] | None = "same"
) -> Field:
    """A text field; without `read` the record's own value of that name."""
    return Field(name, "text", read or stored(name), twin)


def number(
    name: str, read: Read | None = None, twin: Read | Literal["same"] | None = "same"
) -> Field:
    """A field that compares as a number: ids, quantities, amounts."""
    return Field(name, "number", read or stored(name), twin)


def date(name: str, read: Read | None = None) -> Field:
    """A date, read as 2017-07-07T10:00:55 and shown with +00:00."""
    return Field(name, "date", read or stored(name))


def fixed(name: str, value: Value, twin: Read | Literal["same"] | None = "same") -> Field:
    """A field with the same value in every record."""
    return Field(name, "text", lambda _data, _record: value, twin)


def stored(name: str) -> Read:
    """Reads the record's own value, None when it has none."""
    return lambda _data, record: record.get(name)


def audit(name: Literal["created", "updated"]) -> tuple[Field, Field]:
    """createdby and creationdate, or updatedate and updatedby, in the order of the examples."""
    if name == "created":
        return text("createdby"), date("creationdate")
    return date("updatedate"), text("updatedby")


def render(
    fields: Sequence[Field], data: EssensysData, record: Record, *, saved: bool = False
) -> Record:
    """A record as an item of an answer.

    `saved`: in the shape of a PUT answer, without unset fields and offsets (essensys.txt,
    "Device Import").
    """
    item: Record = {}
    for field in fields:
        value = field.read(data, record) if saved else field.value(data, record)
        if saved and value is None:
            continue
        if field.kind == "date" and not saved and value is not None:
            value += OFFSET
        item[field.name] = value
        if field.twin is not None:
            shown = value if field.twin == "same" else field.twin(data, record)
            if shown is None and field.twin_if_known:
                continue
            item[field.twin_name or f"outputvalue_{field.name}"] = shown
    return item
