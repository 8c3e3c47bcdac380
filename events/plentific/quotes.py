"""Quotes for work orders at Plentific. Source: "Retrieve work order quote"."""

from pydantic import StrictBool

from events.base import Currency, EventModel, Instant, Money, OpenEnum, Previous, Quantity
from events.plentific.shared import Uuid


class QuoteStatus(OpenEnum):
    """The seven states that lists show; details know five of them."""

    PENDING = "pending"
    VARIED = "varied"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    DEPOSIT_PAID = "deposit_paid"
    OTHER = "other"


class QuoteRejectionReason(OpenEnum):
    """Why a quote was turned down."""

    MORE_VARIATION_DETAILS_REQUIRED = "more_variation_details_required"
    VARIATION_TOO_EXPENSIVE = "variation_too_expensive"
    WORK_NOT_REQUIRED = "work_not_required"
    BACK_TO_MARKET = "back_to_market"
    OTHER = "other"


class QuoteUnitType(OpenEnum):
    """What the unit price of a line is the price of."""

    FIXED_PRICE = "fixed_price"
    PER_HOUR = "per_hour"
    PER_DAY = "per_day"
    PER_ITEM = "per_item"
    PER_SQFT = "per_sqft"
    PER_SQMT = "per_sqmt"
    PER_ROOM = "per_room"
    PER_METER = "per_meter"
    OTHER = "other"


class QuoteItem(EventModel):
    """One line of a quote."""

    description: str | None = None
    is_materials: StrictBool | None = None
    quantity: Quantity | None = None
    unit_price: Money | None = None
    unit_type: QuoteUnitType | None = None
    unit_type_raw: str | None = None
    tax_amount: Money | None = None


class Quote(EventModel):
    """An offer for a work order; amounts are in `currency`, which comes from the settings."""

    uuid: Uuid
    work_order_uuid: Uuid
    status: QuoteStatus
    status_raw: str | None = None
    created: Instant | None = None
    accepted_on: Instant | None = None
    rejected_on: Instant | None = None
    rejection_reason: QuoteRejectionReason | None = None
    rejection_reason_raw: str | None = None
    is_approved_on_all_steps: StrictBool | None = None
    previous_submitted_quote_uuid: str | None = None
    currency: Currency
    items: tuple[QuoteItem, ...] = ()
    total_excluding_tax: Money | None = None
    total_tax: Money | None = None
    total_including_tax: Money | None = None


class QuoteData(EventModel):
    """Data of every `plentific.quote.*` event."""

    quote: Quote
    previous: Previous = None
