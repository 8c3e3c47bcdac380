"""What is peculiar to the simulated Planiso: its key, its unique keys, records that stay."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from deploy.sandbox import Sandbox, SandboxState, running_sandbox
from deploy.sandbox.planiso.data import API_KEY
from deploy.sandbox.planiso.one_of_each import one_of_each
from tests.deploy.sandbox.conftest import Clock
from tests.deploy.sandbox.raw_http import RawConnection

Nos = dict[str, str]


@pytest.fixture
def state(clock: Clock) -> SandboxState:
    return SandboxState(clock)


@pytest.fixture
def nos(state: SandboxState) -> Nos:
    return one_of_each(state)


@pytest.fixture
async def sandbox(state: SandboxState, nos: Nos) -> AsyncIterator[Sandbox]:
    async with running_sandbox(state) as running:
        yield running


@pytest.fixture
async def api(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=f"{sandbox.planiso_url}/v1",
        headers={"Authorization": f"Bearer {API_KEY}"},
        timeout=5,
        verify=False,
    ) as client:
        yield client


def refusal(answer: httpx.Response) -> int:
    """The status of an error, which its body repeats."""
    body = answer.json()
    assert (body["code"], body["data"]) == (answer.status_code, [])
    assert body["message"]
    return answer.status_code


async def rows(api: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await api.get(path)).json()["data"]
    return listed


@pytest.mark.parametrize("key", ["", "Bearer wrong", f"Basic {API_KEY}", API_KEY])
async def test_every_call_needs_the_key(
    http: httpx.AsyncClient, sandbox: Sandbox, key: str
) -> None:
    answer = await http.get(f"{sandbox.planiso_url}/v1/user", headers={"Authorization": key})

    assert refusal(answer) == 401


async def test_the_key_is_not_recorded(api: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await api.post("/project", data={"name": API_KEY})

    recorded = str(sandbox.state.requests.find(provider="planiso"))
    assert "create_project" in recorded
    assert API_KEY not in recorded


async def test_unknown_paths_and_methods_are_refused(api: httpx.AsyncClient) -> None:
    assert refusal(await api.get("/invoice")) == 404
    assert refusal(await api.post("/equipment_type", data={"type_name": "x"})) == 405


async def test_a_missing_record_looks_one_way_or_the_other(
    api: httpx.AsyncClient, state: SandboxState
) -> None:
    assert refusal(await api.get("/user/99")) == 404
    state.planiso.settings.missing_record = "400"
    assert refusal(await api.get("/user/99")) == 400
    assert refusal(await api.put("/user/99", data={"phone": "1"})) == 404
    assert refusal(await api.delete("/user/99")) == 404


UNIQUE = [
    ("/user", {"fullname": "Other", "email": "pat@example.com"}),
    ("/user", {"fullname": "Other", "username": "pexample"}),
    ("/user", {"fullname": "Other", "custom_no": "EX-U1"}),
    ("/customer", {"custom_no": "EX-C1"}),
    ("/customer", {"organization_name": "Example Customer Inc."}),
    ("/supplier", {"custom_no": "EX-S1"}),
    ("/subcontractor", {"custom_no": "EX-T1"}),
    ("/organization", {"name": "Example Organization Inc.", "address": "x"}),
    ("/project", {"name": "Other", "custom_no": "EX-P1"}),
    ("/equipment", {"num_equip": "EX-E1", "brand": "Other"}),
]


@pytest.mark.parametrize(("path", "form"), UNIQUE)
async def test_a_unique_value_is_taken_even_by_an_inactive_record(
    api: httpx.AsyncClient, path: str, form: dict[str, str]
) -> None:
    before = [await rows(api, one) for one in (path, "/organization")]
    active = await api.post(path, data=form)
    for row in before[0]:
        await api.delete(f"{path}/{row['no']}")
    inactive = await api.post(path, data=form)

    assert (refusal(active), refusal(inactive)) == (409, 409)
    after = [await rows(api, one) for one in (path, "/organization")]
    assert [len(one) for one in after] == [len(one) for one in before]


async def test_no_value_guards_nothing_and_a_change_may_keep_its_own(
    api: httpx.AsyncClient, nos: Nos
) -> None:
    for _ in range(2):
        assert (await api.post("/project", data={"name": "x"})).status_code == 201
        made = await api.post("/user", data={"fullname": "x", "custom_no": ""})
        assert made.status_code == 201
    same = await api.put(f"/project/{nos['project']}", data={"custom_no": "EX-P1"})
    assert same.status_code == 200
    other = await api.put(f"/project/{made.json()['data']['no']}", data={"custom_no": "EX-P1"})
    assert refusal(other) == 409


async def test_a_required_value_cannot_be_emptied_by_a_change(
    api: httpx.AsyncClient, nos: Nos
) -> None:
    assert refusal(await api.put(f"/project/{nos['project']}", data={"name": ""})) == 400
    cleared = await api.put(f"/project/{nos['project']}", data={"location": ""})
    assert cleared.json()["data"]["location"] is None


async def test_a_deleted_record_stays_inactive_in_the_list_and_its_organization_active(
    api: httpx.AsyncClient, nos: Nos
) -> None:
    answer = await api.delete(f"/customer/{nos['customer']}")

    assert answer.json() == {"code": 200, "message": "Customer deleted successfully", "data": []}
    (row,) = await rows(api, "/customer")
    assert (row["active"], row["organization"]["active"]) == (False, True)
    assert (await api.get(f"/customer/{nos['customer']}")).json()["data"]["active"] is False


async def test_an_organization_is_deactivated_without_its_customer(api: httpx.AsyncClient) -> None:
    (row,) = await rows(api, "/customer")
    await api.delete(f"/organization/{row['organization']['no']}")

    (row,) = await rows(api, "/customer")
    assert (row["active"], row["organization"]["active"]) == (True, False)


async def test_a_user_is_deleted_without_a_body(
    sandbox: Sandbox, state: SandboxState, nos: Nos
) -> None:
    async with RawConnection(sandbox.host, sandbox.port, API_KEY) as connection:
        await connection.send("DELETE", f"/planiso/v1/user/{nos['user']}")
        status, _headers, body = await connection.answer()
        assert (status, body) == (204, b"")
        state.planiso.settings.delete_user_body = True
        await connection.send("DELETE", f"/planiso/v1/user/{nos['user']}")
        status, _headers, body = await connection.answer()
        assert status == 200
        assert body.startswith(b'{"code":204,')


async def test_numbers_are_text_where_they_are_read(api: httpx.AsyncClient) -> None:
    made = {
        path: (await api.post(path, data=form)).json()["data"]["no"]
        for path, form in (
            ("/project", {"name": "x"}),
            ("/supplier", {"organization_name": "x"}),
            ("/organization", {"name": "y", "address": "y"}),
        )
    }

    assert {path: type(no) for path, no in made.items()} == {
        "/project": int,
        "/supplier": str,
        "/organization": str,
    }
    assert {type(row["no"]) for row in await rows(api, "/project")} == {str}


async def test_a_customer_is_made_with_or_without_its_organization(api: httpx.AsyncClient) -> None:
    form = {
        "custom_no": "C-2",
        "organization_name": "Two Inc.",
        "organization_adress": "2 Road",
        "organization_city": "",
    }
    made = (await api.post("/customer", data=form)).json()["data"]
    bare = (await api.post("/customer", data={"custom_no": "C-3"})).json()["data"]
    nameless = await api.post("/customer", data={"organization_city": "Montreal"})

    assert (made["organization"]["name"], made["organization"]["city"]) == ("Two Inc.", None)
    assert made["organization"]["adress"] == "2 Road"
    found = await api.get(f"/organization/{made['organization']['no']}")
    assert found.json()["data"]["name"] == "Two Inc."
    assert bare["organization"] is None
    assert refusal(nameless) == 400


async def test_names_change_by_direction(api: httpx.AsyncClient, nos: Nos) -> None:
    changed = await api.put(f"/supplier/{nos['supplier']}", data={"custom_num": "S-9"})
    moved = await api.put(f"/organization/{nos['organization']}", data={"address": "9 Road"})

    assert changed.json()["data"] == {"custom_no": "S-9", "no": int(nos["supplier"])}
    assert moved.json()["data"]["adress"] == "9 Road"
    for resource, name in (("supplier", "custom_no"), ("organization", "adress")):
        assert refusal(await api.put(f"/{resource}/{nos[resource]}", data={name: "x"})) == 400


async def test_true_is_1_and_false_is_empty(api: httpx.AsyncClient, nos: Nos) -> None:
    url = f"/supplier/{nos['supplier']}"

    changed = await api.put(url, data={"is_9001": "1", "is_14001": ""})

    assert changed.json()["data"] == {"is_9001": True, "is_14001": False, "no": 1}
    for wrong in ("true", "0", "yes"):
        assert refusal(await api.put(url, data={"is_9001": wrong})) == 400


@pytest.mark.parametrize("types", ["1", "[", '["1"]', "[true]", "1,2"])
async def test_types_are_a_json_array_of_numbers(api: httpx.AsyncClient, types: str) -> None:
    form = {"num_equip": "E-2", "brand": "Other", "type_nos": types}

    assert refusal(await api.post("/equipment", data=form)) == 400


async def test_types_exist_unless_unknown_ones_are_accepted(
    api: httpx.AsyncClient, state: SandboxState
) -> None:
    form = {"num_equip": "E-2", "brand": "Other", "type_nos": "[1, 7]"}

    assert refusal(await api.post("/equipment", data=form)) == 400
    state.planiso.settings.unknown_references = "accept"
    made = (await api.post("/equipment", data=form)).json()["data"]
    assert made["type"] == [
        {"type_name": "Van", "active": True, "no": "1"},
        {"type_name": None, "active": None, "no": "7"},
    ]


async def test_equipment_types_are_listed_by_the_alphabet(
    api: httpx.AsyncClient, control: httpx.AsyncClient
) -> None:
    await control.post("/planiso/equipment-types", json={"type_name": "Fridge"})

    assert [row["type_name"] for row in await rows(api, "/equipment_type")] == ["Fridge", "Van"]
    assert [row["active"] for row in await rows(api, "/equipment_type")] == ["1", "1"]


async def test_a_users_times_have_no_zone_and_follow_the_clock(
    api: httpx.AsyncClient, clock: Clock, nos: Nos
) -> None:
    clock.advance(3600)
    changed = await api.put(f"/user/{nos['user']}", data={"phone": "1"})
    (row,) = await rows(api, "/user")

    assert changed.json()["data"]["last_update"] == row["last_update"] == "2026-03-02 10:30:15"
    assert row["create_date"] == "2026-03-02 09:30:15"


async def test_json_and_repeated_fields_are_refused(api: httpx.AsyncClient) -> None:
    assert refusal(await api.post("/project", json={"name": "x"})) == 400
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    twice = await api.post("/project", content=b"name=x&name=y", headers=headers)
    assert refusal(twice) == 400


async def test_the_control_api_makes_changes_and_tells_how_records_really_are(
    api: httpx.AsyncClient, control: httpx.AsyncClient
) -> None:
    wanted = {"name": "Made behind", "custom_no": "B-1", "new": "field"}
    made = (await control.post("/planiso/projects", json=wanted)).json()
    path = f"/planiso/projects/{made['no']}"
    await control.patch(path, json={"active": False, "location": "Montreal"})

    row = (await rows(api, "/project"))[-1]
    assert (row["active"], row["location"], row["new"]) == (False, "Montreal", "field")
    assert (await control.get("/planiso/projects")).json()[-1]["active"] is False
    assert (await control.patch("/planiso/projects/99", json={})).status_code == 404
    assert (await control.post("/planiso/projects", json=wanted)).status_code == 400
    counts = (await control.get("/counts")).json()["planiso"]
    assert (counts["projects"], counts["equipment_types"]) == (2, 1)
    switched = await control.post("/planiso/settings", json={"missing_record": "400"})
    assert switched.json()["missing_record"] == "400"


async def test_a_lost_answer_leaves_a_record_that_a_repetition_conflicts_with(
    api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    form = {"name": "Once", "custom_no": "ONCE-1"}
    sandbox.state.faults.add("drop_after", provider="planiso", operation="create_project")

    with pytest.raises(httpx.RemoteProtocolError):
        await api.post("/project", data=form)

    assert refusal(await api.post("/project", data=form)) == 409
    assert (await rows(api, "/project"))[-1]["custom_no"] == "ONCE-1"
