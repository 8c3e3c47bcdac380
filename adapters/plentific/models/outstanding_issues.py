"""The outstanding issues of a work order, which can be closed."""

from __future__ import annotations

from typing import Annotated

from adapters.http.models import Instant, Known, ProviderModel
from adapters.http.requests import Maybe, RequestModel

ISSUE_REASONS = Known(
    "CANNOT_CONTACT_TENANT",
    "CANNOT_BOOK",
    "REPAIR_NOT_REQUIRED",
    "SUSPECTED_ASBESTOS",
    "SAFETY_CONCERN",
)


class OutstandingIssue(ProviderModel):
    """An issue, as full in a list as alone (plentific.txt: "Retrieve outstanding issue details").

    The users' e-mail addresses are deprecated: the document shows a made-up one.
    """

    uuid: str
    reason: Annotated[str | None, ISSUE_REASONS] = None
    closed: bool | None = None
    opening_description: str | None = None
    opening_timestamp: Instant | None = None
    opening_user_email: str | None = None
    closing_description: str | None = None
    closing_timestamp: Instant | None = None
    closing_user_email: str | None = None


class OutstandingIssueChange(RequestModel):
    """A change of an issue (plentific.txt: "Update an outstanding issue")."""

    closed: Maybe[bool] = None
    closing_description: Maybe[str] = None
