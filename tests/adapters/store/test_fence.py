"""Who works under a lease writes nothing any more once the lease is another's."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import Store, cursors, fence, leases, outbox
from adapters.store.errors import Fenced
from adapters.store.leases import Held
from tests.adapters.store.examples import LATER, NOW, SOON, a_record

OURS = Held("stream/x", "a", 1)


@pytest.fixture(autouse=True)
async def _taken(store: Store) -> None:
    assert await _take(store, "a") == 1


async def _take(store: Store, owner: str) -> int | None:
    now = NOW if owner == "a" else SOON  # when the lease of the first has run out
    async with store.write() as tx:
        return await leases.acquire(tx, OURS.name, owner, now, LATER if owner == "b" else SOON)


async def _put(tx: AsyncConnection) -> None:
    await cursors.put(tx, "c", "s", "written", NOW)


async def _is_written(store: Store) -> bool:
    async with store.read() as tx:
        return await cursors.get(tx, "c", "s") is not None


async def test_who_holds_the_lease_writes(store: Store) -> None:
    with fence.behind(OURS):
        async with store.write() as tx:
            await _put(tx)
        await store.run([outbox.adding(a_record())])

    assert await _is_written(store)
    async with store.read() as tx:
        assert len(await outbox.unpublished(tx, 10)) == 1


async def test_who_woke_up_after_his_lease_writes_nothing(store: Store) -> None:
    assert await _take(store, "b") == 2

    with fence.behind(OURS):
        with pytest.raises(Fenced, match="the lease stream/x has gone to another process"):
            async with store.write() as tx:
                await _put(tx)
        with pytest.raises(Fenced):
            await store.run([outbox.adding(a_record())])

    assert not await _is_written(store)
    async with store.read() as tx:
        assert await outbox.unpublished(tx, 10) == []


async def test_who_got_his_lease_back_with_a_new_token_is_another(store: Store) -> None:
    async with store.write() as tx:
        await leases.release(tx, OURS.name, "a", 1, NOW)
    assert await _take(store, "a") == 2

    with fence.behind(OURS), pytest.raises(Fenced):
        async with store.write() as tx:
            await _put(tx)
    with fence.behind(Held(OURS.name, "a", 2)):
        async with store.write() as tx:
            await _put(tx)


async def test_all_leases_must_hold(store: Store) -> None:
    with fence.behind(OURS), fence.behind(Held("stream/y", "a", 1)):
        with pytest.raises(Fenced, match="stream/y"):
            await store.run([outbox.adding(a_record())])
        with pytest.raises(Fenced, match="stream/y"):
            async with store.write() as tx:
                await _put(tx)

    assert not await _is_written(store)


async def test_the_fence_is_around_the_tasks_begun_behind_it_and_no_others(store: Store) -> None:
    assert await _take(store, "b") == 2

    async def write() -> None:
        async with store.write() as tx:
            await _put(tx)

    with fence.behind(OURS):
        behind = asyncio.create_task(write())
    with pytest.raises(Fenced):
        await behind
    await asyncio.create_task(write())

    assert await _is_written(store)


async def test_nobody_takes_a_lease_in_the_middle_of_a_write_behind_it(store: Store) -> None:
    order: list[str] = []

    async def take() -> None:
        assert await _take(store, "b") == 2
        order.append("taken")

    with fence.behind(OURS):
        async with store.write() as tx:
            taking = asyncio.create_task(take())
            for _ in range(20):  # it has reached the database by then, and waits there
                await cursors.get(tx, "c", "s")
            await _put(tx)
            order.append("written")
    await taking

    assert order == ["written", "taken"]
