"""References that a body makes: what they name must exist, unless a switch says otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deploy.sandbox.collection import Record
from deploy.sandbox.plentific.data import PlentificData
from deploy.sandbox.plentific.records import asset, by_reference
from deploy.sandbox.plentific.requests import bad_request

# The kind of record that a field of this name refers to, wherever it stands in a body.
REFERENCES: Mapping[str, str] = {
    "organisation_uuid": "organisations",
    "organisations": "organisations",
    "parent_estate_uuid": "estates",
    "parent_block_uuid": "blocks",
    "estates": "estates",
    "blocks": "blocks",
    "properties": "properties",
    "landlords": "landlords",
    "property_managers": "property_managers",
    "tenants": "tenants",
    "property_groups": "property_groups",
    "tags": "tags",
    "attachments": "files",
    "contractor_uuid": "contractors",
}
FREE = "metadata"  # its keys are the client's own


def strict(data: PlentificData) -> bool:
    """Whether unknown references are refused."""
    return data.settings.unknown_references == "reject"


def check_references(data: PlentificData, body: Mapping[str, Any]) -> None:
    """Refuse references to nothing; raises RefusedError (400)."""
    for place, uuid in unknown_references(data, body):
        raise bad_request(f"{place}: {uuid} does not exist.")


def unknown_references(data: PlentificData, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The references of a body to nothing, with the fields that make them."""
    if not strict(data):
        return
    for name, value in body.items():
        if name in REFERENCES:
            records = data.of(REFERENCES[name])
            for uuid in flat(value):
                if uuid not in records:
                    yield name, uuid
        elif name != FREE:
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, dict):
                    yield from unknown_references(data, one)


def flat(value: Any) -> list[str]:
    """Uuids as a flat list: one of them, many, or many inside an array inside an array."""
    if isinstance(value, list):
        return [uuid for one in value for uuid in flat(one)]
    return [] if value is None else [value]


def property_uuid(data: PlentificData, text: str) -> str:
    """The uuid of the property that a uuid or a reference means; raises RefusedError (400)."""
    known = data.of("properties").get(text) or by_reference(data, "properties", text)
    if known is None and strict(data):
        raise bad_request(f"property: {text} does not exist.")
    return str(known["uuid"]) if known else text


def place_of(data: PlentificData, wanted: Mapping[str, Any]) -> Record:
    """The property of a new work order as it is shown; raises RefusedError (400)."""
    uuid, reference = wanted.get("uuid"), wanted.get("external_reference")
    if uuid is None and reference is None:
        raise bad_request("property: uuid or external_reference is required.")
    found = asset(data, uuid, reference)
    if found is None:
        if strict(data):
            raise bad_request(f"property: {uuid or reference} does not exist.")
        return {"external_reference": reference, "type": "property", "uuid": uuid}
    kind, record = found
    names = {"properties": "property", "blocks": "block", "estates": "estate"}
    shown = {"external_reference": record["external_reference"], "type": names[kind]}
    return {**shown, "uuid": record["uuid"]}
