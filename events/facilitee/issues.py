"""Issues that tenants report at Facilitee. Source: "Get Issues"."""

from pydantic import StrictBool, StrictInt

from events.base import EventModel, Instant, OpenEnum, Previous, Quantity
from events.facilitee.shared import Address, FaciliteeId


class IssueStatus(OpenEnum):
    """The twenty documented states."""

    FUTURE = "future"
    NEW = "new"
    MORE_INFO = "more_info"
    MORE_INFO_OWNER = "more_info_owner"
    REJECTED = "rejected"
    TO_BE_ASSIGNED = "to_be_assigned"
    SUBMITTED_BY_MANAGER = "submitted_by_manager"
    SERVICER_REJECTED = "servicer_rejected"
    ASSIGNED = "assigned"
    MY_TASK = "my_task"
    RESOLVED_BEFORE_ASSIGNMENT_WAS_ACCEPTED = "resolved_before_assignment_was_accepted"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    CLOSED = "closed"
    QUOTE = "quote"
    NEW_QUOTATION = "new_quotation"
    QUOTATION_ACCEPTED_BY_MANAGER = "quotation_accepted_by_manager"
    QUOTATION_SENT = "quotation_sent"
    QUOTATION_ACCEPTED = "quotation_accepted"
    QUOTATION_REJECTED = "quotation_rejected"
    OTHER = "other"


class Rating(EventModel):
    """What somebody thought of the work."""

    rating: Quantity | None = None
    comment: str | None = None
    user: str | None = None
    rated: Instant | None = None


class Issue(EventModel):
    """A reported issue; what the reporter wrote is in `description`.

    `category` is the account's own word. `address`, `floor` and `property_unit_type` are those of
    the property unit; `custom_property_id` is the account's own reference of the property, which
    the list of issues does not show: null where the property was not read.
    """

    id: FaciliteeId
    name: str | None = None
    description: str | None = None
    category: str | None = None
    status: IssueStatus
    status_raw: str | None = None
    urgent: StrictBool | None = None
    property_users_involved: StrictBool | None = None
    created: Instant | None = None
    modified: Instant | None = None
    reporter_id: FaciliteeId | None = None
    reporter_name: str | None = None
    issue_manager_name: str | None = None
    user_reference: str | None = None
    rejection_comment: str | None = None
    property_id: FaciliteeId | None = None
    property_name: str | None = None
    custom_property_id: str | None = None
    property_unit_id: FaciliteeId | None = None
    property_unit_type: str | None = None
    address: Address | None = None
    floor: StrictInt | None = None
    overall_rating: Rating | None = None


class IssueData(EventModel):
    """Data of every `facilitee.issue.*` event."""

    issue: Issue
    previous: Previous = None
