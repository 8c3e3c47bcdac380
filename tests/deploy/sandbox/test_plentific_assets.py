"""Estates, blocks, properties and their people: thin rows, links that have two ends, conflicts."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from deploy.sandbox import Sandbox
from deploy.sandbox.plentific.data import ORGANISATION_UUID, uuid_of
from deploy.sandbox.plentific.lookups import SECOND_ORGANISATION_UUID

ADDRESS = {"address_line_1": "1 Road", "city": "Testwick", "postal_code": "ZZ1 1AA"}
PERSON = {"first_name": "Ann", "last_name": "Example", "phone_number": "+440000000000"}
OWN = {"organisation_uuid": ORGANISATION_UUID}
NOWHERE = "00000000-0000-0000-0000-000000000007"


async def make(api: httpx.AsyncClient, path: str, reference: str | None, **fields: Any) -> str:
    """Make a record through the API; its uuid, which is in the body and in a header."""
    people = path in ("/tenants", "/landlords", "/managers")
    body = {**OWN, "external_reference": reference, **(PERSON if people else ADDRESS), **fields}
    answer = await api.post(path, json=body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["X-Resource-Id"] == answer.json()["uuid"]
    return str(answer.json()["uuid"])


async def shown(api: httpx.AsyncClient, path: str) -> Any:
    answer = await api.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_record_is_made_read_changed_and_deleted(plentific_api: httpx.AsyncClient) -> None:
    uuid = await make(plentific_api, "/estates", "E-1", metadata={"floors": 3})
    path = f"/estates/{uuid}"

    changed = await plentific_api.patch(path, json={"name": "Meadow"})
    body = await shown(plentific_api, path)
    deleted = await plentific_api.delete(path)

    assert (changed.status_code, changed.content) == (204, b"")
    assert (body["name"], body["metadata"], body["address_line_2"]) == (
        "Meadow",
        {"floors": 3},
        None,
    )
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (await plentific_api.get(path)).status_code == 404
    assert await shown(plentific_api, "/estates") == []


async def test_a_property_row_names_the_estate_of_its_block_and_the_details_do_not(
    plentific_api: httpx.AsyncClient,
) -> None:
    estate = await make(plentific_api, "/estates", "E-1")
    block = await make(plentific_api, "/blocks", "B-1", parent_estate_uuid=estate)
    own = await make(plentific_api, "/properties", "P-1", parent_block_uuid=block)

    [row] = await shown(plentific_api, f"/properties?estate_uuid={estate}")

    assert list(row) == [
        *("external_reference", "organisation_uuid", "parent_block_uuid"),
        *("parent_estate_uuid", "property_groups", "uuid"),
    ]
    assert (row["uuid"], row["parent_estate_uuid"]) == (own, estate)
    assert "parent_estate_uuid" not in await shown(plentific_api, f"/properties/{own}")
    assert [one["uuid"] for one in await shown(plentific_api, f"/blocks?estate_uuid={estate}")] == [
        block
    ]


async def test_a_tenant_moves_by_the_reference_of_a_property(
    plentific_api: httpx.AsyncClient,
) -> None:
    first = await make(plentific_api, "/properties", "P-1")
    second = await make(plentific_api, "/properties", "P-2")
    tenant = await make(plentific_api, "/tenants", "T-1", property_uuid="P-1")
    before = await shown(plentific_api, "/tenants")

    await plentific_api.patch(f"/tenants/{tenant}", json={"property": "P-2"})

    assert (await shown(plentific_api, f"/tenants/{tenant}"))["property_uuid"] == second
    assert (await shown(plentific_api, f"/properties/{first}"))["tenants"] == []
    assert (await shown(plentific_api, f"/properties/{second}"))["tenants"] == [tenant]
    assert await shown(plentific_api, "/tenants") == before  # a row cannot show the move
    assert before[0]["tenant_identifier"] == "TNT2011"
    assert "property_uuid" not in before[0]


async def test_only_landlords_with_a_property_are_listed(plentific_api: httpx.AsyncClient) -> None:
    landlord = await make(plentific_api, "/landlords", "L-1", city="Testwick")
    unlisted = await shown(plentific_api, "/landlords")

    own = await make(plentific_api, "/properties", "P-1", landlords=[landlord])

    assert unlisted == []
    assert [one["uuid"] for one in await shown(plentific_api, "/landlords")] == [landlord]
    assert (await shown(plentific_api, f"/landlords/{landlord}"))["properties"] == [own]


async def test_a_landlords_address_is_sent_flat_and_shown_nested(
    plentific_api: httpx.AsyncClient,
) -> None:
    landlord = await make(plentific_api, "/landlords", "L-1", city="Testwick", country="GB")

    await plentific_api.patch(f"/landlords/{landlord}", json={**OWN, "city": "Elsewhere"})

    body = await shown(plentific_api, f"/landlords/{landlord}")
    assert (body["address"]["city"], body["address"]["country"]) == ("Elsewhere", "GB")
    assert "city" not in body


async def test_a_deleted_manager_leaves_every_property(plentific_api: httpx.AsyncClient) -> None:
    manager = await make(plentific_api, "/managers", "M-1", email="m@example.com")
    own = await make(plentific_api, "/properties", "P-1", property_managers=[manager])

    await plentific_api.delete(f"/managers/{manager}")

    assert (await shown(plentific_api, f"/properties/{own}"))["property_managers"] == []


async def test_a_reference_is_taken_once_and_none_many_times(
    plentific_api: httpx.AsyncClient,
) -> None:
    first = await make(plentific_api, "/estates", "E-1")
    await make(plentific_api, "/estates", None)
    other = await make(plentific_api, "/estates", None)

    again = await plentific_api.post(
        "/estates", json={**ADDRESS, **OWN, "external_reference": "E-1"}
    )

    taken = {"external_reference": "E-1"}
    unchanged = await plentific_api.patch(f"/estates/{first}", json=taken)
    changed = await plentific_api.patch(f"/estates/{other}", json=taken)

    assert (again.status_code, again.content) == (409, b"")
    assert (unchanged.status_code, changed.status_code, changed.content) == (204, 409, b"")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("organisation_uuid", NOWHERE),
        ("parent_block_uuid", NOWHERE),
        ("landlords", [NOWHERE]),
        ("property_managers", [NOWHERE]),
        ("property_groups", [NOWHERE]),
        ("tags", [NOWHERE]),
        ("tenants", [NOWHERE]),
    ],
)
async def test_an_unknown_reference_is_refused_unless_the_switch_says_otherwise(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox, field: str, value: Any
) -> None:
    body = {**ADDRESS, **OWN, "external_reference": "P-1", field: value}

    refused = await plentific_api.post("/properties", json=body)
    sandbox.state.plentific.settings.unknown_references = "accept"
    accepted = await plentific_api.post("/properties", json=body)

    assert (refused.status_code, list(refused.json())) == (400, ["detail"])
    assert field in refused.json()["detail"]
    assert (accepted.status_code, accepted.json()[field]) == (201, value)


async def test_lists_are_sorted_where_it_is_documented(plentific_api: httpx.AsyncClient) -> None:
    for reference in ("B", "C", "A"):
        await make(plentific_api, "/estates", reference)

    async def order(sort_by: str) -> str:
        rows = await shown(plentific_api, f"/estates?sort_by={sort_by}")
        return "".join(row["external_reference"] for row in rows)

    assert await order("created") == "BCA"
    assert await order("-created") == "ACB"
    assert await order("external_reference") == "ABC"
    assert await order("-external_reference") == "CBA"
    names = await shown(plentific_api, "/organisations?sort_by=-name")
    assert [row["name"] for row in names] == ["Sample Homes Ltd", "Fictional Estates LLP"]


async def test_a_tag_has_its_id_in_a_header_only_and_is_answered_when_changed(
    plentific_api: httpx.AsyncClient,
) -> None:
    tag = {"color": None, "is_enabled": True, "name": "Wet", "type": "enquiry"}
    body = {**tag, "organisations": [ORGANISATION_UUID]}

    made = await plentific_api.post("/tags", json=body)
    changed = await plentific_api.patch(
        f"/tags/{made.headers['X-Resource-Id']}", json={"name": "Dry"}
    )

    assert (made.status_code, made.content) == (201, b"")
    assert (changed.status_code, changed.json()["name"]) == (200, "Dry")
    assert "is_enabled" not in changed.json()
    assert (await plentific_api.post("/tags", json={**body, "name": "Dry"})).status_code == 409
    other = f"/tags?organisation_uuid={SECOND_ORGANISATION_UUID}"
    assert await shown(plentific_api, other) == []


async def test_an_account_code_exists_once_and_its_conflict_has_words(
    plentific_api: httpx.AsyncClient,
) -> None:
    body = {"code": "8000", "description": "Repairs", "organisations": [ORGANISATION_UUID]}
    made = (await plentific_api.post("/account-codes", json=body)).json()

    again = await plentific_api.post("/account-codes", json=body)
    nested = {"organisations": [[SECOND_ORGANISATION_UUID]]}
    changed = await plentific_api.patch(f"/account-codes/{made['uuid']}", json=nested)

    assert (again.status_code, list(again.json())) == (409, ["detail"])
    assert changed.status_code == 204
    [row] = await shown(plentific_api, "/account-codes")
    assert row["organisations"] == [SECOND_ORGANISATION_UUID]


async def test_users_are_filtered_by_words_for_what_is_shown_otherwise(
    plentific_api: httpx.AsyncClient,
) -> None:
    body = {**PERSON, "email": "u@example.com", "organisations": [ORGANISATION_UUID]}
    await plentific_api.post("/users", json=body)

    async def count(query: str) -> int:
        return len(await shown(plentific_api, f"/users?{query}"))

    assert (await count("verified=false"), await count("verified=true")) == (1, 0)
    assert (await count("deactivated=false"), await count("deactivated=true")) == (1, 0)
    assert (await count("email=u@example.com"), await count("first_name=Bob")) == (1, 0)


async def test_a_category_has_its_services(plentific_api: httpx.AsyncClient) -> None:
    plumber, electrician = uuid_of("category/plumber"), uuid_of("category/electrician")

    services = await shown(plentific_api, f"/categories/{plumber}/services")
    both = await shown(plentific_api, f"/categories?uuid__in={plumber},{electrician}")

    assert [one["name"] for one in services] == ["Leak Detection", "Plumbing"]
    assert [one["name"] for one in both] == ["Plumber", "Electrician"]
    [tree] = (await shown(plentific_api, "/fault-categories"))[:1]
    assert [one["parent_uuid"] for one in tree["children"]] == [tree["uuid"]] * 2


async def test_a_tenant_who_is_given_to_a_property_leaves_the_other(
    plentific_api: httpx.AsyncClient,
) -> None:
    first = await make(plentific_api, "/properties", "P-1")
    second = await make(plentific_api, "/properties", "P-2")
    tenant = await make(plentific_api, "/tenants", "T-1", property_uuid=first)

    await plentific_api.patch(f"/properties/{second}", json={"tenants": [tenant]})

    assert (await shown(plentific_api, f"/properties/{first}"))["tenants"] == []
    assert (await shown(plentific_api, f"/tenants/{tenant}"))["property_uuid"] == second


async def test_what_metadata_says_refers_to_nothing(plentific_api: httpx.AsyncClient) -> None:
    free = {"organisation_uuid": NOWHERE, "tags": {"landlords": [NOWHERE]}}

    uuid = await make(plentific_api, "/estates", "E-1", metadata=free)

    assert (await shown(plentific_api, f"/estates/{uuid}"))["metadata"] == free
