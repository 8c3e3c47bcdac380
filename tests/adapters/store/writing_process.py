"""A process of its own that writes to a store until it is done or killed.

python -m tests.adapters.store.writing_process URL NAME BATCHES [upgrade]: each batch is five
records in one transaction; its number is printed once it is committed.
"""

from __future__ import annotations

import asyncio
import sys

from adapters.store import Store, outbox
from tests.adapters.store.examples import a_record

BATCH = 5


async def write(url: str, name: str, batches: int, *, upgrade: bool) -> None:
    """Write `batches` batches of records `NAME-batch-record`."""
    async with Store.open(url) as store:
        if upgrade:
            await store.upgrade()
        for batch in range(batches):
            async with store.write() as tx:
                for record in range(BATCH):
                    new = a_record(f"{name}-{batch}-{record}", value=bytes(5_000))
                    assert await outbox.add(tx, [new]) == 1
            print(batch, flush=True)


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], sys.argv[2], int(sys.argv[3]), upgrade="upgrade" in sys.argv))
