"""A process of its own that claims reactions and ends them, until none is open.

python -m tests.adapters.store.claiming_process URL NAME: while it works on a row it holds a lease
on the row's key, and fails where another process does. With the end of a row it writes a record of
its id under its key, whose topic is NAME.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from adapters.store import Store, inbox, leases, outbox
from adapters.store.inbox import InboxRow
from tests.adapters.store.examples import a_record

LIMIT = 5
HOUR = timedelta(hours=1)


async def work(url: str, name: str) -> None:
    """Work until nothing is open."""
    async with Store.open(url) as store:
        while True:
            now = datetime.now(UTC)
            rows = await inbox.claim(store.run, name, now, now + HOUR, LIMIT, ["recharge"])
            assert len(rows) <= LIMIT
            assert len({row.ordering_key for row in rows}) == len(rows)
            await asyncio.gather(*(_carry_out(store, name, row) for row in rows))
            async with store.read() as tx:
                if not await inbox.ids_in(tx, ["pending", "running", "retrying"]):
                    return


async def _carry_out(store: Store, name: str, row: InboxRow) -> None:
    now = datetime.now(UTC)
    async with store.write() as tx:
        token = await leases.acquire(tx, row.ordering_key, f"{name}/{row.id}", now, now + HOUR)
    assert token is not None, f"somebody else works on {row.ordering_key}"
    async with store.write() as tx:
        await leases.release(tx, row.ordering_key, f"{name}/{row.id}", token, now)
    ending = inbox.finishing(row.id, name, "succeeded", token=row.lease_token, now=now)
    told = outbox.adding(a_record(str(row.id), key=row.ordering_key, topic=name))
    ended, _ = await store.run([ending, told])
    assert ended.changed == 1


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2]))
