"""What the API does to work orders: raise, publish, assign, cancel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from deploy.sandbox.collection import Record
from deploy.sandbox.exchange import Answer
from deploy.sandbox.plentific.answers import answered, details, found, page
from deploy.sandbox.plentific.checks import check_references, place_of, strict
from deploy.sandbox.plentific.data import PlentificData
from deploy.sandbox.plentific.formats import instant, spaced
from deploy.sandbox.plentific.identity import uuid_of
from deploy.sandbox.plentific.requests import RefusedError, Request, bad_request
from deploy.sandbox.plentific.work_orders import add_status, create_work_order
from deploy.sandbox.state import SandboxState

API_USER = "api.user@example.com"  # who raised an order whose created_by has no account
HIDDEN = ("category_uuid", "booking_preferences")  # accepted, never shown
# Statuses after which an order is neither cancelled nor sent to contractors any more.
CLOSED = frozenset(
    (
        *("declined", "customer_cancelled", "invoice_paid", "invalid", "lost", "expired"),
        *("refunded", "paid_off_platform", "done", "signed_off"),
    )
)
# `cancelled` can be written and is no status that can be read.
READ_AS = {"cancelled": "customer_cancelled"}
DEFAULTS: Mapping[str, Any] = {
    "access_notes": None,
    "assignee": None,
    "due_date": None,
    "external_reference": None,
    "is_background_check_required": False,
    "is_contractor_tax_withheld": False,
    "is_emergency": False,
    "metadata": None,
    "status": "job_leads_sent",
    "tags": [],
    "visitation_rules": [],
    "work_order_type": "MARKETPLACE",
}


def create(state: SandboxState, request: Request) -> Answer:
    """POST /work-orders: published to the marketplace unless the body says status new."""
    data, now, body = state.plentific, request.call.now, dict(request.body)
    check_references(data, body)
    _check_faults(data, body["category_uuid"], body["faults"])
    fields = {**DEFAULTS, **body, "contractor": None, "property": place_of(data, body["property"])}
    contacts = fields.pop("contacts", [])
    for name in HIDDEN:
        fields[f"_{name}"] = fields.pop(name, None)
    fields["created_by"] = _user(data, body.get("created_by"))
    fields["due_date"] = _due(fields["due_date"])
    fields["service"] = _service(data, body["faults"][0]["service_uuid"])
    fields["faults"] = list(_faults(data, body["faults"]))
    order = create_work_order(data, now, fields)
    add_contacts(data, order["uuid"], now, contacts)
    return details(request, order)


def update(state: SandboxState, request: Request) -> Answer:
    """PATCH /work-orders/{work_order_uuid}: contacts that are sent replace those there were."""
    data, now, body = state.plentific, request.call.now, dict(request.body)
    order = found(data.work_orders, request.uuids[0])
    check_references(data, body)
    status = body.pop("status", None)
    if status is not None and order["status"] in CLOSED:
        raise RefusedError(405)
    contacts = body.pop("contacts", None)
    if "due_date" in body:
        body["due_date"] = _due(body["due_date"])
    if "closing_reason" in body:
        body["_closing_reason"] = body.pop("closing_reason")
    if "contractor_uuid" in body:
        order["contractor"] = _contractor(data, body.pop("contractor_uuid"))
    order.update(body)
    if contacts is not None:
        data.children.pop(("contacts", order["uuid"]), None)
        add_contacts(data, order["uuid"], now, contacts)
    if status is not None and READ_AS.get(status, status) != order["status"]:
        add_status(data, order["uuid"], READ_AS.get(status, status), now)
    return answered(request, None)


def appointed_contractors(state: SandboxState, request: Request) -> Answer:
    """GET /work-orders/{work_order_uuid}/appointed-contractors: all of them, for every order."""
    found(state.plentific.work_orders, request.uuids[0])
    return page(state, request, state.plentific.of("contractors"))


def add_contacts(
    data: PlentificData, order_uuid: str, now: datetime, contacts: Sequence[Mapping[str, Any]]
) -> list[Record]:
    """Give a work order contacts."""
    added = []
    for contact in contacts:
        uuid = uuid_of(f"contact/{data.next_number('contact', 1)}")
        record = {"external_reference": None, "is_private": False, **contact, "uuid": uuid}
        data.add_below("contacts", order_uuid, now, uuid, record)
        added.append(record)
    return added


def _check_faults(data: PlentificData, category: str, faults: Sequence[Record]) -> None:
    if not faults:
        raise bad_request("faults: must have at least one element.")
    named = [fault["uuid"] for fault in faults if "uuid" in fault]
    if len(named) != len(set(named)):
        raise bad_request("faults: a uuid is given twice.")
    if not strict(data):
        return
    if category not in data.of("categories"):
        raise bad_request(f"category_uuid: {category} does not exist.")
    for number, fault in enumerate(faults):
        service = data.of("services").get(fault["service_uuid"])
        if service is None or category not in service["category_uuid_list"]:
            raise bad_request(f"faults[{number}].service_uuid: is no service of the category.")


def _faults(data: PlentificData, faults: Sequence[Record]) -> Iterator[Record]:
    for fault in faults:
        yield {
            "attachments": fault.get("attachments", []),
            "description": fault["description"],
            "service_uuid": fault["service_uuid"],
            "uuid": fault.get("uuid") or uuid_of(f"fault/{data.next_number('fault', 1)}"),
        }


def _service(data: PlentificData, uuid: str) -> Record:
    service = data.of("services").get(uuid)
    return {"name": service["name"] if service else None, "uuid": uuid}


def _contractor(data: PlentificData, uuid: str) -> Record:
    known = data.of("contractors").get(uuid)
    return dict(known) if known else {"name": None, "uuid": uuid}


def _user(data: PlentificData, email: str | None) -> str:
    known = any(user["email"] == email for user in data.of("users"))
    return email if email and known else API_USER


def _due(text: str | None) -> str | None:
    try:
        return spaced(instant(text)) if text else None
    except ValueError as error:
        raise bad_request(f"due_date: {error}.") from error
