"""The units of Facilitee's properties, listed below each of them.

Rows show names where events have ids, and nothing of users and contracts: details are read, too.
"""

from __future__ import annotations

from collections.abc import AsyncIterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from adapters.facilitee.client import FaciliteeClient
from adapters.facilitee.models import property_units
from adapters.http.models import Detail
from adapters.http.paging import Page
from events.base import json_form
from events.facilitee import PropertyUnit
from workers.detect.changes import created_or_updated
from workers.detect.facilitee.values import PEOPLE_AND_PLACES, address, row_address, text
from workers.detect.stream import Facts, Json, Stream


def list_property_units(client: FaciliteeClient, property_id: str) -> AsyncIterable[Page]:
    """List a property's units (document: "Get a list of Property Units")."""
    return client.list_property_units(property_id=int(property_id))


async def read_property_unit(
    client: FaciliteeClient, unit_id: str, _property_id: str = ""
) -> Detail[property_units.PropertyUnit]:
    """Read one property unit (document: "Get Property Unit details")."""
    return await client.get_property_unit(property_unit_id=int(unit_id))


def property_unit_row_state(row: Json) -> Json:
    """Return what a listing row says of a property unit, in the words of its events."""
    return {
        "id": str(row["id"]),
        "custom_unit_id": text(row.get("customUnitId")),
        "property_id": text(row.get("property_id")),
        "property_unit_type": _name(row.get("propertyUnitType")),
        "address": row_address(row.get("address")),
        "floor": row.get("floor"),
        "is_active": row.get("isActive"),
        "is_common_space": row.get("isCommonSpace"),
        "manager_id": text(row.get("propertyManagerId")),
    }


def _name(shown: Any) -> str | None:
    return text(shown.get("name")) if isinstance(shown, dict) else None


def property_unit_state(detail: Detail[property_units.PropertyUnit], _facts: Facts) -> Json:
    """Return a property unit as its events carry it; its users in the order of their ids.

    It has no `custom_property_id`: no answer about a unit shows the one of its property.
    """
    read = detail.model
    contacts = [user.id for user in read.property_users if user.is_contact]
    parts = {
        "property_id": read.property and read.property.id,
        "property_name": read.property and read.property.name,
        "property_unit_type": read.property_unit_type and read.property_unit_type.name,
        "address": address(read.address),
        "owner_id": read.owner and read.owner.id,
        "owner_company_id": read.owner_company and read.owner_company.id,
        "manager_id": read.manager and read.manager.id,
        "default_issue_manager_id": read.default_issue_manager and read.default_issue_manager.id,
        "property_user_ids": sorted(user.id for user in read.property_users if user.id is not None),
        "main_contact_id": next(iter(contacts), None),
    }
    shown = read.model_dump(include=set(PropertyUnit.model_fields) - parts.keys())
    return json_form(PropertyUnit.model_validate(shown | parts))


PROPERTY_UNITS = Stream(
    name="property-units",
    provider="facilitee",
    entity="property_unit",
    id_field="id",
    parent="property",
    pages=list_property_units,
    read=read_property_unit,
    row_state=property_unit_row_state,
    state=property_unit_state,
    agree=("custom_unit_id",),
    live=lambda state: state["is_active"] is not False,
    told=created_or_updated("facilitee.property_unit"),
    cadence=replace(PEOPLE_AND_PLACES, sweep_every=timedelta(days=1)),
    removed="facilitee.property_unit.removed",
)
