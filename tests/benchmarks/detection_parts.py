"""What detection of the benchmarks takes: the listing server's client, the stream, and a proof."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import httpx

from adapters.http.limits import Limits
from adapters.plentific.client import PlentificClient, connect
from adapters.store import entities, outbox
from adapters.store.engine import Store
from tests.benchmarks import bare_detection
from tests.benchmarks.listing_server import PREFIX
from workers.clock import SystemClock
from workers.detect.observe import Source
from workers.detect.plentific import WORK_ORDERS
from workers.detect.stream import Facts, no_windows

CONNECTION = "plentific"


@asynccontextmanager
async def client_of(url: str, connection: str = CONNECTION) -> AsyncIterator[PlentificClient]:
    """A client with no limit but on the requests in flight."""
    connected = connect(
        connection=connection,
        base_url=f"{url}{PREFIX}",
        client_id="benchmark",
        client_secret="-",
        limits=Limits(requests_per_second=1_000_000, max_in_flight=bare_detection.AT_ONCE),
    )
    try:
        yield connected
    finally:
        await connected.aclose()


def source_of(
    store: Store,
    client: PlentificClient,
    connection: str = CONNECTION,
    every: timedelta = WORK_ORDERS.cadence.every,
) -> Source:
    """The stream of work orders, as it reads the whole list each time."""
    return Source(
        replace(WORK_ORDERS, windows=no_windows, covered=None),
        client,
        Facts(connection, "GBP", "Europe/London"),
        store,
        SystemClock(),
        replace(WORK_ORDERS.cadence, every=every),
    )


async def tell(url: str, what: str) -> None:
    """Tell the listing server something: `turn/1`, `delay/50`, `reset`."""
    async with httpx.AsyncClient() as http:
        (await http.post(f"{url}/{what}")).raise_for_status()


async def check_known(store: Store, rows: Mapping[str, int], *, told: int) -> None:
    """So many rows of each connection are known, and so many events were told.

    Raises:
        AssertionError: not so.
    """
    async with store.read() as tx:
        known = await entities.counts(tx)
        waiting = await outbox.backlog(tx)
    assert known == {(name, WORK_ORDERS.entity): count for name, count in rows.items()}, f"{known}"
    assert waiting.rows == told, f"{waiting.rows} events"
