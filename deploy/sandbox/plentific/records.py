"""Records are made, changed and deleted here: their references are found, both sides are linked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from deploy.sandbox.collection import Record
from deploy.sandbox.plentific.data import PlentificData
from deploy.sandbox.plentific.identity import ORGANISATION_UUID, uuid_of

Fields = Mapping[str, Any]

_TO_PEOPLE = ("landlords", "property_managers")
_ASSETS = ("estates", "blocks", "properties")

# Fields that are the two ends of one link: kind and field, kind and field on the other side.
LINKS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    **{kind: {people: (people, kind) for people in _TO_PEOPLE} for kind in ("estates", "blocks")},
    "properties": {
        **{people: (people, "properties") for people in _TO_PEOPLE},
        "tenants": ("tenants", "property_uuid"),
    },
    **{people: {kind: (kind, people) for kind in _ASSETS} for people in _TO_PEOPLE},
    "tenants": {"property_uuid": ("properties", "tenants")},
}


def add(
    data: PlentificData, kind: str, now: datetime, fields: Fields, uuid: str | None = None
) -> Record:
    """Make a record; raises ValueError when its uuid exists already."""
    number = data.next_number(kind, 1)
    uuid = uuid or uuid_of(f"{kind}/{number}")
    record = {**fields, "uuid": uuid}
    data.of(kind).add(uuid, now, record)
    _index(data, kind, record)
    _relink(data, kind, {}, record)
    return record


def change(data: PlentificData, kind: str, uuid: str, fields: Fields) -> Record:
    """Replace fields of a record; raises LookupError when there is none."""
    record = existing(data, kind, uuid)
    before = dict(record)
    record.update(fields)
    _unindex(data, kind, before)
    _index(data, kind, record)
    _relink(data, kind, before, record)
    return record


def remove(data: PlentificData, kind: str, uuid: str) -> Record:
    """Delete a record, and it from what it is linked with; raises LookupError without one."""
    record = existing(data, kind, uuid)
    data.of(kind).remove(uuid)
    _unindex(data, kind, record)
    _relink(data, kind, record, {"uuid": uuid})
    return record


def existing(data: PlentificData, kind: str, uuid: str) -> Record:
    """The record; raises LookupError when there is none."""
    record = data.of(kind).get(uuid)
    if record is None:
        raise LookupError(f"no record {uuid} among {kind.replace('_', ' ')}")
    return record


def by_reference(data: PlentificData, kind: str, reference: str | None) -> Record | None:
    """The record of a kind with this external reference, if any."""
    uuid = data.references.get((kind, reference)) if reference else None
    return data.of(kind).get(uuid) if uuid else None


def asset(
    data: PlentificData, uuid: str | None, reference: str | None
) -> tuple[str, Record] | None:
    """The property, block or estate that a uuid or else a reference means, with its kind."""
    for kind in reversed(_ASSETS):
        found = data.of(kind).get(uuid) if uuid else by_reference(data, kind, reference)
        if found is not None:
            return kind, found
    return None


def make_property(data: PlentificData, place: Record, now: datetime) -> None:
    """Let the property that a work order shows exist."""
    uuid, reference = place.get("uuid"), place.get("external_reference")
    if uuid and place.get("type") == "property" and asset(data, uuid, None) is None:
        address = {
            "address_line_1": f"Fictional Road {data.next_number('address', 1)}",
            "city": "Testwick",
            "postal_code": "ZZ1 1AA",
        }
        given = {"external_reference": reference, "organisation_uuid": ORGANISATION_UUID}
        add(data, "properties", now, {**given, **address, "name": reference}, uuid)


def _index(data: PlentificData, kind: str, record: Record) -> None:
    reference = record.get("external_reference")
    if reference:
        data.references[kind, reference] = record["uuid"]


def _unindex(data: PlentificData, kind: str, record: Record) -> None:
    reference = record.get("external_reference")
    if reference and data.references.get((kind, reference)) == record["uuid"]:
        del data.references[kind, reference]


def _relink(data: PlentificData, kind: str, before: Record, record: Record) -> None:
    for name, (other, back) in LINKS.get(kind, {}).items():
        was, now = _uuids(before.get(name)), _uuids(record.get(name))
        for uuid in was - now:
            _unlink(data.of(other).get(uuid), back, record["uuid"])
        for uuid in now - was:
            _link(data, data.of(other).get(uuid), back, record["uuid"])


def _link(data: PlentificData, record: Record | None, back: str, uuid: str) -> None:
    if record is None:
        return
    if back == "property_uuid":  # one only: a tenant who moves in moves out elsewhere
        left = data.of("properties").get(record.get(back) or "")
        if left is not None and left["uuid"] != uuid:
            _unlink(left, "tenants", record["uuid"])
        record[back] = uuid
    elif uuid not in (record.get(back) or []):
        record[back] = [*(record.get(back) or []), uuid]


def _unlink(record: Record | None, back: str, uuid: str) -> None:
    if record is None:
        return
    if isinstance(record.get(back), list):
        record[back] = [one for one in record[back] if one != uuid]
    elif record.get(back) == uuid:
        record[back] = None


def _uuids(value: Any) -> set[str]:
    return set(value) if isinstance(value, list) else {value} - {None}
