"""Webhook deliveries of the simulated Plentific: made for each subscription, sent if asked for.

The document names the events and says nothing of a delivery. The body, the header of the
signature (HMAC-SHA256 of the raw body with the subscription's secret, in hexadecimal) and that
nothing is tried twice are this sandbox's own choice.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import orjson

from deploy.sandbox.collection import Record
from deploy.sandbox.documented import operations
from deploy.sandbox.plentific.formats import zulu_micro
from deploy.sandbox.plentific.identity import uuid_of
from deploy.sandbox.settings import PlentificSettings

SIGNATURE_HEADER = "X-Plentific-Signature"
TIMEOUT = 5.0  # seconds that an endpoint has

_PATTERNS = (operations("plentific")["create_webhook_subscription"].body or {})["matching_events"]
EVENTS = tuple(pattern for pattern in _PATTERNS.enum if not pattern.endswith("*"))

# Which event a status reached is, by kind of record; other statuses are told to nobody.
STATUS_EVENTS: Mapping[str, Mapping[str, str]] = {
    "work_orders": {
        "job_leads_sent": "work_order.published",
        "hired": "work_order.job_accepted",
        "customer_cancelled": "work_order.cancelled",
        "done": "work_order.completed",
    },
    "invoices": {
        status: f"invoice.{status}" for status in ("approved", "cancelled", "overdue", "paid")
    },
    "completion_reports": {
        "accepted": "completion_report.signed_off",
        "declined": "completion_report.rejected",
    },
    "quotes": {"accepted": "quote.accepted", "varied": "quote.variation_requested"},
    "variations": {
        "accepted": "quote.variation_accepted",
        "declined": "quote.variation_declined",
    },
}
CREATED_EVENTS: Mapping[str, str] = {
    "work_orders": "work_order.created",
    "invoices": "invoice.received",
    "bookings": "booking.created",
    "completion_reports": "completion_report.submitted",
    "quotes": "quote.received",
    "outstanding_issues": "outstanding_issue.created",
}


@dataclass(slots=True)
class Delivery:
    """One request to a subscriber; `outcome` is its status or why there is none, once sent."""

    url: str
    event: str
    subscription_uuid: str
    body: bytes
    headers: Mapping[str, str]
    outcome: str | None = None


@dataclass(slots=True)
class Outbox:
    """The deliveries so far; those without an outcome wait to be sent."""

    all: list[Delivery] = field(default_factory=list)
    sent: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, deliveries: Iterable[Delivery]) -> None:
        """Add deliveries and wake the sender."""
        self.all.extend(deliveries)
        self.news.set()


def matches(subscription: Record, event: str) -> bool:
    """Whether one of a subscription's patterns means the event."""
    family = event.partition(".")[0] + ".*"
    return not {"*", family, event}.isdisjoint(subscription["matching_events"])


def deliveries_of(
    subscriptions: Iterable[Record], event: str, now: datetime, number: int, data: Mapping[str, Any]
) -> Iterator[Delivery]:
    """The deliveries of one event, to every enabled subscription that wants it."""
    content = {
        "id": uuid_of(f"event/{number}"),
        "event": event,
        "created": zulu_micro(now),
        "data": data,
    }
    body = orjson.dumps(content)
    for subscription in subscriptions:
        if subscription["is_enabled"] and matches(subscription, event):
            secret = subscription["_endpoint_secret"].encode()
            headers = {
                "Content-Type": "application/json",
                SIGNATURE_HEADER: hmac.new(secret, body, hashlib.sha256).hexdigest(),
            }
            url = subscription["endpoint_url"]
            yield Delivery(url, event, subscription["uuid"], body, headers)


async def send_deliveries(outbox: Outbox, settings: PlentificSettings) -> None:
    """Send what is put into an outbox, in order and once, while the switch allows it.

    Runs until it is cancelled; failures are outcomes, nothing is tried twice.
    """
    client: httpx.AsyncClient | None = None
    async with AsyncExitStack() as stack:
        while True:
            await outbox.news.wait()
            outbox.news.clear()
            if settings.send_webhooks:
                if client is None:  # made late: most sandboxes never send anything
                    client = httpx.AsyncClient(timeout=TIMEOUT, trust_env=False)
                    await stack.enter_async_context(client)
                while outbox.sent < len(outbox.all):
                    outbox.sent += 1
                    await _send(client, outbox.all[outbox.sent - 1])


async def _send(client: httpx.AsyncClient, delivery: Delivery) -> None:
    try:
        answer = await client.post(delivery.url, content=delivery.body, headers=delivery.headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        delivery.outcome = type(error).__name__
    else:
        delivery.outcome = str(answer.status_code)
