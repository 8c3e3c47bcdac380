"""Planiso's records made, changed and deactivated, by whomever; its unique keys."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from deploy.sandbox.collection import Record
from deploy.sandbox.planiso.data import PlanisoData
from deploy.sandbox.planiso.resources import ORGANIZATION, Resource
from deploy.sandbox.shaping import EXTRA

INLINE = "organization_"  # before the fields of an organization that is made with its customer


class Conflict(ValueError):
    """A unique value is taken."""


def add(data: PlanisoData, resource: Resource, values: Mapping[str, Any], now: datetime) -> Record:
    """Make a record; `values` are fields as they are stored, `organization_*` make its own one.

    Fields that Planiso does not document are shown in every answer as they are.

    Raises:
        Conflict: a unique value is taken.
        ValueError: an organization without a name.
    """
    own, inline = _split(resource, values)
    refuse_conflicts(data, resource, own, None)
    if inline:
        own["organization"] = add(data, ORGANIZATION, inline, now)["no"]
    number = data.next_number(resource.plural)
    record: Record = {"no": number, "active": True, **deepcopy(dict(resource.blank))}
    if resource.prefix:
        record["aff_number"] = f"{resource.prefix}{number:03d}"
    record.update(dict.fromkeys(resource.stamps, timestamp(now)))
    _fill(resource, record, own)
    data.records[resource.plural].add(str(number), now, record)
    return record


def change(
    data: PlanisoData,
    resource: Resource,
    record: Record,
    values: Mapping[str, Any],
    now: datetime,
) -> Record:
    """Replace fields of a record, `active` among them.

    Raises:
        Conflict: a unique value is taken.
    """
    refuse_conflicts(data, resource, values, record)
    record.update(dict.fromkeys(resource.touched, timestamp(now)))
    _fill(resource, record, values)
    return record


def existing(data: PlanisoData, resource: Resource, number: str) -> Record:
    """A record; raises LookupError when it does not exist."""
    record = data.records[resource.plural].get(number)
    if record is None:
        raise LookupError(f"no {resource.name} {number}")
    return record


def refuse_conflicts(
    data: PlanisoData, resource: Resource, values: Mapping[str, Any], record: Record | None
) -> None:
    """Raise Conflict when another record, active or not, has one of the unique values.

    Nothing, or no text, guards nothing.
    """
    for name in resource.unique:
        for other in data.records[resource.plural] if values.get(name) else ():
            if other is not record and other[name] == values[name]:
                raise Conflict(f"{resource.name} with {name} {values[name]} already exists")


def timestamp(at: datetime) -> str:
    """A time as Planiso spells it, without its zone: 2024-11-20 10:15:30."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _split(resource: Resource, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of the record itself, and those of the organization made with it."""
    own, inline = {}, {}
    for name, value in values.items():
        if "organization" in resource.blank and name.startswith(INLINE):
            inline[name.removeprefix(INLINE)] = value
        else:
            own[name] = value
    if not any(inline.values()):
        return own, {}
    if not inline.get("name"):
        raise ValueError(f"{INLINE}name: is required to make an organization")
    return own, inline


def _fill(resource: Resource, record: Record, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name in resource.blank or name == "active":
            record[name] = value
        else:
            record.setdefault(EXTRA, {})[name] = value
