"""The service providers of Facilitee. Details add nothing but files, which events leave out."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping
from typing import Any

from adapters.facilitee.client import FaciliteeClient
from adapters.facilitee.models import service_providers
from adapters.http.models import Detail
from adapters.http.paging import Page
from events.base import json_form
from events.facilitee import ServiceProvider
from workers.detect.changes import created_or_updated
from workers.detect.facilitee.values import PEOPLE_AND_PLACES, person
from workers.detect.stream import Facts, Json, Stream


def list_service_providers(
    client: FaciliteeClient, filters: Mapping[str, Any]
) -> AsyncIterable[Page]:
    """List service providers (document: "Get a list of Service Providers")."""
    return client.list_service_providers(**filters)


async def read_service_provider(
    client: FaciliteeClient, provider_id: str
) -> Detail[service_providers.ServiceProvider]:
    """Read one service provider (document: "Get Service Provider details")."""
    return await client.get_service_provider(int(provider_id))


def service_provider_row_state(row: Json) -> Json:
    """Return which service provider a row is about."""
    return {"id": str(row["id"])}


def service_provider_state(
    detail: Detail[service_providers.ServiceProviderRow]
    | Detail[service_providers.ServiceProvider],
    _facts: Facts,
) -> Json:
    """Return a service provider as its events carry it, its tags in alphabetical order.

    Rows and details say the same of status and tags in two ways.
    """
    read = detail.model
    if isinstance(read, service_providers.ServiceProviderRow):
        status, tags = read.user_status, read.tags
    else:
        status, tags = read.status, tuple(tag.name for tag in read.tags if tag.name is not None)
    parts = {"tags": sorted(tags), "average_rating": read.average_rating}
    return json_form(ServiceProvider.model_validate(person(read, status) | parts))


SERVICE_PROVIDERS = Stream(
    name="service-providers",
    provider="facilitee",
    entity="service_provider",
    id_field="id",
    pages=list_service_providers,
    row=service_providers.ServiceProviderRow,
    read=read_service_provider,
    row_state=service_provider_row_state,
    state=service_provider_state,
    told=created_or_updated("facilitee.service_provider"),
    cadence=PEOPLE_AND_PLACES,
    removed="facilitee.service_provider.removed",
)
