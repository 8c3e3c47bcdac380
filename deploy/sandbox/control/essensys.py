"""Control of the simulated essensys: accounts, charge sheets as they really are, billing."""

from __future__ import annotations

from typing import Any

from deploy.sandbox.control.asking import Ask, Endpoint
from deploy.sandbox.essensys.records import (
    add_charge_sheet,
    bill,
    charge_sheets,
    create_account,
)
from deploy.sandbox.settings import as_json, change
from deploy.sandbox.state import SandboxState


def list_charge_sheets(state: SandboxState, _ask: Ask) -> Any:
    """Every charge sheet with all that was written, referencetext included, oldest first."""
    return charge_sheets(state.essensys)


def post_charge_sheet(state: SandboxState, ask: Ask) -> Any:
    """Make a charge sheet behind the API's back, dates as 2026-01-31T12:30:00."""
    return add_charge_sheet(state.essensys, ask.body, state.now())


def delete_charge_sheet(state: SandboxState, ask: Ask) -> Any:
    """Delete a charge sheet."""
    if ask.params["id"] not in state.essensys.charges:
        raise LookupError(f"no charge sheet {ask.params['id']}")
    return state.essensys.charges.remove(ask.params["id"])


def post_bill(state: SandboxState, ask: Ask) -> Any:
    """Bill charge sheets: {charge_sheet_ids (default: all unbilled), keep (default true)}."""
    unbilled = [
        charge["chargesheetid"] for charge in state.essensys.charges if not charge["billed"]
    ]
    ids = list(ask.body.get("charge_sheet_ids", unbilled))
    keep = bool(ask.body.get("keep", True))
    return {"billed": bill(state.essensys, ids, state.now(), keep=keep)}


def list_accounts(state: SandboxState, _ask: Ask) -> Any:
    """All accounts."""
    return list(state.essensys.accounts)


def post_account(state: SandboxState, ask: Ask) -> Any:
    """Make an account: {clientname, accountid?, ...}."""
    if not ask.body.get("clientname"):
        raise ValueError("clientname is needed")
    return create_account(state.essensys, ask.body, state.now())


def read_settings(state: SandboxState, _ask: Ask) -> Any:
    """The switches."""
    return as_json(state.essensys.settings)


def change_settings(state: SandboxState, ask: Ask) -> Any:
    """Change switches."""
    change(state.essensys.settings, ask.body)
    return as_json(state.essensys.settings)


def counts(state: SandboxState) -> dict[str, int]:
    """How many records there are."""
    data = state.essensys
    return {
        "accounts": len(data.accounts),
        "charge_sheets": len(charge_sheets(data)),
        "current_charges": sum(not charge["billed"] for charge in data.charges),
        "invoice_lines": len(data.invoice_lines),
    }


ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/essensys/charge-sheets", list_charge_sheets),
    ("POST", "/essensys/charge-sheets", post_charge_sheet),
    ("DELETE", "/essensys/charge-sheets/{id}", delete_charge_sheet),
    ("POST", "/essensys/bill", post_bill),
    ("GET", "/essensys/accounts", list_accounts),
    ("POST", "/essensys/accounts", post_account),
    ("GET", "/essensys/settings", read_settings),
    ("POST", "/essensys/settings", change_settings),
)
