"""Where the time goes from a webhook to the effect: the moments that the store and others kept."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy import select

from adapters.store.engine import Store
from adapters.store.tables import effects, outbox, reactions

HOPS = ("hint stored and answered", "event in outbox", "in inbox", "effect begun", "arrived")
"""Each from the end of the one before it; the first from the delivery."""
PUBLISHED = "marked as published"
"""From the outbox on, beside the way: the mark follows the acknowledgement, and nobody waits."""


@dataclass(frozen=True)
class Delivery:
    """When a delivery was due, and when it was answered, which is when its hint was stored."""

    due: datetime
    answered: datetime


@dataclass(frozen=True)
class Way:
    """When one invoice passed each station; `moments` are in the order of the hops."""

    due: datetime
    moments: Sequence[datetime]
    published: datetime

    @property
    def seconds(self) -> float:
        """From the delivery to the arrival."""
        return (self.moments[-1] - self.due).total_seconds()

    def hops(self) -> dict[str, float]:
        """Seconds of each hop."""
        stations = [self.due, *self.moments]
        took = {
            hop: (stations[place + 1] - stations[place]).total_seconds()
            for place, hop in enumerate(HOPS)
        }
        return took | {PUBLISHED: (self.published - self.moments[1]).total_seconds()}


async def ways(
    store: Store, delivered: Mapping[str, Delivery], arrived: Mapping[str, datetime]
) -> list[Way]:
    """The way of each invoice, by the uuids of those delivered.

    Raises:
        KeyError: An invoice did not pass a station.
    """
    async with store.read() as tx:
        told = {
            dict(headers)["ce_subject"]: (created, published)
            for headers, created, published in await tx.execute(
                select(outbox.c.headers, outbox.c.created_at, outbox.c.published_at).where(
                    outbox.c.topic == "plentific.invoices"
                )
            )
        }
        taken = dict((await tx.execute(select(reactions.c.subject, reactions.c.received_at))).all())
        begun = {
            key.split("/")[2]: sent
            for key, sent in await tx.execute(select(effects.c.effect_key, effects.c.first_sent_at))
        }
    found = []
    for uuid, delivery in delivered.items():
        created, published = told[uuid]
        moments = (delivery.answered, created, taken[uuid], begun[uuid], arrived[uuid])
        found.append(Way(delivery.due, moments, published))
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of all do not exceed."""
    return sorted(values)[max(math.ceil(len(values) * share) - 1, 0)]


def facts(found: Sequence[Way]) -> dict[str, float]:
    """The median and the 99th percentile of each hop, in seconds, by name."""
    took = [way.hops() for way in found]
    facts: dict[str, float] = {}
    for hop in (*HOPS, PUBLISHED):
        each = [one[hop] for one in took]
        facts[f"{hop} p50"] = median(each)
        facts[f"{hop} p99"] = percentile(each, 0.99)
    return facts


def shown(facts: Mapping[str, float]) -> str:
    """The hops in words."""
    return ", ".join(
        f"{hop} {facts[f'{hop} p50'] * 1000:.0f} ({facts[f'{hop} p99'] * 1000:.0f})"
        for hop in (*HOPS, PUBLISHED)
    )
