"""Bulk import of the simulated Plentific: checked at once, then made or changed by reference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from deploy.sandbox.collection import Record
from deploy.sandbox.documented import FieldRule, operations, problems
from deploy.sandbox.exchange import Answer, json_answer
from deploy.sandbox.plentific.answers import API_VERSION, answered, cut, found
from deploy.sandbox.plentific.checks import REFERENCES, flat, strict
from deploy.sandbox.plentific.crud import Kind
from deploy.sandbox.plentific.data import PlentificData
from deploy.sandbox.plentific.formats import zulu
from deploy.sandbox.plentific.kinds import (
    BLOCKS,
    ESTATES,
    LANDLORDS,
    MANAGERS,
    PROPERTIES,
    TENANTS,
)
from deploy.sandbox.plentific.records import add, by_reference, change
from deploy.sandbox.plentific.requests import Request, bad_request
from deploy.sandbox.state import SandboxState

# What can be referred to comes before what refers to it.
ORDER = (LANDLORDS, MANAGERS, TENANTS, ESTATES, BLOCKS, PROPERTIES)
KINDS: Mapping[str, Kind] = {kind.plural: kind for kind in ORDER}
# A landlord's address has other names here; complaints name the postal code of assets otherwise.
RENAMED = {"postcode": "postal_code", "town": "city"}
COMPLAINED_AS = {"postal_code": "postcode"}
INTERNAL = "#/"
OUTCOMES = ("added", "excluded", "unchanged", "updated", "uploaded")
RULES: Mapping[str, FieldRule] = operations("plentific")["create_bulk_import"].body or {}


def create(state: SandboxState, request: Request) -> Answer:
    """POST /bulk-import: nothing is saved when anything is wrong."""
    data, body, now = state.plentific, request.body, request.call.now
    for name, entities in body.items():
        if name not in KINDS:
            raise bad_request(f"{name}: is not a documented field.")
        if not isinstance(entities, list):
            raise bad_request(f"{name}: must be of type array.")
    wrong = {name: [_complaints(data, name, one) for one in all_] for name, all_ in body.items()}
    if any(complaints for all_ in wrong.values() for complaints in all_):
        return json_answer(
            400, {name: all_ for name, all_ in wrong.items() if any(all_)}, (API_VERSION,)
        )
    record = start(data, now, body, len(request.call.body))
    return answered(request, {"creation_date": zulu(now), "import_uuid": record["uuid"]})


def start(data: PlentificData, now: datetime, body: Mapping[str, Any], size: int) -> Record:
    """Begin an import of a checked body; it is done at once unless polls are to wait for it."""
    polls = data.settings.polls_until_done
    fields = {
        **{f"{name}_entities": [] for name in OUTCOMES},
        "errors": [],
        "payload_size": size,
        "processing_time": 0,
        "progress": 0,
        "status": "new",
        "_body": body,
        "_polls": polls,
    }
    record = add(data, "bulk_imports", now, fields)
    if polls == 0:
        _finish(data, record, now)
    return record


def get(state: SandboxState, request: Request) -> Answer:
    """GET /bulk-import/{bulk_import_uuid}: how far it is; asking moves it on."""
    data = state.plentific
    record = found(data.of("bulk_imports"), request.uuids[0])
    if record["status"] in ("new", "in_progress"):
        record["_polls"] -= 1
        record.update(status="in_progress", progress=0.5)
        if record["_polls"] < 0:
            _finish(data, record, request.call.now)
    return answered(request, cut(request.operation.answer, record))


def delete(state: SandboxState, request: Request) -> Answer:
    """DELETE /bulk-import/{bulk_import_uuid}: what it has saved stays, what it has not never is."""
    records = state.plentific.of("bulk_imports")
    records.remove(found(records, request.uuids[0])["uuid"])
    return answered(request, None)


def _complaints(data: PlentificData, name: str, entity: Any) -> dict[str, list[str]]:
    complaints: dict[str, list[str]] = {}
    for place, problem in problems(RULES[name].fields, entity):
        field_name = place.partition(".")[0].partition("[")[0]
        complaints.setdefault(COMPLAINED_AS.get(field_name, field_name), []).append(problem)
    known = complaints or entity["organisation_uuid"] in data.of("organisations")
    if strict(data) and not known:
        complaints["organisation_uuid"] = ["does not exist"]
    return complaints


@dataclass(slots=True)
class _Run:
    """One import while it is done: what each entity became, and why some became nothing."""

    data: PlentificData
    now: datetime
    saved: dict[str, str] = field(default_factory=dict)  # internal reference to uuid
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    errors: list[Record] = field(default_factory=list)

    def save(self, kind: Kind, entity: Mapping[str, Any]) -> None:
        """Make or change what one entity means, or exclude it."""
        own = f"{INTERNAL}{kind.plural}/{entity['external_reference']}"
        self.counts["uploaded", kind.singular] += 1
        fields = {RENAMED.get(name, name): value for name, value in entity.items()}
        for name in fields.keys() & REFERENCES.keys():
            uuids = list(self._resolved(REFERENCES[name], flat(fields[name])))
            if None in uuids and strict(self.data):
                self._exclude(kind, own)
                return
            known = [uuid for uuid in uuids if uuid is not None]
            fields[name] = known if isinstance(fields[name], list) else next(iter(known), None)
        self.saved[own] = self._write(kind, fields)

    def _exclude(self, kind: Kind, own: str) -> None:
        self.counts["excluded", kind.singular] += 1
        message = "The element has not been found"
        error = {"entity_type": kind.singular, "external_reference": own, "message": message}
        self.errors.append(error)

    def _resolved(self, kind: str, references: list[str]) -> Iterator[str | None]:
        for reference in references:
            if reference.startswith(INTERNAL):
                yield self.saved.get(reference)
            elif strict(self.data) and reference not in self.data.of(kind):
                yield None
            else:
                yield reference

    def _write(self, kind: Kind, fields: Mapping[str, Any]) -> str:
        data = self.data
        before = by_reference(data, kind.store, fields["external_reference"])
        kept = kind.kept(data, before or {}, fields)
        if before is None:
            self.counts["added", kind.singular] += 1
            return str(add(data, kind.store, self.now, {**kind.defaults, **kept})["uuid"])
        same = all(before.get(name) == value for name, value in kept.items())
        self.counts["unchanged" if same else "updated", kind.singular] += 1
        return str(change(data, kind.store, before["uuid"], kept)["uuid"])


def _finish(data: PlentificData, record: Record, now: datetime) -> None:
    run = _Run(data, now)
    for kind in ORDER:
        for entity in record["_body"].get(kind.plural, []):
            run.save(kind, entity)
    for outcome in OUTCOMES:
        record[f"{outcome}_entities"] = [
            {"count": count, "entity_type": entity_type}
            for (of, entity_type), count in run.counts.items()
            if of == outcome
        ]
    record.update(errors=run.errors, progress=1.0, status="failed" if run.errors else "success")
