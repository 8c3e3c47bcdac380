"""What a reaction reads before it plans, effects that build on others, and keys that are parked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from adapters.http.errors import Transient
from adapters.store import inbox, ledger
from events.envelope import Event
from tests.workers.react.invoices import line, paid
from tests.workers.react.world import World, hooked
from workers.react.effects import charge_sheet
from workers.react.reaction import Blocked, Configured, Done, Effect, Place, Reach
from workers.react.reactions.recharge_paid_invoice import plan


def changed(configured: Configured, **parts: Any) -> Configured:
    """The reaction with parts of its declaration replaced."""
    return replace(configured, reaction=replace(configured.reaction, **parts))


# --- facts ----------------------------------------------------------------------------------------


async def test_what_is_gathered_reaches_the_plan_with_both_places_at_hand(world: World) -> None:
    seen: list[Any] = []

    async def gather(reach: Reach, event: Event, settings: Any) -> str:
        return f"{reach.source.connection} to {reach.target.connection}"

    def planned(event: Event, own: Any, place: Place, facts: Any) -> list[Effect]:
        seen.append(facts)
        return plan(event, own, place)

    one = changed(world.configured(), gather=gather, plan=planned)
    await world.take(paid(), configured=one)

    assert (await world.work(world.executor(one))).state == "succeeded"
    assert seen == ["plentific to operate"]


async def test_what_was_done_before_can_be_gathered(world: World) -> None:
    await world.take(paid())
    await world.work()
    (done,) = await world.effects()
    found: dict[str, ledger.Effect] = {}

    async def gather(reach: Reach, event: Event, settings: Any) -> None:
        found.update(await reach.effects([done.effect_key, "charge-sheet/none"]))

    one = changed(world.configured(), gather=gather)
    await world.take(paid(uuid="another"), configured=one)
    await world.work(world.executor(one))

    assert found == {done.effect_key: done}


async def test_facts_that_cannot_be_read_now_are_read_at_the_next_attempt(world: World) -> None:
    failures: list[Exception] = [Transient("plentific", "get_work_order", "no connection")]

    async def gather(reach: Reach, event: Event, settings: Any) -> None:
        if failures:
            raise failures.pop()

    one = changed(world.configured(), gather=gather)
    await world.take(paid(), configured=one)

    assert (await world.work(world.executor(one))).state == "retrying"
    assert world.puts() == []
    world.clock.advance(minutes=1)
    assert (await world.work(world.executor(one))).state == "succeeded"


# --- effects that build on others -----------------------------------------------------------------


def chained(configured: Configured) -> Configured:
    """Each charge sheet but the first needs the one before."""

    def planned(event: Event, own: Any, place: Place, _facts: Any) -> list[Effect]:
        effects = plan(event, own, place)
        keys = [None, *(one.key for one in effects)]
        return [replace(one, needs=key) for one, key in zip(effects, keys, strict=False)]

    return changed(configured, plan=planned)


async def test_an_effect_is_given_the_provider_id_of_the_one_it_needs(world: World) -> None:
    seen: list[str | None] = []

    async def send(place: Place, effect: Effect) -> Done:
        seen.append(effect.basis)
        return await charge_sheet.send(place, effect)

    one = hooked(chained(world.configured()), send=send)
    await world.take(paid(line(), line("3", "0.125")), configured=one)

    assert (await world.work(world.executor(one))).state == "succeeded"
    assert seen == [None, (await world.effects())[0].provider_id]


async def test_an_effect_whose_need_has_not_happened_blocks_and_says_what_it_waits_for(
    world: World,
) -> None:
    def planned(event: Event, own: Any, place: Place, _facts: Any) -> list[Effect]:
        return [replace(one, needs="project/none") for one in plan(event, own, place)]

    one = changed(world.configured(), plan=planned)
    await world.take(paid(), configured=one)

    row = await world.work(world.executor(one))

    assert row.state == "blocked"
    assert (row.reason or "").endswith("needs project/none, which has not happened")
    assert world.puts() == []
    assert await world.effects() == []


async def test_a_lost_answer_is_looked_for_with_what_the_effect_builds_on(world: World) -> None:
    looked: list[str | None] = []

    async def find(place: Place, search: Any) -> Any:
        looked.append(search.effect.basis)
        return await charge_sheet.find(place, search)

    one = hooked(chained(world.configured()), find=find)
    await world.take(paid(line(), line("3", "0.125")), configured=one)
    world.fault("drop_after", skip=1)

    await world.work(world.executor(one))
    world.clock.advance(minutes=1)
    assert (await world.work(world.executor(one))).state == "succeeded"

    assert looked == [(await world.effects())[0].provider_id]
    world.assert_once(2)


# --- parked keys ----------------------------------------------------------------------------------

KEYS: Mapping[str, str] = {"a": "one", "b": "one", "c": "other", "d": "one"}
"""The ordering key of each invoice, in their order."""


async def blocked_at_first(world: World, *, parks: bool) -> Configured:
    """The reaction, with the four invoices in its inbox and the first of them blocked."""
    missing = {"a"}

    def planned(event: Event, own: Any, place: Place, _facts: Any) -> list[Effect]:
        if event.subject in missing:
            missing.clear()
            raise Blocked("reactions.x.y: add it")
        return plan(event, own, place)

    one = changed(world.configured(), plan=planned, parks_key=parks)
    events = [paid(uuid=uuid, number=uuid, key=key) for uuid, key in KEYS.items()]
    await world.take(*events, configured=one)
    await work_all(world, one)
    return one


async def work_all(world: World, one: Configured) -> None:
    """Do all that can be done."""
    for _ in KEYS:
        await world.work(world.executor(one))


@pytest.mark.parametrize(
    ("parks", "states"),
    [
        (True, ["blocked", "pending", "succeeded", "pending"]),
        (False, ["blocked", "succeeded", "succeeded", "succeeded"]),
    ],
)
async def test_a_blocked_event_holds_back_the_later_ones_of_its_key_where_that_is_declared(
    world: World, parks: bool, states: list[str]
) -> None:
    await blocked_at_first(world, parks=parks)
    assert await world.states() == states


async def test_a_parked_key_goes_on_in_order_once_its_first_is_retried(world: World) -> None:
    one = await blocked_at_first(world, parks=True)

    await world.retry(1)
    await work_all(world, one)

    assert await world.states() == ["succeeded"] * 4
    told = [sheet["reference"].split()[2] for sheet in await world.created()]
    assert told == ["c", "a", "b", "d"]


async def test_a_parked_key_goes_on_without_its_first_once_that_is_cancelled(world: World) -> None:
    one = await blocked_at_first(world, parks=True)

    async with world.store.write("reactions") as tx:
        assert await inbox.cancel(tx, [1, 3], "by hand", world.clock.now()) == [1]
    await work_all(world, one)

    assert await world.states() == ["cancelled", "succeeded", "succeeded", "succeeded"]
    assert (await world.rows())[0].reason == "by hand"
