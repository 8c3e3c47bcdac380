"""The provider's subscriptions compared with the one that we want, and made the same.

Ours are those with our address, and those that the store remembers: that of an address before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from pydantic import SecretStr

from adapters.http.errors import NotFound
from adapters.plentific.client import PlentificClient
from adapters.plentific.models.webhooks import MatchedEvent, Subscription, SubscriptionNew
from adapters.store import cursors
from adapters.store.engine import Store
from workers.clock import Clock

STREAM = "@webhooks"
"""In place of a stream's name, where the store keeps which of a connection's are ours."""
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
    """The subscription that a connection is to have."""

    address: str
    secret: SecretStr

    def fault_of(self, one: Subscription) -> str | None:
        """What is not as we want it, in a few words; what its secret is, nobody says."""
        if one.endpoint_url != self.address:
            return "its address was another"
        if one.is_enabled is False:
            return "it is disabled"
        return None if set(one.matching_events) == set(EVENTS) else "its events are others"


@dataclass(frozen=True)
class Plan:
    """What to do: create one where none is kept, then delete others; `why` in a few words."""

    keep: Subscription | None
    delete: Sequence[Subscription]
    why: str


def is_ours(one: Subscription, address: str | None, made: Collection[str]) -> bool:
    """Whether it is one of ours, by its address or because we remember to have made it."""
    return one.uuid in made or (address is not None and one.endpoint_url == address)


def plan(
    wanted: Wanted,
    found: Sequence[Subscription],
    made: Collection[str] = (),
    *,
    renew: bool = False,
) -> Plan:
    """Compare; `made` are the uuids that we remember. Those of others are left alone."""
    ours = [one for one in found if is_ours(one, wanted.address, made)]
    good = [one for one in ours if wanted.fault_of(one) is None]
    if not ours:
        return Plan(None, (), "there is none with this address")
    if renew:
        return Plan(None, ours, "a new one was asked for")
    if not good:
        return Plan(None, ours, wanted.fault_of(ours[0]) or "")
    if len(good) > 1:  # a replacement was cut short: only one may have the secret of today
        return Plan(None, ours, "there is more than one")
    rest = [one for one in ours if one is not good[0]]
    return Plan(good[0], rest, "there is more than one" if rest else "as wanted")


@dataclass(frozen=True)
class Account:
    """Where a connection's subscriptions are: at its provider, and those of us in the store."""

    connection: str
    client: PlentificClient
    store: Store
    clock: Clock

    async def found(self) -> list[Subscription]:
        """The provider's, ours and others."""
        return [row.model async for row in self.client.list_webhook_subscriptions().each()]

    async def made(self) -> frozenset[str]:
        """The uuids of those that the store remembers to be ours."""
        async with self.store.read() as tx:
            cursor = await cursors.get(tx, self.connection, STREAM)
        return frozenset(cursor.value["uuids"] if cursor else ())

    async def carry_out(self, wanted: Wanted, chosen: Plan) -> None:
        """Create first and delete then: for a moment deliveries come twice, but never not at all.

        Raises:
            ProviderError: The provider did not do it; doing all of it again does no harm.
        """
        kept = chosen.keep or await self._create(wanted)
        await self._remember(one.uuid for one in (kept, *chosen.delete))
        for one in chosen.delete:
            try:
                await self.client.delete_webhook_subscription(one.uuid)
            except NotFound:
                continue  # somebody else has deleted it
        await self._remember([kept.uuid])

    async def _create(self, wanted: Wanted) -> Subscription:
        made = await self.client.create_webhook_subscription(
            SubscriptionNew(
                endpoint_url=wanted.address,
                endpoint_secret=wanted.secret.get_secret_value(),
                matching_events=EVENTS,
                is_enabled=True,
            )
        )
        return made.model

    async def _remember(self, uuids: Iterable[str]) -> None:
        value = {"uuids": sorted(uuids)}
        async with self.store.write() as tx:
            await cursors.put(tx, self.connection, STREAM, value, self.clock.now())
