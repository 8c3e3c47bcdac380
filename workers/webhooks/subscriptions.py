"""The provider's subscriptions compared with the one that we want, and made the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import SecretStr

from adapters.http.errors import NotFound
from adapters.plentific.client import PlentificClient
from adapters.plentific.models.webhooks import MatchedEvent, Subscription, SubscriptionNew

EVENTS: tuple[MatchedEvent, ...] = (
    "work_order.*",
    "booking.*",
    "quote.*",
    "completion_report.*",
    "outstanding_issue.*",
    "invoice.*",
)
"""What our streams are about."""


@dataclass(frozen=True)
class Wanted:
    """The subscription of a connection; ours are those with exactly this address."""

    address: str
    secret: SecretStr

    def is_met_by(self, one: Subscription) -> bool:
        """Whether it is as we want it; what its secret is, nobody says."""
        return set(one.matching_events) == set(EVENTS) and one.is_enabled is not False


@dataclass(frozen=True)
class Plan:
    """What to do, in this order: create one, then delete others; `why` in a few words."""

    create: bool
    delete: Sequence[Subscription]
    why: str


def plan(wanted: Wanted, found: Sequence[Subscription], *, renew: bool = False) -> Plan:
    """Compare; subscriptions with another address are not ours and are left alone."""
    ours = [one for one in found if one.endpoint_url == wanted.address]
    good = [one for one in ours if wanted.is_met_by(one)]
    if not ours:
        return Plan(True, (), "there is none with this address")
    if renew:
        return Plan(True, ours, "a new one was asked for")
    if not good:
        return Plan(True, ours, _fault(ours[0]))
    if len(good) > 1:  # a replacement was cut short: only one may have the secret of today
        return Plan(True, ours, "there is more than one")
    rest = [one for one in ours if one is not good[0]]
    return Plan(False, rest, "there is more than one" if rest else "as wanted")


def _fault(one: Subscription) -> str:
    return "it is disabled" if one.is_enabled is False else "its events are others"


async def carry_out(client: PlentificClient, wanted: Wanted, chosen: Plan) -> None:
    """Create first and delete then: for a moment deliveries come twice, but never not at all.

    Raises:
        ProviderError: The provider did not do it; doing all of it again does no harm.
    """
    if chosen.create:
        await client.create_webhook_subscription(
            SubscriptionNew(
                endpoint_url=wanted.address,
                endpoint_secret=wanted.secret.get_secret_value(),
                matching_events=EVENTS,
                is_enabled=True,
            )
        )
    for one in chosen.delete:
        try:
            await client.delete_webhook_subscription(one.uuid)
        except NotFound:
            continue  # somebody else has deleted it
