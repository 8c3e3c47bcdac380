"""The effect "work order cancelled": a Plentific work order that we raised is not wanted any more.

Which order it is, is the effect's basis. It is safe to repeat, for it sets a state. Plentific lets
`cancelled` be written and never shows it: whatever status says that nobody will work on the order
any more counts as cancelled.
"""

from __future__ import annotations

from adapters.plentific.client import PlentificClient
from adapters.plentific.models.work_orders import WorkOrderChange
from workers.react.reaction import Absent, Done, Effect, EffectKind, Json, Place, Search

OVER = frozenset(
    (
        *("customer_cancelled", "cancelled", "declined", "invalid", "lost", "expired", "refunded"),
        *("done", "signed_off", "paid_off_platform"),
        *("invoice_outstanding", "invoice_paid", "invoice_overdue"),
    )
)
"""Statuses in which there is nothing left to be cancelled."""

CANCELLED = WorkOrderChange(status="cancelled", closing_reason="agent_no_longer_required")
"""Whether a cancelled order needs a reason is not documented: it has one."""


async def send(place: Place, effect: Effect) -> Done:
    """Cancel the work order unless it is over already, which Plentific would refuse.

    Raises:
        ProviderError: As in adapters.http.errors; Ambiguous when it may have been cancelled.
    """
    over = await _over(place, effect)
    if over is not None:
        return over
    client: PlentificClient = place.client
    uuid = _order_of(effect)
    await client.update_work_order(effect.call, uuid)
    return Done(_provider_id(uuid), "answer", {"status": "cancelled"})


async def find(place: Place, search: Search) -> Done | Absent:
    """Look whether the work order is over, by an earlier attempt or by anybody."""
    return await _over(place, search.effect) or Absent()


async def _over(place: Place, effect: Effect) -> Done | None:
    client: PlentificClient = place.client
    order = (await client.get_work_order(_order_of(effect))).model
    if order.status not in OVER:
        return None
    return Done(_provider_id(order.uuid), "reference", {"status": order.status})


def _provider_id(uuid: str) -> str:
    # not a thing of its own in Plentific: the order, whose uuid is that of raising it, and its end
    return f"{uuid}/cancelled"


def _order_of(effect: Effect) -> str:
    if effect.basis is None:
        raise ValueError(f"{effect.key} has no work order")
    return effect.basis


def request(change: WorkOrderChange) -> Json:
    """Return the call as JSON for the ledger."""
    return change.to_wire()


def restore(recorded: Json) -> WorkOrderChange:
    """Return the call from the ledger's JSON."""
    return WorkOrderChange.model_validate(recorded)


KIND = EffectKind(
    name="work order cancelled", send=send, find=find, request=request, restore=restore
)
