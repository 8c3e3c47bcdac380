"""Invoices of Plentific, with their lines. Source: "Retrieve invoice details"."""

from typing import Annotated

from pydantic import Field, StrictInt

from events.base import (
    Code,
    Currency,
    Day,
    EventModel,
    Flag,
    Instant,
    Metadata,
    Money,
    OpenEnum,
    Previous,
    Quantity,
)
from events.plentific.shared import Uuid


class InvoiceStatus(OpenEnum):
    """The three listed states, and those that only the webhook patterns name."""

    OUTSTANDING = "outstanding"
    OVERDUE = "overdue"
    PAID = "paid"
    APPROVED = "approved"
    CANCELLED = "cancelled"
    RECEIVED = "received"
    OTHER = "other"


class InvoiceType(OpenEnum):
    """An invoice for a job, or for Plentific's own fee."""

    JOB_INVOICE = "job_invoice"
    CLIENT_SERVICE_FEE_INVOICE = "client_service_fee_invoice"
    OTHER = "other"


class InvoiceItemType(OpenEnum):
    """What a line is for."""

    LABOUR = "labour"
    MATERIALS = "materials"
    OTHER = "other"


class InvoiceItem(EventModel):
    """One line of an invoice; lines are numbered from 1 in the provider's order."""

    line: Annotated[StrictInt, Field(ge=1)]
    type: InvoiceItemType
    type_raw: str | None = None
    description: str | None = None
    quantity: Quantity
    unit_price: Money
    vat_percent: Quantity
    amount_including_tax: Money
    account_code: Code | None = None
    resident_recharge: Flag = None
    metadata: Metadata = Field(default_factory=dict)


class Invoice(EventModel):
    """The full state of an invoice; amounts are in `currency`, which comes from the settings."""

    uuid: Uuid
    number: Code | None = None
    invoice_type: InvoiceType | None = None
    invoice_type_raw: str | None = None
    status: InvoiceStatus
    status_raw: str | None = None
    created: Instant
    due_date: Day | None = None
    paid_on: Instant | None = None
    service_date: Instant | None = None
    approval_completion_date: Instant | None = None
    external_reference: str | None = None
    account_code: Code | None = None
    payment_reference: str | None = None
    currency: Currency
    items: tuple[InvoiceItem, ...]
    total_excluding_tax: Money
    total_tax: Money
    total_including_tax: Money
    tax_withheld: Money | None = None
    outstanding_amount: Money | None = None
    property_uuid: str | None = None
    property_external_reference: str | None = None
    work_order_uuid: str | None = None
    work_order_external_reference: str | None = None
    organisation_uuid: str | None = None
    sender_name: str | None = None


class InvoiceData(EventModel):
    """Data of every `plentific.invoice.*` event."""

    invoice: Invoice
    previous: Previous = None
