"""Proforma invoices of licences: section "Licensing"."""

from __future__ import annotations

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
    MaybeCurrency,
    Money,
    OwnId,
    PutModel,
    WrittenId,
    WrittenNumber,
    WrittenReference,
)


class LicenceProformaInvoice(Stamped):
    """Section "Licence Proforma Invoice": computed when it is read, dates included."""

    invoice_id: Key  # apparently the licence's id
    account: Text = Field(None, alias="accountname")
    account_reference: Text = Field(None, alias="accountref")
    approved: Flag = None
    brought_forward: Number = Field(None, alias="bfwd")
    due_date: Instant = None
    email: Text = Field(None, alias="emailaddress")
    gross: Number = None
    invoice_date: Instant = None
    invoice_sort: Text = None
    status: Id = None
    invoice_text: Text = None
    invoice_text_1: Text = None
    invoice_text_2: Text = None
    location: Id = None
    net: Number = None
    organization: Id = None
    invoice_number: Id = None
    tax: Number = None


class LicenceProformaInvoiceLine(Stamped):
    """Section "Licence Proforma Invoice Line": `license` in the table, `licence` in the example."""

    invoice_line_id: Key
    batch_number: Number = Field(None, alias="btchno")
    bundled_product: Id = None
    charge_sheet: Id = None
    discount_from_list: Number = None
    date_from: Instant = Field(None, alias="from")
    license: Id = None
    list_price: Number = None
    markup: Text = None
    markup_type: MarkupType = None
    original_bundle: Id = None
    new_meter_reading: Number = None
    previous_meter_reading: Number = None
    product: Id = None
    product_group: Id = None
    quantity: Number = None
    reference: Text = Field(None, alias="referencetext")
    tax: Id = None
    tax_rate: Percent = None
    date_to: Instant = Field(None, alias="to")
    total_price: Number = None
    unit_price: Number = None
    licence: Id = None


class LicenceProformaInvoiceLinePut(PutModel):
    """A licence proforma invoice line to write."""

    currency: MaybeCurrency = None
    date_from: Day = Field(serialization_alias="from")
    invoice_line_id: OwnId = ""
    product: WrittenId
    date_to: Day = Field(serialization_alias="to")
    licence: WrittenId
    batch_number: WrittenNumber | None = Field(None, serialization_alias="btchno")
    bundled_product: WrittenId | None = None
    charge_sheet: WrittenId | None = None
    discount_from_list: Money | None = None
    list_price: Money | None = None
    markup_type: WrittenId | None = None
    original_bundle: WrittenId | None = None
    new_meter_reading: WrittenNumber | None = None
    previous_meter_reading: WrittenNumber | None = None
    quantity: WrittenNumber | None = None
    reference: WrittenReference | None = Field(None, serialization_alias="referencetext")
    tax: WrittenId | None = None
    total_price: Money | None = None
    unit_price: Money | None = None


class LicenceProformaInvoiceSummary(Stamped):
    """Section "Licence Proforma Invoice Summary": the id has leading zeros."""

    invoice_summary_id: Key
    name: Text = Field(None, alias="invoicesummaryname")
    licence_id: Id = None
    order: Number = None
    record_type: Id = None


class LicenceProformaTaxSummary(Stamped):
    """Section "Licence Proforma Tax Summary": the id has leading zeros."""

    tax_summary_id: Key
    name: Text = Field(None, alias="taxsummaryname")
    licence_id: Id = None
    record_type: Id = None
    tax_rate: Percent = None
    tax_total: Number = None
