"""The executor: in order within a key, side by side otherwise, within its slots, to a calm end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import unquote

import pytest
from structlog.testing import capture_logs

from adapters.http.limits import Priority, present_priority
from adapters.store import inbox
from adapters.store.errors import StoreUnavailable
from events.envelope import Event
from tests.workers.react.invoices import line, paid
from tests.workers.react.world import LEASE, SETTLE, World, connected, hooked
from workers.react import executor as executor_module
from workers.react.effects import charge_sheet
from workers.react.executor import AT_ONCE, run
from workers.react.means import Means
from workers.react.reaction import Configured, Done, Effect, Place
from workers.react.reactions.recharge_paid_invoice import plan

PATIENCE = 30.0
"""Seconds after which a condition will not come true any more."""


@pytest.fixture(autouse=True)
def _nobody_looks_without_being_rung(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking now and then would hide a wake-up that is lost."""
    monkeypatch.setattr(executor_module, "IDLE", 3600.0)


@asynccontextmanager
async def running(executor: Means) -> AsyncIterator[asyncio.Task[None]]:
    """The executor at work; it is stopped at the end."""
    stopping = asyncio.Event()
    task = asyncio.create_task(run(executor, stopping))
    try:
        yield task
    finally:
        stopping.set()
        executor.store.notify("reactions")
        async with asyncio.timeout(PATIENCE):
            await task


async def until(condition: Callable[[], Awaitable[bool] | bool]) -> None:
    """Wait until a condition holds that the event loop's other tasks bring about."""

    async def holds() -> bool:
        held = condition()
        return held if isinstance(held, bool) else await held

    async with asyncio.timeout(PATIENCE):
        while not await holds():  # noqa: ASYNC110 - store and sandbox have no event in common
            await asyncio.sleep(0.002)


async def until_states(world: World, *states: str) -> None:
    """Wait until the inbox stands so."""

    async def stands() -> bool:
        return await world.states() == list(states)

    await until(stands)


def charged(world: World) -> list[str]:
    """The invoice numbers in the order of the calls that reached the provider."""
    bodies = [unquote(request.body or "") for request in world.puts()]
    return [found[1] for body in bodies if (found := re.search(r"Repair invoice (\S+)", body))]


def numbered(number: str, key: str = "") -> Event:
    return paid(uuid=f"uuid-{number}", number=number, key=key or f"key-{number}")


