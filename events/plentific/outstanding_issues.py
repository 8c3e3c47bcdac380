"""What keeps a work order at Plentific from going on. Source: "Retrieve outstanding issue"."""

from pydantic import StrictBool

from events.base import EventModel, Instant, OpenEnum, Previous
from events.plentific.shared import Uuid


class OutstandingIssueReason(OpenEnum):
    """Why the work cannot go on."""

    CANNOT_CONTACT_TENANT = "cannot_contact_tenant"
    CANNOT_BOOK = "cannot_book"
    REPAIR_NOT_REQUIRED = "repair_not_required"
    SUSPECTED_ASBESTOS = "suspected_asbestos"
    SAFETY_CONCERN = "safety_concern"
    OTHER = "other"


class OutstandingIssue(EventModel):
    """An obstacle that a contractor reports; descriptions and e-mails stay with the provider."""

    uuid: Uuid
    work_order_uuid: Uuid
    closed: StrictBool
    reason: OutstandingIssueReason | None = None
    reason_raw: str | None = None
    opened: Instant | None = None
    closed_at: Instant | None = None


class OutstandingIssueData(EventModel):
    """Data of every `plentific.outstanding_issue.*` event."""

    outstanding_issue: OutstandingIssue
    previous: Previous = None
