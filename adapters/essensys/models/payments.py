"""Payments, their terms and types: section "Payments"."""

from __future__ import annotations

from pydantic import Field

from adapters.essensys.records import Flag, Id, Instant, Key, Number, Record, Stamped, Text
from adapters.essensys.writing import (
    Day,
    Long,
    Long32767,
    MaybeCurrency,
    Money,
    PutModel,
    WrittenFlag,
    WrittenId,
    WrittenNumber,
    WrittenReference,
)


class Payment(Stamped):
    """Section "Payment": a transaction has the same id. The amount may not be shown."""

    payment_id: Key
    account: Id = Field(None, alias="accountname")
    allocate_to: Text = None
    amount_paid: Number = None
    comments: Text = None
    gl_code: Id = None
    includes_withholding_tax: Flag = None
    payment_currency: Id = Field(None, alias="paymentcurrencycode")
    payment_exchange_rate: Number = None
    payment_date: Instant = None
    payment_type: Id = None
    reference: Text = None


class PaymentPut(PutModel):
    """A payment to write. `reference` is what a lost answer can be looked up by."""

    currency: MaybeCurrency = None
    account: WrittenId = Field(serialization_alias="accountname")
    gl_code: WrittenId
    payment_date: Day
    payment_type: WrittenId
    reference: WrittenReference
    allocate_to: Long32767 | None = None
    amount_paid: Money | None = None
    comments: Long | None = None
    includes_withholding_tax: WrittenFlag | None = None
    payment_currency: WrittenId | None = Field(None, serialization_alias="paymentcurrencycode")
    payment_exchange_rate: WrittenNumber | None = None


class PaymentTerm(Stamped):
    """Section "Payment Term": a term to choose from."""

    payment_term_id: Key
    name: Text = Field(None, alias="paymenttermname")
    days_due: Number = None
    description: Text = None


class PaymentType(Record):
    """Section "Payment Type": what `Transaction.payment_type` refers to."""

    payment_type_id: Key
    name: Text = Field(None, alias="paymenttypename")
    created_by: Text = None
    currency: Id = None
    include_bacs_transfer: Flag = Field(None, alias="incbacstransfer")
    invoice_text: Text = None
    updated: Instant = Field(None, alias="updatedate")
    updated_by: Text = None
