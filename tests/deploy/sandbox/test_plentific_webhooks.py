"""Webhooks of the simulated Plentific: who subscribed is told, if the switch allows it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from deploy.sandbox import Sandbox
from deploy.sandbox.plentific.data import PlentificData
from deploy.sandbox.plentific.invoices import change_invoice, create_invoice
from deploy.sandbox.plentific.webhooks import EVENTS
from deploy.sandbox.plentific.work_order_progress import change_child, create_child
from deploy.sandbox.plentific.work_orders import add_status, create_work_order
from tests.deploy.sandbox.conftest import START

SECRET = "sandbox-webhook-secret"


async def subscribe(api: httpx.AsyncClient, *patterns: str, **fields: Any) -> Any:
    body = {
        "endpoint_secret": SECRET,
        "endpoint_url": "http://127.0.0.1:9/hook",
        "matching_events": list(patterns),
    }
    answer = await api.post("/webhooks/subscriptions", json={**body, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


def told(data: PlentificData) -> list[str]:
    return [delivery.event for delivery in data.outbox.all]


async def test_a_subscription_never_shows_its_secret(plentific_api: httpx.AsyncClient) -> None:
    made = await subscribe(plentific_api, "work_order.*")
    path = f"/webhooks/subscriptions/{made['uuid']}"

    shown = [await plentific_api.get(path), await plentific_api.get(path.rpartition("/")[0])]

    assert all(SECRET not in answer.text for answer in shown)
    assert (made["is_enabled"], made["matching_events"]) == (True, ["work_order.*"])
    assert (await plentific_api.patch(path, json={})).status_code == 405


@pytest.mark.parametrize("url", ["example.com/hook", "ftp://example.com"])
async def test_an_endpoint_must_be_a_url(plentific_api: httpx.AsyncClient, url: str) -> None:
    body = {"endpoint_secret": "s", "endpoint_url": url, "matching_events": ["*"]}

    assert (await plentific_api.post("/webhooks/subscriptions", json=body)).status_code == 400


async def test_every_event_is_listed_with_who_wants_it(plentific_api: httpx.AsyncClient) -> None:
    everything = (await subscribe(plentific_api, "*"))["uuid"]
    quotes = (await subscribe(plentific_api, "quote.*", "invoice.paid"))["uuid"]

    events = (await plentific_api.get("/webhooks/events")).json()
    by_name = {row["event"]: row["matching_subscriptions"] for row in events}

    assert (len(EVENTS), tuple(by_name)) == (23, EVENTS)
    assert by_name["quote.accepted"] == by_name["invoice.paid"] == [everything, quotes]
    assert by_name["invoice.received"] == [everything]


async def test_without_a_subscription_nobody_is_told(sandbox: Sandbox) -> None:
    create_work_order(sandbox.state.plentific, START, {})

    assert told(sandbox.state.plentific) == []


async def test_changes_behind_the_api_are_told_by_their_names(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    await subscribe(plentific_api, "*")
    await subscribe(plentific_api, "*", is_enabled=False)
    data = sandbox.state.plentific
    order = create_work_order(data, START, {})["uuid"]
    for status in ("job_leads_sent", "quoted", "hired", "done", "customer_cancelled"):
        add_status(data, order, status, START)
    invoice = create_invoice(data, START, {"work_order_uuid": order})["uuid"]
    change_invoice(data, invoice, START, {"status": "overdue"})
    change_invoice(data, invoice, START, {"status": "paid"})

    assert told(data) == [
        *("work_order.created", "work_order.published", "work_order.job_accepted"),
        *("work_order.completed", "work_order.cancelled"),
        *("invoice.received", "invoice.overdue", "invoice.paid"),
    ]


@pytest.mark.parametrize(
    ("kind", "changes", "events"),
    [
        ("bookings", [{"status": "attended"}], ["booking.created", "booking.updated"]),
        (
            "completion_reports",
            [{"status": "updated"}, {"status": "declined"}],
            ["completion_report.submitted", "completion_report.rejected"],
        ),
        (
            "completion_reports",
            [{"status": "accepted"}],
            ["completion_report.submitted", "completion_report.signed_off"],
        ),
        ("quotes", [{"status": "accepted"}], ["quote.received", "quote.accepted"]),
        ("quotes", [{"status": "declined"}], ["quote.received"]),
        (
            "quotes",
            [{"status": "varied"}, {"status": "declined"}],
            ["quote.received", "quote.variation_requested", "quote.variation_declined"],
        ),
        (
            "outstanding_issues",
            [{"closing_description": "x"}, {"closed": True}],
            ["outstanding_issue.created", "outstanding_issue.closed"],
        ),
    ],
)
async def test_parts_of_a_work_order_are_told_by_their_names(
    plentific_api: httpx.AsyncClient,
    sandbox: Sandbox,
    kind: str,
    changes: list[dict[str, Any]],
    events: list[str],
) -> None:
    data = sandbox.state.plentific
    order = create_work_order(data, START, {})["uuid"]
    await subscribe(plentific_api, "*")
    part = create_child(data, kind, order, START, {"uuid": "one"})
    for change in changes:
        change_child(data, kind, order, "one", START, change)

    assert part is not None
    assert told(data) == events
    content = orjson.loads(data.outbox.all[0].body)
    assert content["data"] == {"uuid": "one", "work_order_uuid": order}


class Endpoint:
    """An HTTP server that keeps what it is sent and answers 204."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.arrived = asyncio.Event()
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode().lower().split("\r\n")
        length = next(line for line in lines if line.startswith("content-length")).split()[1]
        self.requests.append(head + await reader.readexactly(int(length)))
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        self.arrived.set()


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    endpoint = Endpoint()
    server = await asyncio.start_server(endpoint.serve, "127.0.0.1", 0)
    endpoint.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    async with server:
        yield endpoint


async def test_a_delivery_is_sent_signed_and_a_failed_one_is_only_recorded(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox, endpoint: Endpoint
) -> None:
    data = sandbox.state.plentific
    data.settings.send_webhooks = True
    await subscribe(plentific_api, "work_order.created")  # where nobody listens
    await subscribe(plentific_api, "work_order.created", endpoint_url=endpoint.url)

    order = create_work_order(data, START, {})["uuid"]
    await asyncio.wait_for(endpoint.arrived.wait(), 5)

    [request] = endpoint.requests
    head, _, body = request.partition(b"\r\n\r\n")
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert f"x-plentific-signature: {signature}" in head.decode().lower()
    content = orjson.loads(body)
    assert (content["event"], content["data"]["uuid"]) == ("work_order.created", order)
    assert content["created"] == "2026-03-02T09:30:15.250000Z"
    assert data.outbox.all[0].outcome == "ConnectError"


async def test_nothing_is_sent_while_the_switch_is_off(
    plentific_api: httpx.AsyncClient, sandbox: Sandbox, endpoint: Endpoint
) -> None:
    await subscribe(plentific_api, "*", endpoint_url=endpoint.url)

    create_work_order(sandbox.state.plentific, START, {})
    await plentific_api.get("/webhooks/events")  # the sender had its turn

    assert (told(sandbox.state.plentific), endpoint.requests) == (["work_order.created"], [])
