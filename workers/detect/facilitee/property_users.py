"""The property users of Facilitee: who lives or works where. Rows are as full as details."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping
from typing import Any

from adapters.facilitee.client import FaciliteeClient
from adapters.facilitee.models import property_users
from adapters.http.models import Detail
from adapters.http.paging import Page
from events.base import json_form
from events.facilitee import Occupancy, PropertyUser
from workers.detect.changes import created_or_updated
from workers.detect.facilitee.values import PEOPLE_AND_PLACES, person
from workers.detect.stream import Facts, Json, Stream


def list_property_users(client: FaciliteeClient, filters: Mapping[str, Any]) -> AsyncIterable[Page]:
    """List property users (document: "Get a list of Property Users")."""
    return client.list_property_users(**filters)


async def read_property_user(
    client: FaciliteeClient, user_id: str
) -> Detail[property_users.PropertyUser]:
    """Read one property user (document: "Get Property User details")."""
    return await client.get_property_user(int(user_id))


def property_user_row_state(row: Json) -> Json:
    """Return which property user a row is about."""
    return {"id": str(row["id"])}


def property_user_state(detail: Detail[property_users.PropertyUser], _facts: Facts) -> Json:
    """Return a property user as its events carry it."""
    read = detail.model
    parts = {"property_units": _occupancies(read)}
    return json_form(PropertyUser.model_validate(person(read, read.status) | parts))


def _occupancies(read: property_users.PropertyUser) -> list[Json]:
    """Return the units in the order of their ids: no order is documented."""
    units = [
        (unit.property_unit_id, unit.model_dump(include=set(Occupancy.model_fields)))
        for unit in read.property_units
        if unit.property_unit_id is not None
    ]
    return [occupancy for _, occupancy in sorted(units, key=lambda one: one[0])]


PROPERTY_USERS = Stream(
    name="property-users",
    provider="facilitee",
    entity="property_user",
    id_field="id",
    pages=list_property_users,
    row=property_users.PropertyUser,
    read=read_property_user,
    row_state=property_user_row_state,
    state=property_user_state,
    told=created_or_updated("facilitee.property_user"),
    cadence=PEOPLE_AND_PLACES,
    removed="facilitee.property_user.removed",
)
