"""Processes that look at the same connections, several on one store, as the role `poll` does."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import httpx

from adapters.store.engine import Store
from adapters.store.leases import Held
from tests.benchmarks.detection_parts import client_of, source_of, tell
from tests.benchmarks.listing_server import PAGE
from tests.benchmarks.order import check_looks
from tests.benchmarks.progress import until
from tests.benchmarks.rounds import Moment, Sample
from tests.benchmarks.team import take_part, team
from tests.benchmarks.worker import as_a_worker
from workers.clock import SystemClock
from workers.crew import Crew
from workers.detect.observe import Source
from workers.detect.poller import lease_of, poll
from workers.lease import Lessee

MODULE = "tests.benchmarks.polling"
CONNECTIONS = ("plentific-1", "plentific-2", "plentific-3", "plentific-4")
OWNERS = ("one", "two")
"""Names whose hashes share the connections out evenly."""
PAUSE = timedelta(milliseconds=100)
"""Between two looks at a connection."""
LEASE = timedelta(seconds=60)


@dataclass(frozen=True)
class Sated(Lessee):
    """Takes leases as any lessee, but each only so many times: `looks`."""

    looks: int
    made: Counter[str] = field(default_factory=Counter)

    async def take(self, *names: str) -> list[Held]:
        """As Lessee.take."""
        wanted = [name for name in names if self.made[name] < self.looks]
        return await super().take(*wanted) if wanted else []

    async def release(self, held: list[Held]) -> None:
        """As Lessee.release."""
        await super().release(held)
        self.made.update(one.name for one in held)


async def together(size: int, place: str, url: str, rows: int, looks: int) -> Sample:
    """So many processes until each connection, of so many rows, was looked at so many times.

    Raises:
        AssertionError: a look was made twice or by two, or one process had more than its share.
    """
    members = [[place, url, str(looks), owner] for owner in OWNERS[:size]]
    async with team(MODULE, members) as processes:
        await tell(url, "reset")
        began = Moment.start()
        processes.begin()
        shares = [int(said) for said in await processes.said()]
        seconds = began.sample(1).seconds
        cpu = await processes.end()
    assert shares == [len(CONNECTIONS) // size] * size, f"connections of each process: {shares}"
    async with httpx.AsyncClient() as http:
        pages = (await http.get(f"{url}/record")).json()
    check_looks(pages, [f"/{one}" for one in CONNECTIONS], looks, range(0, rows, PAGE))
    return Sample(rows * looks * len(CONNECTIONS), seconds, cpu)


def _finished(lessee: Sated, leases: Sequence[str]) -> float:
    return min((lessee.made[lease] for lease in leases), default=lessee.looks)


async def _look(crew: Crew, lessee: Sated, sources: Sequence[Source], end: asyncio.Event) -> None:
    await crew.join()  # all the others have by now, too
    ours = crew.ours(map(lease_of, sources))
    polling = asyncio.create_task(poll(sources, crew), name="poll")
    keeping = asyncio.create_task(crew.keep(), name="crew")
    await until(partial(_finished, lessee, ours), lessee.looks, polling)
    print(len(ours), flush=True)
    await end.wait()
    for task in (polling, keeping):
        task.cancel()
    await asyncio.wait({polling, keeping})


async def _main(place: str, url: str, looks: int, owner: str) -> None:
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(Store.open(place))
        sources = []
        for name in CONNECTIONS:
            client = await stack.enter_async_context(client_of(f"{url}/{name}", name))
            await client.http.sign_in()
            sources.append(source_of(store, client, name, PAUSE))
        lessee = Sated(store, SystemClock(), owner, LEASE, looks)
        crew = Crew("poll", lessee)
        await crew.join()
        await take_part(partial(_look, crew, lessee, sources))


if __name__ == "__main__":
    with as_a_worker():
        asyncio.run(_main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))
