"""The owners of Facilitee. Rows show nothing of how they are invoiced: details are read, too."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping
from typing import Any

from adapters.facilitee.client import FaciliteeClient
from adapters.facilitee.models import owners
from adapters.http.models import Detail
from adapters.http.paging import Page
from events.base import json_form
from events.facilitee import Owner
from workers.detect.changes import created_or_updated
from workers.detect.facilitee.values import (
    PEOPLE_AND_PLACES,
    address,
    amount,
    person,
    row_address,
    row_person,
)
from workers.detect.stream import Facts, Json, Stream


def list_owners(client: FaciliteeClient, filters: Mapping[str, Any]) -> AsyncIterable[Page]:
    """List owners (document: "Get a list of Owners")."""
    return client.list_owners(**filters)


async def read_owner(client: FaciliteeClient, owner_id: str) -> Detail[owners.Owner]:
    """Read one owner (document: "Get owner details")."""
    return await client.get_owner(int(owner_id))


def owner_row_state(row: Json) -> Json:
    """Return what a listing row says of an owner, in the words of its events."""
    return row_person(row) | {
        "address": row_address(row.get("address")),
        "authorized_amount": amount(row.get("authorizedAmount")),
    }


def owner_state(detail: Detail[owners.Owner], facts: Facts) -> Json:
    """Return an owner as its events carry it."""
    read = detail.model
    parts = {
        "currency": facts.currency,
        "authorized_amount": read.authorized_amount,
        "invoice_address": address(read.invoice_address),
        "invoice_company": read.invoice_company,
        "invoice_email": read.invoice_email,
        "attention_to": read.attention_to,
    }
    return json_form(Owner.model_validate(person(read, read.status) | parts))


OWNERS = Stream(
    name="owners",
    provider="facilitee",
    entity="owner",
    id_field="id",
    pages=list_owners,
    read=read_owner,
    row_state=owner_row_state,
    state=owner_state,
    agree=("name",),
    told=created_or_updated("facilitee.owner"),
    cadence=PEOPLE_AND_PLACES,
    removed="facilitee.owner.removed",
)
