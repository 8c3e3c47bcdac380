"""Wake-ups inside one process."""

from __future__ import annotations

import asyncio

import pytest

from adapters.store.wakeups import Wakeups

AT_ONCE = 0.0
FOR_EVER = 1_000_000.0
IN_TIME = 10.0


async def test_a_waiter_is_woken() -> None:
    wakeups = Wakeups()
    waiter = asyncio.create_task(wakeups.wait("outbox", FOR_EVER, wakeups.count("outbox")))
    await asyncio.sleep(0)

    wakeups.notify("outbox")

    async with asyncio.timeout(IN_TIME):
        assert await waiter == 1


async def test_a_notification_between_the_look_and_the_wait_is_not_lost() -> None:
    wakeups = Wakeups()
    seen = wakeups.count("outbox")

    wakeups.notify("outbox")

    async with asyncio.timeout(IN_TIME):
        assert await wakeups.wait("outbox", FOR_EVER, seen) == 1


async def test_notifications_seen_already_do_not_wake() -> None:
    wakeups = Wakeups()
    wakeups.notify("outbox")
    wakeups.notify("outbox")

    seen = await wakeups.wait("outbox", AT_ONCE, wakeups.count("outbox"))

    assert seen == 2


async def test_a_waiter_without_a_count_waits_for_the_next_notification() -> None:
    wakeups = Wakeups()
    wakeups.notify("outbox")

    assert await wakeups.wait("outbox", AT_ONCE) == 1

    waiter = asyncio.create_task(wakeups.wait("outbox", FOR_EVER))
    await asyncio.sleep(0)
    wakeups.notify("outbox")
    async with asyncio.timeout(IN_TIME):
        assert await waiter == 2


async def test_all_waiters_are_woken_by_one_notification() -> None:
    wakeups = Wakeups()
    waiters = [asyncio.create_task(wakeups.wait("hints", FOR_EVER, 0)) for _ in range(200)]
    await asyncio.sleep(0)

    wakeups.notify("hints")

    async with asyncio.timeout(IN_TIME):
        assert await asyncio.gather(*waiters) == [1] * 200


async def test_a_cancelled_waiter_takes_nothing_away_from_the_others() -> None:
    wakeups = Wakeups()
    stays, goes = (asyncio.create_task(wakeups.wait("hints", FOR_EVER, 0)) for _ in range(2))
    await asyncio.sleep(0)

    goes.cancel()
    wakeups.notify("hints")

    async with asyncio.timeout(IN_TIME):
        assert await stays == 1
    with pytest.raises(asyncio.CancelledError):
        await goes


async def test_topics_do_not_wake_each_other() -> None:
    wakeups = Wakeups()

    wakeups.notify("outbox")

    assert await wakeups.wait("reactions", AT_ONCE, 0) == 0


async def test_a_worker_that_looks_then_waits_sees_every_piece_of_work() -> None:
    wakeups = Wakeups()
    work: list[int] = []
    done: list[int] = []

    async def worker() -> None:
        seen = wakeups.count("work")
        while len(done) < 300:
            await asyncio.sleep(0)  # looking takes a while
            done.extend(work)
            work.clear()
            if len(done) < 300:
                seen = await wakeups.wait("work", FOR_EVER, seen)

    async with asyncio.timeout(IN_TIME), asyncio.TaskGroup() as tasks:
        tasks.create_task(worker())
        for number in range(300):
            work.append(number)
            wakeups.notify("work")
            for _ in range(number % 4):
                await asyncio.sleep(0)

    assert done == list(range(300))
