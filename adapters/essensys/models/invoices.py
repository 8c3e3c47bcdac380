"""Invoices, drafts and issued: section "Invoices"."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from adapters.essensys.records import (
    Flag,
    Id,
    Instant,
    Key,
    MarkupType,
    Number,
    Percent,
    Stamped,
    Text,
)
from adapters.essensys.writing import (
    Day,
    Line,
    Line255,
    MaybeCurrency,
    Money,
    OwnId,
    PutModel,
    WrittenFlag,
    WrittenId,
    WrittenNumber,
)
from adapters.http.models import Known

DraftStatus = Annotated[Id, Known("2", "3", "4")]
"""3 = draft, 4 = final by the field table; 2 in the example of a draft."""


class DraftInvoice(Stamped):
    """Section "Draft Invoice": an invoice until it is approved."""

    invoice_id: Key
    account: Id = Field(None, alias="accountname")
    account_reference: Text = Field(None, alias="accountref")
    approved: Flag = None
    brought_forward: Number = Field(None, alias="bfwd")
    client_type: Id = None
    description: Text = Field(None, alias="invoicedescription")
    email_invoices: Flag = None
    email: Text = Field(None, alias="emailaddress")
    ending_balance: Number = None
    gross: Number = None
    invoice_email: Text = Field(None, alias="invoiceemailaddress")
    invoice_sort: Text = None
    invoice_status: DraftStatus = None
    invoice_type: Id = None
    location: Id = None
    net: Number = None
    office_order: Flag = None
    organization: Id = None
    payments_credits: Number = None
    status: DraftStatus = None
    tax: Number = None


class DraftInvoicePut(PutModel):
    """A draft invoice to write. `office_order` is a number here, a flag in a read."""

    account: WrittenId = Field(serialization_alias="accountname")
    status: WrittenId
    invoice_date: Day
    invoice_number: Line
    account_reference: Line255 | None = Field(None, serialization_alias="accountref")
    approved: WrittenFlag | None = None
    invoice_status: WrittenId | None = None
    invoice_type: WrittenId | None = None
    location: WrittenId | None = None
    office_order: WrittenNumber | None = None
    due_date: Day | None = None
    invoice_template: WrittenId | None = None
    invoice_text: Line | None = None
    invoice_text_1: Line | None = None
    invoice_text_2: Line | None = None


class DraftInvoiceLine(Stamped):
    """Section "Draft Invoice Line": read as `draftinvoicelines`, written as `invoicelines`."""

    draft_invoice_line_id: Key
    bundled_product: Id = None
    discount_from_list: Number = None
    date_from: Instant = Field(None, alias="from")
    invoice: Id = None
    list_price: Number = None
    markup: Text = None
    markup_type: MarkupType = None
    original_bundle: Id = None
    original_licence_item_schedule: Id = None
    product: Id = None
    product_group: Id = None
    quantity: Number = None
    reference: Text = Field(None, alias="referencetext")
    tax: Id = None
    tax_rate: Percent = None
    date_to: Instant = Field(None, alias="to")
    unit_price: Number = None


class DraftInvoiceLinePut(PutModel):
    """A draft invoice line to write."""

    currency: MaybeCurrency = None
    draft_invoice_line_id: OwnId = ""
    date_from: Day = Field(serialization_alias="from")
    invoice: WrittenId
    product: WrittenId
    date_to: Day = Field(serialization_alias="to")
    bundled_product: WrittenId | None = None
    discount_from_list: Money | None = None
    list_price: Money | None = None
    markup_type: WrittenId | None = None
    quantity: WrittenNumber | None = None
    tax: WrittenId | None = None
    unit_price: Money | None = None
    total_price: Money | None = None


class Invoice(Stamped):
    """Section "Invoice": approved. Its dates are midnights with the offset of the site."""

    invoice_id: Key
    account: Id = Field(None, alias="accountname")
    brought_forward: Number = Field(None, alias="bfwd")
    date_paid: Instant = None
    gross: Number = None
    invoice_date: Instant = None
    number: Id = Field(None, alias="invoicenumber")
    location: Id = None
    net: Number = None
    paid: Flag = None
    status: Id = None
    transaction_reference: Text = None
    approved: Flag = None
    client_type: Id = None
    description: Text = Field(None, alias="invoicedescription")
    due_date: Instant = None
    email_invoices: Flag = None
    invoice_email: Text = Field(None, alias="invoiceemailaddress")
    email: Text = Field(None, alias="emailaddress")
    ending_balance: Number = None
    invoice_template: Id = None
    invoice_text: Text = None
    invoice_text_1: Text = None
    organization: Id = None
    payments_credits: Number = None
    record_type: Id = None
    tax: Number = None


class InvoiceLine(Stamped):
    """Section "Invoice Line". `accounts_id` is not an account's id: it is `accountsid`, as said."""

    draft_invoice_line_id: Key
    invoice: Id = None
    accounts_id: Id = None
    bundled_product: Id = None
    original_bundle: Id = None
    discount_from_list: Number = None
    list_price: Number = None
    quantity: Number = None
    date_from: Instant = Field(None, alias="from")
    date_to: Instant = Field(None, alias="to")
    gl_code: Text = None
    location: Id = None
    markup: Text = None
    markup_type: MarkupType = None
    order: Number = None
    product: Id = None
    product_group: Id = None
    reference: Text = Field(None, alias="referencetext")
    tax: Id = None
    tax_code: Text = None
    tax_name: Id = None
    tax_rate: Percent = None  # a fraction: 0.2 is 20 %


class InvoiceNumber(Stamped):
    """Section "Invoice Number": the next number, by prefix."""

    invoice_number_id: Key
    prefix: Text = Field(None, alias="invoiceprefix")
    number: Id = Field(None, alias="invoicenumber")


class InvoiceOrder(Stamped):
    """Section "Invoice Order": where a product group stands; the id is the group's."""

    product_group_id: Key
    sort_order: Number = None
    product_group_name: Text = Field(None, alias="productgroup")


class InvoiceSummary(Stamped):
    """Section "Invoice Summary": the total of a product group; the id has leading zeros.

    The four ids of documents hold the same number, and only one of them is real.
    """

    invoice_summary_id: Key
    name: Text = Field(None, alias="invoicesummaryname")
    credit_note_id: Id = None
    draft_credit_note_id: Id = None
    draft_invoice_id: Id = None
    invoice_id: Id = None
    order: Number = None
    record_type: Id = None
    summary_total: Number = None
