"""A process that dies or falls behind anywhere: another takes over, and nothing happens twice."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.http.errors import Ambiguous, Rejected, Transient
from adapters.store.bulk import Step
from adapters.store.engine import Judge, Store
from adapters.store.errors import StoreUnavailable
from adapters.store.trips import Ran
from deploy.sandbox.essensys.records import bill
from tests.workers.react.invoices import line, paid
from tests.workers.react.world import LEASE, SETTLE, World, for_ever, hooked
from tests.workers.replay.stage import replayed, replaying
from workers.react import attempt
from workers.react.effects import charge_sheet
from workers.react.means import Means
from workers.react.reaction import Absent, Done, Effect, Place, Search, Unclear

LOST = LEASE * 0.8 + SETTLE
"""After a crash: the last moment that the dead process may have called, and the settling time."""


async def die(world: World, executor: Means, reached: Callable[[], bool]) -> None:
    """Work until a point is reached, then end without another word, as a killed process does."""
    (row,) = await world.claim(executor)
    task = asyncio.create_task(attempt.carry_out(executor, row))
    while not reached():
        assert not task.done(), "it ended before it died"
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])


async def take_over(world: World) -> None:
    """Let another process do what is due, until all is done."""
    heir = world.executor(owner="heir")
    for _ in range(5):
        world.clock.advance(seconds=LOST.total_seconds())
        if (await world.work(heir)).state == "succeeded":
            return
    raise AssertionError(f"not done: {await world.rows()}")


# --- a process that dies ------------------------------------------------------------------------


async def test_a_crash_after_the_call_is_found_and_told_once(world: World) -> None:
    await world.take(paid(line(), line()))
    world.fault("delay", hold=True, when="after")

    await die(world, world.executor(), lambda: len(world.sheets()) == 1)

    (effect,) = await world.effects()
    assert (effect.state, effect.lost_at) == ("sending", None)
    await take_over(world)
    world.assert_once(2)
    await world.assert_told_once(2)
    (first, second) = await world.effects()
    assert (first.found_by, second.found_by) == ("reference", "answer")


async def test_a_crash_before_the_call_sends_it_once(world: World) -> None:
    await world.take(paid())
    calling = asyncio.Event()

    async def send(*_: Any) -> Done:
        calling.set()
        return await for_ever()  # type: ignore[no-any-return]

    await die(world, world.executor(hooked(world.configured(), send=send)), calling.is_set)

    assert world.puts() == []
    await take_over(world)
    world.assert_once()
    await world.assert_told_once()


async def test_a_crash_during_the_look_repeats_it(world: World) -> None:
    world.fault("drop_after")
    await world.take(paid())
    await world.work()
    world.clock.advance(seconds=SETTLE.total_seconds())
    world.sandbox.state.faults.add("delay", method="GET", hold=True)

    await die(world, world.executor(), lambda: len(world.reads()) == 1)
    world.sandbox.state.faults.clear()

    await take_over(world)
    world.assert_once()
    await world.assert_told_once()


async def test_an_attempt_cut_off_before_its_end_has_written_what_was_answered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.take(paid(line(), line()))
    ending = asyncio.Event()

    async def finish(*_: Any) -> None:
        ending.set()
        await for_ever()

    with monkeypatch.context() as patch:
        patch.setattr(attempt, "_finish", finish)
        await die(world, world.executor(), ending.is_set)
    requests = len(world.sandbox.state.requests.find())

    await take_over(world)
    world.assert_once(2)
    await world.assert_told_once(2)
    assert len(world.sandbox.state.requests.find()) == requests
    (audit,) = await world.audits()
    assert [one["found_by"] for one in audit["effects"]] == ["answer", "answer"]


async def test_nobody_takes_over_before_the_lease_has_run_out(world: World) -> None:
    await world.take(paid())
    world.fault("delay", hold=True, when="after")
    await die(world, world.executor(), lambda: len(world.sheets()) == 1)
    heir = world.executor(owner="heir")

    world.clock.advance(seconds=LEASE.total_seconds() - 0.001)
    assert await world.claim(heir) == []
    world.clock.advance(seconds=0.001)
    (row,) = await world.claim(heir)

    assert (row.lease_owner, row.attempts, row.lease_token) == ("heir", 2, 2)


async def test_the_heir_does_not_look_before_the_dead_ones_call_must_have_settled(
    world: World,
) -> None:
    await world.take(paid())
    world.fault("delay", hold=True, when="after")
    await die(world, world.executor(), lambda: len(world.sheets()) == 1)
    heir = world.executor(owner="heir")
    sent_at = world.clock.now()

    world.clock.advance(seconds=LEASE.total_seconds())
    row = await world.work(heir)

    assert (row.state, row.next_attempt_at) == ("retrying", sent_at + LOST)
    assert world.reads() == []


# --- a store that fails -------------------------------------------------------------------------


class FailingStore:
    """A store whose n-th write fails: before it, or after it was committed without our knowing."""

    def __init__(self, store: Store, number: int, *, committed: bool) -> None:
        self._store = store
        self._left = number
        self._committed = committed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @asynccontextmanager
    async def write(self, *topics: str) -> AsyncIterator[AsyncConnection]:
        self._left -= 1
        failure = StoreUnavailable("here", "pulled out")
        if self._left == 0 and not self._committed:
            raise failure
        async with self._store.write(*topics) as tx:
            yield tx
        if self._left == 0:
            raise failure

    async def run(self, steps: Sequence[Step], judge: Judge, *topics: str) -> Sequence[Ran]:
        self._left -= 1
        failure = StoreUnavailable("here", "pulled out")
        if self._left == 0 and not self._committed:
            raise failure
        ran = await self._store.run(steps, judge, *topics)
        if self._left == 0:
            raise failure
        return ran


@pytest.mark.parametrize("committed", [False, True], ids=["not-written", "written"])
@pytest.mark.parametrize("lost", [False, True], ids=["answered", "lost"])
@pytest.mark.parametrize("number", range(1, 8))
async def test_wherever_the_store_fails_every_line_is_charged_and_told_once(
    number: int, lost: bool, committed: bool, world: World
) -> None:
    await world.take(paid(line(), line()))
    executor = world.executor()
    if lost:
        world.fault("drop_after")
        await world.work(executor)
        world.clock.advance(seconds=SETTLE.total_seconds())
    failing: Any = FailingStore(world.store, number, committed=committed)
    (row,) = await world.claim(executor)
    with contextlib.suppress(StoreUnavailable):
        await attempt.carry_out(replace(executor, store=failing), row)
    if await world.states() != ["succeeded"]:
        await take_over(world)

    world.assert_once(2)
    await world.assert_told_once(2)


# --- a process that falls behind ----------------------------------------------------------------


async def test_an_answer_that_comes_after_somebody_took_over_changes_nothing(
    world: World,
) -> None:
    await world.take(paid())
    fault = world.fault("delay", hold=True, when="after")
    slow = world.executor(owner="slow")
    (row,) = await world.claim(slow)
    behind = asyncio.create_task(attempt.carry_out(slow, row))
    await world.sandbox.state.faults.until(lambda: fault.held == 1)

    await take_over(world)
    world.sandbox.state.faults.release(fault)
    await behind

    world.assert_once()
    await world.assert_told_once()
    assert await world.states() == ["succeeded"]


async def test_a_machine_that_was_suspended_before_it_sent_does_not_send_after_its_lease(
    world: World,
) -> None:
    """Its loop's clock has stood still with it, and does not know."""

    async def send(place: Place, effect: Effect) -> Done:
        world.clock.advance(seconds=LEASE.total_seconds())
        return await charge_sheet.send(place, effect)

    await world.take(paid())
    row = await world.work(world.executor(hooked(world.configured(), send=send)))

    assert (row.state, world.puts()) == ("retrying", [])
    assert "not sent" in (row.reason or "")
    world.clock.advance(minutes=5)
    assert (await world.work()).state == "succeeded"
    world.assert_once()


