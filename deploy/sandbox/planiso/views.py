"""Planiso's records as answers show them: numbers as text or not, what they refer to inside."""

from __future__ import annotations

from typing import Any

from deploy.sandbox.collection import Record
from deploy.sandbox.planiso.data import PlanisoData
from deploy.sandbox.planiso.resources import (
    CUSTOMER,
    EQUIPMENT_TYPE,
    ORGANIZATION,
    SUBCONTRACTOR,
    Resource,
)


def read_view(data: PlanisoData, record: Record) -> Record:
    """A record as reads show it: its number is text."""
    return {**_with_references(data, record), "no": str(record["no"])}


def created_view(data: PlanisoData, resource: Resource, record: Record) -> Record:
    """A record as the answer to its creation shows it, which differs by resource."""
    shown = _with_references(data, record)
    inside = shown.get("organization")
    if inside and resource is CUSTOMER:
        inside["no"] = int(inside["no"])
    if inside and resource is SUBCONTRACTOR:
        inside["active"] = _flag(inside["active"])
    return {**shown, "no": str(record["no"])} if resource.text_no_when_created else shown


def type_view(record: Record) -> Record:
    """An equipment type in its own list, where `active` is text."""
    return {**record, "no": str(record["no"]), "active": _flag(record["active"])}


def _with_references(data: PlanisoData, record: Record) -> Record:
    shown = dict(record)
    if record.get("organization") is not None:
        shown["organization"] = _known(data, ORGANIZATION, record["organization"])
    if "type_nos" in record:
        shown["type"] = [_known(data, EQUIPMENT_TYPE, number) for number in record["type_nos"]]
        shown["year"] = None if record["year"] is None else str(record["year"])
    return shown


def _known(data: PlanisoData, resource: Resource, number: int) -> Record:
    """The record of a reference; of an unknown one no more than the number is known."""
    record: Record = data.records[resource.plural].get(str(number)) or {}
    return {**record, "no": str(number)}


def _flag(active: Any) -> str:
    return "1" if active else ""
