"""Kinds of record that are listed, made, read, changed and deleted alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.sandbox.collection import Collection, Record
from deploy.sandbox.documented import FieldRule, operations
from deploy.sandbox.exchange import Answer
from deploy.sandbox.plentific.answers import (
    HIDDEN,
    Filter,
    Row,
    answered,
    details,
    found,
    no_changes,
    page,
)
from deploy.sandbox.plentific.checks import check_references
from deploy.sandbox.plentific.data import PlentificData
from deploy.sandbox.plentific.records import add, by_reference, change, remove
from deploy.sandbox.plentific.requests import RefusedError, Request
from deploy.sandbox.state import SandboxState

Handler = Callable[[SandboxState, Request], Answer]
Fields = Callable[[PlentificData, Record, Mapping[str, Any]], Record]
Conflict = Callable[[PlentificData, Record, Mapping[str, Any]], str | None]

OPERATIONS = operations("plentific")
VERBS = ("list", "create", "get", "update", "delete")


def as_sent(_data: PlentificData, _before: Record, body: Mapping[str, Any]) -> Record:
    """Fields that are kept as they are sent."""
    return dict(body)


def same_reference(kind: str) -> Conflict:
    """A conflict (without words) with another record of the kind that has the same reference."""

    def conflict(data: PlentificData, before: Record, body: Mapping[str, Any]) -> str | None:
        taken = by_reference(data, kind, body.get("external_reference"))
        return None if taken is None or taken is before else ""

    return conflict


def no_conflict(_data: PlentificData, _before: Record, _body: Mapping[str, Any]) -> str | None:
    """No body conflicts with anything."""
    return None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record; the names of its operations are made of `singular` and `plural`.

    fields: what a body means for the record, which is empty when it is new.
    conflict: why a body is refused with 409, "" for no words, None for no conflict.
    listed: whether a list shows a record at all.
    """

    singular: str
    plural: str
    parent: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    fields: Fields = as_sent
    conflict: Conflict = no_conflict
    row: Row = no_changes
    listed: Callable[[Record], bool] | None = None
    filters: Mapping[str, Filter] = field(default_factory=dict)

    @property
    def store(self) -> str:
        """The name of its collection."""
        return self.plural.removeprefix("work_order_")

    def records(self, data: PlentificData, uuids: list[str]) -> Collection:
        """Its records, below the record that a path begins with; raises RefusedError (404)."""
        if not self.parent:
            return data.of(self.store)
        found(data.of(self.parent), uuids[0])
        return data.below(self.store, uuids[0])

    def record(self, data: PlentificData, request: Request) -> Record:
        """The record that a path names; raises RefusedError (404)."""
        return found(self.records(data, request.uuids), request.uuids[-1])

    def shown(self) -> Mapping[str, FieldRule]:
        """The fields of its details, or of whatever shows most of it."""
        named = (f"get_{self.singular}", f"create_{self.singular}", f"list_{self.plural}")
        return next(OPERATIONS[name].answer for name in named if name in OPERATIONS)

    def kept(self, data: PlentificData, before: Record, body: Mapping[str, Any]) -> Record:
        """What a record keeps of a body; what is never shown is kept in hidden fields."""
        shown = self.shown()
        fields = self.fields(data, before, body)
        return {name if name in shown else HIDDEN + name: one for name, one in fields.items()}


def handlers(kind: Kind, *verbs: str) -> Iterator[tuple[str, Handler]]:
    """The operations of a kind by their names; without verbs all five."""
    for verb in verbs or VERBS:
        name = kind.plural if verb == "list" else kind.singular
        yield f"{verb}_{name}", _HANDLERS[verb](kind)


def _list(kind: Kind) -> Handler:
    def handle(state: SandboxState, request: Request) -> Answer:
        records = kind.records(state.plentific, request.uuids)
        return page(state, request, records, kind.row, kind.filters, kind.listed)

    return handle


def _create(kind: Kind) -> Handler:
    def handle(state: SandboxState, request: Request) -> Answer:
        data = state.plentific
        _check(kind, data, {}, request)
        fields = {**kind.defaults, **kind.kept(data, {}, request.body)}
        return details(request, add(data, kind.store, request.call.now, fields))

    return handle


def _check(kind: Kind, data: PlentificData, before: Record, request: Request) -> None:
    check_references(data, request.body)
    conflict = kind.conflict(data, before, request.body)
    if conflict is not None:
        raise RefusedError(409, conflict)


def _get(kind: Kind) -> Handler:
    def handle(state: SandboxState, request: Request) -> Answer:
        return details(request, kind.record(state.plentific, request))

    return handle


def _update(kind: Kind) -> Handler:
    def handle(state: SandboxState, request: Request) -> Answer:
        data = state.plentific
        record = kind.record(data, request)
        _check(kind, data, record, request)
        fields = kind.kept(data, record, request.body)
        return details(request, change(data, kind.store, record["uuid"], fields))

    return handle


def _delete(kind: Kind) -> Handler:
    def handle(state: SandboxState, request: Request) -> Answer:
        record = kind.record(state.plentific, request)
        remove(state.plentific, kind.store, record["uuid"])
        return answered(request, None)

    return handle


_HANDLERS: Mapping[str, Callable[[Kind], Handler]] = {
    "list": _list,
    "create": _create,
    "get": _get,
    "update": _update,
    "delete": _delete,
}
