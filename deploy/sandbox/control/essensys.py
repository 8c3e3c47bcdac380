"""Control of the simulated essensys: records of every resource, billing, invoicing."""

from __future__ import annotations

from typing import Any

from deploy.sandbox.control.asking import Ask, Endpoint
from deploy.sandbox.essensys.catalogue import BY_PATH
from deploy.sandbox.essensys.document import documented
from deploy.sandbox.essensys.invoicing import issue, pay
from deploy.sandbox.essensys.records import (
    add_charge_sheet,
    bill,
    charge_sheets,
    create_account,
)
from deploy.sandbox.essensys.resource import Resource
from deploy.sandbox.essensys.stored import change as change_record
from deploy.sandbox.essensys.stored import stored_values
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


def list_records(state: SandboxState, ask: Ask) -> Any:
    """All records of a resource as they are stored, oldest first."""
    resource, data = _resource(ask), state.essensys
    records = resource.records(data)
    found = [records[record_id] for record_id in records.listing()]
    return [record for record in found if resource.shows(data, record)]


def post_record(state: SandboxState, ask: Ask) -> Any:
    """Make a record: documented names, values as they read, the id optional."""
    resource = _resource(ask)
    if resource.make is None:
        raise ValueError(f"{resource.path} shows what other resources hold; make those")
    values = stored_values(documented()[resource.path], ask.body)
    return resource.make(state.essensys, values, state.now())


def patch_record(state: SandboxState, ask: Ask) -> Any:
    """Change a record's fields, by which its updatedate moves."""
    resource = _resource(ask)
    record_id = _shown(state, resource, ask)
    values = stored_values(documented()[resource.path], ask.body)
    if values.get(resource.id_field, record_id) != record_id:
        raise ValueError(f"{resource.id_field} cannot be changed")
    return change_record(state.essensys, resource.path, record_id, values, state.now())


def delete_record(state: SandboxState, ask: Ask) -> Any:
    """Delete a record."""
    resource = _resource(ask)
    return resource.records(state.essensys).remove(_shown(state, resource, ask))


def post_issue(state: SandboxState, ask: Ask) -> Any:
    """Issue a draft invoice."""
    return issue(state.essensys, ask.params["id"], state.now())


def post_pay(state: SandboxState, ask: Ask) -> Any:
    """Pay an invoice."""
    return pay(state.essensys, ask.params["id"], state.now())


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


def _resource(ask: Ask) -> Resource:
    path = ask.params["path"].lower()
    if path not in BY_PATH:
        raise LookupError(f"no resource {path}")
    return BY_PATH[path]


def _shown(state: SandboxState, resource: Resource, ask: Ask) -> str:
    """The id asked for, if the resource shows such a record."""
    record_id = ask.params["id"]
    record = resource.records(state.essensys).get(record_id)
    if record is None or not resource.shows(state.essensys, record):
        raise LookupError(f"no {resource.path} {record_id}")
    return record_id


ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/essensys/charge-sheets", list_charge_sheets),
    ("POST", "/essensys/charge-sheets", post_charge_sheet),
    ("DELETE", "/essensys/charge-sheets/{id}", delete_charge_sheet),
    ("POST", "/essensys/bill", post_bill),
    ("GET", "/essensys/accounts", list_accounts),
    ("POST", "/essensys/accounts", post_account),
    ("GET", "/essensys/records/{path}", list_records),
    ("POST", "/essensys/records/{path}", post_record),
    ("PATCH", "/essensys/records/{path}/{id}", patch_record),
    ("DELETE", "/essensys/records/{path}/{id}", delete_record),
    ("POST", "/essensys/draft-invoices/{id}/issue", post_issue),
    ("POST", "/essensys/invoices/{id}/pay", post_pay),
    ("GET", "/essensys/settings", read_settings),
    ("POST", "/essensys/settings", change_settings),
)
