"""Charge sheets of essensys Operate that we wrote."""

from typing import Annotated

from pydantic import Field, StrictInt

from events.base import Currency, EventModel, Instant, Money, Previous, Quantity
from events.essensys.shared import EssensysId


class ChargeSheet(EventModel):
    """One charge on an account, as it stands in Operate. Amounts are in `currency`, before tax."""

    charge_sheet_id: EssensysId
    account: EssensysId
    product: EssensysId
    tax: EssensysId
    quantity: Quantity
    unit_price: Money
    net_amount: Money
    currency: Currency
    date_from: Instant
    date_to: Instant
    reference: str | None = None
    line: Annotated[StrictInt, Field(ge=1)] | None = None
    source_invoice_uuid: str | None = None
    effect_key: str | None = None


class ChargeSheetData(EventModel):
    """Data of every `essensys.charge_sheet.*` event."""

    charge_sheet: ChargeSheet
    previous: Previous = None
