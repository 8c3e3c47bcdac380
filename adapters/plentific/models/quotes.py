"""The quotes of a work order, which can be accepted or declined."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, get_args

from adapters.http.models import Instant, Known, Many, ProviderModel
from adapters.http.requests import Maybe, RequestModel

RejectionReason = Literal[
    "OTHER",
    "MORE_VARIATION_DETAILS_REQUIRED",
    "VARIATION_TOO_EXPENSIVE",
    "WORK_NOT_REQUIRED",
    "BACK_TO_MARKET",
]
REJECTION_REASONS = Known(*get_args(RejectionReason))
# The detail documents fewer than the list: cancelled and deposit_paid are missing there.
QUOTE_STATUSES = Known(
    "accepted", "cancelled", "declined", "deposit_paid", "pending", "superseded", "varied"
)
UNIT_TYPES = Known(
    "fixed_price",
    "per_hour",
    "per_day",
    "per_item",
    "per_sqft",
    "per_sqmt",
    "per_room",
    "per_meter",
)


class QuoteRow(ProviderModel):
    """A quote as a list shows it, without amounts (plentific.txt: "List all quotes")."""

    uuid: str
    status: Annotated[str | None, QUOTE_STATUSES] = None
    created: Instant | None = None


class QuoteItem(ProviderModel):
    """One line of a quote."""

    description: str | None = None
    is_materials: bool | None = None
    quantity: Decimal | None = None
    unit_type: Annotated[str | None, UNIT_TYPES] = None
    unit_price: Decimal | None = None
    tax_amount: Decimal | None = None


class ApprovalStep(ProviderModel):
    """One step of a quote's approval."""

    step_number: int | None = None
    last_status: str | None = None
    last_status_changed_on: Instant | None = None


class Quote(ProviderModel):
    """A quote in detail (plentific.txt: "Retrieve quote details").

    Amounts are in the currency of the connection: Plentific names none.
    """

    uuid: str
    work_order_uuid: str | None = None
    previous_submitted_quote_uuid: str | None = None
    status: Annotated[str | None, QUOTE_STATUSES] = None
    created: Instant | None = None
    accepted_on: Instant | None = None
    rejected_on: Instant | None = None
    rejection_reason: Annotated[str | None, REJECTION_REASONS] = None
    rejection_reason_message: str | None = None
    items: Many[QuoteItem] = ()
    total_excluding_tax: Decimal | None = None
    total_tax: Decimal | None = None
    total_including_tax: Decimal | None = None
    approval_steps: Many[ApprovalStep] = ()
    is_approved_on_all_steps: bool | None = None


class QuoteChange(RequestModel):
    """Accepts or declines a quote (plentific.txt: "Update a quote").

    Whether declining needs a reason is not documented.
    """

    status: Literal["accepted", "declined"]
    rejection_reason: Maybe[RejectionReason] = None
    rejection_reason_message: Maybe[str] = None
