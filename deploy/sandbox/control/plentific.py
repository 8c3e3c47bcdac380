"""Control of the simulated Plentific: make and change work orders and invoices."""

from __future__ import annotations

from typing import Any

from deploy.sandbox.collection import Collection
from deploy.sandbox.control.asking import Ask, Endpoint
from deploy.sandbox.plentific.invoices import change_invoice, create_invoice
from deploy.sandbox.plentific.work_orders import change_work_order, create_work_order
from deploy.sandbox.settings import as_json, change
from deploy.sandbox.state import SandboxState


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


def _delete(records: Collection, ask: Ask) -> Any:
    if ask.params["uuid"] not in records:
        raise LookupError(f"no record {ask.params['uuid']}")
    return records.remove(ask.params["uuid"])


ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/plentific/work-orders", list_work_orders),
    ("POST", "/plentific/work-orders", post_work_order),
    ("PATCH", "/plentific/work-orders/{uuid}", patch_work_order),
    ("DELETE", "/plentific/work-orders/{uuid}", delete_work_order),
    ("GET", "/plentific/invoices", list_invoices),
    ("POST", "/plentific/invoices", post_invoice),
    ("PATCH", "/plentific/invoices/{uuid}", patch_invoice),
    ("DELETE", "/plentific/invoices/{uuid}", delete_invoice),
    ("GET", "/plentific/settings", read_settings),
    ("POST", "/plentific/settings", change_settings),
)
