"""The effect "work order": raised in Plentific, and found there again after a lost answer.

Plentific knows no idempotency key. So a work order carries a stamp made of the effect's key, which
nobody else's order has: readable at the end of its external reference, where a list shows and finds
it, and the key itself in its metadata, which cannot be changed through the API. Orders that were
moved on, published, cancelled or given another reference are found all the same. What remains: a
call that takes effect later than the settling time after its answer was lost, and a person who
removes the stamp from both places in between.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

from adapters.http.requests import UUID_SHAPE
from adapters.plentific.client import PlentificClient
from adapters.plentific.models.work_orders import PropertyChoice, WorkOrderNew, WorkOrderRow
from workers.react.reaction import (
    Absent,
    Done,
    Effect,
    EffectKind,
    Json,
    Place,
    Search,
)

LONGEST_REFERENCE = 50
LONGEST_DESCRIPTION = 10_000
EFFECT = "tiebeam_effect"
"""The entry of a work order's metadata that holds the key of its effect."""

OVERLAP = timedelta(days=1)
"""Plentific filters by whole days of a zone it does not name: look a day further back."""
SKEW = timedelta(hours=1)
"""How far its clock may be behind ours."""
LATEST = datetime.max.replace(tzinfo=UTC)


def stamped(subject: str, key: str) -> dict[str, Any]:
    """Return the fields by which a work order is known: `subject` names its cause for people."""
    mark = f" ({_stamp(key)})"
    reference = subject[: LONGEST_REFERENCE - len(mark)] + mark
    return {"external_reference": reference, "metadata": {EFFECT: key}}


def _stamp(key: str) -> str:
    return blake2b(key.encode(), digest_size=5).hexdigest()


def property_choice(text: str) -> PropertyChoice:
    """Return the property that a mapping names by its uuid or else by its external reference."""
    if UUID_SHAPE.fullmatch(text):
        return PropertyChoice(uuid=text)
    return PropertyChoice(external_reference=text)


def described(text: str, subject: str) -> str:
    """Return the text of a fault: neither shorter nor longer than Plentific takes.

    Where `text` is too long its end is cut off; where the order came from is always told.
    """
    origin = f"This work order was raised from {subject}."
    room = LONGEST_DESCRIPTION - len(origin) - 1
    shown = text if len(text) <= room else text[: room - 1] + "…"
    return f"{shown}\n{origin}" if shown else origin


async def send(place: Place, effect: Effect) -> Done:
    """Raise the work order.

    Raises:
        ProviderError: As in adapters.http.errors; Ambiguous when it may have been raised.
    """
    client: PlentificClient = place.client
    raised = (await client.create_work_order(effect.call)).model
    return Done(raised.uuid, "answer", {"work_order_id": raised.work_order_id})


async def find(place: Place, search: Search) -> Done | Absent:
    """Look for a work order that an earlier attempt may have raised."""
    client: PlentificClient = place.client
    order: WorkOrderNew = search.effect.call
    mark = _stamp(search.effect.key)

    def is_stamped(row: WorkOrderRow) -> bool:
        return mark in (row.external_reference or "")

    same = await _rows(client, order, is_stamped, external_reference=order.external_reference)
    if same:
        return _found(same)
    since = search.sent_at - SKEW
    later = await _rows(
        client,
        order,
        lambda row: is_stamped(row) or _fits(row, order, since),
        created_from=(search.sent_at - OVERLAP).date(),
    )
    edited = [row for row in later if is_stamped(row)]
    if edited:
        return _found(edited)
    others = await search.claimed({row.uuid for row in later})
    for row in later:
        if row.uuid not in others and await _carries(client, row.uuid, search.effect.key):
            return Done(row.uuid, "reference", {"found_in": "metadata"})
    return Absent()


async def _rows(
    client: PlentificClient,
    order: WorkOrderNew,
    wanted: Callable[[WorkOrderRow], bool],
    **filters: Any,
) -> list[WorkOrderRow]:
    rows = client.list_work_orders(organisation_uuid=order.organisation_uuid, **filters)
    return [row.model async for row in rows.each() if wanted(row.model)]


def _found(rows: list[WorkOrderRow]) -> Done:
    # somebody may have copied the order with its reference: the first one is ours
    first = min(rows, key=lambda row: row.created or LATEST)
    return Done(first.uuid, "reference", {"found_in": "external reference"})


def _fits(row: WorkOrderRow, order: WorkOrderNew, since: datetime) -> bool:
    """Tell whether a row can be the order, whatever was made of its reference."""
    wanted, shown = order.property.uuid, row.property_uuid
    # a row may show an internal reference in place of the uuid, which says nothing
    elsewhere = wanted and shown and UUID_SHAPE.fullmatch(shown) and shown.lower() != wanted.lower()
    return not elsewhere and (row.created is None or row.created >= since)


async def _carries(client: PlentificClient, uuid: str, key: str) -> bool:
    order = (await client.get_work_order(uuid)).model
    return (order.metadata or {}).get(EFFECT) == key


def request(order: WorkOrderNew) -> Json:
    """Return the call as JSON for the ledger."""
    return order.to_wire()


def restore(recorded: Json) -> WorkOrderNew:
    """Return the call from the ledger's JSON."""
    return WorkOrderNew.model_validate(recorded)


KIND = EffectKind(name="work order", send=send, find=find, request=request, restore=restore)
