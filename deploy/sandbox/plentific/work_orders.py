"""Work orders of the simulated Plentific: made and moved on behind the API or through it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from deploy.sandbox.collection import Record
from deploy.sandbox.plentific.data import ORGANISATION_UUID, PlentificData, property_of, uuid_of
from deploy.sandbox.plentific.formats import instant, spaced, zulu
from deploy.sandbox.plentific.records import make_property
from deploy.sandbox.plentific.webhooks import CREATED_EVENTS, STATUS_EVENTS

FIRST_ID = 1461
DUE_AFTER = timedelta(days=14)


def row(_data: PlentificData, order: Record) -> Record:
    """What a list row spells otherwise than the details."""
    return {"property_uuid": order["property"]["uuid"]}


def create_work_order(data: PlentificData, now: datetime, fields: Mapping[str, Any]) -> Record:
    """Make a work order; `fields` replace keys of the documented detail body.

    `property_external_reference` is short for `property`. `created` (RFC 3339) is when it was
    created, default now. `status` starts the history;
    `state_history` ([{status, created}, ...]) gives a longer one. Keys that Plentific does not
    document are served as they are.

    Raises:
        ValueError: a time that cannot be read, a uuid that exists already.
    """
    number = data.next_number("work order", FIRST_ID)
    created = instant(fields["created"]) if "created" in fields else now
    fields = dict(fields)
    order = _blank(number, created)
    order["property"] = property_of(data, fields.pop("property_external_reference", None))
    if "property" not in fields:
        make_property(data, order["property"], created)
    order.update(fields)
    order["created"] = zulu(created)
    if "state_history" in fields:
        order["state_history"] = [
            {"created": zulu(instant(entry["created"])), "status": entry["status"]}
            for entry in fields["state_history"]
        ]
        order["status"] = order["state_history"][-1]["status"]
    else:
        order["state_history"] = [{"created": zulu(created), "status": order["status"]}]
    data.work_orders.add(order["uuid"], created, order)
    data.tell(CREATED_EVENTS["work_orders"], now, about(order))
    data.tell(STATUS_EVENTS["work_orders"].get(order["status"]), now, about(order))
    return order


def add_status(
    data: PlentificData, uuid: str, status: str, now: datetime, at: datetime | None = None
) -> Record:
    """Move a work order to a status, which is added to its history at `at`, default now.

    Any text is taken, so that readers can be shown a status that they do not know.

    Raises:
        LookupError: no such work order.
    """
    order = _existing(data, uuid)
    order["status"] = status
    order["state_history"].append({"created": zulu(at or now), "status": status})
    data.tell(STATUS_EVENTS["work_orders"].get(status), now, about(order))
    return order


def about(order: Record) -> Record:
    """What subscriptions are told of a work order."""
    return {"uuid": order["uuid"], "work_order_uuid": order["uuid"]}


def change_work_order(
    data: PlentificData, uuid: str, now: datetime, changes: Mapping[str, Any]
) -> Record:
    """Replace keys of the detail body; `status` also adds to the history, at `at` if given.

    Raises:
        LookupError: no such work order.
        ValueError: `at` cannot be read.
    """
    changes = dict(changes)
    at = instant(changes.pop("at")) if "at" in changes else None
    status = changes.pop("status", None)
    order = _existing(data, uuid)
    order.update(changes)
    if status is not None and status != order["status"]:
        add_status(data, uuid, status, now, at)
    return order


def _existing(data: PlentificData, uuid: str) -> Record:
    order = data.work_orders.get(uuid)
    if order is None:
        raise LookupError(f"no work order {uuid}")
    return order


def _blank(number: int, created: datetime) -> Record:
    name = f"work-order/{number}"
    service = uuid_of("service/plumbing")
    return {
        "access_notes": None,
        "account_code": "MAINT",
        "assignee": None,
        "contractor": None,
        "created": zulu(created),
        "created_by": "front.desk@example.com",
        "due_date": spaced(created + DUE_AFTER),
        "external_reference": None,
        "faults": [
            {
                "attachments": [],
                "description": f"Fictional fault {number}: the tap in the kitchen does not close.",
                "service_uuid": service,
                "uuid": uuid_of(f"{name}/fault"),
            }
        ],
        "invoice_uuid": None,
        "is_background_check_required": False,
        "is_contractor_tax_withheld": False,
        "is_emergency": False,
        "metadata": None,
        "organisation_uuid": ORGANISATION_UUID,
        "property": None,
        "service": {"name": "Plumbing", "uuid": service},
        "service_invoice_uuid": None,
        "state_history": [],
        "status": "new",
        "tags": [],
        "uuid": uuid_of(name),
        "visitation_rules": [],
        "work_order_id": number,
        "work_order_type": "MARKETPLACE",
    }
