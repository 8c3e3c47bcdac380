"""Work orders of Plentific, with their whole history. Source: "Retrieve work order details"."""

from pydantic import Field, StrictBool, StrictInt

from events.base import Code, EventModel, Instant, Metadata, OpenEnum, Previous, Words
from events.plentific.shared import Uuid


class WorkOrderStatus(OpenEnum):
    """The 25 documented states, and `cancelled`, which can be written though no list names it."""

    NEW = "new"
    APPROVAL_PENDING = "approval_pending"
    APPROVED = "approved"
    DECLINED = "declined"
    JOB_LEADS_SENT = "job_leads_sent"
    CUSTOMER_ENGAGED = "customer_engaged"
    PRO_ENGAGED = "pro_engaged"
    CUSTOMER_PRO_ENGAGED = "customer_pro_engaged"
    PRO_CLAIMED_JOB = "pro_claimed_job"
    QUOTED = "quoted"
    QUOTE_ACCEPTED = "quote_accepted"
    HIRED = "hired"
    BOOKED = "booked"
    CUSTOMER_CANCELLED = "customer_cancelled"
    CANCELLED = "cancelled"
    DEPOSIT_PAID = "deposit_paid"
    INVOICE_OUTSTANDING = "invoice_outstanding"
    INVOICE_PAID = "invoice_paid"
    INVOICE_OVERDUE = "invoice_overdue"
    INVALID = "invalid"
    LOST = "lost"
    EXPIRED = "expired"
    REFUNDED = "refunded"
    PAID_OFF_PLATFORM = "paid_off_platform"
    DONE = "done"
    SIGNED_OFF = "signed_off"
    OTHER = "other"


class WorkOrderType(OpenEnum):
    """Who does the work: a contractor under contract, own staff, or the marketplace."""

    CONTRACTED = "contracted"
    DLO = "dlo"
    MARKETPLACE = "marketplace"
    OTHER = "other"


class PropertyType(OpenEnum):
    """Which level of the estate tree a work order is for."""

    PROPERTY = "property"
    BLOCK = "block"
    ESTATE = "estate"
    UNIT = "unit"
    OTHER = "other"


class StateEntry(EventModel):
    """One transition of a work order, at the provider's own time."""

    status: WorkOrderStatus
    status_raw: str | None = None
    created: Instant


class Fault(EventModel):
    """One fault; its description stays with the provider (free text may name people)."""

    uuid: Uuid | None = None
    service_uuid: str | None = None


class PropertyRef(EventModel):
    """The property, block, estate or unit of a work order."""

    uuid: Uuid
    external_reference: str | None = None
    type: PropertyType | None = None
    type_raw: str | None = None


class ServiceRef(EventModel):
    """The trade that the work needs."""

    uuid: str | None = None
    name: str | None = None


class ContractorRef(EventModel):
    """The contractor's company."""

    uuid: str | None = None
    name: str | None = None


class WorkOrder(EventModel):
    """The full state of a work order."""

    uuid: Uuid
    work_order_id: StrictInt
    status: WorkOrderStatus
    status_raw: str | None = None
    work_order_type: WorkOrderType | None = None
    work_order_type_raw: str | None = None
    created: Instant
    due_date: Instant | None = None
    is_emergency: StrictBool
    external_reference: str | None = None
    organisation_uuid: str | None = None
    property: PropertyRef
    service: ServiceRef | None = None
    contractor: ContractorRef | None = None
    account_code: Code | None = None
    faults: tuple[Fault, ...] = ()
    invoice_uuid: str | None = None
    service_invoice_uuid: str | None = None
    tags: tuple[str, ...] = ()
    visitation_rules: Words = ()
    is_background_check_required: StrictBool | None = None
    is_contractor_tax_withheld: StrictBool | None = None
    metadata: Metadata = Field(default_factory=dict)
    state_history: tuple[StateEntry, ...]


class WorkOrderData(EventModel):
    """Data of every `plentific.work_order.*` event."""

    work_order: WorkOrder
    previous: Previous = None
