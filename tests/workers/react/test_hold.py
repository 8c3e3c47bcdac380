"""How long a row is held: extended before a call only where its lease may not be long enough."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from adapters.store import ledger
from adapters.store.bulk import Step
from adapters.store.trips import Ran
from tests.workers.react.invoices import line, paid
from tests.workers.react.world import LEASE, World, hooked
from workers.react import attempt
from workers.react.effects import charge_sheet
from workers.react.hold import Hold, time_to_call
from workers.react.reaction import Done, Effect, Place
from workers.react.turn import Turn

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


async def test_one_frozen_before_it_writes_its_intent_writes_none_for_a_row_that_it_has_lost(
    world: World,
) -> None:
    """Its lease was long enough when it looked."""
    await world.take(paid())
    slow = world.executor(owner="slow")
    (row,) = await world.claim(slow)

    class Frozen:
        def __getattr__(self, name: str) -> Any:
            return getattr(world.store, name)

        async def run(self, *given: Any) -> Any:
            world.clock.advance(seconds=LEASE.total_seconds())
            await world.claim(world.executor(owner="heir"))
            return await world.store.run(*given)

    frozen: Any = Frozen()
    assert await attempt.carry_out(replace(slow, store=frozen), row) is None

    assert world.puts() == []
    async with world.store.read() as tx:
        assert await ledger.of_reaction(tx, row.id) == []


async def test_no_call_leaves_later_than_who_looks_for_it_counts_from_its_intent(
    world: World,
) -> None:
    began: list[tuple[datetime, datetime]] = []

    async def send(place: Place, effect: Effect) -> Done:
        async with world.store.read() as tx:
            (intent,) = await ledger.of_reaction(tx, row.id)
        began.append((intent.sent_at, turns[-1].hold.time))
        return await charge_sheet.send(place, effect)

    turns: list[Turn] = []
    begin = Turn.begin

    async def noting(turn: Turn, intent: Step, hold: Hold) -> Ran:
        turns.append(turn)
        world.clock.advance(seconds=20)  # the store is slow
        return await begin(turn, intent, hold)

    await world.take(paid())
    executor = world.executor(hooked(world.configured(), send=send))
    (row,) = await world.claim(executor)
    world.clock.advance(seconds=20)  # it waited: its lease is extended
    with patch.object(Turn, "begin", noting):
        await attempt.carry_out(executor, row)

    ((sent_at, last),) = began
    assert last <= sent_at + time_to_call(LEASE)
    world.assert_once()
