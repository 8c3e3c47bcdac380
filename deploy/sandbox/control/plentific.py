"""Control of the simulated Plentific: make and change what its API cannot, or not so."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from deploy.sandbox.collection import Collection
from deploy.sandbox.control.asking import Ask, Endpoint
from deploy.sandbox.plentific import kinds, records, work_order_progress
from deploy.sandbox.plentific.crud import Kind
from deploy.sandbox.plentific.identity import ORGANISATION_UUID
from deploy.sandbox.plentific.invoices import change_invoice, create_invoice
from deploy.sandbox.plentific.work_orders import change_work_order, create_work_order
from deploy.sandbox.settings import as_json, change
from deploy.sandbox.state import SandboxState

# What can be made below a work order, and beside it, by the words of paths.
PARTS = {kind.replace("_", "-"): kind for kind in work_order_progress.KINDS}
ASSETS = {kind.plural.replace("_", "-"): kind for kind in kinds.ASSETS}


def list_work_orders(state: SandboxState, _ask: Ask) -> Any:
    """All work orders, in full."""
    return list(state.plentific.work_orders)


def post_work_order(state: SandboxState, ask: Ask) -> Any:
    """Make a work order."""
    return create_work_order(state.plentific, state.now(), ask.body)


def patch_work_order(state: SandboxState, ask: Ask) -> Any:
    """Change a work order; a status is added to its history."""
    return change_work_order(state.plentific, ask.params["uuid"], state.now(), ask.body)


def delete_work_order(state: SandboxState, ask: Ask) -> Any:
    """Delete a work order."""
    return _delete(state.plentific.work_orders, ask)


def list_parts(state: SandboxState, ask: Ask) -> Any:
    """The bookings, completion reports, quotes or outstanding issues of a work order, in full."""
    data, order = state.plentific, ask.params["order_uuid"]
    records.existing(data, "work_orders", order)
    return list(data.below(_part(ask), order))


def post_part(state: SandboxState, ask: Ask) -> Any:
    """Make a booking, completion report, quote or outstanding issue of a work order."""
    order = ask.params["order_uuid"]
    kind, now = _part(ask), state.now()
    return work_order_progress.create_child(state.plentific, kind, order, now, ask.body)


def patch_part(state: SandboxState, ask: Ask) -> Any:
    """Change one; any text is taken as a status."""
    data, now, (order, uuid) = state.plentific, state.now(), _uuids(ask)
    return work_order_progress.change_child(data, _part(ask), order, uuid, now, ask.body)


def delete_part(state: SandboxState, ask: Ask) -> Any:
    """Delete one."""
    return work_order_progress.remove_child(state.plentific, _part(ask), *_uuids(ask))


def list_invoices(state: SandboxState, _ask: Ask) -> Any:
    """All invoices, in full."""
    return list(state.plentific.invoices)


def post_invoice(state: SandboxState, ask: Ask) -> Any:
    """Make an invoice."""
    return create_invoice(state.plentific, state.now(), ask.body)


def patch_invoice(state: SandboxState, ask: Ask) -> Any:
    """Change an invoice; status "paid" pays it."""
    return change_invoice(state.plentific, ask.params["uuid"], state.now(), ask.body)


def delete_invoice(state: SandboxState, ask: Ask) -> Any:
    """Delete an invoice."""
    return _delete(state.plentific.invoices, ask)


def list_assets(state: SandboxState, ask: Ask) -> Any:
    """All records of a kind, in full."""
    return list(state.plentific.of(_asset(ask).store))


def post_asset(state: SandboxState, ask: Ask) -> Any:
    """Make a record; keys of the documented body, all of them optional."""
    kind, data = _asset(ask), state.plentific
    given = {"organisation_uuid": ORGANISATION_UUID, "external_reference": None, **ask.body}
    fields = kind.kept(data, {}, given)
    return records.add(data, kind.store, state.now(), fields, fields.pop("uuid", None))


def patch_asset(state: SandboxState, ask: Ask) -> Any:
    """Change a record."""
    kind, data, uuid = _asset(ask), state.plentific, ask.params["uuid"]
    before = records.existing(data, kind.store, uuid)
    return records.change(data, kind.store, uuid, kind.kept(data, before, ask.body))


def delete_asset(state: SandboxState, ask: Ask) -> Any:
    """Delete a record."""
    return records.remove(state.plentific, _asset(ask).store, ask.params["uuid"])


def list_deliveries(state: SandboxState, _ask: Ask) -> Any:
    """The webhook deliveries so far, sent or not."""
    return [
        {**asdict(delivery), "body": delivery.body.decode()}
        for delivery in state.plentific.outbox.all
    ]


def read_settings(state: SandboxState, _ask: Ask) -> Any:
    """The switches."""
    return as_json(state.plentific.settings)


def change_settings(state: SandboxState, ask: Ask) -> Any:
    """Change switches."""
    change(state.plentific.settings, ask.body)
    return as_json(state.plentific.settings)


def counts(state: SandboxState) -> dict[str, int]:
    """How many records there are."""
    data = state.plentific
    return {"work_orders": len(data.work_orders), "invoices": len(data.invoices)}


def _part(ask: Ask) -> str:
    word = ask.params["part"]
    if word not in PARTS:
        raise LookupError(f"a work order has {', '.join(PARTS)}, not {word}")
    return PARTS[word]


def _asset(ask: Ask) -> Kind:
    word = ask.params["asset"]
    if word not in ASSETS:
        raise LookupError(f"there are {', '.join(ASSETS)}, not {word}")
    return ASSETS[word]


def _uuids(ask: Ask) -> tuple[str, str]:
    return ask.params["order_uuid"], ask.params["uuid"]


def _delete(records: Collection, ask: Ask) -> Any:
    if ask.params["uuid"] not in records:
        raise LookupError(f"no record {ask.params['uuid']}")
    return records.remove(ask.params["uuid"])


_PART = "/plentific/work-orders/{order_uuid}/{part}"

ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/plentific/work-orders", list_work_orders),
    ("POST", "/plentific/work-orders", post_work_order),
    ("PATCH", "/plentific/work-orders/{uuid}", patch_work_order),
    ("DELETE", "/plentific/work-orders/{uuid}", delete_work_order),
    ("GET", _PART, list_parts),
    ("POST", _PART, post_part),
    ("PATCH", f"{_PART}/{{uuid}}", patch_part),
    ("DELETE", f"{_PART}/{{uuid}}", delete_part),
    ("GET", "/plentific/invoices", list_invoices),
    ("POST", "/plentific/invoices", post_invoice),
    ("PATCH", "/plentific/invoices/{uuid}", patch_invoice),
    ("DELETE", "/plentific/invoices/{uuid}", delete_invoice),
    ("GET", "/plentific/deliveries", list_deliveries),
    ("GET", "/plentific/settings", read_settings),
    ("POST", "/plentific/settings", change_settings),
    ("GET", "/plentific/{asset}", list_assets),
    ("POST", "/plentific/{asset}", post_asset),
    ("PATCH", "/plentific/{asset}/{uuid}", patch_asset),
    ("DELETE", "/plentific/{asset}/{uuid}", delete_asset),
)