class Counting:
    """A `send` that counts how many are in it and lets one go at a time."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.turn = asyncio.Semaphore(0)

    async def __call__(self, place: Place, effect: Effect) -> Done:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await self.turn.acquire()
            return await charge_sheet.send(place, effect)
        finally:
            self.now -= 1


# --- order --------------------------------------------------------------------------------------


async def test_reactions_of_one_key_go_in_the_order_of_their_events(world: World) -> None:
    numbers = [str(number) for number in range(8)]
    await world.take(*[numbered(number, key="one") for number in numbers])

    async with running(world.executor()):
        await until_states(world, *["succeeded"] * 8)

    assert charged(world) == numbers


async def test_a_reaction_that_is_retried_holds_up_its_key_and_nobody_else(world: World) -> None:
    world.fault("drop_before")
    await world.take(numbered("1", "held"), numbered("2", "held"))
    async with running(world.executor()):
        await until_states(world, "retrying", "pending")
        await world.take(numbered("3"), numbered("4", "held"), numbered("5"))
        await until_states(world, "retrying", "pending", "succeeded", "pending", "succeeded")
        assert sorted(charged(world)) == ["1", "3", "5"]

        world.clock.advance(seconds=SETTLE.total_seconds())
        world.store.notify("reactions")
        await until_states(world, *["succeeded"] * 5)

    in_key = [number for number in charged(world) if number in "124"]
    assert in_key == ["1", "1", "2", "4"]
    world.assert_once(5)


async def test_a_pause_that_the_provider_asks_for_holds_up_the_whole_connection(
    world: World,
) -> None:
    world.fault("status", status=429, headers={"Retry-After": "30"})
    await world.take(numbered("1"))
    async with running(world.executor()):
        await until_states(world, "retrying")
        await world.take(numbered("2"), numbered("3"))
        await until_states(world, *["retrying"] * 3)
        assert charged(world) == ["1"]

        world.clock.advance(seconds=32)
        world.store.notify("reactions")
        await until_states(world, *["succeeded"] * 3)

    world.assert_once(3)
    assert world.sandbox.state.requests.find(operation="query chargesheet") == [], "none was lost"


async def test_different_keys_are_in_flight_at_the_same_time(world: World) -> None:
    fault = world.fault("delay", hold=True, times=5)
    await world.take(*[numbered(str(number)) for number in range(5)])

    async with running(world.executor()):
        async with asyncio.timeout(PATIENCE):
            await world.sandbox.state.faults.until(lambda: fault.held == 5)
        world.sandbox.state.faults.release(fault)
        await until_states(world, *["succeeded"] * 5)


async def test_failures_of_every_kind_break_no_order_and_double_nothing(world: World) -> None:
    for number, kind in enumerate(["drop_after", "drop_before", "half_body", "html"] * 2):
        world.fault(kind, skip=number)
    await world.take(*[numbered(f"{key}{place}", key) for place in range(3) for key in "abc"])

    async def all_wait() -> bool:
        """Whether nothing goes on until the clock moves."""
        first_open: dict[str, str] = {}
        for row in await world.rows():
            if row.state != "succeeded":
                first_open.setdefault(row.ordering_key, row.state)
        return set(first_open.values()) <= {"retrying"}

    async with running(world.executor()):
        while set(await world.states()) != {"succeeded"}:
            await until(all_wait)
            world.clock.advance(seconds=SETTLE.total_seconds())
            world.store.notify("reactions")

    world.assert_once(9)
    told = [one["reference"].split()[2] for one in await world.created()]
    assert sorted(told) == sorted({*told})
    for key in "abc":
        assert [one for one in told if one.startswith(key)] == [f"{key}{n}" for n in range(3)]


# --- slots --------------------------------------------------------------------------------------


@pytest.mark.parametrize("slots", [1, 2, 3])
async def test_never_more_are_in_flight_than_there_are_slots(slots: int, world: World) -> None:
    send = Counting()
    executor = world.executor(hooked(world.configured(), send=send), slots={"operate": slots})
    await world.take(*[numbered(str(number)) for number in range(7)])

    async with running(executor):
        for done in range(7):
            await until(partial(_in_flight, send, min(slots, 7 - done)))
            world.store.notify("reactions")  # somebody rings while every slot is taken
            for _ in range(4):
                assert (await world.states()).count("running") <= slots
            send.turn.release()
            await until(partial(_written, world, done + 1))
        await until_states(world, *["succeeded"] * 7)

    assert send.most == slots


async def test_reactions_are_begun_a_few_at_a_time_until_every_slot_is_taken(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, asked = inbox.claim, list[int]()

    async def noting(run: Any, owner: Any, now: Any, until: Any, limit: int, names: Any) -> Any:
        asked.append(limit)
        return await claim(run, owner, now, until, limit, names)

    monkeypatch.setattr(inbox, "claim", noting)
    send = Counting()
    executor = world.executor(hooked(world.configured(), send=send), slots={"operate": 30})
    await world.take(*[numbered(str(number)) for number in range(35)])

    async with running(executor):
        await until(partial(_in_flight, send, 30))
        assert asked == [AT_ONCE, AT_ONCE, 30 - 2 * AT_ONCE]
        for _ in range(35):
            send.turn.release()
        await until_states(world, *["succeeded"] * 35)


async def test_what_a_reaction_calls_goes_before_all_that_is_polled(world: World) -> None:
    priorities: list[Priority] = []

    async def send(place: Place, effect: Effect) -> Done:
        priorities.append(present_priority())
        return await charge_sheet.send(place, effect)

    await world.take(numbered("1"))
    async with running(world.executor(hooked(world.configured(), send=send))):
        await until_states(world, "succeeded")

    assert priorities == [Priority.REACTION]


def _in_flight(send: Counting, number: int) -> bool:
    return send.now == number


def _written(world: World, number: int) -> bool:
    return len(world.sheets()) == number


async def test_a_slot_that_becomes_free_is_used_at_once(world: World) -> None:
    """With nobody looking now and then, each must be claimed because the one before ended."""
    await world.take(*[numbered(str(number)) for number in range(15)])

    async with running(world.executor(slots={"operate": 1})):
        await until_states(world, *["succeeded"] * 15)


async def test_a_slow_connection_holds_up_no_other(world: World) -> None:
    async with connected(world.sandbox, world.clock) as client:
        slow, other = world.configured(), world.configured(client)
        other = replace(
            other,
            reaction=replace(other.reaction, name="another"),
            place=replace(other.place, connection="elsewhere"),
        )
        send = Counting()
        executor = world.executor(
            hooked(slow, send=send), named(other), slots={"operate": 1, "elsewhere": 1}
        )
        await world.take(numbered("1"), numbered("2"))
        await world.take(numbered("3"), configured=other)

        async with running(executor):
            await until_states(world, "running", "pending", "succeeded")
            send.turn.release()
            send.turn.release()
            await until_states(world, *["succeeded"] * 3)


def named(configured: Configured) -> Configured:
    """The same with keys of its own, so that its effects are others."""

    def own(event: Event, settings: Any, place: Place, _facts: None) -> list[Effect]:
        return [replace(one, key=f"another/{one.key}") for one in plan(event, settings, place)]

    return replace(configured, reaction=replace(configured.reaction, plan=own))


async def test_an_event_that_comes_in_is_answered_without_waiting(world: World) -> None:
    async with running(world.executor()):
        await until(lambda: world.store.notified("reactions") == 0)
        await world.take(numbered("1"))
        await until_states(world, "succeeded")


async def test_a_reaction_that_is_off_is_left_alone(world: World) -> None:
    await world.take(numbered("1"))

    async with running(world.executor(world.configured(mode="off"))) as task:
        await asyncio.wait([task], timeout=PATIENCE)
        assert task.done(), "there is nothing to do for it"

    assert await world.states() == ["pending"]


# --- ends ---------------------------------------------------------------------------------------


async def test_at_the_end_those_in_flight_are_waited_for_and_no_more_are_begun(
    world: World,
) -> None:
    fault = world.fault("delay", hold=True)
    await world.take(numbered("1", "one"), numbered("2", "one"))
    stopping = asyncio.Event()
    task = asyncio.create_task(run(world.executor(), stopping))
    await world.sandbox.state.faults.until(lambda: fault.held == 1)

    stopping.set()
    world.store.notify("reactions")
    await asyncio.sleep(0.05)
    assert not task.done()
    world.sandbox.state.faults.release(fault)
    async with asyncio.timeout(PATIENCE):
        await task

    assert await world.states() == ["succeeded", "pending"]
    assert charged(world) == ["1"]
    world.assert_once()


async def test_whoever_takes_too_long_at_the_end_is_handed_back_and_its_call_looked_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor_module, "DRAIN", 0.05)
    fault = world.fault("delay", hold=True, when="after")
    await world.take(numbered("1"))
    async with running(world.executor()):
        await world.sandbox.state.faults.until(lambda: fault.held == 1)

    (row,) = await world.rows()
    assert (row.state, row.attempts, row.lease_owner) == ("pending", 0, None)
    assert (await world.work(world.executor(owner="next"))).state == "retrying"
    world.clock.advance(seconds=(LEASE + SETTLE).total_seconds())
    async with running(world.executor(owner="next")):
        await until_states(world, "succeeded")
    world.assert_once()
    assert len(world.puts()) == 1


async def test_without_a_store_who_is_cut_off_leaves_its_row_to_the_lease(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> bool:
        raise StoreUnavailable("sqlite:", "the database does not answer")

    monkeypatch.setattr(executor_module, "DRAIN", 0.05)
    monkeypatch.setattr(inbox, "release", away)
    fault = world.fault("delay", hold=True, when="after")
    await world.take(numbered("1"))
    with capture_logs() as logged:
        async with running(world.executor()):
            await world.sandbox.state.faults.until(lambda: fault.held == 1)

    assert await world.states() == ["running"]
    assert "not handed back" in [line["event"] for line in logged]


async def test_a_mistake_in_a_reaction_ends_neither_the_executor_nor_the_others(
    world: World,
) -> None:
    def mistaken(event: Event, own: Any, place: Place, _facts: None) -> list[Effect]:
        if event.subject == "uuid-1":
            raise RuntimeError
        return plan(event, own, place)

    one = world.configured()
    one = replace(one, reaction=replace(one.reaction, plan=mistaken))
    await world.take(numbered("1", "one"), numbered("2", "one"), numbered("3"))

    async with running(world.executor(one)) as task:
        await until_states(world, "dead", "succeeded", "succeeded")
        await world.take(numbered("4"))
        await until_states(world, "dead", *["succeeded"] * 3)
        assert not task.done()


async def test_an_end_that_cannot_be_saved_leaves_the_row_to_its_lease(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise TypeError

    await world.take(numbered("1"))
    executor = world.executor()
    with monkeypatch.context() as patch, capture_logs() as logged:
        patch.setattr("workers.react.attempt.audit_event", broken)
        async with running(executor) as task:
            await until(lambda: len(world.sheets()) == 1)
            await world.take(numbered("2"))
            await until(lambda: len(world.sheets()) == 2)
            assert not task.done()
    saved = [(one["event"], one["why"]) for one in logged if one["log_level"] == "error"]
    assert saved == [("end not saved", "TypeError")] * 2, "never silent"
    assert await world.states() == ["running", "running"]

    world.clock.advance(seconds=LEASE.total_seconds())
    async with running(executor):
        await until_states(world, "succeeded", "succeeded")
    world.assert_once(2)


async def test_a_store_that_is_away_for_a_while_stops_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = 3
    run = world.store.run

    async def failing(*given: Any) -> Any:
        nonlocal failures
        if failures:
            failures -= 1
            world.store.notify("reactions")
            raise StoreUnavailable("here", "pulled out")
        return await run(*given)

    await world.take(paid(line()))
    monkeypatch.setattr(world.store, "run", failing)

    async with running(world.executor()):
        await until_states(world, "succeeded")

    assert failures == 0
    world.assert_once()
