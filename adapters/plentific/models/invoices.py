"""Invoices, and how they are paid by bank transfer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from adapters.http.models import Instant, Known, Many, ProviderModel
from adapters.plentific.models.shared import Address

InvoiceStatus = Literal["paid", "overdue", "outstanding"]
INVOICE_STATUSES = Known(*get_args(InvoiceStatus))
INVOICE_TYPES = Known("job_invoice", "client_service_fee_invoice")
INVOICE_ITEM_TYPES = Known("LABOUR", "MATERIALS")


class InvoiceItem(ProviderModel):
    """One line of an invoice; `vat` is in percent, `metadata.resident_recharge` is "1" or "0"."""

    type: Annotated[str | None, INVOICE_ITEM_TYPES] = None
    description: str | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    vat: Decimal | None = None
    amount_including_tax: Decimal | None = None
    metadata: dict[str, Any] | None = None


class JobAddress(ProviderModel):
    """Where the work was done."""

    property_uuid: str | None = None
    external_reference: str | None = None
    address: Address | None = None


class Party(ProviderModel):
    """A beneficiary or a billing address."""

    name: str | None = None
    organisation_uuid: str | None = None
    address: Address | None = None


class Recipient(ProviderModel):
    """Who is billed, and for whom."""

    beneficiary: Party | None = None
    billing_address: Party | None = None


class Sender(ProviderModel):
    """The company that bills."""

    name: str | None = None
    address: Address | None = None
    company_registration_number: str | None = None
    contractor_wallet_id: str | None = None
    tax_number: str | None = None


class WorkOrderReference(ProviderModel):
    """The work order that an invoice is for."""

    uuid: str | None = None
    external_reference: str | None = None


class Invoice(ProviderModel):
    """An invoice in detail (plentific.txt: "Retrieve invoice details").

    Amounts are decimals exactly as sent, in the currency of the connection: Plentific names none.
    `id` is the invoice number.
    """

    uuid: str
    status: Annotated[str, INVOICE_STATUSES]
    id: str | None = None
    invoice_type: Annotated[str | None, INVOICE_TYPES] = None
    created: Instant | None = None
    due_date: date | None = None
    paid_on: Instant | None = None
    service_date: Instant | None = None
    approval_completion_date: Instant | None = None
    external_reference: str | None = None
    account_code: str | None = None
    payment_reference: str | None = None
    pdf_url: str | None = None
    items: Many[InvoiceItem] = ()
    total_excluding_tax: Decimal | None = None
    total_tax: Decimal | None = None
    total_including_tax: Decimal | None = None
    tax_withheld: Decimal | None = None
    outstanding_amount: Decimal | None = None
    job_address: JobAddress | None = None
    recipient: Recipient | None = None
    sender: Sender | None = None
    work_order: WorkOrderReference | None = None


class InvoiceRow(ProviderModel):
    """An invoice as a list shows it, without amounts (plentific.txt: "List all invoices").

    `property_uuid` may be an internal reference.
    """

    uuid: str
    status: Annotated[str | None, INVOICE_STATUSES] = None
    created: Instant | None = None
    due_date: date | None = None
    paid_on: Instant | None = None
    service_date: Instant | None = None
    external_reference: str | None = None
    organisation_uuid: str | None = None
    property_uuid: str | None = None
    work_order_uuid: str | None = None


class BankAccount(ProviderModel):
    """An account by sort code and number (UK), or by IBAN and BIC (Germany)."""

    account_holder: str | None = None
    account_number: str | None = None
    sort_code: str | None = None
    iban: str | None = None
    bic_code: str | None = None


class BankTransfer(ProviderModel):
    """How one invoice is paid by bank transfer.

    plentific.txt: "Retrieve invoice's bank transfer payment details".
    """

    invoice_uuid: str
    payment_reference: str | None = None
    payment_type: str | None = None
    stripe_payment_uuid: str | None = None
    total_amount: Decimal | None = None
    bank_account_details: BankAccount | None = None
