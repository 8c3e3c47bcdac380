"""Corrections of balances: section "Journals"."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from adapters.essensys.records import Id, Instant, Key, Number, Stamped, Text
from adapters.essensys.writing import (
    Day,
    Line,
    Long,
    Long32767,
    MaybeCurrency,
    Money,
    PutModel,
    WrittenId,
    WrittenNumber,
    WrittenReference,
)
from adapters.http.models import Known

JournalType = Annotated[Id, Known("12", "13")]
"""12 = journal credit, 13 = journal debit."""


class Journal(Stamped):
    """Section "Journal": a correction of an account's balance."""

    journal_id: Key
    account: Id = Field(None, alias="accountname")
    allocate_to: Text = None
    amount: Number = None
    comments: Text = None
    gl_code: Id = None  # a code's id, by the table
    journal_credit_id: Id = None
    date: Instant = Field(None, alias="journaldate")
    product: Id = Field(None, alias="journalproduct")
    type: JournalType = Field(None, alias="journaltype")
    location: Id = None
    payment_currency_code: Text = None
    payment_exchange_rate: Number = None
    reference: Text = None


class JournalPut(PutModel):
    """A journal to write. `reference` is what a lost answer can be looked up by."""

    currency: MaybeCurrency = None
    account: WrittenId = Field(serialization_alias="accountname")
    gl_code: WrittenId
    date: Day = Field(serialization_alias="journaldate")
    type: WrittenId = Field(serialization_alias="journaltype")
    reference: WrittenReference
    allocate_to: Long32767 | None = None
    amount: Money | None = None
    comments: Long | None = None
    product: WrittenId | None = Field(None, serialization_alias="journalproduct")
    payment_currency_code: Line | None = None
    payment_exchange_rate: WrittenNumber | None = None
