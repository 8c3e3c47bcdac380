"""Invoices of essensys Operate. Source: "Invoice"."""

from pydantic import StrictBool

from events.base import Currency, Day, EventModel, Instant, Money, Previous
from events.essensys.shared import EssensysId, Reference


class Invoice(EventModel):
    """An issued invoice; amounts are in `currency`, which comes from the settings.

    Days are those of the site: essensys sends its midnights, which may be the day before in UTC.
    What the numbers of `status_code` mean is not documented.
    """

    invoice_id: EssensysId
    number: str | None = None
    description: str | None = None
    status_code: str | None = None
    account: Reference = None
    location: Reference = None
    organization: Reference = None
    approved: StrictBool | None = None
    paid: StrictBool
    paid_date: Day | None = None
    invoice_date: Day | None = None
    due_date: Day | None = None
    transaction_reference: str | None = None
    currency: Currency
    net: Money | None = None
    tax: Money | None = None
    gross: Money | None = None
    brought_forward: Money | None = None
    payments_and_credits: Money | None = None
    ending_balance: Money | None = None
    created: Instant | None = None


class InvoiceData(EventModel):
    """Data of every `essensys.invoice.*` event."""

    invoice: Invoice
    previous: Previous = None
