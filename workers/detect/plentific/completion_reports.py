"""The completion reports of a work order: submitted, and accepted, sent back or handed in again."""

from __future__ import annotations

from collections.abc import AsyncIterable
from datetime import timedelta

from adapters.http.models import Detail
from adapters.http.paging import Page
from adapters.plentific.client import PlentificClient
from adapters.plentific.models import completion_reports
from events.base import json_form
from events.plentific import (
    CompletionReport,
    CompletionReportStatus,
    JobOutcome,
    WorkOrderStatus,
)
from workers.detect.plentific.below import (
    WALKED_EVERY,
    WORKED_IN,
    place,
    placed,
    status_told,
    while_order_is,
    words,
    work_order_of,
)
from workers.detect.plentific.values import instant, latest_of
from workers.detect.stream import Cadence, Facts, Json, Stream

SETTLED_REPORTS = frozenset({"accepted", "cancelled", "declined"})


def list_completion_reports(client: PlentificClient, work_order_uuid: str) -> AsyncIterable[Page]:
    """List the reports of a work order (document: "List all completion reports")."""
    return client.list_work_order_completion_reports(work_order_uuid)


async def read_completion_report(
    client: PlentificClient, uuid: str, work_order_uuid: str
) -> Detail[completion_reports.CompletionReport]:
    """Read one report (document: "Retrieve completion report details")."""
    detail = await client.get_work_order_completion_report(work_order_uuid, uuid)
    return placed(detail, uuid, work_order_uuid)


def completion_report_row_state(row: Json) -> Json:
    """Return what a listing row says of a report, in the words of its events."""
    status, raw = CompletionReportStatus.read(row.get("status"))
    return {
        **place(row),
        "status": status.value,
        "status_raw": raw,
        **words("job_outcome", JobOutcome, row.get("job_outcome")),
        "created": instant(row.get("created")),
    }


def completion_report_state(
    detail: Detail[completion_reports.CompletionReport], _facts: Facts
) -> Json:
    """Return a report as its events carry it."""
    read = detail.model
    report = CompletionReport.model_validate(
        {
            **place(detail.raw),
            "status": read.status,
            "status_date": read.status_date,
            "created": read.created,
            "job_outcome": read.job_outcome,
            "declined_on": read.declined_on,
            "declining_reason": read.declining_reason,
        }
    )
    return json_form(report)


def _is_settled(state: Json) -> bool:
    return state["status"] in SETTLED_REPORTS


def _when(state: Json) -> str | None:
    declined_on: str | None = state["declined_on"] if state["status"] == "declined" else None
    status_date: str | None = state["status_date"]
    return declined_on or status_date


COMPLETION_REPORTS = Stream(
    name="completion-reports",
    provider="plentific",
    entity="completion_report",
    id_field="uuid",
    parent="work_order",
    hot=while_order_is(*WORKED_IN, WorkOrderStatus.DONE),
    pages=list_completion_reports,
    read=read_completion_report,
    row_state=completion_report_row_state,
    happened=latest_of("created"),
    state=completion_report_state,
    agree=("status", "status_raw"),
    live=lambda state: not _is_settled(state),
    ordering_key=work_order_of,
    told=status_told(
        "plentific.completion_report",
        created="submitted",
        created_at="created",
        status=("status", "status_raw"),
        settled=_is_settled,
        when=_when,
    ),
    cadence=Cadence(
        every=timedelta(seconds=60),
        sweep_every=WALKED_EVERY,
        details_every=timedelta(minutes=15),
    ),
)
