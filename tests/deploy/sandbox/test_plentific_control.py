"""The control API makes what Plentific's own API can only read."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

ORDERS = "/plentific/work-orders"


@pytest.fixture
async def order(control: httpx.AsyncClient) -> str:
    return str((await control.post(ORDERS, json={})).json()["uuid"])


async def test_a_booking_is_made_moved_and_deleted(
    control: httpx.AsyncClient, plentific_api: httpx.AsyncClient, order: str
) -> None:
    path = f"{ORDERS}/{order}/bookings"
    wanted = {"start_datetime": "2026-03-05T08:00:00+01:00", "created": "2026-03-02T08:00:00Z"}
    uuid = (await control.post(path, json=wanted)).json()["_uuid"]

    changes = {"status": "postponed", "end_datetime": "2026-03-05T12:00:00Z", "new": [1]}
    await control.patch(f"{path}/{uuid}", json=changes)

    body = (await plentific_api.get(f"/work-orders/{order}/bookings/{uuid}")).json()
    assert body["start_datetime"] == "2026-03-05T07:00:00Z"
    assert (body["status"], body["new"]) == ("postponed", [1])  # neither is documented
    [row] = (await plentific_api.get(f"/work-orders/{order}/bookings")).json()
    assert row["created"] == "2026-03-02 08:00:00.000000+00:00"
    assert len((await control.get(path)).json()) == 1
    await control.delete(f"{path}/{uuid}")
    assert (await control.get(path)).json() == []


@pytest.mark.parametrize(
    ("part", "fields"),
    [
        ("completion-reports", {"job_outcome": "CANNOT_BE_EXECUTED", "status": "updated"}),
        ("quotes", {"status": "varied", "approval_steps": []}),
        ("outstanding-issues", {"reason": "SAFETY_CONCERN", "closed": True}),
    ],
)
async def test_other_parts_of_a_work_order_are_made_too(
    control: httpx.AsyncClient,
    plentific_api: httpx.AsyncClient,
    order: str,
    part: str,
    fields: dict[str, Any],
) -> None:
    given = {"uuid": "00000000-0000-0000-0000-000000000001", **fields}
    await control.post(f"{ORDERS}/{order}/{part}", json=given)

    body = (await plentific_api.get(f"/work-orders/{order}/{part}/{given['uuid']}")).json()

    assert fields.items() <= body.items()


@pytest.mark.parametrize("asset", ["properties", "tenants", "property-managers"])
async def test_assets_are_made_changed_and_deleted_behind_the_api(
    control: httpx.AsyncClient, plentific_api: httpx.AsyncClient, asset: str
) -> None:
    api_path = f"/{asset.removeprefix('property-')}"
    before = len((await plentific_api.get(api_path)).json())
    made = (await control.post(f"/plentific/{asset}", json={"external_reference": "X-1"})).json()
    changed = {"name": "New"} if asset == "properties" else {"first_name": "New"}

    await control.patch(f"/plentific/{asset}/{made['uuid']}", json=changed)

    body = (await plentific_api.get(f"{api_path}/{made['uuid']}")).json()
    assert changed.items() <= body.items()
    assert len((await control.get(f"/plentific/{asset}")).json()) == before + 1
    await control.delete(f"/plentific/{asset}/{made['uuid']}")
    assert len((await plentific_api.get(api_path)).json()) == before


async def test_deliveries_can_be_read(
    control: httpx.AsyncClient, plentific_api: httpx.AsyncClient
) -> None:
    body = {
        "endpoint_secret": "hidden-secret",
        "endpoint_url": "http://127.0.0.1:9/",
        "matching_events": ["work_order.created"],
    }
    await plentific_api.post("/webhooks/subscriptions", json=body)
    await control.post(ORDERS, json={})

    answer = await control.get("/plentific/deliveries")

    [delivery] = answer.json()
    assert (delivery["event"], delivery["outcome"]) == ("work_order.created", None)
    assert "hidden-secret" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "complaint"),
    [
        ("POST", f"{ORDERS}/nothing/bookings", "no work order nothing"),
        ("GET", f"{ORDERS}/nothing/bookings", "no record nothing among work orders"),
        ("POST", f"{ORDERS}/nothing/parties", "bookings, completion-reports"),
        ("PATCH", "/plentific/tenants/nothing", "no record nothing among tenants"),
        ("GET", "/plentific/castles", "estates, blocks"),
    ],
)
async def test_what_does_not_exist_is_told(
    control: httpx.AsyncClient, method: str, path: str, complaint: str
) -> None:
    answer = await control.request(method, path, json={})

    assert answer.status_code == 404
    assert complaint in answer.json()["detail"]


async def test_a_tenant_of_an_unknown_property_is_refused_behind_the_api_too(
    control: httpx.AsyncClient,
) -> None:
    answer = await control.post("/plentific/tenants", json={"property_uuid": "PROP-999"})

    assert (answer.status_code, answer.json()) == (
        400,
        {"detail": "property: PROP-999 does not exist."},
    )


async def test_a_part_with_a_time_that_cannot_be_read_is_refused(
    control: httpx.AsyncClient, order: str
) -> None:
    answer = await control.post(f"{ORDERS}/{order}/bookings", json={"created": "2026-03-02T08:00"})

    assert answer.status_code == 400
    assert "time zone" in answer.json()["detail"]
