"""What the reaction of the benchmark takes: events, the provider's client, means, and a proof."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random
from uuid import uuid4
from zoneinfo import ZoneInfo

from adapters.essensys.client import EssensysClient, connect
from adapters.http.limits import Limits
from adapters.store import inbox, outbox
from adapters.store.engine import Store
from events.envelope import Event
from tests.benchmarks.material import CALLS, REACTION_NAME, configured
from workers.clock import SystemClock
from workers.react.executor import SLOTS_A_CALL
from workers.react.means import Means
from workers.react.row import row_for


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


async def fill(store: Store, events: Sequence[Event]) -> None:
    """Put the events into the inbox."""
    one = configured(client=None)[REACTION_NAME]
    rows = [row_for(one, event, {}, event.detected_at) for event in events]
    async with store.write() as tx:
        await inbox.add(tx, rows)


async def check_outcomes(store: Store, events: Sequence[Event]) -> None:
    """Every reaction succeeded, and each effect and each end was told.

    Raises:
        AssertionError: not so.
    """
    async with store.read() as tx:
        counts = await inbox.counts(tx)
        told = await outbox.backlog(tx)
    assert counts == {(REACTION_NAME, "succeeded"): len(events)}, f"not all succeeded: {counts}"
    assert told.rows == len(events) * (CALLS + 1), f"{told.rows} events told"
