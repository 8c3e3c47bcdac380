"""The client against the simulated Plentific: tokens, pages, details and faults."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.http.errors import MalformedAnswer, ProviderError, Transient
from adapters.http.limits import Limits
from adapters.http.models import unknown_fields, unknown_values
from adapters.plentific.client import PlentificClient, connect
from deploy.sandbox import Sandbox, running_sandbox
from deploy.sandbox.plentific.data import CLIENT_ID, CLIENT_SECRET


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with running_sandbox(seed="demo") as running:
        yield running


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[PlentificClient]:
    client = connect(
        connection="plentific",
        base_url=sandbox.plentific_url,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        limits=Limits(10_000, 8),
        timeout=5,
    )
    yield client
    await client.aclose()


async def test_every_work_order_and_invoice_is_listed_and_understood(
    client: PlentificClient, sandbox: Sandbox
) -> None:
    orders = [row async for page in client.list_work_orders(page_size=5) for row in page.rows]
    invoices = [row async for page in client.list_invoices(page_size=3) for row in page.rows]

    assert len(orders) == len(sandbox.state.plentific.work_orders)
    assert len(invoices) == len(sandbox.state.plentific.invoices)
    for row in orders:
        order = (await client.get_work_order(row["uuid"])).model
        assert (order.uuid, order.status) == (row["uuid"], row["status"])
        assert list(unknown_fields(order)) == list(unknown_values(order)) == []
    for row in invoices:
        invoice = (await client.get_invoice(row["uuid"])).model
        assert (invoice.uuid, invoice.status) == (row["uuid"], row["status"])
        assert list(unknown_fields(invoice)) == list(unknown_values(invoice)) == []
        assert invoice.total_including_tax == sum(
            item.amount_including_tax or 0 for item in invoice.items
        )


async def test_tokens_that_are_all_ended_cost_one_token_call(
    client: PlentificClient, sandbox: Sandbox
) -> None:
    page = await client.list_invoices().at(0)
    before = _token_calls(sandbox)
    sandbox.state.plentific.tokens.expire_all()
    uuid = page.rows[0]["uuid"]
    await asyncio.gather(*(client.get_invoice(uuid) for _ in range(100)))

    assert _token_calls(sandbox) == before + 1


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("drop_before", Transient),
        ("drop_after", Transient),
        ("half_body", MalformedAnswer),
        ("html", MalformedAnswer),
    ],
)
async def test_a_fault_is_told_by_its_kind_and_is_over_when_it_is_over(
    kind: str, error: type[ProviderError], client: PlentificClient, sandbox: Sandbox
) -> None:
    await client.list_invoices().at(0)
    sandbox.state.faults.add(kind, provider="plentific", method="GET")
    with pytest.raises(error):
        await client.list_invoices().at(0)

    assert (await client.list_invoices().at(0)).rows


def _token_calls(sandbox: Sandbox) -> int:
    calls = sandbox.state.requests.find(provider="plentific", path="/token")
    return len(list(calls))
