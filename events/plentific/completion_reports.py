"""Completion reports of work orders at Plentific. Source: "Retrieve completion report"."""

from events.base import EventModel, Instant, OpenEnum, Previous
from events.plentific.shared import Uuid


class CompletionReportStatus(OpenEnum):
    """Whether a report waits, was accepted, or was sent back."""

    NEW = "new"
    UPDATED = "updated"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    OTHER = "other"


class JobOutcome(OpenEnum):
    """What the contractor says of the job."""

    FULLY_COMPLETED = "fully_completed"
    PARTIALLY_COMPLETED = "partially_completed"
    CANNOT_BE_EXECUTED = "cannot_be_executed"
    OTHER = "other"


class DecliningReason(OpenEnum):
    """Why a report was sent back."""

    NO_EVIDENCE = "no_evidence"
    NOT_EVERYTHING_DONE = "not_everything_done"
    NOT_ENOUGH_QUALITY = "not_enough_quality"
    OTHER = "other"


class CompletionReport(EventModel):
    """What a contractor reports of finished work; free text and pictures stay with the provider."""

    uuid: Uuid
    work_order_uuid: Uuid
    status: CompletionReportStatus
    status_raw: str | None = None
    status_date: Instant | None = None
    created: Instant | None = None
    job_outcome: JobOutcome | None = None
    job_outcome_raw: str | None = None
    declined_on: Instant | None = None
    declining_reason: DecliningReason | None = None
    declining_reason_raw: str | None = None


class CompletionReportData(EventModel):
    """Data of every `plentific.completion_report.*` event."""

    completion_report: CompletionReport
    previous: Previous = None
