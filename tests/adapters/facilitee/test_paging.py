from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from adapters.facilitee import paging
from adapters.facilitee.client import FaciliteeClient
from adapters.http.errors import MalformedAnswer, Transient, Unsendable
from tests.adapters.facilitee.documented_server import (
    DocumentedServer,
    Envelope,
    connected,
    honest,
    zeros,
)


def server_with(count: int, **given: Any) -> DocumentedServer:
    return DocumentedServer(rows=[{"id": number} for number in range(count)], **given)


async def ids_in_pages(client: FaciliteeClient, page_size: int) -> list[int]:
    pages = client.list_properties(page_size=page_size)
    return [row["id"] async for page in pages for row in page.rows]


async def ids_of_each(client: FaciliteeClient, page_size: int) -> list[int]:
    return [row.model.id async for row in client.list_properties(page_size=page_size).each()]


def with_the_size_asked_for(asked: int) -> Envelope:
    """Page size and number of pages as if the server did not send fewer rows than asked for."""
    return lambda total, _size, number: honest(total, asked, number)


def total_of_the_page(total: int, size: int, number: int) -> dict[str, Any]:
    return {**honest(total, size, number), "totalItems": min(size, total - (number - 1) * size)}


@pytest.mark.parametrize(
    ("count", "pages"), [(0, [1]), (9, [1]), (10, [1]), (11, [1, 2]), (20, [1, 2])]
)
async def test_no_page_is_asked_for_that_is_not_needed(count: int, pages: list[int]) -> None:
    server = server_with(count)
    async with connected(server) as client:
        assert await ids_in_pages(client, 10) == list(range(count))

    assert server.pages() == pages


@pytest.mark.parametrize("count", [1, 10, 11, 25])
@pytest.mark.parametrize(
    ("envelope", "largest_page"),
    [
        (zeros, 10),
        (zeros, 4),
        (honest, 4),
        (with_the_size_asked_for(10), 5),
        (with_the_size_asked_for(10), 4),
        (lambda *_: {}, 4),
    ],
    ids=[
        "an envelope of zeros",
        "zeros and a largest size",
        "a largest size told",
        "half the size, not told",
        "a largest size not told",
        "no envelope and a largest size",
    ],
)
async def test_no_row_is_lost_whatever_the_envelope_says(
    count: int, envelope: Envelope, largest_page: int
) -> None:
    server = server_with(count, envelope=envelope, largest_page=largest_page)
    async with connected(server) as client:
        assert await ids_in_pages(client, 10) == list(range(count))
        server.asked.clear()
        assert await ids_of_each(client, 10) == list(range(count))

    needed = -(-count // largest_page)
    assert len(server.asked) <= needed + 1


async def test_a_total_of_the_page_alone_does_not_end_the_list_before_its_last_page() -> None:
    server = server_with(25, envelope=total_of_the_page)
    async with connected(server) as client:
        assert await ids_in_pages(client, 10) == list(range(25))

    assert server.pages() == [1, 2, 3, 4]


@pytest.mark.parametrize("envelope", [honest, zeros])
async def test_a_server_that_ignores_the_page_number_does_not_keep_us_forever(
    envelope: Envelope,
) -> None:
    server = server_with(30, ignores_page=True, envelope=envelope)
    async with connected(server) as client:
        with pytest.raises(MalformedAnswer, match="the page at 2 is the one before it again"):
            await ids_in_pages(client, 10)


async def test_a_list_that_looks_new_each_time_does_not_keep_us_forever_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paging, "MOST_PAGES", 20)
    server = server_with(1, ignores_page=True, envelope=zeros)
    server.before_page = lambda number: server.rows[0].update(activeIssues=number)
    async with connected(server) as client:
        with pytest.raises(MalformedAnswer, match="the list has no end after 20 pages"):
            await ids_in_pages(client, 10)

    assert len(server.asked) == 20


async def test_rows_that_move_while_they_are_read_come_once_each() -> None:
    server = server_with(25)

    def remove_the_first_once(number: int) -> None:
        if number == 2 and server.rows[0]["id"] == 0:
            del server.rows[0]

    server.before_page = remove_the_first_once
    async with connected(server) as client:
        assert sorted(await ids_of_each(client, 10)) == list(range(25))

    assert server.pages() == [1, 2, 3, 1, 2, 3]


async def test_a_list_that_never_holds_still_is_tried_again_later() -> None:
    server = server_with(25)
    server.before_page = lambda _number: server.rows.insert(0, {"id": -len(server.rows)})
    async with connected(server) as client:
        with pytest.raises(Transient, match="the list kept moving while it was read"):
            await ids_of_each(client, 10)


async def test_a_page_can_be_read_by_its_number() -> None:
    async with connected(server_with(30)) as client:
        page = await client.list_owners(page_size=10).at(3)

    assert [row["id"] for row in page.rows] == list(range(20, 30))
    assert (page.total, page.offset) == (30, 3)


async def test_a_hundred_rows_are_asked_for_at_once_and_never_fewer_than_one() -> None:
    server = server_with(1)
    async with connected(server) as client:
        assert [row.model.id async for row in client.list_owners().each()] == [0]
        with pytest.raises(Unsendable, match="list_owners: page_size must be 1 or more, not -1"):
            client.list_owners(page_size=-1)

    assert server.asked[0].query == {"pageNo": "1", "pageSize": "100"}


async def test_amounts_in_rows_are_decimals_exactly_as_written() -> None:
    server = DocumentedServer(rows=[{"id": 1, "authorizedAmount": 0.1}])
    async with connected(server) as client:
        (owner,) = [row async for row in client.list_owners().each()]

    assert owner.raw["authorizedAmount"] == owner.model.authorized_amount == Decimal("0.1")


@pytest.mark.parametrize("answer", ["[]", "{}", '{"item": []}', "", "5"])
async def test_a_page_without_items_is_malformed_and_no_empty_list(answer: str) -> None:
    async with connected(DocumentedServer(answer=answer, knows_pages=False)) as client:
        with pytest.raises(MalformedAnswer, match="an object with items was expected"):
            await ids_in_pages(client, 10)


async def test_items_that_are_null_are_none() -> None:
    answer = '{"items": null, "totalItems": 0}'
    async with connected(DocumentedServer(answer=answer, knows_pages=False)) as client:
        assert await ids_in_pages(client, 10) == []


async def test_lists_without_pages_come_at_once_and_ask_for_no_page() -> None:
    server = DocumentedServer(answer='[{"id": 8, "code": "31"}, {"id": 220, "code": "33"}]')
    async with connected(server) as client:
        codes = [row.model.code async for row in client.list_country_codes().each()]

    assert codes == ["31", "33"]
    assert [asked.query for asked in server.asked] == [{}]
