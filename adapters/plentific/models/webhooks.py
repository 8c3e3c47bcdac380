"""Webhook subscriptions and the events to subscribe to."""

from __future__ import annotations

from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from adapters.http.models import Known, Many, ProviderModel
from adapters.http.requests import Maybe, RequestModel
from adapters.plentific.models.shared import Several

PayloadVersion = Literal["v1", "v2", "v3"]
# plentific.txt: "Create a webhook subscription", Enumerated Values
MatchedEvent = Literal[
    "*",
    "booking.*",
    "booking.created",
    "booking.updated",
    "completion_report.*",
    "completion_report.signed_off",
    "completion_report.submitted",
    "completion_report.rejected",
    "invoice.*",
    "invoice.approved",
    "invoice.cancelled",
    "invoice.overdue",
    "invoice.paid",
    "invoice.received",
    "outstanding_issue.*",
    "outstanding_issue.closed",
    "outstanding_issue.created",
    "quote.*",
    "quote.accepted",
    "quote.received",
    "quote.variation_accepted",
    "quote.variation_declined",
    "quote.variation_requested",
    "work_order.*",
    "work_order.cancelled",
    "work_order.completed",
    "work_order.created",
    "work_order.job_accepted",
    "work_order.published",
    "repair_report.*",
    "repair_report.created",
]
PAYLOAD_VERSIONS = Known(*get_args(PayloadVersion))
MATCHED_EVENTS = Known(*get_args(MatchedEvent))


def _web_address(value: str) -> str:
    address = urlsplit(value)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise ValueError("is not an address that begins with https:// or http://")
    return value


class Subscription(ProviderModel):
    """A subscription, never with its secret.

    plentific.txt: "Retrieve webhook subscription details".
    """

    uuid: str
    endpoint_url: str | None = None
    endpoint_version: Annotated[str | None, PAYLOAD_VERSIONS] = None
    matching_events: Annotated[Many[str], MATCHED_EVENTS] = ()
    is_enabled: bool | None = None
    alerts_enabled: bool | None = None


class SubscriptionNew(RequestModel):
    """A subscription to be created (plentific.txt: "Create a webhook subscription").

    It cannot be changed afterwards. The version is that of what is delivered; which one it is where
    none is given is not documented.
    """

    endpoint_url: Annotated[str, AfterValidator(_web_address)]
    endpoint_secret: str = Field(repr=False)
    matching_events: Several[MatchedEvent]
    endpoint_version: Maybe[PayloadVersion] = None
    is_enabled: Maybe[bool] = None
    alerts_enabled: Maybe[bool] = None


class WebhookEvent(ProviderModel):
    """An event, and which subscriptions get it (plentific.txt: "List all Webhook Events")."""

    event: str
    matching_subscriptions: Many[str] = ()
