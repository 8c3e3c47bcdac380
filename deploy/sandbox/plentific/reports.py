"""Report runs of the simulated Plentific: asked for, then ready once somebody looks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from deploy.sandbox.collection import Record
from deploy.sandbox.exchange import Answer
from deploy.sandbox.plentific.answers import details, found
from deploy.sandbox.plentific.checks import check_references, strict
from deploy.sandbox.plentific.crud import Kind
from deploy.sandbox.plentific.data import PlentificData
from deploy.sandbox.plentific.formats import instant, spaced, zulu
from deploy.sandbox.plentific.identity import uuid_of
from deploy.sandbox.plentific.kinds import member
from deploy.sandbox.plentific.requests import Request, bad_request
from deploy.sandbox.state import SandboxState

RUNS = Kind(
    "report_run",
    "report_runs",
    parent="reports",
    filters={"organisation_uuid": member("_organisations")},
)


def create(state: SandboxState, request: Request) -> Answer:
    """POST /reports/{report_uuid}/runs: the version is the oldest unless the body names one."""
    data = state.plentific
    report = found(data.of("reports"), request.uuids[0])
    check_references(data, request.body)
    wanted = request.body.get("version")
    if wanted and strict(data) and wanted not in [one["uuid"] for one in report["versions"]]:
        raise bad_request(f"version: {wanted} does not exist.")
    return details(request, start(data, report, request.call.now, request.body))


def start(data: PlentificData, report: Record, now: datetime, body: Mapping[str, Any]) -> Record:
    """Begin a run of a report."""
    wanted = body["parameters"]
    uuid = uuid_of(f"report run/{data.next_number('report run', 1)}")
    run = {
        "created": zulu(now),
        "parameters": {
            "from": _time(wanted.get("from_datetime")),
            "invoice_status_list": wanted.get("invoice_status_list", []),
            "organisations": wanted["organisations"],
            "property_groups": wanted.get("property_groups", []),
            "to": _time(wanted.get("to_datetime")),
        },
        "report_uuid": report["uuid"],
        "status": "pending",
        "url": None,
        "uuid": uuid,
        "version": body.get("version", report["versions"][0]["uuid"]),
        "_organisations": wanted["organisations"],
        "_polls": data.settings.polls_until_done,
    }
    data.add_below(RUNS.store, report["uuid"], now, uuid, run)
    return run


def get(state: SandboxState, request: Request) -> Answer:
    """GET /reports/{report_uuid}/runs/{report_run_uuid}: asking moves it on."""
    run = RUNS.record(state.plentific, request)
    if run["status"] in ("pending", "scheduled"):
        run["_polls"] -= 1
        run["status"] = "scheduled"
        if run["_polls"] < 0:
            run.update(status="complete", url=f"https://files.example.com/{run['uuid']}.csv")
    return details(request, run)


def _time(text: Any) -> str | None:
    try:
        return spaced(instant(text)) if text else None
    except ValueError as error:
        raise bad_request(f"parameters: {error}.") from error