async def test_what_was_found_under_another_id_is_not_told_again_by_the_late_answer(
    world: World,
) -> None:
    await world.take(paid())
    fault = world.fault("delay", hold=True, when="after")
    slow = world.executor(owner="slow")
    (row,) = await world.claim(slow)
    behind = asyncio.create_task(attempt.carry_out(slow, row))
    await world.sandbox.state.faults.until(lambda: fault.held == 1)
    data = world.sandbox.state.essensys
    bill(data, [world.sheets()[0]["chargesheetid"]], world.clock.now(), keep=False)

    await take_over(world)
    world.sandbox.state.faults.release(fault)
    await behind

    assert [sheet["charge_sheet_id"] for sheet in await world.created()] == ["invoiceline/22"]
    assert len(world.puts()) == 1


async def test_an_answer_that_comes_while_the_heir_looks_keeps_him_from_calling(
    world: World,
) -> None:
    await world.take(paid())
    fault = world.fault("delay", hold=True)
    slow = world.executor(owner="slow")
    (row,) = await world.claim(slow)
    behind = asyncio.create_task(attempt.carry_out(slow, row))
    await world.sandbox.state.faults.until(lambda: fault.held == 1)

    async def find(place: Place, search: Search) -> Done | Absent | Unclear:
        found = await charge_sheet.find(place, search)
        assert found == Absent()
        world.sandbox.state.faults.release(fault)
        await behind  # longer than anybody should have waited, but now it is there
        return found

    heir = world.executor(hooked(world.configured(), find=find), owner="heir")
    world.clock.advance(seconds=LOST.total_seconds())
    (row,) = await world.claim(heir)
    await attempt.carry_out(heir, row)

    world.assert_once()
    await take_over(world)
    world.assert_once()
    await world.assert_told_once()


