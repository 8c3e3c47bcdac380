from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from adapters.facilitee.client import FaciliteeClient
from adapters.facilitee.models.common import AddressPart
from adapters.facilitee.models.owners import OwnerNew
from adapters.facilitee.models.property_units import PropertyUnitNew, PropertyUserAssignment
from adapters.http.errors import Ambiguous, MalformedAnswer, NotFound, Unauthorised, Unsendable
from tests.adapters.facilitee.documented_server import DocumentedServer, connected


async def test_a_token_is_asked_for_once_as_a_form_outside_the_public_api() -> None:
    server = DocumentedServer(answer='{"id": 7}')
    async with connected(server) as client:
        await client.create_token()
        assert server.tokens == 1
        await client.get_owner(7)
        await client.create_token()

    assert server.tokens == 1
    assert server.asked[0].path == "/api/public/Owners/7"


async def test_wrong_credentials_say_which_connection_to_check() -> None:
    async with connected(DocumentedServer(), client_secret="wrong-one") as client:
        with pytest.raises(Unauthorised, match="facilitee: create_token: Bad Request"):
            await client.create_token()


async def test_every_call_says_that_it_is_json_with_a_body_or_without() -> None:
    server = DocumentedServer(answer='{"id": 7, "propertyUnitId": 7}')
    async with connected(server) as client:
        await client.get_owner(7)
        await client.create_owner(OwnerNew(email="o@example.com", name="O"))
        await client.change_property_unit_owner(property_unit_id=1489, new_owner_id=30)
        await client.delete_owner_company(owner_id=7, company_id=22)
        assert [page.rows async for page in client.list_owners()] == [[]]

    assert [asked.method for asked in server.asked] == [
        "GET",
        "POST",
        "PUT",
        "DELETE",
        "GET",
    ]
    assert {asked.headers["content-type"] for asked in server.asked} == {"application/json"}


async def test_a_unit_is_created_below_its_property_and_read_by_its_own_id() -> None:
    server = DocumentedServer(answer='{"id": 1489}')
    async with connected(server) as client:
        await client.create_property_unit(PropertyUnitNew(owner_id=20), property_id=10)
        await client.get_property_unit(property_unit_id=1489)
        with pytest.raises(TypeError):
            await client.get_property_unit(property_id=10)  # type: ignore[call-arg]
        with pytest.raises(TypeError):
            await client.create_property_unit(PropertyUnitNew(owner_id=20), 10)  # type: ignore[call-arg]

    assert [asked.what for asked in server.asked] == [
        "POST /api/public/PropertyUnit/10",
        "GET /api/public/PropertyUnit/1489",
    ]


async def test_only_what_is_given_is_sent_under_the_documented_names() -> None:
    server = DocumentedServer(answer='{"id": 1489, "propertyUnitId": 1489}')
    unit = PropertyUnitNew(
        owner_id=20,
        has_property_address=False,
        address=AddressPart(
            street="Javastraat", street_number="1", post_code="1094 EM", city="A", country="NL"
        ),
        contract_start=datetime(2021, 1, 1, tzinfo=UTC),
        property_user_ids=(30, 35),
    )
    async with connected(server) as client:
        await client.update_property_unit(unit, property_unit_id=1489)
        await client.assign_property_user_to_property_unit(
            PropertyUserAssignment(property_user_id=35, is_main_contact=True), property_unit_id=1489
        )

    assert [json.loads(asked.body) for asked in server.asked] == [
        {
            "ownerId": 20,
            "hasPropertyAddress": False,
            "address": {
                "street": "Javastraat",
                "streetNumber": "1",
                "postCode": "1094 EM",
                "city": "A",
                "country": "NL",
            },
            "contractStart": "2021-01-01T00:00:00.000Z",
            "propertyUserIds": [30, 35],
        },
        {"propertyUserId": 35, "isMainContact": True},
    ]


async def test_changes_that_the_query_says_have_no_body() -> None:
    server = DocumentedServer(answer='{"propertyUnitId": 1489, "newOwner": {"id": 30}}')
    async with connected(server) as client:
        changed = await client.change_property_unit_owner(property_unit_id=1489, new_owner_id=30)
        await client.remove_property_user_from_property_unit(
            property_unit_id=1489, property_user_id=35
        )

    assert changed.model.new_owner is not None
    assert changed.model.new_owner.id == 30
    assert [(asked.what, asked.query, asked.body) for asked in server.asked] == [
        ("PUT /api/public/PropertyUnit/change-property-owner/1489", {"newOwnerId": "30"}, b""),
        ("PUT /api/public/PropertyUnit/remove-property-user/1489", {"propertyUserId": "35"}, b""),
    ]


