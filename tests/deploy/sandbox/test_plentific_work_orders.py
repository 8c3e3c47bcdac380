"""Work orders of the simulated Plentific: raised, published, cancelled, decided about."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from deploy.sandbox import Sandbox
from deploy.sandbox.plentific.data import ORGANISATION_UUID, uuid_of
from deploy.sandbox.plentific.work_order_progress import create_child
from deploy.sandbox.plentific.work_orders import add_status, create_work_order
from tests.deploy.sandbox.conftest import START

ELECTRICAL = uuid_of("service/electrical-repair")
PLUMBING = uuid_of("service/plumbing")
FAULT = {
    "description": "The fictional tap in the kitchen drips day and night.",
    "service_uuid": PLUMBING,
}
ORDER = {
    "account_code": "MAINT",
    "category_uuid": uuid_of("category/plumber"),
    "faults": [FAULT],
    "organisation_uuid": ORGANISATION_UUID,
    "property": {"external_reference": "PROP-001"},
}
PERSON = {
    "email": "p@example.com",
    "external_reference": None,
    "first_name": "Ann",
    "last_name": "Example",
    "phone_number": "+440000000000",
}


async def raised(api: httpx.AsyncClient, **fields: Any) -> Any:
    answer = await api.post("/work-orders", json={**ORDER, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def shown(api: httpx.AsyncClient, path: str) -> Any:
    answer = await api.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_order_is_published_unless_it_says_new(plentific_api: httpx.AsyncClient) -> None:
    published, kept = await raised(plentific_api), await raised(plentific_api, status="new")

    assert (published["status"], published["work_order_type"]) == ("job_leads_sent", "MARKETPLACE")
    assert [entry["status"] for entry in published["state_history"]] == ["job_leads_sent"]
    assert kept["state_history"] == [{"created": "2026-03-02T09:30:15Z", "status": "new"}]
    assert await shown(plentific_api, f"/work-orders/{kept['uuid']}") == kept
    rows = await shown(plentific_api, "/work-orders?status=job_leads_sent&created_from=2026-03-02")
    assert [row["uuid"] for row in rows] == [published["uuid"]]


async def test_what_an_order_lacks_is_shown_as_missing(plentific_api: httpx.AsyncClient) -> None:
    order = await raised(plentific_api, due_date="2026-04-01T12:00:00+02:00")

    assert (order["contractor"], order["invoice_uuid"], order["assignee"]) == (None, None, None)
    assert order["due_date"] == "2026-04-01 10:00:00+00:00"
    assert order["service"] == {"name": "Plumbing", "uuid": PLUMBING}
    assert order["created_by"] == "api.user@example.com"
    assert len(order["faults"][0]["uuid"]) == 36
    assert not {"category_uuid", "contacts", "booking_preferences"} & set(order)


async def test_a_property_is_found_by_either_name(plentific_api: httpx.AsyncClient) -> None:
    wanted = uuid_of("property/PROP-002")

    by_uuid = await raised(plentific_api, property={"uuid": wanted})
    by_reference = await raised(plentific_api, property={"external_reference": "PROP-002"})

    shown = {"external_reference": "PROP-002", "type": "property", "uuid": wanted}
    assert by_uuid["property"] == by_reference["property"] == shown


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"property": {}}, "property"),
        ({"property": {"external_reference": "PROP-999"}}, "property"),
        ({"category_uuid": PLUMBING}, "category_uuid"),
        ({"faults": [FAULT, {**FAULT, "service_uuid": ELECTRICAL}]}, "faults[1].service_uuid"),
        ({"faults": [{**FAULT, "service_uuid": ORGANISATION_UUID}]}, "faults[0].service_uuid"),
        ({"faults": [{**FAULT, "attachments": [PLUMBING]}]}, "attachments"),
        ({"faults": []}, "faults"),
        ({"due_date": "2026-04-01T12:00:00"}, "due_date"),
    ],
)
async def test_an_order_for_what_does_not_exist_is_refused(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox, changes: Any, place: str
) -> None:
    answer = await plentific_api.post("/work-orders", json={**ORDER, **changes})

    assert answer.status_code == 400
    assert place in answer.json()["detail"]
    assert len(sandbox.state.plentific.work_orders) == 12


async def test_a_cancelled_order_reads_as_customer_cancelled_and_stays_so(
    plentific_api: httpx.AsyncClient,
) -> None:
    path = f"/work-orders/{(await raised(plentific_api))['uuid']}"
    reason = {"status": "cancelled", "closing_reason": "agent_no_longer_required"}

    first = await plentific_api.patch(path, json=reason)
    again = await plentific_api.patch(path, json=reason)

    assert (first.status_code, again.status_code, again.content) == (204, 405, b"")
    order = await shown(plentific_api, path)
    history = [entry["status"] for entry in order["state_history"]]
    assert history == ["job_leads_sent", "customer_cancelled"]
    assert "closing_reason" not in order


async def test_an_order_is_sent_to_an_appointed_contractor(
    plentific_api: httpx.AsyncClient,
) -> None:
    order = await raised(plentific_api, status="new")
    path = f"/work-orders/{order['uuid']}"
    [first, _] = await shown(plentific_api, f"{path}/appointed-contractors")

    body = {"contractor_uuid": first["uuid"], "status": "job_leads_sent"}
    assert (await plentific_api.patch(path, json=body)).status_code == 204

    order = await shown(plentific_api, path)
    assert (order["contractor"], order["status"]) == (first, "job_leads_sent")


async def test_contacts_come_with_an_order_and_managers_survive_the_deletion_of_all(
    plentific_api: httpx.AsyncClient,
) -> None:
    contacts = [{**PERSON, "role": role} for role in ("tenant", "property_manager")]
    uuid = (await raised(plentific_api, contacts=contacts))["uuid"]
    path = f"/work-orders/{uuid}/contacts"
    sent = {key: value for key, value in PERSON.items() if key != "external_reference"}
    added = {**sent, "is_private": True, "role": "other_contact"}
    contact = (await plentific_api.post(path, json=added)).json()
    one = f"/work-order/{uuid}/contacts/{contact['uuid']}"

    await plentific_api.patch(one, json={"first_name": "Bob"})
    assert (await shown(plentific_api, one))["first_name"] == "Bob"
    assert (await plentific_api.get(one.replace("order/", "orders/"))).status_code == 404
    assert len(await shown(plentific_api, path)) == 3
    await plentific_api.delete(path)
    assert [row["role"] for row in await shown(plentific_api, path)] == ["property_manager"]


async def test_contacts_that_are_sent_replace_the_others(plentific_api: httpx.AsyncClient) -> None:
    uuid = (await raised(plentific_api, contacts=[{**PERSON, "role": "tenant"}]))["uuid"]
    others = {"contacts": [{**PERSON, "role": "other_contact"}]}

    await plentific_api.patch(f"/work-orders/{uuid}", json=others)

    rows = await shown(plentific_api, f"/work-orders/{uuid}/contacts")
    assert [row["role"] for row in rows] == ["other_contact"]


async def test_faults_of_an_order_can_be_changed_and_deleted(
    plentific_api: httpx.AsyncClient,
) -> None:
    order = await raised(plentific_api, faults=[FAULT, FAULT])
    path = f"/work-orders/{order['uuid']}/faults"
    first, second = (fault["uuid"] for fault in order["faults"])

    await plentific_api.patch(f"{path}/{first}", json={"description": "Mended."})
    await plentific_api.delete(f"{path}/{second}")

    assert await shown(plentific_api, path) == [{"description": "Mended.", "uuid": first}]
    body = await shown(plentific_api, f"{path}/{first}")
    assert body == {"attachments": [], "description": "Mended.", "uuid": first}


@pytest.fixture
def order(sandbox: Sandbox) -> str:
    return str(create_work_order(sandbox.state.plentific, START, {})["uuid"])


def child(sandbox: Sandbox, kind: str, order: str, **fields: Any) -> str:
    record = create_child(sandbox.state.plentific, kind, order, START, fields)
    return str(record.get("uuid") or record["_uuid"])


@pytest.mark.parametrize("kind", ["bookings", "completion_reports", "quotes"])
async def test_rows_spell_the_time_otherwise_than_details(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox, order: str, kind: str
) -> None:
    uuid = child(sandbox, kind, order)
    path = f"/work-orders/{order}/{kind.replace('_', '-')}"

    [row] = await shown(plentific_api, path)
    body = await shown(plentific_api, f"{path}/{uuid}")

    assert (row["uuid"], row["created"]) == (uuid, "2026-03-02 09:30:15.250000+00:00")
    assert body["created"] == "2026-03-02T09:30:15Z"
    assert ("uuid" in body) == (kind == "quotes")


async def test_a_waiting_report_is_declined_for_a_reason_once(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox, order: str
) -> None:
    uuid = child(sandbox, "completion_reports", order)
    path = f"/work-orders/{order}/completion-reports/{uuid}"
    decline = {"status": "declined", "reason": "NO_EVIDENCE", "reason_msg": "No pictures"}

    without = await plentific_api.patch(path, json={"status": "declined"})
    declined = await plentific_api.patch(path, json=decline)
    again = await plentific_api.patch(path, json={"status": "accepted"})

    assert [one.status_code for one in (without, declined, again)] == [400, 204, 400]
    body = await shown(plentific_api, path)
    assert (body["status"], body["declining_reason"]) == ("declined", "NO_EVIDENCE")
    assert body["declining_reason_message"] == "No pictures"
    assert body["declined_on"] == body["status_date"] == "2026-03-02T09:30:15Z"


async def test_a_waiting_quote_is_accepted_once(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox, order: str
) -> None:
    item = {"quantity": "1.5", "unit_price": "33.33", "tax_amount": 10}
    path = f"/work-orders/{order}/quotes/{child(sandbox, 'quotes', order, items=[item])}"

    accepted = await plentific_api.patch(path, json={"status": "accepted"})
    again = await plentific_api.patch(path, json={"status": "declined"})

    assert (accepted.status_code, again.status_code, again.content) == (204, 405, b"")
    body = await shown(plentific_api, path)
    assert (body["status"], body["accepted_on"]) == ("accepted", "2026-03-02T09:30:15Z")
    assert (body["rejected_on"], body["work_order_uuid"]) == (None, order)
    assert (body["total_excluding_tax"], body["total_including_tax"]) == (49.995, 59.995)


async def test_an_outstanding_issue_is_closed_and_opened_again(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox, order: str
) -> None:
    uuid = child(sandbox, "outstanding_issues", order)
    path = f"/work-orders/{order}/outstanding-issues/{uuid}"

    await plentific_api.patch(path, json={"closed": True, "closing_description": "Door open"})
    closed = await shown(plentific_api, path)
    await plentific_api.patch(path, json={"closed": False})
    reopened = await shown(plentific_api, path)

    assert closed["closing_timestamp"] == "2026-03-02 09:30:15.250000+00:00"
    assert (closed["closing_description"], closed["closing_user_email"]) == (
        "Door open",
        "deprecated@dontuse.me",
    )
    assert (reopened["closed"], reopened["closing_timestamp"]) == (False, None)
    assert await shown(plentific_api, path.rpartition("/")[0]) == [reopened]


async def test_parts_of_one_order_are_not_those_of_another(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox, order: str
) -> None:
    uuid = child(sandbox, "bookings", order)
    other = create_work_order(sandbox.state.plentific, START, {})["uuid"]

    assert await shown(plentific_api, f"/work-orders/{other}/bookings") == []
    missing = await plentific_api.get(f"/work-orders/{other}/bookings/{uuid}")
    assert missing.status_code == 404


async def test_a_closed_order_can_still_be_described(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox, order: str
) -> None:
    add_status(sandbox.state.plentific, order, "signed_off", START)

    changed = await plentific_api.patch(f"/work-orders/{order}", json={"account_code": "8000"})

    assert changed.status_code == 204
    assert (await shown(plentific_api, f"/work-orders/{order}"))["account_code"] == "8000"
