"""The completion reports of a work order, which can be accepted or declined."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import model_validator

from adapters.http.errors import Unsendable
from adapters.http.models import Instant, Known, Many, ProviderModel
from adapters.http.requests import Maybe, RequestModel

DecliningReason = Literal["NO_EVIDENCE", "NOT_EVERYTHING_DONE", "NOT_ENOUGH_QUALITY", "OTHER"]
DECLINING_REASONS = Known(*get_args(DecliningReason))
JOB_OUTCOMES = Known("FULLY_COMPLETED", "PARTIALLY_COMPLETED", "CANNOT_BE_EXECUTED")
REPORT_STATUSES = Known("new", "cancelled", "accepted", "updated", "declined")


class CompletionReportRow(ProviderModel):
    """A report as a list shows it (plentific.txt: "List all completion reports")."""

    uuid: str
    status: Annotated[str | None, REPORT_STATUSES] = None
    job_outcome: Annotated[str | None, JOB_OUTCOMES] = None
    created: Instant | None = None


class CompletionReport(ProviderModel):
    """A report, without its uuid (plentific.txt: "Retrieve completion report details")."""

    status: Annotated[str | None, REPORT_STATUSES] = None
    status_date: Instant | None = None
    created: Instant | None = None
    job_outcome: Annotated[str | None, JOB_OUTCOMES] = None
    outcome_description: str | None = None
    outcome_attachments: Many[str] = ()
    additional_information: str | None = None
    additional_information_attachments: Many[str] = ()
    declined_on: Instant | None = None
    declining_reason: Annotated[str | None, DECLINING_REASONS] = None
    declining_reason_message: str | None = None


class CompletionReportChange(RequestModel):
    """Accepts or declines a report (plentific.txt: "Update a completion report").

    A report is declined for a reason; it is read as `declining_reason`.
    """

    status: Literal["accepted", "declined"]
    reason: Maybe[DecliningReason] = None
    reason_msg: Maybe[str] = None

    @model_validator(mode="after")
    def _declined_for_a_reason(self) -> Self:
        if self.status == "declined" and self.reason is None:
            raise Unsendable("CompletionReportChange: reason: is required where status is declined")
        return self
