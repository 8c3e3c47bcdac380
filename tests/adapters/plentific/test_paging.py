"""What is peculiar to some lists, and rows that move while a list is read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from adapters.http.errors import MalformedAnswer, Transient, Unsendable
from tests.adapters.plentific.answering import Prepared, answering

TRANSFER = b'{"invoice_uuid": "i-1", "total_amount": 9007199254740993.07}'


def page(total: int, *uuids: str) -> Prepared:
    rows: list[Any] = [{"uuid": uuid, "status": "new"} for uuid in uuids]
    return Prepared(rows, headers={"X-Pagination-Count": str(total)})


async def test_a_row_that_moves_back_while_its_list_is_read_is_not_missed() -> None:
    # "a" goes while the first page is read, so that "c" takes a place that was read already.
    moving = [page(4, "a", "b"), page(3, "d"), page(3, "b", "c"), page(3, "d")]
    async with answering(*moving) as (client, asked):
        rows = [row.model.uuid async for row in client.list_work_orders(page_size=2).each()]

    assert rows == ["a", "b", "d", "c"]
    assert len(asked) == 4


async def test_a_row_that_moves_on_while_its_list_is_read_is_given_once() -> None:
    moving = [page(3, "a", "b"), page(4, "b", "c"), page(4, "z", "a"), page(4, "b", "c")]
    async with answering(*moving) as (client, _):
        rows = [row.model.uuid async for row in client.list_properties(page_size=2).each()]

    assert rows == ["a", "b", "c", "z"]


async def test_a_list_that_never_holds_still_is_a_failure_for_now() -> None:
    async with answering(page(9, "a")) as (client, _):
        with pytest.raises(MalformedAnswer, match="the one before it again"):
            [row async for row in client.list_tags(page_size=1).each()]
    async with answering(page(2, "a", "a")) as (client, _):
        with pytest.raises(Transient, match="list_tags: the list kept moving"):
            [row async for row in client.list_tags(page_size=2).each()]


async def test_a_list_belongs_to_the_work_order_that_it_is_asked_of() -> None:
    async with answering(page(1, "b-1")) as (client, asked):
        pages = client.list_work_order_bookings("a/b", page_size=5)
        assert [row.model.uuid async for row in pages.each()] == ["b-1"]

    assert asked[0].target == "/work-orders/a%2Fb/bookings"
    assert asked[0].headers["x-pagination-limit"] == "5"
    assert asked[0].headers["x-pagination-offset"] == "0"


@pytest.mark.parametrize("page_size", [1, 200])
async def test_one_bank_transfer_may_come_where_a_list_was_asked_for(page_size: int) -> None:
    async with answering(Prepared(TRANSFER)) as (client, asked):
        pages = client.list_unpaid_invoices_bank_transfer_payment_details(page_size=page_size)
        rows = [row.model async for row in pages.each()]

    assert [row.total_amount for row in rows] == [Decimal("9007199254740993.07")]
    assert [seen.headers["x-pagination-limit"] for seen in asked] == [str(page_size)]


async def test_several_bank_transfers_come_as_a_list_like_any_other() -> None:
    both = [{"invoice_uuid": "i-1", "total_amount": 1.5}, {"invoice_uuid": "i-2"}]
    async with answering(Prepared(both)) as (client, _):
        pages = client.list_unpaid_invoices_bank_transfer_payment_details()
        rows = [row.model async for row in pages.each()]

    assert [(row.invoice_uuid, row.total_amount) for row in rows] == [
        ("i-1", Decimal("1.5")),
        ("i-2", None),
    ]


async def test_an_object_is_no_list_anywhere_else() -> None:
    async with answering(Prepared(TRANSFER)) as (client, _):
        with pytest.raises(MalformedAnswer, match="a list of objects was expected"):
            await client.list_invoices().at(0)


async def test_webhook_events_come_at_once_and_without_paging() -> None:
    events = [{"event": f"e-{n}", "matching_subscriptions": ["s"]} for n in range(250)]
    async with answering(Prepared(events)) as (client, asked):
        rows = [row.model async for row in client.list_webhook_events().each()]
        with pytest.raises(Unsendable, match="one page, at 0, not at 200"):
            await client.list_webhook_events().at(200)

    assert len(rows) == 250
    assert rows[0].matching_subscriptions == ("s",)
    assert len(asked) == 1
    assert not [name for name in asked[0].headers if name.startswith("x-pagination")]


async def test_filters_of_several_uuids_and_of_yes_or_no_are_spelt_as_text() -> None:
    async with answering(page(0)) as (client, asked):
        await client.list_categories(uuid__in=("a", "b")).at(0)
        await client.list_users(verified=True, deactivated=False).at(0)

    assert [seen.target for seen in asked] == [
        "/categories?uuid__in=a,b",
        "/users?deactivated=false&verified=true",
    ]
