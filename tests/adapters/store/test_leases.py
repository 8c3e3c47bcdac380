"""Who may do what only one may do at a time."""

from __future__ import annotations

import asyncio

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import Store, leases
from adapters.store.bulk import run_together
from adapters.store.leases import Held
from tests.adapters.store.examples import LATER, NOW, SOON


async def holds(tx: AsyncConnection, owner: str, token: int) -> bool:
    (looked,) = await run_together(tx, [leases.holding(Held("relay", owner, token))])
    return bool(looked.rows)


async def test_a_lease_is_for_one(store: Store) -> None:
    async with store.write() as tx:
        assert await leases.acquire(tx, "relay", "a", NOW, SOON) == 1
        assert await leases.acquire(tx, "relay", "b", NOW, SOON) is None
        assert await leases.acquire(tx, "poll", "b", NOW, SOON) == 1


async def test_its_holder_goes_on_with_the_same_token(store: Store) -> None:
    async with store.write() as tx:
        await leases.acquire(tx, "relay", "a", NOW, SOON)

        assert await leases.acquire(tx, "relay", "a", NOW, LATER) == 1
        assert await leases.acquire(tx, "relay", "b", SOON, LATER) is None


async def test_a_lease_that_ran_out_changes_hands_and_its_token_rises(store: Store) -> None:
    async with store.write() as tx:
        await leases.acquire(tx, "relay", "a", NOW, SOON)

        assert await leases.acquire(tx, "relay", "b", SOON, LATER) == 2
        assert not await leases.renew(tx, "relay", "a", 1, LATER)
        assert not await leases.release(tx, "relay", "a", 1, NOW)
        assert not await holds(tx, "a", 1)
        assert await holds(tx, "b", 2)


async def test_the_same_holder_after_a_gap_gets_a_new_token(store: Store) -> None:
    async with store.write() as tx:
        await leases.acquire(tx, "relay", "a", NOW, SOON)

        assert await leases.acquire(tx, "relay", "a", SOON, LATER) == 2
        assert not await holds(tx, "a", 1)


async def test_a_renewed_lease_is_kept(store: Store) -> None:
    async with store.write() as tx:
        await leases.acquire(tx, "relay", "a", NOW, SOON)

        assert await leases.renew(tx, "relay", "a", 1, LATER)
        assert await leases.acquire(tx, "relay", "b", SOON, LATER) is None


async def test_a_released_lease_is_free_at_once_and_its_token_rises(store: Store) -> None:
    async with store.write() as tx:
        await leases.acquire(tx, "relay", "a", NOW, SOON)

        assert await leases.release(tx, "relay", "a", 1, NOW)
        assert not await holds(tx, "a", 1)
        assert await leases.acquire(tx, "relay", "b", NOW, SOON) == 2


async def test_of_many_who_reach_for_it_one_gets_it(store: Store) -> None:
    async def reach(owner: str) -> int | None:
        async with store.write() as tx:
            return await leases.acquire(tx, "relay", owner, NOW, SOON)

    tokens = await asyncio.gather(*(reach(f"owner-{number}") for number in range(12)))

    assert sorted(token or 0 for token in tokens) == [0] * 11 + [1]


async def test_those_that_ran_out_are_forgotten_by_what_their_names_begin_with(
    store: Store,
) -> None:
    async with store.write() as tx:
        for name, until in (("crew/a", SOON), ("crew/b", LATER), ("crew_c", SOON), ("relay", SOON)):
            await leases.acquire(tx, name, "a", NOW, until)

        assert await leases.forget(tx, "crew/", NOW) == 0
        assert await leases.forget(tx, "crew/", SOON) == 1
        assert await leases.owners(tx, "crew/", NOW) == ["a"]
        assert await leases.acquire(tx, "relay", "b", SOON, LATER) == 2
        assert await leases.acquire(tx, "crew_c", "b", SOON, LATER) == 2
