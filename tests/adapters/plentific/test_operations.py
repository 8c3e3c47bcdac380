from __future__ import annotations

from dataclasses import dataclass

from adapters.http.client import HttpClient
from adapters.plentific.models.work_orders import WorkOrderRow
from adapters.plentific.operations import listing
from tests.adapters.http.servers import Seen, Wire, raw_server


@dataclass(frozen=True, kw_only=True)
class BookingFilter:
    work_order_uuid: str
    status: str | None = None
    page_size: int = 200


class Declared:
    list_work_order_bookings = listing(
        "/work-orders/{work_order_uuid}/bookings", BookingFilter, WorkOrderRow
    )

    def __init__(self, http: HttpClient) -> None:
        self.http = http


async def test_a_parameter_that_the_path_names_fills_the_path_and_the_others_the_query() -> None:
    async def answer(seen: Seen, wire: Wire) -> None:
        await wire.answer(200, [])

    async with raw_server(answer) as server:
        http = HttpClient(connection="plentific", base_url=server.url)
        bookings = Declared(http).list_work_order_bookings(
            work_order_uuid="a/b", status="no_access"
        )
        assert [page.rows async for page in bookings] == [[]]
        await http.aclose()

    assert server.seen[0].target == "/work-orders/a%2Fb/bookings?status=no_access"
    assert server.seen[0].headers["x-pagination-limit"] == "200"
    assert server.seen[0].headers["x-pagination-offset"] == "0"


async def test_an_operation_is_called_in_errors_and_spans_as_it_is_declared() -> None:
    http = HttpClient(connection="plentific", base_url="http://unused.test")
    pages = Declared(http).list_work_order_bookings(work_order_uuid="u")

    assert pages.operation == "list_work_order_bookings"
    await http.aclose()
