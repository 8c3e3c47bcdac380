"""Bank transfer details of invoices: made once for an unpaid one, listed while it is unpaid."""

from __future__ import annotations

from datetime import datetime

from deploy.sandbox.collection import Record
from deploy.sandbox.exchange import Answer
from deploy.sandbox.plentific.answers import answered, details, found
from deploy.sandbox.plentific.data import PlentificData
from deploy.sandbox.plentific.identity import uuid_of
from deploy.sandbox.plentific.requests import RefusedError, Request
from deploy.sandbox.state import SandboxState

STORE = "bank_transfer_payment_details"  # by the uuid of their invoice

ACCOUNT = {
    "account_holder": "Example Plumbing and Sons",
    "account_number": "00000000",
    "bic_code": None,  # the other two are for German clients
    "iban": None,
    "sort_code": "000000",
}


def create(state: SandboxState, request: Request) -> Answer:
    """POST /invoices/{invoice_uuid}/bank-transfer-payment-details."""
    data = state.plentific
    invoice = found(data.invoices, request.uuids[0])
    if invoice["uuid"] in data.of(STORE):
        raise RefusedError(409, "The invoice has bank transfer details already.")
    if invoice["status"] == "paid":
        raise RefusedError(422, "The invoice is paid already.")
    return details(request, make(data, invoice, request.call.now))


def make(data: PlentificData, invoice: Record, now: datetime) -> Record:
    """Give an invoice its bank transfer details."""
    record = {
        "bank_account_details": ACCOUNT,
        "invoice_uuid": invoice["uuid"],
        "payment_reference": invoice["payment_reference"],
        "payment_type": "bank_transfer",
        "stripe_payment_uuid": uuid_of(f"payment/{invoice['uuid']}"),
        "total_amount": invoice["total_including_tax"],
    }
    data.of(STORE).add(invoice["uuid"], now, record)
    return record


def get(state: SandboxState, request: Request) -> Answer:
    """GET /invoices/{invoice_uuid}/bank-transfer-payment-details: 404 until they are made."""
    data = state.plentific
    invoice = found(data.invoices, request.uuids[0])
    return details(request, found(data.of(STORE), invoice["uuid"]))


def list_unpaid(state: SandboxState, request: Request) -> Answer:
    """GET /invoices/unpaid/bank-transfer-payment-details: called a list, shown as one object."""
    data = state.plentific
    unpaid = [record for record in data.of(STORE) if _is_unpaid(data, record)]
    rows = unpaid[request.offset : request.offset + request.limit]
    if data.settings.unpaid_bank_details == "array":
        return answered(request, rows)
    return answered(request, rows[0] if rows else {})


def _is_unpaid(data: PlentificData, record: Record) -> bool:
    invoice = data.invoices.get(record["invoice_uuid"])
    return invoice is not None and invoice["status"] != "paid"
