"""What keeps a work order from going on: created, closed, opened again. Rows show all there is."""

from __future__ import annotations

from collections.abc import AsyncIterable
from datetime import datetime, timedelta

from adapters.http.models import Detail
from adapters.http.paging import Page
from adapters.plentific.client import PlentificClient
from adapters.plentific.models import outstanding_issues
from events.base import json_form
from events.plentific import OutstandingIssue, WorkOrderStatus
from workers.detect.plentific.below import (
    WALKED_EVERY,
    WORKED_IN,
    place,
    placed,
    status_told,
    while_order_is,
    work_order_of,
)
from workers.detect.plentific.values import instant, latest_of
from workers.detect.stream import Cadence, Facts, Json, Stream


class OutstandingIssueRow(outstanding_issues.OutstandingIssue):
    """A row, with the work order that it was listed below."""

    work_order_uuid: str


def list_outstanding_issues(client: PlentificClient, work_order_uuid: str) -> AsyncIterable[Page]:
    """List the issues of a work order (document: "List all outstanding issues")."""
    return client.list_work_order_outstanding_issues(work_order_uuid)


async def read_outstanding_issue(
    client: PlentificClient, uuid: str, work_order_uuid: str
) -> Detail[outstanding_issues.OutstandingIssue]:
    """Read one issue (document: "Retrieve outstanding issue details")."""
    detail = await client.get_work_order_outstanding_issue(work_order_uuid, uuid)
    return placed(detail, uuid, work_order_uuid)


def outstanding_issue_row_state(row: Json) -> Json:
    """Return what decides where and when an issue is told, in the words of its events."""
    return {
        **place(row),
        "closed": row.get("closed") is True,
        "opened": instant(row.get("opening_timestamp")),
        "closed_at": instant(row.get("closing_timestamp")),
    }


def outstanding_issue_state(
    detail: Detail[outstanding_issues.OutstandingIssue], _facts: Facts
) -> Json:
    """Return an issue as its events carry it; one that says nothing of it is not closed."""
    read = detail.model
    issue = OutstandingIssue.model_validate(
        {
            **place(detail.raw),
            "closed": bool(read.closed),
            "reason": read.reason,
            "opened": read.opening_timestamp,
            "closed_at": read.closing_timestamp,
        }
    )
    return json_form(issue)


def _is_closed(state: Json) -> bool:
    return bool(state["closed"])


def _when(state: Json) -> str | None:
    # The document shows a closing time beside an issue that is open.
    return state["closed_at"] if _is_closed(state) else None


def _happened(state: Json) -> datetime | None:
    return latest_of("opened", "closed_at" if _is_closed(state) else "opened")(state)


OUTSTANDING_ISSUES = Stream(
    name="outstanding-issues",
    provider="plentific",
    entity="outstanding_issue",
    id_field="uuid",
    parent="work_order",
    hot=while_order_is(*WORKED_IN, WorkOrderStatus.DONE),
    pages=list_outstanding_issues,
    row=OutstandingIssueRow,
    read=read_outstanding_issue,
    row_state=outstanding_issue_row_state,
    happened=_happened,
    state=outstanding_issue_state,
    agree=("closed",),
    live=lambda state: not _is_closed(state),
    ordering_key=work_order_of,
    told=status_told(
        "plentific.outstanding_issue",
        created="created",
        created_at="opened",
        status=("closed",),
        settled=_is_closed,
        when=_when,
    ),
    cadence=Cadence(
        every=timedelta(seconds=60),
        sweep_every=WALKED_EVERY,
        details_every=timedelta(minutes=15),
    ),
)
