"""How long a row is held: extended before a call only where its lease may not be long enough."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from tests.workers.react.invoices import line, paid
from tests.workers.react.world import LEASE, World, hooked
from workers.react import attempt
from workers.react.effects import charge_sheet
from workers.react.hold import Hold
from workers.react.reaction import Done, Effect, Place

ENOUGH = LEASE * 0.6


@pytest.mark.parametrize(
    ("passed", "enough", "over"),
    [
        (timedelta(), True, False),
        (LEASE * 0.8 - ENOUGH - timedelta(seconds=1), True, False),
        (LEASE * 0.8 - ENOUGH, False, False),
        (LEASE * 0.8 - timedelta(seconds=1), False, False),
        (LEASE * 0.8, False, True),
        (LEASE, False, True),
        (-timedelta(seconds=1), False, False),  # the time of day was set back
    ],
)
async def test_a_hold_is_enough_and_over_by_the_time_of_day(
    world: World, passed: timedelta, enough: bool, over: bool
) -> None:
    hold = Hold.from_now(world.executor())

    world.clock.advance(seconds=passed.total_seconds())

    assert (hold.is_enough(), hold.is_over()) == (enough, over)


async def test_a_hold_is_enough_and_over_by_the_clock_of_the_loop(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = Hold.from_now(world.executor())
    loop = asyncio.get_running_loop()
    began, whole = loop.time(), LEASE.total_seconds()
    seen = []
    for passed in (0.0, 0.19, 0.21, 0.79, 0.81):
        monkeypatch.setattr(loop, "time", lambda at=began + passed * whole: at)
        seen.append((hold.is_enough(), hold.is_over()))
    monkeypatch.undo()

    assert seen == [(True, False), (True, False), (False, False), (False, False), (False, True)]


@pytest.mark.parametrize(
    ("each", "extended"),
    [
        (timedelta(seconds=2), [False, False, False]),
        (timedelta(seconds=10), [False, False, True]),
        (LEASE * 0.5, [False, True, True]),
    ],
)
async def test_the_lease_is_extended_before_a_call_for_which_it_may_be_too_short(
    world: World, each: timedelta, extended: list[bool]
) -> None:
    began = world.clock.now()
    held: list[datetime | None] = []

    async def send(place: Place, effect: Effect) -> Done:
        (row,) = await world.rows()
        held.append(row.lease_until)
        world.clock.advance(seconds=each.total_seconds())
        return await charge_sheet.send(place, effect)

    await world.take(paid(line(), line(), line()))
    row = await world.work(world.executor(hooked(world.configured(), send=send)))

    assert row.state == "succeeded"
    world.assert_once(3)
    expected = [began + LEASE]
    for number, again in enumerate(extended):
        expected.append(began + each * number + LEASE if again else expected[-1])
    assert held == expected[1:]


async def test_a_row_that_waited_between_claim_and_work_is_extended_or_left_to_others(
    world: World,
) -> None:
    await world.take(paid())
    slow = world.executor(owner="slow")
    (row,) = await world.claim(slow)
    world.clock.advance(seconds=LEASE.total_seconds())
    assert (await world.work(world.executor(owner="heir"))).state == "succeeded"

    assert await attempt.carry_out(slow, row) is None

    world.assert_once()
    await world.assert_told_once()
