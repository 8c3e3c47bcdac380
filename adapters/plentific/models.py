"""Plentific's work orders and invoices in detail, as documented, leniently."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from adapters.http.models import Instant, Known, Many, ProviderModel

# plentific.txt: "Retrieve work order details", Enumerated Values
WORK_ORDER_STATUSES = Known(
    "new",
    "approval_pending",
    "approved",
    "declined",
    "job_leads_sent",
    "customer_engaged",
    "pro_engaged",
    "customer_pro_engaged",
    "pro_claimed_job",
    "quoted",
    "quote_accepted",
    "hired",
    "booked",
    "customer_cancelled",
    "deposit_paid",
    "invoice_outstanding",
    "invoice_paid",
    "invoice_overdue",
    "invalid",
    "lost",
    "expired",
    "refunded",
    "paid_off_platform",
    "done",
    "signed_off",
)
WORK_ORDER_TYPES = Known("CONTRACTED", "DLO", "MARKETPLACE")
PROPERTY_TYPES = Known("property", "block", "estate", "unit")
VISITATION_RULES = Known("PAIR_VISIT", "CONTACT_PM_BEFORE", "PM_ONSITE_DURING")
INVOICE_STATUSES = Known("paid", "overdue", "outstanding")
INVOICE_TYPES = Known("job_invoice", "client_service_fee_invoice")
INVOICE_ITEM_TYPES = Known("LABOUR", "MATERIALS")


class Fault(ProviderModel):
    """One thing to repair; `description` is free text."""

    uuid: str | None = None
    service_uuid: str | None = None
    description: str | None = None
    attachments: Many[str] = ()


class StateEntry(ProviderModel):
    """A status that the work order took, and when."""

    status: Annotated[str, WORK_ORDER_STATUSES]
    created: Instant


class NamedReference(ProviderModel):
    """A contractor or a service; both fields are null until there is one."""

    uuid: str | None = None
    name: str | None = None


class PropertyReference(ProviderModel):
    """The asset that a work order is about."""

    uuid: str | None = None
    external_reference: str | None = None
    type: Annotated[str | None, PROPERTY_TYPES] = None


class WorkOrder(ProviderModel):
    """A work order in detail (plentific.txt: "Retrieve work order details")."""

    uuid: str
    status: Annotated[str, WORK_ORDER_STATUSES]
    created: Instant
    work_order_id: int | None = None
    work_order_type: Annotated[str | None, WORK_ORDER_TYPES] = None
    due_date: Instant | None = None
    is_emergency: bool | None = None
    external_reference: str | None = None
    organisation_uuid: str | None = None
    account_code: str | None = None
    access_notes: str | None = None
    assignee: str | None = None
    created_by: str | None = None
    property: PropertyReference | None = None
    service: NamedReference | None = None
    contractor: NamedReference | None = None
    faults: Many[Fault] = ()
    state_history: Many[StateEntry] = ()
    tags: Many[str] = ()
    visitation_rules: Annotated[Many[str], VISITATION_RULES] = ()
    invoice_uuid: str | None = None
    service_invoice_uuid: str | None = None
    is_background_check_required: bool | None = None
    is_contractor_tax_withheld: bool | None = None
    metadata: dict[str, Any] | None = None


class WorkOrderRow(ProviderModel):
    """A work order as a list shows it (plentific.txt: "List all work orders")."""

    uuid: str
    status: Annotated[str | None, WORK_ORDER_STATUSES] = None
    created: Instant | None = None
    due_date: Instant | None = None
    external_reference: str | None = None
    is_emergency: bool | None = None
    organisation_uuid: str | None = None
    property_uuid: str | None = None
    work_order_type: Annotated[str | None, WORK_ORDER_TYPES] = None


class InvoiceItem(ProviderModel):
    """One line of an invoice; `vat` is in percent, `metadata.resident_recharge` is "1" or "0"."""

    type: Annotated[str | None, INVOICE_ITEM_TYPES] = None
    description: str | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    vat: Decimal | None = None
    amount_including_tax: Decimal | None = None
    metadata: dict[str, Any] | None = None


class Address(ProviderModel):
    """A postal address; every field may be null or missing."""

    address_line_1: str | None = None
    address_line_2: str | None = None
    address_zone: str | None = None
    city: str | None = None
    country: str | None = None
    postal_code: str | None = None


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
    """An invoice as a list shows it, without amounts (plentific.txt: "List all invoices")."""

    uuid: str
    status: Annotated[str | None, INVOICE_STATUSES] = None
