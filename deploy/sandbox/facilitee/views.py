"""Facilitee's records as any answer may show them, references resolved."""

from __future__ import annotations

from datetime import datetime

from deploy.sandbox.collection import Record
from deploy.sandbox.facilitee.data import FaciliteeData
from deploy.sandbox.facilitee.formats import instant


def plain(_data: FaciliteeData, record: Record, _now: datetime) -> Record:
    """A record that refers to nothing."""
    return record


def person(record: Record) -> Record:
    """A user of any role; some answers name the status differently."""
    return {**record, "userStatus": record.get("status")}


def owner(data: FaciliteeData, record: Record, _now: datetime) -> Record:
    """An owner with the number of its units."""
    return {**person(record), "numberOfPropertyUnits": _units(data, "ownerId", record)}


def manager(data: FaciliteeData, record: Record, _now: datetime) -> Record:
    """A property manager with the number of its units."""
    number = _units(data, "managerId", record)
    return {**person(record), "role": "PropertyManager", "numberOfPropertyUnits": number}


def provider(data: FaciliteeData, record: Record, _now: datetime) -> Record:
    """A service provider with its tags."""
    tags = [_known(data, "tags", tag) for tag in record["tags"]]
    return {**person(record), "tags": tags}


def provider_row(data: FaciliteeData, record: Record, now: datetime) -> Record:
    """A service provider as lists show it: of a tag the name only."""
    shown = provider(data, record, now)
    return {**shown, "tags": [tag.get("name") for tag in shown["tags"]]}


def property_user(data: FaciliteeData, record: Record, _now: datetime) -> Record:
    """A property user with its units."""
    units = [
        {
            **unit,
            "propertyUnitId": unit["id"],
            "isMainContact": unit["contactId"] == record["id"],
            "address": _unit_address(data, unit),
        }
        for unit in data.records["property-units"]
        if record["id"] in unit["propertyUserIds"]
    ]
    return {**person(record), "propertyUnits": units}


def property_type(data: FaciliteeData, record: Record, _now: datetime) -> Record:
    """A type of properties; one that is used cannot be deleted."""
    return _categorization(data, "properties", "propertyTypeId", record)


def unit_type(data: FaciliteeData, record: Record, _now: datetime) -> Record:
    """A type of units; one that is used cannot be deleted."""
    return _categorization(data, "property-units", "propertyUnitTypeId", record)


def property_(data: FaciliteeData, record: Record, now: datetime) -> Record:
    """A property with its type."""
    kind = _referred(data, "property-types", record.get("propertyTypeId"))
    shown = property_type(data, kind, now) if kind else None
    return {**record, "propertyType": shown}


def unit(data: FaciliteeData, record: Record, now: datetime) -> Record:
    """A property unit with all that it refers to."""
    contact = record["contactId"]
    users = [
        {**person(_known(data, "property-users", number)), "isContact": number == contact}
        for number in record["propertyUserIds"]
    ]
    kind = _referred(data, "property-unit-types", record["propertyUnitTypeId"])
    end = record["contractEnd"]
    return {
        **record,
        "address": _unit_address(data, record),
        "expired": end is not None and instant(end) < now,
        "manager": _person(data, "managers", record["managerId"]),
        "defaultIssueManager": _person(data, "managers", record["defaultIssueManagerId"]),
        "owner": _person(data, "owners", record["ownerId"]),
        "ownerCompany": _referred(data, "owner-companies", record["ownerCompanyId"]),
        "propertyUsers": users,
        "propertyUnitType": unit_type(data, kind, now) if kind else None,
        "property": property_(data, _known(data, "properties", record["propertyId"]), now),
    }


def unit_row(data: FaciliteeData, record: Record, now: datetime) -> Record:
    """A property unit as lists show it: names in place of owner and managers."""
    shown = unit(data, record, now)
    contact = _person(data, "property-users", record["contactId"])
    return {
        **shown,
        "mainContact": contact,
        "mainContactContractEnd": record["contractEnd"] if contact else None,
        "defaultIssueManagerName": _name(shown["defaultIssueManager"]),
        "defaultPropertyManagerName": _name(shown["manager"]),
        "propertyManagerId": record["managerId"],
        "ownerName": _name(shown["owner"]),
        "ownerCompanyName": _name(shown["ownerCompany"]),
    }


def unit_user(data: FaciliteeData, record: Record, user_id: int) -> Record:
    """A property user as the answers about its place in a unit show it."""
    return {
        **person(_known(data, "property-users", user_id)),
        "isMainContact": record["contactId"] == user_id,
        "contractStartDate": record["contractStart"],
        "contractEndDate": record["contractEnd"],
    }


def unit_owner(data: FaciliteeData, record: Record) -> Record | None:
    """The owner of a unit, as the answers about the unit show it."""
    return _person(data, "owners", record["ownerId"])


def issue(data: FaciliteeData, record: Record, now: datetime) -> Record:
    """An issue with its unit."""
    number = record["propertyUnitId"]
    found = data.records["property-units"].get(str(number))
    shown = unit(data, found, now) if found else _referred(data, "property-units", number)
    return {**record, "propertyUnit": shown}


def _units(data: FaciliteeData, field: str, record: Record) -> int:
    return sum(unit[field] == record["id"] for unit in data.records["property-units"])


def _categorization(data: FaciliteeData, kind: str, field: str, record: Record) -> Record:
    used = any(one[field] == record["id"] for one in data.records[kind])
    return {**record, "isUsed": used, "canDelete": not used}


def _known(data: FaciliteeData, kind: str, number: int) -> Record:
    """The record of a reference; of an unknown one no more than the id is known."""
    return data.records[kind].get(str(number)) or {"id": number}


def _referred(data: FaciliteeData, kind: str, number: int | None) -> Record | None:
    return None if number is None else _known(data, kind, number)


def _person(data: FaciliteeData, kind: str, number: int | None) -> Record | None:
    return None if number is None else person(_known(data, kind, number))


def _unit_address(data: FaciliteeData, record: Record) -> Record | None:
    if not record["hasPropertyAddress"]:
        own: Record | None = record["address"]
        return own
    return _known(data, "properties", record["propertyId"]).get("address")


def _name(record: Record | None) -> str | None:
    return record.get("name") if record else None
