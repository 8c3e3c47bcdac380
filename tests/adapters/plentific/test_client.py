from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from adapters.http.errors import MalformedAnswer, NotFound, Unauthorised, Unsendable
from adapters.http.limits import Limits
from adapters.http.paging import Page
from adapters.plentific.client import PlentificClient, connect
from tests.adapters.http.servers import asgi_server
from tests.adapters.plentific.documented_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    DocumentedServer,
)


@asynccontextmanager
async def connected(
    server: DocumentedServer, client_secret: str = CLIENT_SECRET
) -> AsyncIterator[PlentificClient]:
    async with asgi_server(server.app()) as url:
        client = connect(
            connection="plentific",
            base_url=f"{url}/2021-10-28",
            client_id=CLIENT_ID,
            client_secret=client_secret,
            limits=Limits(10_000, 8),
        )
        try:
            yield client
        finally:
            await client.aclose()


def server_with(count: int, **given: object) -> DocumentedServer:
    rows = [{"uuid": f"u{number}", "status": "new"} for number in range(count)]
    return DocumentedServer(rows=rows, **given)  # type: ignore[arg-type]


async def read_all(client: PlentificClient, page_size: int) -> list[Page]:
    return [page async for page in client.list_work_orders(page_size=page_size)]


async def test_a_list_is_read_page_after_page_to_its_end() -> None:
    server = server_with(25)
    async with connected(server) as client:
        pages = await read_all(client, 10)

    assert [row["uuid"] for page in pages for row in page.rows] == [f"u{n}" for n in range(25)]
    assert [(page.offset, len(page.rows), page.total) for page in pages] == [
        (0, 10, 25),
        (10, 10, 25),
        (20, 5, 25),
    ]


async def test_a_page_carries_the_servers_clock() -> None:
    async with connected(server_with(1)) as client:
        (page,) = await read_all(client, 10)

    assert page.server_date is not None
    assert page.server_date.tzinfo is UTC
    assert abs(page.server_date - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("count", "tells_total", "offsets"),
    [
        (0, True, [0]),
        (0, False, [0]),
        (10, True, [0]),
        (10, False, [0, 10]),
        (20, True, [0, 10]),
        (15, False, [0, 10]),
    ],
)
async def test_no_page_is_asked_for_that_is_not_needed(
    count: int, tells_total: bool, offsets: list[int]
) -> None:
    server = server_with(count, tells_total=tells_total)
    async with connected(server) as client:
        pages = await read_all(client, 10)

    assert server.offsets() == offsets
    assert sum(len(page.rows) for page in pages) == count


async def test_nothing_is_missed_where_pages_are_smaller_than_asked_for() -> None:
    server = server_with(250, largest_page=100)
    async with connected(server) as client:
        pages = await read_all(client, 200)

    assert sum(len(page.rows) for page in pages) == 250
    assert server.offsets() == [0, 100, 200]


async def test_a_provider_that_sends_the_same_page_again_does_not_keep_us_forever() -> None:
    server = server_with(30, tells_total=False, ignores_offset=True)
    async with connected(server) as client:
        with pytest.raises(MalformedAnswer, match="the page at 10 is the one before it again"):
            await read_all(client, 10)


async def test_rows_from_another_offset_than_asked_for_are_refused() -> None:
    server = server_with(30, extra_headers={"X-Pagination-Offset": "0"})
    async with connected(server) as client:
        with pytest.raises(MalformedAnswer, match="rows from 0 came, rows from 10 were asked for"):
            await read_all(client, 10)


async def test_a_page_can_be_read_by_its_offset() -> None:
    async with connected(server_with(30)) as client:
        page = await client.list_invoices(page_size=10).at(20)

    assert [row["uuid"] for row in page.rows] == [f"u{number}" for number in range(20, 30)]


async def test_filters_are_sent_as_documented_and_only_those_given() -> None:
    server = server_with(0)
    async with connected(server) as client:
        invoices = client.list_invoices(status="paid", paid_from=date(2026, 1, 31))
        assert [page.rows async for page in invoices] == [[]]

    assert dict(server.requests[0].query_params) == {"status": "paid", "paid_from": "2026-01-31"}


async def test_an_unknown_filter_a_time_and_a_page_too_large_are_refused() -> None:
    async with connected(server_with(0)) as client:
        with pytest.raises(TypeError, match="colour"):
            client.list_work_orders(colour="red")  # type: ignore[call-arg]
        with pytest.raises(Unsendable, match="created_from: Input should be a valid date"):
            client.list_work_orders(created_from=datetime.now(UTC))
        with pytest.raises(
            Unsendable, match="list_work_orders: page_size must be 1 to 200, not 201"
        ):
            client.list_work_orders(page_size=201)


@pytest.mark.parametrize("body", ["{}", "[1]", "null", ""])
async def test_a_detail_that_is_no_object_is_malformed(body: str) -> None:
    async with connected(DocumentedServer(details={"u": body if body != "{}" else "[]"})) as client:
        with pytest.raises(MalformedAnswer, match="get_invoice: an object was expected"):
            await client.get_invoice("u")


async def test_amounts_are_decimals_exactly_as_written() -> None:
    body = """{"uuid": "u", "status": "paid", "tax_withheld": 16.50, "total_tax": 0.1,
               "total_including_tax": 9007199254740993.07, "total_excluding_tax": 55,
               "items": [{"unit_price": 1.005, "quantity": 3.0}]}"""
    async with connected(DocumentedServer(details={"u": body})) as client:
        detail = await client.get_invoice("u")

    invoice = detail.model
    assert str(invoice.tax_withheld) == "16.50"
    assert invoice.total_tax == Decimal("0.1")
    assert str(invoice.total_including_tax) == "9007199254740993.07"
    assert invoice.total_excluding_tax == Decimal(55)
    assert str(invoice.items[0].unit_price) == "1.005"
    assert detail.raw["tax_withheld"] == Decimal("16.50")


async def test_a_uuid_is_one_part_of_the_path_whatever_it_holds() -> None:
    server = DocumentedServer()
    async with connected(server) as client:
        with pytest.raises(NotFound, match=r"plentific: get_work_order: Not Found \(404\)"):
            await client.get_work_order("a/../b?c")
        with pytest.raises(Unsendable, match="work_order_uuid cannot be ''"):
            await client.get_work_order("")

    assert len(server.requests) <= 1


async def test_wrong_credentials_say_which_connection_to_check() -> None:
    async with connected(server_with(0), client_secret="wrong-one") as client:
        with pytest.raises(Unauthorised, match="plentific: create_token: Unauthorized"):
            await read_all(client, 10)


async def test_what_cannot_be_typed_is_malformed_and_says_where() -> None:
    body = '{"uuid": "u", "status": "paid", "items": [{"quantity": "many"}]}'
    async with connected(DocumentedServer(details={"u": body})) as client:
        with pytest.raises(MalformedAnswer, match=r"Invoice: items\.0\.quantity"):
            await client.get_invoice("u")
