"""The properties of Facilitee. Rows are as full as details."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping
from typing import Any

from adapters.facilitee.client import FaciliteeClient
from adapters.facilitee.models import properties
from adapters.http.models import Detail
from adapters.http.paging import Page
from events.base import json_form
from events.facilitee import Property
from workers.detect.changes import created_or_updated
from workers.detect.facilitee.values import PEOPLE_AND_PLACES, address
from workers.detect.stream import Facts, Json, Stream


def list_properties(client: FaciliteeClient, filters: Mapping[str, Any]) -> AsyncIterable[Page]:
    """List properties (document: "Get a list of Properties")."""
    return client.list_properties(**filters)


async def read_property(client: FaciliteeClient, property_id: str) -> Detail[properties.Property]:
    """Read one property (document: "Get Property details")."""
    return await client.get_property(int(property_id))


def property_row_state(row: Json) -> Json:
    """Return which property a row is about, and whether it is in use."""
    return {"id": str(row["id"]), "is_active": row.get("isActive")}


def property_state(detail: Detail[properties.Property], _facts: Facts) -> Json:
    """Return a property as its events carry it."""
    read = detail.model
    parts = {
        "address": address(read.address),
        "property_type": read.property_type and read.property_type.name,
    }
    shown = read.model_dump(include=set(Property.model_fields) - parts.keys())
    return json_form(Property.model_validate(shown | parts))


PROPERTIES = Stream(
    name="properties",
    provider="facilitee",
    entity="property",
    id_field="id",
    pages=list_properties,
    row=properties.Property,
    read=read_property,
    row_state=property_row_state,
    state=property_state,
    live=lambda state: state["is_active"] is not False,
    told=created_or_updated("facilitee.property"),
    cadence=PEOPLE_AND_PLACES,
    removed="facilitee.property.removed",
)
