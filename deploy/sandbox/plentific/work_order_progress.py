"""Bookings, completion reports, quotes and outstanding issues of a work order.

Contractors make them, so that the API only reads and decides; the functions here are what the
control API makes and changes them with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from deploy.sandbox.collection import Record
from deploy.sandbox.exchange import Answer
from deploy.sandbox.plentific.answers import answered
from deploy.sandbox.plentific.crud import Kind
from deploy.sandbox.plentific.data import PlentificData
from deploy.sandbox.plentific.formats import amount, instant, number, spaced_micro, zulu
from deploy.sandbox.plentific.identity import uuid_of
from deploy.sandbox.plentific.requests import RefusedError, Request, bad_request
from deploy.sandbox.plentific.webhooks import CREATED_EVENTS, STATUS_EVENTS
from deploy.sandbox.state import SandboxState

ISSUE_EMAIL = "deprecated@dontuse.me"  # what the document shows instead of a user
WAITING = {"completion_reports": ("new", "updated"), "quotes": ("pending", "varied")}
TIMES = frozenset(
    (
        *("created", "start_datetime", "end_datetime", "status_date", "declined_on"),
        *("accepted_on", "rejected_on"),
    )
)
ISSUE_TIMES = frozenset(("opening_timestamp", "closing_timestamp"))
UNNAMED = frozenset(("bookings", "completion_reports"))  # whose details have no uuid


def row(_data: PlentificData, record: Record) -> Record:
    """A row spells `created` with a space and microseconds, details do not."""
    return {"created": record["_created_in_rows"]}


BOOKINGS = Kind("work_order_booking", "work_order_bookings", parent="work_orders", row=row)
COMPLETION_REPORTS = Kind(
    "work_order_completion_report",
    "work_order_completion_reports",
    parent="work_orders",
    row=row,
)
QUOTES = Kind("work_order_quote", "work_order_quotes", parent="work_orders", row=row)
OUTSTANDING_ISSUES = Kind(
    "work_order_outstanding_issue", "work_order_outstanding_issues", parent="work_orders"
)
KINDS = {kind.store: kind for kind in (BOOKINGS, COMPLETION_REPORTS, QUOTES, OUTSTANDING_ISSUES)}


def create_child(
    data: PlentificData, kind: str, order_uuid: str, now: datetime, fields: Mapping[str, Any]
) -> Record:
    """Make a booking, completion report, quote or outstanding issue; `fields` replace its keys.

    Times are RFC 3339, any text is taken as a status; a quote's totals follow from its items.

    Raises:
        LookupError: no such work order.
        ValueError: a time or number that cannot be read, a uuid that exists already.
    """
    _order(data, order_uuid)
    fields = dict(fields)
    uuid = fields.pop("uuid", None) or uuid_of(f"{kind}/{data.next_number(kind, 1)}")
    created = instant(fields.get("created") or now.isoformat())
    record = {**_BLANKS[kind](created), "_created_in_rows": spaced_micro(created)}
    record["_uuid" if kind in UNNAMED else "uuid"] = uuid
    if kind == "quotes":
        record["work_order_uuid"] = order_uuid
    _replace(record, fields)
    data.add_below(kind, order_uuid, created, uuid, record)
    data.tell(CREATED_EVENTS[kind], now, _about(order_uuid, uuid))
    return record


def change_child(
    data: PlentificData,
    kind: str,
    order_uuid: str,
    uuid: str,
    now: datetime,
    changes: Mapping[str, Any],
) -> Record:
    """Replace keys of a booking, completion report, quote or outstanding issue.

    Raises:
        LookupError: no such work order, or nothing of this kind with this uuid below it.
        ValueError: a time or number that cannot be read.
    """
    record = existing_child(data, kind, order_uuid, uuid)
    before = dict(record)
    _replace(record, changes)
    for event in _events(kind, before, record):
        data.tell(event, now, _about(order_uuid, uuid))
    return record


def remove_child(data: PlentificData, kind: str, order_uuid: str, uuid: str) -> Record:
    """Delete one; raises LookupError as `change_child` does."""
    existing_child(data, kind, order_uuid, uuid)
    return data.below(kind, order_uuid).remove(uuid)


def existing_child(data: PlentificData, kind: str, order_uuid: str, uuid: str) -> Record:
    """The record; raises LookupError when there is none."""
    _order(data, order_uuid)
    record = data.below(kind, order_uuid).get(uuid)
    if record is None:
        raise LookupError(f"no record {uuid} among {kind.replace('_', ' ')}")
    return record


def decide_report(state: SandboxState, request: Request) -> Answer:
    """PATCH .../completion-reports/{completion_report_uuid}: accepted, or declined for a reason."""
    data, body = state.plentific, request.body
    report = COMPLETION_REPORTS.record(data, request)
    if report["status"] not in WAITING["completion_reports"]:
        raise bad_request(f"The report is {report['status']} and waits for no decision.")
    if body["status"] == "declined" and "reason" not in body:
        raise bad_request("reason: is required to decline.")
    at = request.call.now.isoformat()
    changes: Record = {"status": body["status"], "status_date": at}
    if body["status"] == "declined":
        changes["declined_on"] = at
        changes["declining_reason"] = body["reason"]
        changes["declining_reason_message"] = body.get("reason_msg")
    return _decided(data, request, COMPLETION_REPORTS, changes)


def decide_quote(state: SandboxState, request: Request) -> Answer:
    """PATCH .../quotes/{quote_uuid}: accepted or declined, 405 when it is neither any more."""
    data, body = state.plentific, request.body
    if QUOTES.record(data, request)["status"] not in WAITING["quotes"]:
        raise RefusedError(405)
    at = request.call.now.isoformat()
    changes: Record = {"status": body["status"]}
    if body["status"] == "accepted":
        changes["accepted_on"] = at
    else:
        changes["rejected_on"] = at
        changes["rejection_reason"] = body.get("rejection_reason")
        changes["rejection_reason_message"] = body.get("rejection_reason_message")
    return _decided(data, request, QUOTES, changes)


def update_issue(state: SandboxState, request: Request) -> Answer:
    """PATCH .../outstanding-issues/{outstanding_issue_uuid}: closed, described, opened again."""
    issue = OUTSTANDING_ISSUES.record(state.plentific, request)
    changes = dict(request.body)
    closed = changes.get("closed", issue["closed"])
    if closed != issue["closed"]:
        changes["closing_timestamp"] = request.call.now.isoformat() if closed else None
        changes["closing_user_email"] = ISSUE_EMAIL if closed else None
    return _decided(state.plentific, request, OUTSTANDING_ISSUES, changes)


def _decided(data: PlentificData, request: Request, kind: Kind, changes: Record) -> Answer:
    order_uuid, uuid = request.uuids
    change_child(data, kind.store, order_uuid, uuid, request.call.now, changes)
    return answered(request, None)


def _order(data: PlentificData, uuid: str) -> Record:
    order = data.work_orders.get(uuid)
    if order is None:
        raise LookupError(f"no work order {uuid}")
    return order


def _about(order_uuid: str, uuid: str) -> Record:
    return {"uuid": uuid, "work_order_uuid": order_uuid}


def _events(kind: str, before: Record, record: Record) -> list[str]:
    if kind == "bookings":
        return ["booking.updated"]
    if kind == "outstanding_issues":
        return ["outstanding_issue.closed"] if record["closed"] and not before["closed"] else []
    if record["status"] == before["status"]:
        return []
    told = STATUS_EVENTS["variations" if before["status"] == "varied" else kind]
    return [told[record["status"]]] if record["status"] in told else []


def _replace(record: Record, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if name in TIMES and value is not None:
            record[name] = zulu(instant(value))
        elif name in ISSUE_TIMES and value is not None:
            record[name] = spaced_micro(instant(value))
        else:
            record[name] = value
    if "items" in fields:
        record.update(_totals(record["items"]))
    if fields.get("created"):
        record["_created_in_rows"] = spaced_micro(instant(fields["created"]))


def _totals(items: list[Record]) -> Record:
    net = sum((amount(one["quantity"]) * amount(one["unit_price"]) for one in items), Decimal(0))
    tax = sum((amount(one["tax_amount"]) for one in items), Decimal(0))
    totals = {"excluding_tax": net, "including_tax": net + tax, "tax": tax}
    return {f"total_{name}": number(total) for name, total in totals.items()}


def _booking(created: datetime) -> Record:
    start = created + timedelta(days=2)
    return {
        "cancelling_reason": None,
        "cancelling_reason_message": None,
        "created": zulu(created),
        "end_datetime": zulu(start + timedelta(hours=2)),
        "start_datetime": zulu(start),
        "status": None,  # no documented status means a visit to come
    }


def _report(created: datetime) -> Record:
    return {
        "additional_information": None,
        "additional_information_attachments": [],
        "created": zulu(created),
        "declined_on": None,
        "declining_reason": None,
        "declining_reason_message": None,
        "job_outcome": "FULLY_COMPLETED",
        "outcome_attachments": [],
        "outcome_description": "The fictional tap closes again.",
        "status": "new",
        "status_date": zulu(created),
    }


def _quote(created: datetime) -> Record:
    item = {
        "description": "Fictional repair by the hour",
        "is_materials": False,
        "quantity": 2,
        "tax_amount": 18.2,
        "unit_price": 45.5,
        "unit_type": "per_hour",
    }
    return {
        "accepted_on": None,
        "approval_steps": [],
        "created": zulu(created),
        "is_approved_on_all_steps": True,
        "items": [item],
        "previous_submitted_quote_uuid": None,
        "rejected_on": None,
        "rejection_reason": None,
        "rejection_reason_message": None,
        "status": "pending",
        **_totals([item]),
    }


def _issue(created: datetime) -> Record:
    return {
        "closed": False,
        "closing_description": None,
        "closing_timestamp": None,
        "closing_user_email": None,
        "opening_description": "Nobody opens the fictional door.",
        "opening_timestamp": spaced_micro(created),
        "opening_user_email": ISSUE_EMAIL,
        "reason": "CANNOT_CONTACT_TENANT",
    }


_BLANKS: Mapping[str, Callable[[datetime], Record]] = {
    "bookings": _booking,
    "completion_reports": _report,
    "quotes": _quote,
    "outstanding_issues": _issue,
}