async def test_who_has_lost_the_lease_sends_nothing_and_ends_nothing(world: World) -> None:
    await world.take(paid())
    slow = world.executor(owner="slow")
    (row,) = await world.claim(slow)
    world.clock.advance(seconds=LEASE.total_seconds())
    (taken,) = await world.claim(world.executor(owner="heir"))

    await attempt.carry_out(slow, row)

    assert world.puts() == []
    assert await world.told() == []
    (now,) = await world.rows()
    assert (now.state, now.lease_owner) == ("running", taken.lease_owner)


@pytest.mark.parametrize("status", [429, 400, 500])
async def test_a_late_answer_to_the_one_before_says_nothing_of_the_heirs_own_call(
    status: int, world: World
) -> None:
    await world.take(paid())
    held: list[asyncio.Event] = [asyncio.Event(), asyncio.Event()]
    errors = {429: Transient, 400: Rejected, 500: Ambiguous}

    async def slow_send(*_: Any) -> Done:
        held[0].set()
        await held[1].wait()
        raise errors[status]("operate", "put_chargesheet", "late", status=status)

    slow = world.executor(hooked(world.configured(), send=slow_send), owner="slow")
    (row,) = await world.claim(slow)
    behind = asyncio.create_task(attempt.carry_out(slow, row))
    await held[0].wait()
    world.clock.advance(seconds=LOST.total_seconds())
    heir = world.executor(owner="heir")
    world.fault("delay", hold=True, when="after")
    await die(world, heir, lambda: len(world.sheets()) == 1)
    (begun,) = await world.effects()

    held[1].set()
    await behind

    assert await world.effects() == [begun]
    assert (begun.attempts, begun.lost_at) == (2, None)
    await take_over(world)
    world.assert_once()
    await world.assert_told_once()


# --- two effects with the same values, where no reference can be read ---------------------------


async def test_one_charge_sheet_is_not_taken_for_two_lost_calls(world: World) -> None:
    world.hide_references()
    world.fault("drop_after")
    world.fault("drop_before")
    await world.take(paid(uuid="a"), paid(uuid="b"))
    await world.work()
    assert [len(world.sheets()), *await world.states()] == [1, "retrying", "retrying"]
    world.clock.advance(seconds=SETTLE.total_seconds())
    looked = asyncio.Barrier(2)

    async def find(place: Place, search: Search) -> Done | Absent | Unclear:
        found = await charge_sheet.find(place, search)
        await looked.wait()  # both have seen it before either claims it
        return found

    executor = world.executor(hooked(world.configured(), find=find))
    await asyncio.gather(*[attempt.carry_out(executor, row) for row in await world.claim(executor)])
    assert sorted(await world.states()) == ["retrying", "succeeded"]
    await world.work()

    assert await world.states() == ["succeeded", "succeeded"]
    assert len(world.sheets()) == 2
    effects = [effect.provider_id for effect in await world.effects()]
    assert sorted(filter(None, effects)) == [sheet["chargesheetid"] for sheet in world.sheets()]
    assert len(await world.created()) == 2


async def test_a_charge_sheet_taken_for_another_while_its_answer_was_on_its_way_is_noticed(
    world: World,
) -> None:
    world.hide_references()
    world.fault("drop_before")
    await world.take(other := paid(uuid="a"))
    await world.work()
    world.clock.advance(seconds=SETTLE.total_seconds())
    fault = world.fault("delay", hold=True, when="after")
    await world.take(paid(uuid="b"))
    executor = world.executor()
    first, second = await world.claim(executor)
    on_its_way = asyncio.create_task(attempt.carry_out(executor, second))
    await world.sandbox.state.faults.until(lambda: fault.held == 1)

    await attempt.carry_out(executor, first)
    world.sandbox.state.faults.release(fault)
    await on_its_way

    assert await world.states() == ["succeeded", "blocked"]
    reason = (await world.rows())[-1].reason or ""
    assert "452326 in operate is that of charge-sheet/plentific/b/1" in reason
    assert "tiebeam replay --force charge-sheet/plentific/a/1" in reason
    assert len(world.sheets()) == 1
    await world.retry(second.id)
    assert (await world.work()).state == "blocked", "the other one is still missing"

    forcing = replaying(world, forced=frozenset({"charge-sheet/plentific/a/1"}))
    assert await replayed(world, other, by=forcing) == 1
    await world.work()
    await world.retry(second.id)
    await world.work()

    assert await world.states() == ["succeeded", "succeeded"]
    assert len(world.sheets()) == 2
    assert len(world.puts()) == 3, "one of them was dropped on its way"
