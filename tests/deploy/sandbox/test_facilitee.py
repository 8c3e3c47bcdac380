"""What is peculiar to the simulated Facilitee: tokens, problems, pages, people, units, issues."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from deploy.sandbox import Sandbox, SandboxState, running_sandbox
from deploy.sandbox.facilitee.data import CLIENT_ID, CLIENT_SECRET
from deploy.sandbox.facilitee.kinds import ISSUE, OWNER, PROPERTY_USER
from deploy.sandbox.facilitee.one_of_each import one_of_each
from deploy.sandbox.facilitee.records import add
from deploy.sandbox.tokens import TOKEN_PREFIX
from tests.deploy.sandbox.conftest import Clock

JSON = {"Content-Type": "application/json"}
GRANT = {
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "scope": "openid api",
    "grant_type": "client_credentials",
}
PERIOD = {"fromDateTime": "01.01.2026", "toDateTime": "2027-01-01T00:00:00.000Z"}
ADDRESS = {
    "street": "Other Street",
    "streetNumber": "2",
    "postCode": "2000 BB",
    "city": "Sampleville",
    "country": "Netherlands",
}

Ids = dict[str, str]


@pytest.fixture
def state(clock: Clock) -> SandboxState:
    return SandboxState(clock)


@pytest.fixture
def ids(state: SandboxState) -> Ids:
    return one_of_each(state)


@pytest.fixture
async def sandbox(state: SandboxState, ids: Ids) -> AsyncIterator[Sandbox]:
    async with running_sandbox(state) as running:
        yield running


@pytest.fixture
async def api(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    token = sandbox.state.facilitee.tokens.issue(sandbox.state.now(), 1800)
    async with httpx.AsyncClient(
        base_url=f"{sandbox.facilitee_url}/api/public",
        headers={**JSON, "Authorization": f"Bearer {token}"},
        timeout=5,
        verify=False,
    ) as client:
        yield client


def problem(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert list(body) == ["Type", "Title", "Status", "Detail", "Instance", "Extensions"]
    assert body["Status"] == answer.status_code
    return answer.status_code, body["Type"].removeprefix("/problems/")


async def test_a_token_is_granted_outside_of_the_api_and_lives_as_long_as_said(
    http: httpx.AsyncClient, sandbox: Sandbox, clock: Clock
) -> None:
    answer = await http.post(f"{sandbox.facilitee_url}/api/connect/token", data=GRANT)
    token = answer.json()
    headers = {**JSON, "Authorization": f"{token['token_type']} {token['access_token']}"}
    url = f"{sandbox.facilitee_url}/api/public/country-codes"

    assert list(token) == ["access_token", "token_type", "expires_in", "scope", "id_token"]
    assert (token["expires_in"], token["scope"]) == (1800, "openid")
    assert (await http.get(url, headers=headers)).status_code == 200
    clock.advance(1800)
    assert problem(await http.get(url, headers=headers)) == (401, "authorization-error")


@pytest.mark.parametrize(
    ("changes", "status", "kind"),
    [
        ({"client_secret": "wrong"}, 401, "invalid-credentials"),
        ({"grant_type": "password"}, 400, "bad-request"),
        ({"scope": "openid"}, 400, "bad-request"),
        ({"color": "red"}, 400, "bad-request"),
    ],
)
async def test_a_wrong_token_request_is_refused(
    http: httpx.AsyncClient, sandbox: Sandbox, changes: dict[str, str], status: int, kind: str
) -> None:
    url = f"{sandbox.facilitee_url}/api/connect/token"

    assert problem(await http.post(url, data={**GRANT, **changes})) == (status, kind)
    assert problem(await http.post(url, json=GRANT)) == (400, "bad-request")


async def test_secrets_and_tokens_are_not_recorded(
    http: httpx.AsyncClient, api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    await http.post(f"{sandbox.facilitee_url}/api/connect/token", data=GRANT)
    await api.get("/managers", params={"searchParameter": CLIENT_SECRET})

    recorded = str(sandbox.state.requests.find(provider="facilitee"))
    assert "create_token" in recorded
    assert CLIENT_SECRET not in recorded
    assert TOKEN_PREFIX not in recorded


async def test_paths_have_the_documented_spelling(api: httpx.AsyncClient) -> None:
    assert problem(await api.get("/owners")) == (404, "error")
    assert problem(await api.delete("/Owners")) == (405, "error")
    assert problem(await api.get("/Owners/abc")) == (400, "invalid-format")
    assert problem(await api.get("/Owners/999999")) == (404, "entity-not-found")


async def page(
    api: httpx.AsyncClient, path: str, **params: Any
) -> tuple[dict[str, Any], list[Any]]:
    body = (await api.get(path, params=params)).json()
    items = body.pop("items")
    return body, items


async def test_pages_are_numbered_and_counted(api: httpx.AsyncClient, state: SandboxState) -> None:
    for number in range(43):
        values = {"name": f"User {number}", "email": f"user{number}@example.com"}
        add(state.facilitee, PROPERTY_USER, values, state.now())

    first, items = await page(api, "/property-users")
    last, rest = await page(api, "/property-users", pageNo=5, pageSize=10)
    _beyond, none = await page(api, "/property-users", pageNo=6, pageSize=10)

    counted = {"numberOfPages": 3, "totalItems": 44, "pageSize": 20, "currentPage": 1}
    assert (first, len(items)) == (counted, 20)
    assert last == {"numberOfPages": 5, "totalItems": 44, "pageSize": 10, "currentPage": 5}
    assert ([one["name"] for one in rest], none) == ([f"User {one}" for one in range(39, 43)], [])


async def test_the_envelope_may_count_nothing_and_pages_may_be_cut(
    api: httpx.AsyncClient, state: SandboxState
) -> None:
    state.facilitee.settings.counts_in_envelope = False
    state.facilitee.settings.max_page_size = 1

    envelope, items = await page(api, "/Owners", pageSize=100)

    zero = {"numberOfPages": 0, "totalItems": 0, "pageSize": 1, "currentPage": 0}
    assert (envelope, len(items)) == (zero, 1)
    assert problem(await api.get("/Owners?pageNo=0")) == (400, "bad-request")
    assert problem(await api.get("/Owners?pageSize=ten")) == (400, "invalid-format")


@pytest.mark.parametrize(
    ("path", "wanted", "found"),
    [
        ("/Owners", "OTTO", 1),  # a part of the name, in whichever case
        ("/Owners", "Exampleton", 0),  # addresses of owners are not looked into
        ("/service-providers", "exampleton", 1),  # the cities of providers are
        ("/Properties", "apartment build", 1),  # by the name of the type
        ("/Owners/{ownerId}/companies", "invoices@", 0),  # companies by name only
        ("/Owners/{ownerId}/companies", "hold", 1),
    ],
)
async def test_the_search_finds_parts_of_the_documented_fields(
    api: httpx.AsyncClient, ids: Ids, path: str, wanted: str, found: int
) -> None:
    _envelope, items = await page(api, path.format(**ids), searchParameter=wanted)

    assert len(items) == found


async def test_a_user_is_found_by_email_in_its_role_only(api: httpx.AsyncClient, ids: Ids) -> None:
    params = {"email": ids["owner_email"].upper()}

    assert (await api.get("/owners/get-by-email", params=params)).json() == int(ids["ownerId"])
    for path in ("/managers", "/property-users"):
        answer = await api.get(f"{path}/get-by-email", params=params)
        assert problem(answer) == (404, "entity-not-found")


@pytest.mark.parametrize("status", ["400", "409"])
async def test_an_email_is_taken_once_over_all_roles(
    api: httpx.AsyncClient, state: SandboxState, ids: Ids, status: str
) -> None:
    state.facilitee.settings.duplicate_email = status
    taken = {"name": "Another", "email": ids["manager_email"]}
    unit_user = f"/property-users/{ids['propertyUserId']}"

    for answer in (await api.post("/Owners", json=taken), await api.put(unit_user, json=taken)):
        assert problem(answer) == (int(status), "user-already-exists")
    own = {"name": "Renamed", "email": ids["property_user_email"]}
    assert (await api.put(unit_user, json=own)).json()["name"] == "Renamed"


@pytest.mark.parametrize(
    ("code", "number"), [("+31", "984356578"), ("31", "98-43"), ("31", ""), ("31", None)]
)
async def test_a_badly_formatted_telephone_number_is_silently_not_saved(
    api: httpx.AsyncClient, ids: Ids, code: str, number: str | None
) -> None:
    phone = {"countryCode": code, **({} if number is None else {"phoneNumber": number})}
    body = {"name": "Some", "email": "some@example.com", **phone}

    made = (await api.post("/Owners", json=body)).json()
    kept = await api.put(f"/Owners/{ids['id']}", json={**body, "email": ids["owner_email"]})

    assert (made["countryCode"], made["phoneNumber"]) == (None, None)
    assert (kept.json()["countryCode"], kept.json()["phoneNumber"]) == ("31", "984356578")


async def test_a_put_keeps_or_clears_what_it_leaves_out(
    api: httpx.AsyncClient, state: SandboxState, ids: Ids
) -> None:
    body = {"name": "Olive Renamed", "email": ids["owner_email"]}

    kept = (await api.put(f"/Owners/{ids['id']}", json=body)).json()
    state.facilitee.settings.put_clears_omitted = True
    cleared = (await api.put(f"/Owners/{ids['id']}", json=body)).json()

    assert (kept["name"], kept["authorizedAmount"]) == ("Olive Renamed", 650.5)
    assert kept["address"]["city"] == "Exampleton"
    empty = {name for name, value in cleared.items() if value is None}
    assert {"address", "authorizedAmount", "phoneNumber", "attentionTo"} <= empty
    assert cleared["status"] == "Uninvited"


async def test_rows_are_thinner_than_details(api: httpx.AsyncClient, ids: Ids) -> None:
    thin = {
        "/Owners": (ids["id"], {"invoiceAddress", "invoiceEmail"}),
        "/managers": (ids["managerId"], {"address"}),
        "/service-providers": (ids["serviceProviderId"], {"attachments"}),
    }
    for path, (number, only_in_details) in thin.items():
        _envelope, rows = await page(api, path)
        details = (await api.get(f"{path}/{number}")).json()
        assert only_in_details <= details.keys() - rows[0].keys()
    unit = (await api.get(f"/PropertyUnit/{ids['propertyUnitId']}")).json()
    _envelope, rows = await page(api, "/PropertyUnit", propertyId=ids["propertyId"])
    assert {"owner", "propertyUsers", "contractStart"} <= unit.keys() - rows[0].keys()
    assert rows[0]["ownerName"] == unit["owner"]["name"]
    _envelope, rows = await page(api, "/service-providers")
    assert rows[0]["tags"] == ["Plumbing"]


async def test_a_unit_is_made_of_a_property_and_then_goes_by_its_own_id(
    api: httpx.AsyncClient, ids: Ids
) -> None:
    made = await api.post(f"/PropertyUnit/{ids['propertyId']}", json={"ownerId": int(ids["id"])})
    unit = made.json()

    assert unit["hasPropertyAddress"] is True
    assert unit["address"]["city"] == "Exampleton"  # the property's
    assert unit["customUnitId"]
    read = await api.get(f"/PropertyUnit/{unit['id']}")
    assert read.json() == unit
    body = {"ownerId": int(ids["id"])}
    by_property = await api.put(f"/PropertyUnit/{ids['propertyId']}", json=body)
    assert problem(by_property) == (404, "entity-not-found")
    by_unit = await api.post(f"/PropertyUnit/{unit['id']}", json=body)
    assert problem(by_unit) == (404, "entity-not-found")


async def test_an_own_address_is_required_only_of_a_unit_that_does_not_inherit_one(
    api: httpx.AsyncClient, ids: Ids
) -> None:
    url = f"/PropertyUnit/{ids['propertyId']}"
    own = {"ownerId": int(ids["id"]), "hasPropertyAddress": False}
    half = {"street": "Other Street"}

    assert problem(await api.post(url, json=own)) == (400, "bad-request")
    assert problem(await api.post(url, json={**own, "address": half})) == (400, "bad-request")
    separate = (await api.post(url, json={**own, "address": ADDRESS})).json()
    inherits = {**own, "hasPropertyAddress": True, "address": half}
    ignored = (await api.post(url, json=inherits)).json()

    assert separate["address"]["city"] == "Sampleville"
    assert ignored["address"]["street"] == "Example Street"


async def test_a_property_that_moves_takes_along_the_units_that_inherit_its_address(
    api: httpx.AsyncClient, ids: Ids
) -> None:
    await api.put(f"/Properties/{ids['propertyId']}", json={"address": ADDRESS})

    unit = (await api.get(f"/PropertyUnit/{ids['propertyUnitId']}")).json()
    assert unit["address"]["city"] == "Sampleville"


async def test_a_unit_keeps_its_manager_and_always_needs_its_owner(
    api: httpx.AsyncClient, state: SandboxState, ids: Ids
) -> None:
    state.facilitee.settings.put_clears_omitted = True
    url = f"/PropertyUnit/{ids['propertyUnitId']}"

    assert problem(await api.put(url, json={"floor": 3})) == (400, "bad-request")
    unit = (await api.put(url, json={"ownerId": int(ids["id"]), "floor": 3})).json()

    assert (unit["floor"], unit["contractStart"], unit["propertyUsers"]) == (3, None, [])
    assert unit["manager"]["id"] == int(ids["managerId"])


async def test_contract_dates_are_read_in_both_documented_spellings(
    api: httpx.AsyncClient, ids: Ids
) -> None:
    url = f"/PropertyUnit/{ids['propertyUnitId']}"
    body = {"ownerId": int(ids["id"]), "contractStart": "01.02.2021"}

    unit = (await api.put(url, json={**body, "contractEnd": "2022-01-01T10:00:00.000Z"})).json()

    assert unit["contractStart"] == "2021-02-01T00:00:00.000Z"
    assert (unit["contractEnd"], unit["expired"]) == ("2022-01-01T10:00:00.000Z", True)
    wrong = await api.put(url, json={**body, "contractEnd": "2022-01-01"})
    assert problem(wrong) == (400, "invalid-format")


async def test_users_come_and_go_and_the_owner_changes(api: httpx.AsyncClient, ids: Ids) -> None:
    unit, user = ids["propertyUnitId"], int(ids["propertyUserId"])

    changed = await api.put(
        f"/PropertyUnit/change-property-owner/{unit}?newOwnerId={ids['new_owner_id']}"
    )
    removal = f"/PropertyUnit/remove-property-user/{unit}?propertyUserId={user}"
    removed = await api.put(removal)
    again = await api.put(removal)
    empty = (await api.get(f"/PropertyUnit/{unit}")).json()
    assigned = await api.put(
        f"/PropertyUnit/assign-property-user/{unit}",
        json={"propertyUserId": user, "isMainContact": True},
    )

    assert changed.json()["oldOwner"]["id"] == int(ids["id"])
    assert changed.json()["newOwner"]["id"] == empty["owner"]["id"] == int(ids["new_owner_id"])
    assert removed.json()["propertyUser"]["isMainContact"] is True
    assert problem(again) == (404, "entity-not-found")
    assert (empty["propertyUsers"], empty["ownerCompany"]) == ([], None)
    assert assigned.json()["propertyUsers"][0]["isMainContact"] is True
    shown = (await api.get(f"/property-users/{user}")).json()["propertyUnits"]
    assert [(one["propertyUnitId"], one["isMainContact"]) for one in shown] == [(int(unit), True)]


async def test_references_to_nothing_are_refused_or_accepted(
    api: httpx.AsyncClient, state: SandboxState, ids: Ids
) -> None:
    url = f"/PropertyUnit/{ids['propertyUnitId']}"
    body = {"ownerId": int(ids["id"]), "propertyUserIds": [int(ids["propertyUserId"]), 7]}

    assert problem(await api.put(url, json=body)) == (404, "entity-not-found")
    assert len((await api.get(url)).json()["propertyUsers"]) == 1
    state.facilitee.settings.unknown_references = "accept"
    users = (await api.put(url, json=body)).json()["propertyUsers"]
    assert [one["id"] for one in users] == [int(ids["propertyUserId"]), 7]


async def test_a_company_belongs_to_its_owner(api: httpx.AsyncClient, ids: Ids) -> None:
    company, other = ids["companyId"], ids["new_owner_id"]
    unit = {"ownerId": int(other), "ownerCompanyId": int(company)}

    answer = await api.get(f"/Owners/{other}/companies/{company}")
    assert problem(answer) == (404, "entity-not-found")
    answer = await api.put(f"/PropertyUnit/{ids['propertyUnitId']}", json=unit)
    assert problem(answer) == (400, "bad-request")
    assert (await page(api, f"/Owners/{other}/companies"))[1] == []


async def test_a_type_in_use_cannot_be_deleted(api: httpx.AsyncClient, ids: Ids) -> None:
    types = (await api.get("/property-categorization/property")).json()
    used = next(one for one in types if one["isUsed"])

    assert used["canDelete"] is False
    answer = await api.delete(f"/property-categorization/property/{used['id']}")
    assert problem(answer) == (403, "forbidden-action")
    unused = f"/property-categorization/property/{ids['propertyTypeId']}"
    assert (await api.delete(unused)).content == b""
    assert problem(await api.get(unused)) == (404, "entity-not-found")


async def issues(api: httpx.AsyncClient, start: str, end: str) -> list[int]:
    _envelope, rows = await page(api, "/Issues", fromDateTime=start, toDateTime=end)
    return [row["id"] for row in rows]


async def test_issues_are_selected_by_when_they_were_modified_or_created(
    api: httpx.AsyncClient, state: SandboxState
) -> None:
    times = {"created": "2026-01-05T10:00:00.000Z", "modified": "2026-02-05T10:00:00.000Z"}
    number = add(state.facilitee, ISSUE, times, state.now())["id"]
    january = ("01.01.2026", "2026-02-01T00:00:00.000Z")
    moment = (times["modified"], times["modified"])

    assert (await issues(api, *january), await issues(api, *moment)) == ([], [number])
    state.facilitee.settings.issues_filter = "created"
    assert (await issues(api, *january), await issues(api, *moment)) == ([number], [])


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"fromDateTime": "0999-01-01T00:00:00.000Z"}, "invalid-format"),
        ({"fromDateTime": "2026-01-01"}, "invalid-format"),
        ({"fromDateTime": "2028-01-01T00:00:00.000Z"}, "bad-request"),
        ({"toDateTime": ""}, "bad-request"),
    ],
)
async def test_a_period_that_is_none_is_refused(
    api: httpx.AsyncClient, changes: dict[str, str], kind: str
) -> None:
    answer = await api.get("/Issues", params={**PERIOD, **changes})

    assert problem(answer) == (400, kind)


async def test_the_control_api_moves_an_issue_on_and_removes_an_owner(
    api: httpx.AsyncClient, control: httpx.AsyncClient, clock: Clock, ids: Ids
) -> None:
    made = (await control.post("/facilitee/issues", json={"name": "New one", "new": 1})).json()
    clock.advance(60)
    path = f"/facilitee/issues/{made['id']}"
    await control.patch(path, json={"status": "SomethingNew"})
    await control.delete(f"/facilitee/owners/{ids['new_owner_id']}")

    row = (await page(api, "/Issues", **PERIOD))[1][-1]
    assert (row["name"], row["status"], row["new"]) == ("New one", "SomethingNew", 1)
    assert row["created"] == "2026-03-02T09:30:15.250Z"
    assert row["modified"] == "2026-03-02T09:31:15.250Z"
    assert problem(await api.get(f"/Owners/{ids['new_owner_id']}")) == (404, "entity-not-found")
    counts = (await control.get("/counts")).json()["facilitee"]
    assert (counts["issues"], counts["owners"], counts["property_units"]) == (2, 1, 1)


async def test_the_control_api_switches_and_expires(
    api: httpx.AsyncClient, control: httpx.AsyncClient
) -> None:
    changed = await control.post("/facilitee/settings", json={"issues_filter": "created"})
    wrong = await control.post("/facilitee/settings", json={"duplicate_email": "418"})

    assert changed.json()["issues_filter"] == "created"
    assert (wrong.status_code, "must be one of 400, 409" in wrong.text) == (400, True)
    assert (await control.delete("/facilitee/owners/1")).status_code == 404
    undated = await control.post("/facilitee/issues", json={"modified": "yesterday"})
    assert (undated.status_code, undated.json()["detail"][:14]) == (400, "must be a time")
    await control.post("/facilitee/expire-tokens")
    assert problem(await api.get("/Owners")) == (401, "authorization-error")


async def test_faults_apply(api: httpx.AsyncClient, sandbox: Sandbox, ids: Ids) -> None:
    body = {"name": "Once", "email": "once@example.com"}
    faults = sandbox.state.faults
    faults.add("drop_after", provider="facilitee", operation="create_owner")
    faults.add("expire_tokens", provider="facilitee", operation="get_owner")

    with pytest.raises(httpx.RemoteProtocolError):
        await api.post("/Owners", json=body)

    found = await api.get("/owners/get-by-email", params={"email": "once@example.com"})
    assert str(found.json()) in sandbox.state.facilitee.records[OWNER.name]
    assert problem(await api.get(f"/Owners/{ids['id']}")) == (401, "authorization-error")


async def test_lists_drift(api: httpx.AsyncClient, sandbox: Sandbox) -> None:
    state = sandbox.state
    for number in range(6):
        add(state.facilitee, ISSUE, {"name": f"Issue {number}"}, state.now())
    state.drift.add("facilitee", "issues", "remove_earlier")

    seen = []
    for number in (1, 2, 3):
        _envelope, rows = await page(api, "/Issues", pageNo=number, pageSize=3, **PERIOD)
        seen += [row["name"] for row in rows]

    assert seen == ["Dripping tap", "Issue 0", "Issue 1", "Issue 3", "Issue 4", "Issue 5"]
