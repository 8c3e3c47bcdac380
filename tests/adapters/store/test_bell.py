"""Wake-ups among processes on PostgreSQL, of which each has a store of its own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.store import Store, bell, outbox
from tests.adapters.store.examples import a_record
from tests.postgres import Server

ROOT = Path(__file__).resolve().parents[3]
FOR_EVER = 1_000_000.0
IN_TIME = 30.0
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ILIKE 'LISTEN%'"


@pytest.fixture
async def two(postgres_url: str) -> AsyncIterator[tuple[Store, Store]]:
    """Two stores on one database, as two processes have them."""
    async with AsyncExitStack() as stack, asyncio.timeout(IN_TIME):
        ours = await stack.enter_async_context(Store.open(postgres_url))
        yield ours, await stack.enter_async_context(Store.open(postgres_url))


async def listening(store: Store) -> int:
    """Wait until a store listens, which wakes all; the `since` of its next wait."""
    return await store.wait("outbox", FOR_EVER, store.notified("outbox"))


async def test_a_commit_wakes_who_waits_in_another_process(two: tuple[Store, Store]) -> None:
    ours, theirs = two
    seen = await listening(ours)
    waiter = asyncio.create_task(ours.wait("outbox", FOR_EVER, seen))

    async with theirs.write("outbox") as tx:
        await outbox.add(tx, [a_record()])
    await waiter

    async with ours.read() as tx:
        assert (await outbox.backlog(tx)).rows == 1


async def test_topics_that_are_not_rung_for_stay_as_they_are(two: tuple[Store, Store]) -> None:
    ours, theirs = two
    seen, others = await listening(ours), ours.notified("hints")

    async with theirs.write("outbox", "reactions"):
        pass
    await ours.wait("outbox", FOR_EVER, seen)

    assert ours.notified("hints") == others


async def test_a_rollback_rings_for_nobody(two: tuple[Store, Store]) -> None:
    ours, theirs = two
    seen = await listening(ours)

    with pytest.raises(LookupError):
        async with theirs.write("reactions"):
            raise LookupError
    async with theirs.write("outbox"):
        pass
    await ours.wait("outbox", FOR_EVER, seen)

    assert ours.notified("reactions") == 0


async def test_a_process_does_not_wake_itself_twice(two: tuple[Store, Store]) -> None:
    ours, theirs = two
    seen = await listening(ours)
    theirs_seen = await listening(theirs)

    async with ours.write("outbox"):
        pass
    await theirs.wait("outbox", FOR_EVER, theirs_seen)
    async with theirs.write("outbox"):
        pass
    await ours.wait("outbox", FOR_EVER, seen + 1)

    assert ours.notified("outbox") == seen + 2


async def test_a_command_rings_before_it_ends(postgres_url: str) -> None:
    async with asyncio.timeout(IN_TIME), Store.open(postgres_url) as store:
        seen = await listening(store)
        command = [sys.executable, "-m", "tests.adapters.store.ringing_process", postgres_url]
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT)

        assert await store.wait("outbox", FOR_EVER, seen) == seen + 1
        assert await process.wait() == 0


async def test_a_listener_that_was_cut_off_listens_again(
    two: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "AGAIN", 0.01)
    ours, theirs = two
    seen = await listening(ours)
    async with theirs.write() as tx:
        assert (await tx.scalars(text(CUT))).all() == [True]

    seen = await ours.wait("outbox", FOR_EVER, seen)  # something may have been missed
    async with theirs.write("outbox"):
        pass

    await ours.wait("outbox", FOR_EVER, seen)


async def test_without_a_server_a_wait_only_takes_its_time(
    postgres_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "AGAIN", 0.01)
    async with asyncio.timeout(IN_TIME), Store.open(postgres_server.url()) as store:
        seen = await listening(store)
        postgres_server.kill()

        assert await store.wait("outbox", 0.05, seen) == seen

        postgres_server.start()
        await store.ping()
        await store.wait("outbox", FOR_EVER, seen)  # it listens again


async def test_on_sqlite_nobody_listens(sqlite_store: Store) -> None:
    assert sqlite_store._bell is None
