"""Charges and the sheets that they are entered on: section "Charges"."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field, ValidationInfo, field_validator

from adapters.essensys.records import Flag, Id, Instant, Key, MarkupType, Number, Stamped, Text
from adapters.essensys.writing import (
    CurrencyCode,
    Day,
    Line,
    MaybeCurrency,
    Money,
    PlainMoney,
    PutModel,
    Quantity,
    WallTime,
    WrittenFlag,
    WrittenId,
    WrittenReference,
)


class Charge(Stamped):
    """What Charge Sheet, Batch Charge Sheet and Booking Charge share, their ids included.

    `date_from` and `date_to` may be wall time labelled +00:00 (see formats.same_minute).
    """

    charge_sheet_id: Key
    account: Id = Field(None, alias="accountname")
    client_type: Id = None
    location: Id = None
    product: Id = None
    product_group: Id = None
    tax: Id = None
    quantity: Number = None
    unit_price: Number = None
    total_price: Number = None
    date_from: Instant = None
    date_to: Instant = None
    reference: Text = Field(None, alias="referencetext")


class ChargePut(PutModel):
    """What the same three share when they are written.

    `unit_price`, of the three themselves, is net of tax; it has at most two decimals and is not
    negative. `reference` is printed on the invoice and is what a lost answer is looked up by:
    printable, at most 255 characters, nothing that a query cannot hold. Seconds are cut.
    """

    account: WrittenId = Field(serialization_alias="accountname")
    product: WrittenId
    tax: WrittenId
    quantity: Quantity
    date_from: WallTime
    date_to: WallTime
    reference: WrittenReference | None = Field(None, serialization_alias="referencetext")

    @field_validator("date_to")
    @classmethod
    def _in_order(cls, date_to: datetime, so_far: ValidationInfo) -> datetime:
        date_from = so_far.data.get("date_from")
        if date_from is not None and date_to < date_from:
            raise ValueError("is before date_from")
        return date_to


class BatchSheet(Stamped):
    """Section "Batch Sheet": charges that are entered together."""

    batch_sheet_id: Key
    name: Text = Field(None, alias="batchsheetname")
    actual_total: Number = None
    approved: Flag = None
    batch_date: Instant = None
    completed: Flag = None
    estimated_total: Number = None
    grand_total: Number = None
    location: Id = None
    product_group: Id = None
    tax_total: Number = None
    variance: Number = None


class BatchSheetPut(PutModel):
    """A batch sheet to write; `approved` and `completed` may post it."""

    currency: MaybeCurrency = None
    approved: WrittenFlag
    batch_date: Day
    completed: WrittenFlag
    name: Line = Field(serialization_alias="batchsheetname")
    location: WrittenId
    product_group: WrittenId
    estimated_total: Money | None = None


class BatchChargeSheet(Charge):
    """Section "Batch Charge Sheet"; `reference` is readable."""

    batch_sheet: Id = None
    location_name: Id = None  # an id, as the table says
    markup: Text = None  # "% or currency value"
    markup_type: MarkupType = None


class BatchChargeSheetPut(ChargePut):
    """A batch charge sheet to write. Its price has no symbol, and so no currency."""

    batch_sheet: WrittenId
    unit_price: PlainMoney


class ChargeSheet(Charge):
    """Section "Charge Sheet": one charge for one account and product.

    `reference` can be written, but neither the field table nor the GET example shows it: None
    may mean "not shown".
    """

    account_full_name: Text = None


class ChargeSheetPut(ChargePut):
    """A charge sheet to write, "PUT (Full)"; without a reference "PUT (Minimum)"."""

    currency: CurrencyCode
    unit_price: Money


class CurrentCharge(Stamped):
    """Section "Current Charge": what the next bill run will bill. Product and group are names."""

    current_charge_id: Key
    account: Id = None
    product_name: Text = Field(None, alias="product")
    product_group_name: Text = Field(None, alias="productgroup")
    quantity: Number = None
    unit_price: Number = None
    net: Number = None
    tax_rate: Number = None  # a fraction: 0.2 is 20 %
    start: Instant = Field(None, alias="startdate")
    reference: Text = Field(None, alias="referencetext")
    logged_by: Text = None
