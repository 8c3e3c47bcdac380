"""The property managers of Facilitee. Rows show no address: details are read, too."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping
from typing import Any

from adapters.facilitee.client import FaciliteeClient
from adapters.facilitee.models import property_managers
from adapters.http.models import Detail
from adapters.http.paging import Page
from events.base import json_form
from events.facilitee import Manager
from workers.detect.changes import created_or_updated
from workers.detect.facilitee.values import PEOPLE_AND_PLACES, person, quantity, row_person
from workers.detect.stream import Facts, Json, Stream


def list_managers(client: FaciliteeClient, filters: Mapping[str, Any]) -> AsyncIterable[Page]:
    """List managers (document: "Get a list of Property Managers")."""
    return client.list_property_managers(**filters)


async def read_manager(
    client: FaciliteeClient, manager_id: str
) -> Detail[property_managers.PropertyManager]:
    """Read one manager (document: "Get Property Manager details")."""
    return await client.get_property_manager(int(manager_id))


def manager_row_state(row: Json) -> Json:
    """Return what a listing row says of a manager, in the words of its events."""
    return row_person(row) | {"average_rating": quantity(row.get("averageRating"))}


def manager_state(detail: Detail[property_managers.PropertyManager], _facts: Facts) -> Json:
    """Return a manager as its events carry it."""
    read = detail.model
    parts = {"average_rating": read.average_rating}
    return json_form(Manager.model_validate(person(read, read.user_status) | parts))


MANAGERS = Stream(
    name="managers",
    provider="facilitee",
    entity="manager",
    id_field="id",
    pages=list_managers,
    read=read_manager,
    row_state=manager_row_state,
    state=manager_state,
    agree=("name",),
    told=created_or_updated("facilitee.manager"),
    cadence=PEOPLE_AND_PLACES,
    removed="facilitee.manager.removed",
)
