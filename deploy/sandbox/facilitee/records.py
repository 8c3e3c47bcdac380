"""Facilitee's records made, changed and deleted, by whomever."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from deploy.sandbox.collection import Collection, Record
from deploy.sandbox.facilitee.data import FaciliteeData
from deploy.sandbox.facilitee.formats import instant, spelled
from deploy.sandbox.facilitee.kinds import ISSUE, UNIT, Kind
from deploy.sandbox.shaping import EXTRA

ADDRESSES = ("address", "invoiceAddress")
ADDRESS_PARTS = ("street", "streetNumber", "postCode", "city", "country", "googlePlaceId")
FIRST_ADDRESS = 21048


def add(data: FaciliteeData, kind: Kind, values: Mapping[str, Any], now: datetime) -> Record:
    """Make a record; `values` are fields as they are stored, among them perhaps `id`.

    Fields that Facilitee does not document are shown in every answer as they are.

    Raises:
        ValueError: the id is taken, or a time is not spelled as documented.
    """
    records = data.records[kind.name]
    record: Record = {"id": _new_id(data, kind, values), **deepcopy(dict(kind.blank))}
    if kind is ISSUE:
        record["created"] = spelled(now)
    _fill(data, kind, record, values)
    if kind is ISSUE and not record["modified"]:
        record["modified"] = record["created"]
    if kind is UNIT and not record["customUnitId"]:
        record["customUnitId"] = f"unit-{record['id']}"
    created = instant(record["created"]) if kind is ISSUE else now
    records.add(str(record["id"]), created, record)
    return record


def change(
    data: FaciliteeData, kind: Kind, record: Record, values: Mapping[str, Any], now: datetime
) -> Record:
    """Replace fields of a record; an issue is modified now, unless `modified` is given.

    Raises:
        ValueError: a time is not spelled as documented.
    """
    if kind is ISSUE:
        record["modified"] = spelled(now)
    _fill(data, kind, record, values)
    return record


def existing(data: FaciliteeData, kind: Kind, record_id: object) -> Record:
    """A record; raises LookupError when it does not exist."""
    record = data.records[kind.name].get(str(record_id))
    if record is None:
        raise LookupError(f"no {kind.entity} {record_id}")
    return record


def with_email(records: Collection, email: str) -> Record | None:
    """The record with an e-mail address, in whichever case it is written."""
    wanted = email.casefold()
    return next((one for one in records if (one["email"] or "").casefold() == wanted), None)


def _new_id(data: FaciliteeData, kind: Kind, values: Mapping[str, Any]) -> int:
    if "id" in values:
        return int(values["id"])
    number = data.next_number(kind.name, kind.first_id)
    while str(number) in data.records[kind.name]:
        number = data.next_number(kind.name, kind.first_id)
    return number


def _fill(data: FaciliteeData, kind: Kind, record: Record, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name in ADDRESSES and name in kind.blank:
            record[name] = _address(data, record[name], value)
        elif name in kind.times and value is not None:
            record[name] = spelled(instant(value))
        elif name in kind.blank:
            record[name] = value
        elif name != "id":
            record.setdefault(EXTRA, {})[name] = value


def _address(data: FaciliteeData, before: Record | None, value: Record | None) -> Record | None:
    if value is None:
        return None
    number = before["id"] if before else data.next_number("address", FIRST_ADDRESS)
    return {"id": number, **{part: value.get(part) for part in ADDRESS_PARTS}}
