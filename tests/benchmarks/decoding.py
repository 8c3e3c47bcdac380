"""Processes that do nothing but decode pages: what several have of this machine beside one."""

from __future__ import annotations

import asyncio
import sys

import orjson

from tests.benchmarks.listing_server import PAGE, row
from tests.benchmarks.rounds import Moment, Sample
from tests.benchmarks.team import take_part, team

MODULE = "tests.benchmarks.decoding"


async def together(size: int, rows: int) -> Sample:
    """So many processes, each with its part of so many rows."""
    async with team(MODULE, [[str(rows // size)]] * size) as processes:
        began = Moment.start()
        processes.begin()
        await processes.said()
        seconds = began.sample(1).seconds
        return Sample(rows, seconds, await processes.end())


async def _main(rows: int) -> None:
    page = orjson.dumps([row(number, 0) for number in range(PAGE)])

    async def decode(end: asyncio.Event) -> None:
        for _ in range(0, rows, PAGE):
            orjson.loads(page)
        print("done", flush=True)
        await end.wait()

    await take_part(decode)


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
