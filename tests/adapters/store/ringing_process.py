"""A process of its own that writes one record and rings for it: python -m … URL."""

from __future__ import annotations

import asyncio
import sys

from adapters.store import Store, outbox
from tests.adapters.store.examples import a_record


async def ring(url: str) -> None:
    """Write, and end as a command does."""
    async with Store.open(url) as store, store.write("outbox") as tx:
        await outbox.add(tx, [a_record()])


if __name__ == "__main__":
    asyncio.run(ring(sys.argv[1]))
