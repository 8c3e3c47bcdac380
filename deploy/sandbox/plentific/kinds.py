"""The kinds of record of the simulated Plentific, as data: how they are kept, shown and found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deploy.sandbox.collection import Record
from deploy.sandbox.plentific.answers import Filter
from deploy.sandbox.plentific.checks import flat, property_uuid
from deploy.sandbox.plentific.crud import Kind, same_reference
from deploy.sandbox.plentific.data import PlentificData
from deploy.sandbox.plentific.identity import uuid_of
from deploy.sandbox.plentific.requests import bad_request

ADDRESS = ("address_line_1", "address_line_2", "address_zone", "city", "country", "postal_code")
FIRST_TENANT = 2011
USER_DEFAULTS = {
    "deactivation_date": None,
    "role_uuid": uuid_of("role/agent"),
    "verified": False,
}


def member(name: str) -> Filter:
    """Records that have the wanted uuid among those of a field."""
    return lambda _data, record, value: value in (record.get(name) or [])


def equal(name: str) -> Filter:
    """Records of which a field of another name is what is wanted."""
    return lambda _data, record, value: record.get(name) == value


def estate_of(data: PlentificData, one: Record) -> str | None:
    """The estate of a property: its own, else that of its block."""
    if one.get("_parent_estate_uuid"):
        return str(one["_parent_estate_uuid"])
    block = data.of("blocks").get(one.get("parent_block_uuid") or "")
    return block.get("parent_estate_uuid") if block else None


def property_row(data: PlentificData, one: Record) -> Record:
    """A row names the estate, which the details lack."""
    return {"parent_estate_uuid": estate_of(data, one)}


def tenant_fields(data: PlentificData, before: Record, body: Mapping[str, Any]) -> Record:
    """A tenant's property is named in two ways; the identifier of rows is given by Plentific."""
    fields = dict(body)
    for name in ("property_uuid", "property"):
        if name in fields:
            wanted = fields.pop(name)
            fields["property_uuid"] = property_uuid(data, wanted) if wanted else None
    if not before:
        fields["tenant_identifier"] = f"TNT{data.next_number('tenant', FIRST_TENANT)}"
    return fields


def landlord_fields(_data: PlentificData, before: Record, body: Mapping[str, Any]) -> Record:
    """A landlord's address is flat where it is sent and nested where it is shown."""
    address = before.get("address") or dict.fromkeys(ADDRESS)
    sent = {name: body[name] for name in ADDRESS if name in body}
    rest = {name: value for name, value in body.items() if name not in ADDRESS}
    return {**rest, "address": {**address, **sent}}


def account_code_fields(_data: PlentificData, _before: Record, body: Mapping[str, Any]) -> Record:
    """The document shows organisations once as an array and once as an array in an array."""
    fields = dict(body)
    if "organisations" in fields:
        fields["organisations"] = flat(fields["organisations"])
    return fields


def subscription_fields(_data: PlentificData, _before: Record, body: Mapping[str, Any]) -> Record:
    """A subscription needs a URL that can be called."""
    if not body["endpoint_url"].startswith(("http://", "https://")):
        raise bad_request("endpoint_url: must be a uri.")
    return dict(body)


def code_taken(data: PlentificData, before: Record, body: Mapping[str, Any]) -> str | None:
    """A code exists once and is never changed; this conflict has words."""
    taken = not before and any(one["code"] == body["code"] for one in data.of("account_codes"))
    return "An account code with this code exists already." if taken else None


def tag_taken(data: PlentificData, before: Record, body: Mapping[str, Any]) -> str | None:
    """A new tag's name exists once for each type."""
    wanted = (body.get("name"), body.get("type"))
    taken = any((one["name"], one["type"]) == wanted for one in data.of("tags"))
    return "" if taken and not before else None


ESTATES = Kind("estate", "estates", conflict=same_reference("estates"))
BLOCKS = Kind(
    "block",
    "blocks",
    conflict=same_reference("blocks"),
    filters={"estate_uuid": equal("parent_estate_uuid")},
)
PROPERTIES = Kind(
    "property",
    "properties",
    conflict=same_reference("properties"),
    row=property_row,
    filters={
        "estate_uuid": lambda data, one, value: estate_of(data, one) == value,
        "block_uuid": equal("parent_block_uuid"),
    },
)
TENANTS = Kind("tenant", "tenants", conflict=same_reference("tenants"), fields=tenant_fields)
LANDLORDS = Kind(
    "landlord",
    "landlords",
    conflict=same_reference("landlords"),
    fields=landlord_fields,
    listed=lambda one: bool(one.get("properties")),
)
MANAGERS = Kind(
    "property_manager", "property_managers", conflict=same_reference("property_managers")
)
ASSETS = (ESTATES, BLOCKS, PROPERTIES, TENANTS, LANDLORDS, MANAGERS)

OF_ORGANISATION = {"organisation_uuid": member("organisations")}
ACCOUNT_CODES = Kind(
    "account_code",
    "account_codes",
    fields=account_code_fields,
    conflict=code_taken,
    filters=OF_ORGANISATION,
)
TAGS = Kind("tag", "tags", conflict=tag_taken, filters=OF_ORGANISATION)
PROPERTY_GROUPS = Kind("property_group", "property_groups")
USERS = Kind(
    "user",
    "users",
    defaults=USER_DEFAULTS,
    filters={
        **OF_ORGANISATION,
        "deactivated": lambda _data, one, value: (
            bool(one["deactivation_date"]) == (value == "true")
        ),
        "verified": lambda _data, one, value: one["verified"] == (value == "true"),
    },
)
SUBSCRIPTIONS = Kind(
    "webhook_subscription",
    "webhook_subscriptions",
    defaults={"alerts_enabled": False, "endpoint_version": "v1", "is_enabled": True},
    fields=subscription_fields,
)

ORGANISATIONS = Kind("organisation", "organisations")
ROLES = Kind("role", "roles")
SERVICES = Kind("service", "services")
FAULT_CATEGORIES = Kind("fault_category", "fault_categories")
CATEGORIES = Kind(
    "category",
    "categories",
    filters={"uuid__in": lambda _data, one, value: one["uuid"] in value},
)
REPORTS = Kind("report", "reports")

CONTACTS = Kind("work_order_contact", "work_order_contacts", parent="work_orders")