async def test_issues_are_asked_for_in_times_as_documented_whatever_their_offset() -> None:
    server = DocumentedServer(rows=[{"id": 77, "status": "New"}])
    start = datetime(2026, 1, 31, 1, tzinfo=timezone(timedelta(hours=2)))
    async with connected(server) as client:
        issues = client.list_issues(from_date_time=start, to_date_time=start.replace(day=30))
        assert [issue.model.status async for issue in issues.each()] == ["New"]

    query = server.asked[0].query
    assert query["fromDateTime"] == "2026-01-30T23:00:00.000Z"
    assert query["toDateTime"] == "2026-01-29T23:00:00.000Z"


async def test_issues_of_no_instant_or_of_a_year_too_early_cannot_be_asked_for() -> None:
    at = datetime(2026, 1, 31, tzinfo=UTC)
    async with connected(DocumentedServer()) as client:
        with pytest.raises(Unsendable, match="a time without an offset is no instant"):
            client.list_issues(from_date_time=at.replace(tzinfo=None), to_date_time=at)
        with pytest.raises(Unsendable, match="the year must be after 1000"):
            client.list_issues(from_date_time=at.replace(year=1000), to_date_time=at)


@pytest.mark.parametrize(("answer", "found"), [("110", 110), ('"110"', 110), ("0", None)])
async def test_an_id_is_found_by_the_whole_address(answer: str, found: int | None) -> None:
    server = DocumentedServer(answer=answer)
    async with connected(server) as client:
        assert await client.get_owner_id_by_email("o+1@example.com") == found

    assert server.asked[0].path == "/api/public/owners/get-by-email"
    assert server.asked[0].query["email"] == "o+1@example.com"


@pytest.mark.parametrize(("status", "answer"), [(404, ""), (200, "null"), (200, ""), (204, "")])
async def test_an_address_that_nobody_has_gives_no_id(status: int, answer: str) -> None:
    async with connected(DocumentedServer(status=status, answer=answer)) as client:
        assert await client.get_property_user_id_by_email("nobody@example.com") is None


async def test_an_answer_that_is_no_id_is_malformed_and_not_nobody() -> None:
    async with connected(DocumentedServer(answer='{"id": 110}')) as client:
        with pytest.raises(MalformedAnswer, match="an id was expected"):
            await client.get_property_manager_id_by_email("m@example.com")


async def test_an_operation_that_finds_can_be_read_from_the_class() -> None:
    assert FaciliteeClient.get_owner_id_by_email.request.path == "/owners/get-by-email"
    assert FaciliteeClient.get_owner_id_by_email.name == "get_owner_id_by_email"


@pytest.mark.parametrize(("answer", "id_"), [('{"id": 22}', 22), ('{"Id": 22}', 22), ("", None)])
async def test_a_removed_company_is_told_of_in_either_spelling_or_not_at_all(
    answer: str, id_: int | None
) -> None:
    server = DocumentedServer(answer=answer)
    async with connected(server) as client:
        removed = await client.delete_owner_company(owner_id=7, company_id=22)

    assert removed.model.id == id_
    assert removed.model.model_extra == {}
    assert server.asked[0].path == "/api/public/owners/7/companies/22"


@pytest.mark.parametrize(("status", "answer"), [(204, ""), (200, ""), (200, "true")])
async def test_a_removed_type_needs_no_answer(status: int, answer: str) -> None:
    server = DocumentedServer(status=status, answer=answer)
    async with connected(server) as client:
        await client.delete_property_type(111)
        await client.delete_property_unit_type(230)

    assert [asked.what for asked in server.asked] == [
        "DELETE /api/public/property-categorization/property/111",
        "DELETE /api/public/property-categorization/unit/230",
    ]


async def test_a_write_whose_answer_cannot_be_understood_may_have_happened() -> None:
    async with connected(DocumentedServer(answer="[]")) as client:
        with pytest.raises(Ambiguous, match="create_owner: an object was expected"):
            await client.create_owner(OwnerNew(email="o@example.com", name="O"))


async def test_what_is_not_there_is_not_found() -> None:
    async with connected(DocumentedServer(status=404)) as client:
        with pytest.raises(NotFound, match="facilitee: get_property: Not Found"):
            await client.get_property(22143)
