"""What the reaction of the benchmark takes: the provider's client and the means."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random
from uuid import uuid4
from zoneinfo import ZoneInfo

from adapters.essensys.client import EssensysClient, connect
from adapters.http.limits import Limits
from adapters.store.engine import Store
from tests.benchmarks.material import REACTION_NAME, configured
from workers.clock import SystemClock
from workers.react.executor import SLOTS_A_CALL
from workers.react.means import Means


@asynccontextmanager
async def client_of(url: str, in_flight: int) -> AsyncIterator[EssensysClient]:
    """A client with a token, with so many calls in flight at most."""
    client = connect(
        connection="operate",
        base_url=url,
        client_id="benchmark",
        client_secret="-",
        username="benchmark",
        password="-",
        time_zone=ZoneInfo("Europe/London"),
        limits=Limits(requests_per_second=1_000_000, max_in_flight=in_flight),
    )
    try:
        await client.http.sign_in()
        yield client
    finally:
        await client.aclose()


def means_of(store: Store, client: EssensysClient, in_flight: int) -> Means:
    """The means of one process, as the product gives them to itself."""
    reactions = configured(client)
    return Means(
        store=store,
        clock=SystemClock(),
        reactions=reactions,
        slots={reactions[REACTION_NAME].place.connection: SLOTS_A_CALL * in_flight},
        lease=timedelta(seconds=60),
        settle=timedelta(seconds=30),
        owner=f"benchmark-{uuid4().hex}",
        random=Random(1),
    )
