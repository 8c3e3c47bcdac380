"""The control API drives the simulated providers and tells what was asked of them."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from deploy.sandbox import Sandbox
from deploy.sandbox.essensys import data as essensys
from deploy.sandbox.plentific import data as plentific
from deploy.sandbox.tokens import TOKEN_PREFIX
from tests.deploy.sandbox.conftest import essensys_token, plentific_token
from tests.deploy.sandbox.test_essensys import SHEET, form


async def test_a_work_order_is_made_and_moved_on(
    control: httpx.AsyncClient, plentific_api: httpx.AsyncClient
) -> None:
    wanted = {"external_reference": "X-1", "property_external_reference": "PROP-009"}
    made = (await control.post("/plentific/work-orders", json=wanted)).json()
    path = f"/plentific/work-orders/{made['uuid']}"

    await control.patch(path, json={"status": "quoted"})
    await control.patch(path, json={"status": "hired", "at": "2026-03-02T10:00:00Z", "new": [1]})

    body = (await plentific_api.get(f"/work-orders/{made['uuid']}")).json()
    assert [entry["status"] for entry in body["state_history"]] == ["new", "quoted", "hired"]
    assert body["state_history"][-1]["created"] == "2026-03-02T10:00:00Z"
    assert body["property"]["external_reference"] == "PROP-009"
    assert body["new"] == [1]  # a key that Plentific does not document


async def test_an_invoice_is_made_for_a_work_order_changed_and_paid(
    control: httpx.AsyncClient, plentific_api: httpx.AsyncClient
) -> None:
    order = (await control.get("/plentific/work-orders")).json()[0]
    line = {"type": "LABOUR", "description": "x", "quantity": 1, "unit_price": "55", "vat": 20}
    wanted = {"work_order_uuid": order["uuid"], "items": [line]}
    invoice = (await control.post("/plentific/invoices", json=wanted)).json()
    path = f"/plentific/invoices/{invoice['uuid']}"

    await control.patch(path, json={"items": [{**line, "quantity": 2}]})
    paid = (await control.patch(path, json={"status": "paid"})).json()

    assert (paid["total_including_tax"], paid["outstanding_amount"]) == (132, 0)
    assert paid["paid_on"] == "2026-03-02T09:30:15.250000Z"
    assert paid["job_address"]["property_uuid"] == order["property"]["uuid"]
    body = (await plentific_api.get(f"/work-orders/{order['uuid']}")).json()
    assert body["invoice_uuid"] == invoice["uuid"]


async def test_a_deleted_record_is_gone(
    control: httpx.AsyncClient, plentific_api: httpx.AsyncClient
) -> None:
    uuid = (await control.get("/plentific/invoices")).json()[0]["uuid"]

    await control.delete(f"/plentific/invoices/{uuid}")

    assert (await plentific_api.get(f"/invoices/{uuid}")).status_code == 404
    assert (await control.delete(f"/plentific/invoices/{uuid}")).status_code == 404


async def test_charge_sheets_are_shown_as_they_were_written(
    control: httpx.AsyncClient, essensys_api: httpx.AsyncClient
) -> None:
    await essensys_api.put("/chargesheet", data=form(SHEET))

    sheet = (await control.get("/essensys/charge-sheets")).json()[-1]

    assert sheet["referencetext"] == SHEET["referencetext"]
    assert (sheet["unitprice"], sheet["totalprice"]) == ("45.5000", "68.25")


async def test_charge_sheets_can_be_made_billed_and_deleted_behind_the_api(
    control: httpx.AsyncClient, essensys_api: httpx.AsyncClient
) -> None:
    account = {"clientname": "Newcomer Ltd", "accountid": "900001"}
    await control.post("/essensys/accounts", json=account)
    wanted = {
        "accountname": "900001",
        "product": "74",
        "tax": "5",
        "quantity": 2,
        "unitprice": 5,
        "datefrom": "2026-03-01T09:00:00",
        "dateto": "2026-03-01T10:00:00",
    }
    made = (await control.post("/essensys/charge-sheets", json=wanted)).json()
    sheet_id = made["chargesheetid"]

    billed = await control.post("/essensys/bill", json={"charge_sheet_ids": [sheet_id]})
    assert billed.json() == {"billed": 1}
    assert (await essensys_api.get(f"/currentcharge/{sheet_id}")).status_code == 404
    assert (await essensys_api.get(f"/chargesheet/{sheet_id}")).status_code == 200

    await control.delete(f"/essensys/charge-sheets/{sheet_id}")
    assert (await essensys_api.get(f"/chargesheet/{sheet_id}")).status_code == 404


async def test_counts_tell_records_and_calls(
    control: httpx.AsyncClient, plentific_api: httpx.AsyncClient
) -> None:
    await plentific_api.get("/invoices")
    await plentific_api.get("/nowhere")

    counts = (await control.get("/counts")).json()

    assert counts["plentific"] == {"work_orders": 12, "invoices": 8}
    assert counts["essensys"] == {
        "accounts": 4,
        "charge_sheets": 3,
        "current_charges": 4,
        "invoice_lines": 1,
    }
    assert counts["requests"]["plentific list_invoices"] == 1
    assert counts["requests"]["plentific unknown_path"] == 1


async def test_requests_are_recorded_and_can_be_filtered_and_forgotten(
    control: httpx.AsyncClient, essensys_api: httpx.AsyncClient
) -> None:
    headers = {"traceparent": "00-1-2-01"}
    await essensys_api.get("/account?where=[clientname]='x'", headers=headers)
    await essensys_api.put("/chargesheet", data=form(SHEET))

    found = (await control.get("/requests?provider=essensys&path=account$")).json()
    assert len(found) == 1
    assert found[0]["query"] == {"where": "[clientname]='x'"}
    assert found[0]["headers"]["traceparent"] == "00-1-2-01"
    assert (found[0]["status"], found[0]["handled_status"], found[0]["fault"]) == (200, 200, None)
    put = (await control.get("/requests?method=PUT")).json()[0]
    assert put["body"].startswith("data=%7B")

    await control.delete("/requests")
    assert (await control.get("/requests")).json() == []


async def test_the_record_of_requests_holds_no_secret(
    control: httpx.AsyncClient, http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    tokens = [await plentific_token(http, sandbox), await essensys_token(http, sandbox)]
    for token in tokens:
        headers = {"Authorization": f"Bearer {token}", "X-Api-Key": "k3y", "X-Copy": token}
        await http.get(f"{sandbox.plentific_url}/invoices?token={token}", headers=headers)
        await http.put(f"{sandbox.essensys_url}/api/1.0/{token}", content=token, headers=headers)

    text = (await control.get("/requests")).text

    secrets = [plentific.CLIENT_SECRET, essensys.CLIENT_SECRET, essensys.PASSWORD, "k3y"]
    assert [word for word in (TOKEN_PREFIX, *secrets, *tokens) if word in text] == []


async def test_faults_are_added_listed_released_and_removed(
    control: httpx.AsyncClient, essensys_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    wanted = {
        "match": {"provider": "essensys", "method": "PUT", "path": "chargesheet"},
        "kind": "delay",
        "when": "after",
        "hold": True,
    }
    fault = (await control.post("/faults", json=wanted)).json()
    put = asyncio.create_task(essensys_api.put("/chargesheet", data=form(SHEET)))
    await sandbox.state.requests.arrived(method="PUT")

    listed = (await control.get("/faults")).json()
    assert [(entry["id"], entry["applied"], entry["held"]) for entry in listed] == [
        (fault["id"], 1, 1)
    ]
    released = await control.post(f"/faults/{fault['id']}/release")
    assert released.json() == {"released": 1}
    assert (await put).status_code == 200

    await control.delete("/faults")
    assert (await control.get("/faults")).json() == []


async def test_page_drift_settings_tokens_and_clock_are_switched(
    control: httpx.AsyncClient, plentific_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    rule = {"provider": "plentific", "listing": "invoices", "action": "remove_earlier"}
    assert (await control.post("/page-drift", json=rule)).json()["after_page"] == 1
    assert len((await control.get("/page-drift")).json()) == 1
    assert (await control.delete("/page-drift")).status_code == 200

    await control.post("/essensys/settings", json={"charge_sheet_shows_reference": True})
    assert sandbox.state.essensys.settings.charge_sheet_shows_reference
    assert (await control.get("/plentific/settings")).json()["token_seconds"] == 3600

    moved = (await control.post("/clock", json={"advance_seconds": 10})).json()
    assert moved["now"] == "2026-03-02T09:30:25.250000+00:00"

    await control.post("/plentific/expire-tokens")
    assert (await plentific_api.get("/invoices")).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "complaint"),
    [
        ("PATCH", "/plentific/work-orders/nothing", {}, 404, "no work order nothing"),
        ("PATCH", "/plentific/invoices/nothing", {}, 404, "no invoice nothing"),
        ("POST", "/plentific/work-orders", {"created": "2026-01-01T00:00"}, 400, "no time zone"),
        ("POST", "/plentific/invoices", {"items": [{}]}, 400, "quantity is needed"),
        ("POST", "/plentific/invoices", [], 400, "must be a JSON object"),
        ("POST", "/plentific/settings", {"color": 1}, 400, "unknown setting color"),
        ("POST", "/essensys/settings", {"refresh_grant": "yes"}, 400, "must be bool"),
        ("POST", "/essensys/settings", {"empty_list": "none"}, 400, "must be one of"),
        ("POST", "/essensys/charge-sheets", {}, 400, "accountname"),
        ("POST", "/essensys/bill", {"charge_sheet_ids": ["1"]}, 404, "no unbilled charge 1"),
        ("POST", "/essensys/accounts", {}, 400, "clientname is needed"),
        ("POST", "/faults", {"kind": "status", "match": {"host": "x"}}, 400, "match can have"),
        ("POST", "/faults", {"kind": "status", "colour": "x"}, 400, "colour"),
        ("POST", "/faults/99/release", {}, 404, "no fault 99"),
        ("POST", "/clock", {}, 400, "advance_seconds is needed"),
        ("POST", "/planiso/expire-tokens", {}, 404, "no provider planiso"),
        ("GET", "/requests?colour=x", None, 400, "colour"),
    ],
)
async def test_a_wrong_request_is_answered_with_one_line(
    control: httpx.AsyncClient, method: str, path: str, body: Any, status: int, complaint: str
) -> None:
    answer = await control.request(method, path, json=body)

    assert answer.status_code == status
    assert complaint in answer.json()["detail"]
    assert "\n" not in answer.json()["detail"]
