"""Bulk imports of the simulated Plentific: by reference, all or nothing at first sight."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from deploy.sandbox import Sandbox
from deploy.sandbox.plentific.data import ORGANISATION_UUID

OWN = {"organisation_uuid": ORGANISATION_UUID}
ADDRESS = {"address_line_1": "1 Road", "city": "Testwick", "postal_code": "ZZ1 1AA", **OWN}
LANDLORD = {"external_reference": "L-1", "last_name": "Example", "town": "Testwick", **OWN}
ESTATE = {**ADDRESS, "external_reference": "E-1", "landlords": ["#/landlords/L-1"]}
BLOCK = {**ADDRESS, "external_reference": "B-1", "parent_estate_uuid": "#/estates/E-1"}
PROPERTY = {
    **ADDRESS,
    "external_reference": "P-1",
    "parent_block_uuid": "#/blocks/B-1",
    "parent_estate_uuid": "#/estates/E-1",
    "tenants": ["#/tenants/T-1"],
}
TENANT = {"external_reference": "T-1", "first_name": "Ann", **OWN}
IMPORT = {
    "properties": [PROPERTY],
    "blocks": [BLOCK],
    "estates": [ESTATE],
    "landlords": [LANDLORD],
    "tenants": [TENANT],
}


async def imported(api: httpx.AsyncClient, **entities: Any) -> Any:
    """Import and ask how it went."""
    made = await api.post("/bulk-import", json=entities)
    assert made.status_code == 201, made.text
    return (await api.get(f"/bulk-import/{made.json()['import_uuid']}")).json()


def counted(status: Any, outcome: str) -> dict[str, int]:
    return {row["entity_type"]: row["count"] for row in status[f"{outcome}_entities"]}


async def only(api: httpx.AsyncClient, path: str, reference: str) -> Any:
    """The details of the one record with a reference."""
    rows = (await api.get(path)).json()
    [uuid] = [row["uuid"] for row in rows if row["external_reference"] == reference]
    return (await api.get(f"{path}/{uuid}")).json()


async def test_an_import_makes_everything_and_ties_it_together(
    plentific_api: httpx.AsyncClient,
) -> None:
    status = await imported(plentific_api, **IMPORT)

    assert (status["status"], status["progress"], status["errors"]) == ("success", 1.0, [])
    assert counted(status, "added") == counted(status, "uploaded")
    assert sum(counted(status, "added").values()) == 5
    own = await only(plentific_api, "/properties", "P-1")
    estate = await only(plentific_api, "/estates", "E-1")
    block = await only(plentific_api, "/blocks", "B-1")
    tenant = await only(plentific_api, "/tenants", "T-1")
    assert (own["parent_block_uuid"], own["tenants"]) == (block["uuid"], [tenant["uuid"]])
    assert (block["parent_estate_uuid"], tenant["property_uuid"]) == (estate["uuid"], own["uuid"])
    [landlord] = estate["landlords"]
    body = (await plentific_api.get(f"/landlords/{landlord}")).json()
    assert (body["address"]["city"], body["estates"]) == ("Testwick", [estate["uuid"]])


async def test_the_same_import_again_changes_only_what_is_different(
    plentific_api: httpx.AsyncClient,
) -> None:
    await imported(plentific_api, **IMPORT)

    other = {**IMPORT, "estates": [{**ESTATE, "name": "Meadow"}]}
    status = await imported(plentific_api, **other)

    assert counted(status, "updated") == {"estate": 1}
    assert sum(counted(status, "unchanged").values()) == 4
    assert counted(status, "added") == {}
    assert (await only(plentific_api, "/estates", "E-1"))["name"] == "Meadow"


async def test_what_refers_to_nothing_is_left_out_and_told(
    plentific_api: httpx.AsyncClient,
) -> None:
    status = await imported(plentific_api, estates=[ESTATE, {**ESTATE, "landlords": []}])

    assert (status["status"], counted(status, "excluded")) == ("failed", {"estate": 1})
    assert status["errors"] == [
        {
            "entity_type": "estate",
            "external_reference": "#/estates/E-1",
            "message": "The element has not been found",
        }
    ]
    assert len((await plentific_api.get("/estates")).json()) == 1


async def test_complaints_are_in_the_order_of_submission_and_nothing_is_saved(
    plentific_api: httpx.AsyncClient,
) -> None:
    wrong = {name: value for name, value in ESTATE.items() if name != "postal_code"}
    body = {
        "estates": [ESTATE, {**wrong, "colour": 1}],
        "landlords": [LANDLORD],
        "tenants": [{**TENANT, "organisation_uuid": "00000000-0000-0000-0000-000000000007"}],
    }

    answer = await plentific_api.post("/bulk-import", json=body)

    assert answer.status_code == 400
    assert answer.json() == {
        "estates": [{}, {"colour": ["is not a documented field"], "postcode": ["is required"]}],
        "tenants": [{"organisation_uuid": ["does not exist"]}],
    }
    assert (await plentific_api.get("/estates")).json() == []


@pytest.mark.parametrize("body", [{"castles": []}, {"estates": {}}])
async def test_a_body_that_is_no_import_is_refused_as_elsewhere(
    plentific_api: httpx.AsyncClient, body: Any
) -> None:
    answer = await plentific_api.post("/bulk-import", json=body)

    assert (answer.status_code, list(answer.json())) == (400, ["detail"])


async def test_an_import_can_take_time_and_be_deleted_before_it_is_done(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    sandbox.state.plentific.settings.polls_until_done = 1

    async def start() -> str:
        made = await plentific_api.post(
            "/bulk-import", json={"estates": [{**ESTATE, "landlords": []}]}
        )
        return f"/bulk-import/{made.json()['import_uuid']}"

    gone, kept = await start(), await start()
    statuses = [(await plentific_api.get(gone)).json()["status"]]
    assert (await plentific_api.delete(gone)).status_code == 204
    assert (await plentific_api.get(gone)).status_code == 404
    assert (await plentific_api.get("/estates")).json() == []
    statuses += [(await plentific_api.get(kept)).json()["status"] for _ in range(2)]

    assert statuses == ["in_progress", "in_progress", "success"]
    assert len((await plentific_api.get("/estates")).json()) == 1


async def test_a_report_run_is_ready_when_somebody_looks(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    sandbox.state.plentific.settings.polls_until_done = 1
    [report, *_] = (await plentific_api.get("/reports")).json()
    path = f"/reports/{report['uuid']}/runs"
    wanted = {"organisations": [ORGANISATION_UUID], "from_datetime": "2026-03-01T00:00:00Z"}

    started = await plentific_api.post(path, json={"parameters": wanted})
    run = started.json()
    looks = [(await plentific_api.get(f"{path}/{run['uuid']}")).json() for _ in range(2)]

    assert (started.status_code, run["version"]) == (202, report["versions"][0]["uuid"])
    assert run["parameters"]["from"] == "2026-03-01 00:00:00+00:00"
    assert [run["status"], *(look["status"] for look in looks)] == [
        *("pending", "scheduled", "complete")
    ]
    [row] = (await plentific_api.get(f"{path}?organisation_uuid={ORGANISATION_UUID}")).json()
    assert list(row) == ["created", "organisations", "uuid"]
