"""Processes that carry out reactions, several on one store."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence

import httpx

from adapters.store import inbox
from adapters.store.engine import Store
from events.envelope import Event
from tests.benchmarks.order import check_record
from tests.benchmarks.progress import LONGEST, LOOK
from tests.benchmarks.reactions_parts import check_outcomes, client_of, fill, means_of
from tests.benchmarks.rounds import Moment, Sample
from tests.benchmarks.team import take_part, team
from tests.benchmarks.worker import as_a_worker
from workers.react import executor

MODULE = "tests.benchmarks.reacting"


async def together(
    size: int, place: str, url: str, in_flight: int, events: Sequence[Event]
) -> Sample:
    """So many processes on a new store at a place, each with so many calls in flight at most.

    `most_at_once` of the facts is the most calls that the provider saw in flight.

    Raises:
        AssertionError: a call was not made once and in order, or an outcome is not written.
    """
    members = [[place, url, str(in_flight)]] * size
    async with (
        Store.open(place) as store,
        team(MODULE, members) as processes,
        httpx.AsyncClient() as http,
    ):
        await http.post(f"{url}/reset")
        await fill(store, events)
        began = Moment.start()
        processes.begin()
        async with asyncio.timeout(LONGEST):
            await _all_ended(store)
        seconds = began.sample(len(events)).seconds
        cpu = await processes.end()
        await check_outcomes(store, events)
        record: Mapping[str, object] = (await http.get(f"{url}/record")).json()
    check_record(record, events)
    most = record["most_at_once"]
    assert isinstance(most, int)
    return Sample(len(events), seconds, cpu, {"most_at_once": most})


async def _all_ended(store: Store) -> None:
    while True:
        async with store.read() as tx:
            if not await inbox.counts(tx, over=False):
                return
        await asyncio.sleep(LOOK)


async def _main(place: str, provider: str, in_flight: int) -> None:
    async with Store.open(place) as store, client_of(provider, in_flight) as client:
        means = means_of(store, client, in_flight)
        await store.ping()

        async def react(stopping: asyncio.Event) -> None:
            running = asyncio.create_task(executor.run(means, stopping))
            await stopping.wait()
            store.notify("reactions")
            await running

        await take_part(react)


if __name__ == "__main__":
    with as_a_worker():
        asyncio.run(_main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
