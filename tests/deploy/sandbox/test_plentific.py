"""The simulated Plentific is as strict, and as thin, as its document."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from deploy.sandbox import Sandbox
from deploy.sandbox.plentific.data import CLIENT_ID, CLIENT_SECRET, ORGANISATION_UUID
from deploy.sandbox.plentific.invoices import create_invoice, pay_invoice
from deploy.sandbox.plentific.work_orders import add_status, create_work_order
from tests.deploy.sandbox.conftest import START, Clock, plentific_token

GOOD = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


def invoices_on(sandbox: Sandbox, count: int) -> list[str]:
    """Invoices created one second apart, oldest first."""
    data, now = sandbox.state.plentific, sandbox.state.now()
    times = [(now + timedelta(seconds=number)).isoformat() for number in range(count)]
    return [create_invoice(data, now, {"created": at})["uuid"] for at in times]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (GOOD, 200),
        ({**GOOD, "client_secret": "wrong"}, 401),
        ({**GOOD, "grant_type": "client_credentials"}, 400),
        ({"client_id": CLIENT_ID}, 400),
        ([], 400),
    ],
)
async def test_a_token_is_given_for_exactly_the_two_credentials(
    http: httpx.AsyncClient, sandbox: Sandbox, body: Any, status: int
) -> None:
    answer = await http.post(f"{sandbox.plentific_url}/token", json=body)

    assert answer.status_code == status
    assert status == 200 or isinstance(answer.json()["detail"], str)


async def test_a_token_request_must_be_json(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    answer = await http.post(f"{sandbox.plentific_url}/token", data=GOOD)

    assert answer.status_code == 400


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic abc"])
async def test_without_a_good_token_the_answer_is_401_with_detail(
    http: httpx.AsyncClient, sandbox: Sandbox, header: str
) -> None:
    answer = await http.get(f"{sandbox.plentific_url}/invoices", headers={"Authorization": header})

    assert answer.status_code == 401
    assert list(answer.json()) == ["detail"]


async def test_a_token_ends_after_the_seconds_it_was_given(
    http: httpx.AsyncClient, sandbox: Sandbox, clock: Clock
) -> None:
    headers = {"Authorization": f"Bearer {await plentific_token(http, sandbox)}"}
    url = f"{sandbox.plentific_url}/invoices"

    clock.advance(3599)
    assert (await http.get(url, headers=headers)).status_code == 200
    clock.advance(1)
    assert (await http.get(url, headers=headers)).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/castles", 404),
        ("GET", "/invoices/00000000-0000-0000-0000-000000000000", 404),
        ("DELETE", "/invoices", 405),
        ("HEAD", "/invoices", 405),
    ],
)
async def test_404_and_405_have_no_body(
    plentific_api: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await plentific_api.request(method, path)

    assert (answer.status_code, answer.content) == (status, b"")


async def test_a_list_is_paged_by_headers(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    newest_first = invoices_on(sandbox, 5)[::-1]
    headers = {"X-Pagination-Limit": "2", "X-Pagination-Offset": "2"}

    answer = await plentific_api.get("/invoices", headers=headers)

    assert [row["uuid"] for row in answer.json()] == newest_first[2:4]
    assert answer.headers["X-Pagination-Count"] == "13"
    assert answer.headers["X-Pagination-Limit"] == "2"
    assert answer.headers["X-Pagination-Offset"] == "2"
    assert answer.headers["X-Api-Version"] == "2021-10-28"


async def test_the_default_page_has_100_rows_and_an_offset_beyond_the_end_none(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    invoices_on(sandbox, 120)

    first = await plentific_api.get("/invoices")
    beyond = await plentific_api.get("/invoices", headers={"X-Pagination-Offset": "500"})

    assert len(first.json()) == 100
    assert (beyond.status_code, beyond.json()) == (200, [])


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Pagination-Limit": "201"},
        {"X-Pagination-Limit": "0"},
        {"X-Pagination-Limit": "many"},
        {"X-Pagination-Offset": "-1"},
    ],
)
async def test_a_wrong_page_header_is_refused(
    plentific_api: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await plentific_api.get("/invoices", headers=headers)

    assert answer.status_code == 400
    assert "X-Pagination" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/invoices", "page=2"),
        ("/invoices", "X-Pagination-Limit=10"),
        ("/invoices", "status=cancelled"),
        ("/invoices", "status="),
        ("/invoices", "created_from=2026-1-1"),
        ("/invoices", "created_from=2026-02-30"),
        ("/invoices", "paid_to=2026-02-28T00:00:00Z"),
        ("/invoices", "organisation_uuid=me"),
        ("/invoices", "status=paid&status=overdue"),
        ("/invoices", "external_reference=EX-INV-1"),
        ("/work-orders", "paid_from=2026-01-01"),
        ("/work-orders", "status=cancelled"),
    ],
)
async def test_an_undocumented_or_malformed_filter_is_refused(
    plentific_api: httpx.AsyncClient, path: str, query: str
) -> None:
    answer = await plentific_api.get(f"{path}?{query}")

    assert answer.status_code == 400
    assert list(answer.json()) == ["detail"]


async def test_lists_are_filtered(plentific_api: httpx.AsyncClient) -> None:
    paid = (await plentific_api.get("/invoices?status=paid")).json()
    hired = (await plentific_api.get("/work-orders?external_reference=EX-1003")).json()
    mine = await plentific_api.get(f"/work-orders?organisation_uuid={ORGANISATION_UUID}")
    other = await plentific_api.get(
        "/work-orders?organisation_uuid=00000000-0000-0000-0000-000000000000"
    )

    assert [row["status"] for row in paid] == ["paid", "paid"]
    assert [row["status"] for row in hired] == ["hired"]
    assert (len(mine.json()), other.json()) == (12, [])


@pytest.mark.parametrize(("includes_end", "found"), [(True, 1), (False, 0)])
async def test_the_end_of_a_date_filter_can_be_had_both_ways(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox, includes_end: bool, found: int
) -> None:
    sandbox.state.plentific.settings.date_filter_includes_end = includes_end
    uuid = create_invoice(sandbox.state.plentific, START, {})["uuid"]

    rows = await plentific_api.get("/invoices?created_from=2026-03-02&created_to=2026-03-02")

    assert [row["uuid"] for row in rows.json()] == [uuid] * found


async def test_the_day_of_a_filter_begins_in_the_zone_set(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    sandbox.state.plentific.settings.date_filter_zone = "Asia/Tokyo"
    late = START.replace(hour=20).isoformat()
    uuid = create_invoice(sandbox.state.plentific, START, {"created": late})["uuid"]

    rows = (await plentific_api.get("/invoices?created_from=2026-03-03")).json()

    assert [row["uuid"] for row in rows] == [uuid]


async def test_unpaid_invoices_are_not_among_those_paid_in_a_period(
    plentific_api: httpx.AsyncClient,
) -> None:
    rows = (await plentific_api.get("/invoices?paid_from=2020-01-01&paid_to=2030-01-01")).json()

    assert {row["status"] for row in rows} == {"paid"}


async def test_sums_of_an_invoice_add_up_to_the_penny(sandbox: Sandbox) -> None:
    lines = [
        {"type": "LABOUR", "description": "a", "quantity": "1.5", "unit_price": "33.33", "vat": 20},
        {"type": "MATERIALS", "description": "b", "quantity": 3, "unit_price": 0.1, "vat": 5},
    ]

    invoice = create_invoice(sandbox.state.plentific, START, {"items": lines})

    assert [item["amount_including_tax"] for item in invoice["items"]] == [60, 0.32]
    assert invoice["total_excluding_tax"] == 50.3
    assert invoice["total_tax"] == 10.02
    assert invoice["total_including_tax"] == invoice["outstanding_amount"] == 60.32


async def test_a_paid_invoice_has_its_time_and_nothing_outstanding(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    uuid = create_invoice(sandbox.state.plentific, START, {})["uuid"]

    pay_invoice(sandbox.state.plentific, uuid, START)

    row = (await plentific_api.get("/invoices")).json()[0]
    body = (await plentific_api.get(f"/invoices/{uuid}")).json()
    assert (row["status"], row["paid_on"]) == ("paid", "2026-03-02T09:30:15Z")
    assert (body["paid_on"], body["outstanding_amount"]) == ("2026-03-02T09:30:15.250000Z", 0)
    with pytest.raises(ValueError, match="is paid already"):
        pay_invoice(sandbox.state.plentific, uuid, START)


async def test_every_status_of_a_work_order_stays_in_its_history(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox, clock: Clock
) -> None:
    uuid = create_work_order(sandbox.state.plentific, clock.now, {})["uuid"]
    clock.advance(60)
    add_status(sandbox.state.plentific, uuid, "hired", clock.now)

    body = (await plentific_api.get(f"/work-orders/{uuid}")).json()

    assert body["status"] == "hired"
    assert body["state_history"] == [
        {"created": "2026-03-02T09:30:15Z", "status": "new"},
        {"created": "2026-03-02T09:31:15Z", "status": "hired"},
    ]


async def test_the_date_header_is_the_providers_time(plentific_api: httpx.AsyncClient) -> None:
    answer = await plentific_api.get("/invoices")

    assert answer.headers["Date"] == "Mon, 02 Mar 2026 09:30:15 GMT"
