"""Work orders, as they are read, created and changed."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, model_validator

from adapters.http.errors import Unsendable
from adapters.http.models import Instant, Known, Many, ProviderModel
from adapters.http.requests import EmailText, Maybe, RequestModel, UuidText
from adapters.plentific.formats import SpacedTime
from adapters.plentific.models.contacts import WorkOrderContactChange, WorkOrderContactNew
from adapters.plentific.models.faults import FaultNew
from adapters.plentific.models.shared import Metadata, Several, Texts

# plentific.txt: "Retrieve work order details", Enumerated Values
WorkOrderStatus = Literal[
    "new",
    "approval_pending",
    "approved",
    "declined",
    "job_leads_sent",
    "customer_engaged",
    "pro_engaged",
    "customer_pro_engaged",
    "pro_claimed_job",
    "quoted",
    "quote_accepted",
    "hired",
    "booked",
    "customer_cancelled",
    "deposit_paid",
    "invoice_outstanding",
    "invoice_paid",
    "invoice_overdue",
    "invalid",
    "lost",
    "expired",
    "refunded",
    "paid_off_platform",
    "done",
    "signed_off",
]
WorkOrderType = Literal["CONTRACTED", "DLO", "MARKETPLACE"]
VisitationRule = Literal["PAIR_VISIT", "CONTACT_PM_BEFORE", "PM_ONSITE_DURING"]
ClosingReason = Literal[
    "agent_raised_in_error",
    "agent_no_longer_required",
    "agent_duplicate",
    "agent_landlord_decision",
    "agent_not_enough_quotes",
    "agent_quotes_too_high",
    "agent_quotes_took_too_long",
    "agent_no_suitable_pro_found",
    "agent_landlords_completed_work",
    "closed_by_system",
    "tenant_not_contactable",
    "no_response_from_pro",
    "tenant_unresponsive",
    "covid_19",
    "wrong_trade",
]
WORK_ORDER_STATUSES = Known(*get_args(WorkOrderStatus))
WORK_ORDER_TYPES = Known(*get_args(WorkOrderType))
VISITATION_RULES = Known(*get_args(VisitationRule))
PROPERTY_TYPES = Known("property", "block", "estate", "unit")

ExternalReference = Annotated[str, Field(max_length=50)]


class WorkOrderFault(ProviderModel):
    """One thing to repair, with its service; `description` is free text."""

    uuid: str | None = None
    service_uuid: str | None = None
    description: str | None = None
    attachments: Many[str] = ()


class StateEntry(ProviderModel):
    """A status that the work order took, and when."""

    status: Annotated[str, WORK_ORDER_STATUSES]
    created: Instant


class NamedReference(ProviderModel):
    """A contractor or a service; both fields are null until there is one."""

    uuid: str | None = None
    name: str | None = None


class PropertyReference(ProviderModel):
    """The asset that a work order is about."""

    uuid: str | None = None
    external_reference: str | None = None
    type: Annotated[str | None, PROPERTY_TYPES] = None


class WorkOrder(ProviderModel):
    """A work order in detail (plentific.txt: "Retrieve work order details").

    Contacts, category and booking preferences are not shown.
    """

    uuid: str
    status: Annotated[str, WORK_ORDER_STATUSES]
    created: Instant
    work_order_id: int | None = None
    work_order_type: Annotated[str | None, WORK_ORDER_TYPES] = None
    due_date: Instant | None = None
    is_emergency: bool | None = None
    external_reference: str | None = None
    organisation_uuid: str | None = None
    account_code: str | None = None
    access_notes: str | None = None
    assignee: str | None = None
    created_by: str | None = None
    property: PropertyReference | None = None
    service: NamedReference | None = None
    contractor: NamedReference | None = None
    faults: Many[WorkOrderFault] = ()
    state_history: Many[StateEntry] = ()
    tags: Many[str] = ()
    visitation_rules: Annotated[Many[str], VISITATION_RULES] = ()
    invoice_uuid: str | None = None
    service_invoice_uuid: str | None = None
    is_background_check_required: bool | None = None
    is_contractor_tax_withheld: bool | None = None
    metadata: dict[str, Any] | None = None


class WorkOrderRow(ProviderModel):
    """A work order as a list shows it (plentific.txt: "List all work orders").

    `property_uuid` may be an internal reference.
    """

    uuid: str
    status: Annotated[str | None, WORK_ORDER_STATUSES] = None
    created: Instant | None = None
    due_date: Instant | None = None
    external_reference: str | None = None
    is_emergency: bool | None = None
    organisation_uuid: str | None = None
    property_uuid: str | None = None
    work_order_type: Annotated[str | None, WORK_ORDER_TYPES] = None


class AppointedContractor(ProviderModel):
    """plentific.txt: "List all work order appointed contractors"."""

    uuid: str
    name: str | None = None


class PropertyChoice(RequestModel):
    """The asset of a new work order: by uuid, by external reference, or by both."""

    uuid: Maybe[UuidText] = None
    external_reference: str | None = None

    @model_validator(mode="after")
    def _one_is_needed(self) -> Self:
        if self.uuid is None and self.external_reference is None:
            raise Unsendable("PropertyChoice: uuid, external_reference: one of them is required")
        return self


class PreferredSlot(RequestModel):
    """When somebody would be in."""

    from_datetime: SpacedTime
    to_datetime: SpacedTime


class BookingPreferences(RequestModel):
    """At most 4 slots, and what else is to be known of them."""

    calendar_events: Annotated[Several[PreferredSlot], Field(max_length=4)] | None = None
    info: Maybe[str] = None


class WorkOrderNew(RequestModel):
    """A work order to be created (plentific.txt: "Create a work order").

    Without a status, Plentific would publish the order to its marketplace at once. So one is always
    sent: `new`, which does not publish, unless `job_leads_sent` is asked for.
    """

    organisation_uuid: UuidText
    account_code: str
    category_uuid: str
    property: PropertyChoice
    faults: Several[FaultNew]
    status: Literal["new", "job_leads_sent"] = "new"
    work_order_type: Maybe[WorkOrderType] = None
    external_reference: ExternalReference | None = None
    due_date: SpacedTime | None = None
    is_emergency: Maybe[bool] = None
    access_notes: str | None = None
    assignee: Maybe[EmailText] = None
    created_by: Maybe[EmailText] = None
    booking_preferences: Maybe[BookingPreferences] = None
    contacts: Maybe[Several[WorkOrderContactNew]] = None
    tags: Maybe[Texts] = None
    visitation_rules: Maybe[Several[VisitationRule]] = None
    is_background_check_required: Maybe[bool] = None
    is_contractor_tax_withheld: Maybe[bool] = None
    metadata: Metadata | None = None

    def to_wire(self) -> dict[str, Any]:
        """The body; the status is in it even where it was not given."""
        return {"status": self.status, **super().to_wire()}


class WorkOrderChange(RequestModel):
    """A change of a work order (plentific.txt: "Update a work order").

    A contractor is assigned by `contractor_uuid` with the status `job_leads_sent`. `cancelled` can
    be written but is never read: the order then shows another status. That an external reference is
    limited is said of new work orders only; it is taken to hold here as well.
    """

    status: Maybe[Literal["job_leads_sent", "cancelled"]] = None
    closing_reason: Maybe[ClosingReason] = None
    contractor_uuid: Maybe[UuidText] = None
    account_code: Maybe[str] = None
    assignee: Maybe[EmailText] = None
    due_date: SpacedTime | None = None
    external_reference: ExternalReference | None = None
    contacts: Maybe[Several[WorkOrderContactChange]] = None
    tags: Maybe[Texts] = None
