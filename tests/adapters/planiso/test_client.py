"""What is on the wire, and what is made of answers."""

from __future__ import annotations

from datetime import date

import pytest

from adapters.http.errors import Ambiguous, MalformedAnswer, Unsendable
from adapters.planiso.client import PlanisoClient
from adapters.planiso.models.customers import CustomerNew
from adapters.planiso.models.equipment import EquipmentNew
from adapters.planiso.models.projects import ProjectChange, ProjectNew
from adapters.planiso.models.suppliers import SupplierChange, SupplierNew
from tests.adapters.planiso.scripted_server import API_KEY, answering, envelope

CREATED = envelope(201, {"no": 7})


async def test_every_request_carries_the_key_and_reads_have_no_body() -> None:
    async with answering(200, envelope(200, {"no": "7"})) as (client, server):
        await client.find_user("7")
        await client.delete_user("7")

    assert [(one.method, one.target, one.body) for one in server.seen] == [
        ("GET", "/v1/user/7", b""),
        ("DELETE", "/v1/user/7", b""),
    ]
    assert {one.token for one in server.seen} == {API_KEY}


async def test_a_body_is_a_percent_encoded_form() -> None:
    body = CustomerNew(
        custom_no="lead/17",
        organization_name="Müller & Söhne = 100% + more",
        organization_address="1, Rue de l'Île\nBât. B",
        organization_website="https://example.com/?a=b",
    )
    async with answering(201, CREATED) as (client, server):
        await client.create_customer(body)

    (seen,) = server.seen
    assert (seen.method, seen.target) == ("POST", "/v1/customer")
    assert seen.headers["content-type"] == "application/x-www-form-urlencoded"
    assert sorted(seen.body.split(b"&")) == [
        b"custom_no=lead%2F17",
        b"organization_adress=1%2C+Rue+de+l%27%C3%8Ele%0AB%C3%A2t.+B",
        b"organization_name=M%C3%BCller+%26+S%C3%B6hne+%3D+100%25+%2B+more",
        b"organization_website=https%3A%2F%2Fexample.com%2F%3Fa%3Db",
    ]


async def test_true_is_1_false_is_empty_and_what_is_not_given_is_not_sent() -> None:
    async with answering(201, CREATED) as (client, server):
        await client.create_supplier(SupplierNew(custom_no="s", is_14001=True, is_9001=False))
        await client.update_supplier(SupplierChange(is_18001=False), "7")

    assert [sorted(one.body.split(b"&")) for one in server.seen] == [
        [b"custom_no=s", b"is_14001=1", b"is_9001="],
        [b"is_18001="],
    ]


async def test_a_suppliers_own_number_is_changed_under_the_name_that_the_document_shows() -> None:
    answer = envelope(200, {"custom_no": "new", "no": 23})
    async with answering(200, answer) as (client, server):
        changed = await client.update_supplier(SupplierChange(custom_no="new"), "23")

    assert (server.seen[0].method, server.seen[0].target) == ("PUT", "/v1/supplier/23")
    assert server.seen[0].body == b"custom_num=new"
    assert (changed.model.no, changed.model.custom_no) == ("23", "new")


async def test_an_array_is_json_in_one_field() -> None:
    async with answering(201, CREATED) as (client, server):
        await client.create_equipment(
            EquipmentNew(num_equip="E", brand="B", year=2024, type_nos=(3, 14))
        )

    assert sorted(server.seen[0].body.split(b"&")) == [
        b"brand=B",
        b"num_equip=E",
        b"type_nos=%5B3%2C14%5D",
        b"year=2024",
    ]


async def test_a_day_is_written_y_m_d_and_null_is_empty() -> None:
    async with answering(201, CREATED) as (client, server):
        await client.create_project(
            ProjectNew(custom_no="w", name="N", start_date=date(2024, 1, 9), end_date=None)
        )
        await client.update_project(ProjectChange(location=None), "7")

    assert [sorted(one.body.split(b"&")) for one in server.seen] == [
        [b"custom_no=w", b"end_date=", b"name=N", b"start_date=2024-01-09"],
        [b"location="],
    ]


async def test_a_number_is_one_part_of_the_path_whatever_it_holds() -> None:
    async with answering(200, envelope(200, {"no": "1"})) as (client, server):
        await client.find_project("1/../2?a")
        with pytest.raises(Unsendable, match="find_project: no cannot be ''"):
            await client.find_project("")

    assert [one.target for one in server.seen] == ["/v1/project/1%2F..%2F2%3Fa"]


async def test_a_list_is_read_whole_by_one_request() -> None:
    rows = [{"no": str(number), "active": number % 2 == 0} for number in range(500)]
    async with answering(200, envelope(200, rows)) as (client, server):
        read = [row async for row in client.list_projects().each()]

    assert [row.model.no for row in read] == [str(number) for number in range(500)]
    assert [row.model.active for row in read[:2]] == [True, False]
    assert [one.target for one in server.seen] == ["/v1/project"]


async def test_a_list_is_one_page_which_may_be_empty() -> None:
    async with answering(200, envelope(200, [])) as (client, _):
        pages = client.list_equipment_types()
        assert [page.rows async for page in pages] == [[]]
        assert (await pages.at(0)).rows == []
        with pytest.raises(Unsendable, match=r"^list_equipment_types: .* one page, at 0, not at 1"):
            await pages.at(1)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ([], "the answer has no data"),
        ({"code": 200, "message": ""}, "the answer has no data"),
        (b"", "the answer has no data"),
        (envelope(200, {"no": "1"}), "a list of objects was expected"),
        (envelope(200, None), "a list of objects was expected"),
        (envelope(200, [{"name": "x"}]), "a row without no"),
        (b"<b>Warning</b>: Array to string conversion", "are not JSON"),
    ],
)
async def test_a_list_that_is_none_is_malformed(body: object, said: str) -> None:
    async with answering(200, body) as (client, _):
        with pytest.raises(MalformedAnswer, match=said):
            [row async for row in client.list_users().each()]


async def test_a_new_record_without_a_record_in_the_answer_may_have_been_made() -> None:
    async with answering(201, envelope(201, [])) as (client, _):
        with pytest.raises(Ambiguous, match="create_project: an object was expected"):
            await client.create_project(ProjectNew(custom_no="w", name="N"))


async def test_texts_are_taken_as_they_were_sent() -> None:
    # planiso.txt:636 shows "Île" as it looks when its bytes are read as another code page.
    text = (
        r'{"code":200,"message":"","data":{"no":32,"province":"ÃŽle-de-France","city":"\u00cele",'
    )
    body = (text + r'"website":"https:\/\/example.com"}}').encode()
    async with answering(200, body) as (client, _):
        found = await client.find_organization("32")

    assert found.model.province == "ÃŽle-de-France"
    assert found.model.city == "Île"
    assert found.model.website == "https://example.com"
    assert found.raw["no"] == 32
    assert found.model.no == "32"


async def test_an_operation_is_called_in_errors_as_it_is_declared() -> None:
    async with answering(200, b"") as (client, _):
        assert client.list_users().operation == "list_users"
        with pytest.raises(MalformedAnswer, match="planiso: find_equipment: the answer has"):
            await client.find_equipment("1")

    assert PlanisoClient.find_equipment.request.path == "/v1/equipment/{no}"
