"""What accounts owe and have paid: section "Accounts Receivable"."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from adapters.essensys.records import Flag, Id, Instant, Key, Number, Stamped, Text
from adapters.http.models import Known

TransactionStatus = Annotated[Id, Known("4", "5")]
"""4 = unbooked, 5 = booked."""


class AccountsReceivable(Stamped):
    """Section "Accounts Receivable": what an account owes. `accounts_id` is not an account's id."""

    accounts_receivable_id: Key
    name: Text = Field(None, alias="accountsreceivablename")
    accounts_id: Id = None
    amount_paid: Number = None
    balance: Number = None
    earliest_transaction_allowed: Instant = Field(None, alias="earliesttransactiondateallowed")
    location: Id = None
    organization: Id = None
    telephone: Text = None


class AccountsReceivablePaymentType(Stamped):
    """Section "Accounts Receivable Payment Type": what `Payment.payment_type` refers to."""

    payment_type_id: Key
    name: Text = Field(None, alias="paymenttype")


class Transaction(Stamped):
    """Section "Transaction": a line of an account; a payment has the same id here."""

    transaction_id: Key
    name: Text = Field(None, alias="transactionname")
    account: Id = None
    account_name: Text = None
    account_number: Text = Field(None, alias="accountno")
    amount: Number = None
    bacs_exported: Flag = None
    bank_code: Text = None
    credit: Number = None
    date: Instant = None
    direct_debit_agreed: Flag = Field(None, alias="ddagreed")
    direct_debit_reference: Text = Field(None, alias="ddreference")
    debit: Number = None
    final_direct_debit_amount: Number = Field(None, alias="finalddamount")
    gross: Number = None
    include_in_bacs_export: Flag = None
    invoice_number: Text = None
    outstanding: Number = None
    payment_type: Id = None
    reference: Text = None
    status: TransactionStatus = None
    tax: Id = None
    net: Number = None
    payment_type_name: Text = None
