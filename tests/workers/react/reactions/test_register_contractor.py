"""A contractor is registered once, however many work orders it is hired for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.store.engine import Store
from deploy.sandbox import Sandbox
from events.envelope import Event
from tests.workers.fake_clock import FakeClock
from tests.workers.react.planiso_world import (
    CONTRACTOR,
    REGISTER,
    PlanisoWorld,
    order_event,
    planiso_world,
    settings,
)
from workers.react import attempt

KEY = f"subcontractor/plentific/{CONTRACTOR}"


@pytest.fixture
async def world(sandbox: Sandbox, store: Store, clock: FakeClock) -> AsyncIterator[PlanisoWorld]:
    async with planiso_world(REGISTER, sandbox, store, clock) as made:
        yield made


def hired(order: str = "one", *, name: str | None = "Boyer and Sons", **changes: Any) -> Event:
    contractor = {"uuid": CONTRACTOR, "name": name}
    return order_event("hired", uuid=order, **({"contractor": contractor} | changes))


async def test_a_hired_contractor_becomes_a_subcontractor_that_carries_it(
    world: PlanisoWorld,
) -> None:
    assert await world.answer(hired()) == "succeeded"

    (subcontractor,) = world.records("subcontractors")
    (organization,) = world.records("organizations")
    assert subcontractor["custom_no"] == f"plentific/{CONTRACTOR}"
    assert subcontractor["organization"] == organization["no"]
    assert (organization["name"], organization["adress"]) == (
        "Boyer and Sons",
        "Address not known",
    )
    assert [effect.effect_key for effect in await world.effects()] == [KEY]


async def test_one_contractor_of_many_work_orders_is_registered_once(world: PlanisoWorld) -> None:
    await world.answer(hired("one"), hired("two"), hired("one"), hired("three", name="Renamed"))

    assert await world.states() == ["succeeded"] * 4
    assert world.calls() == ["create_subcontractor"]


async def test_two_contractors_are_two_subcontractors(world: PlanisoWorld) -> None:
    other = {"uuid": "another", "name": "Another"}

    await world.answer(hired("one"), hired("two", contractor=other))

    numbers = [one["custom_no"] for one in world.records("subcontractors")]
    assert numbers == [f"plentific/{CONTRACTOR}", "plentific/another"]


@pytest.mark.parametrize("kind", ["delay", "drop_before", "drop_after"])
async def test_two_work_orders_that_hire_one_at_the_same_moment_make_one(
    kind: str, world: PlanisoWorld
) -> None:
    fault = world.fault(kind, **({"hold": True} if kind == "delay" else {}))
    await world.take(hired("one"), hired("two"))
    executor = world.executor()
    rows = await world.claim(executor)
    assert len(rows) == 2

    first = asyncio.create_task(attempt.carry_out(executor, rows[0]))
    await world.sandbox.state.faults.until(lambda: fault.applied == 1)
    await attempt.carry_out(executor, rows[1])
    world.sandbox.state.faults.release(fault)
    await first

    for _ in range(3):
        await world.again()
    assert await world.states() == ["succeeded"] * 2
    assert len(world.records("subcontractors")) == 1
    one, two = await world.audits()
    assert one["effects"][0]["provider_id"] == two["effects"][0]["provider_id"]
    assert len(world.writes()) == (2 if kind == "drop_before" else 1)


@pytest.mark.parametrize("contractor", [None, {"uuid": None, "name": "Nobody"}])
async def test_a_work_order_without_a_contractor_registers_nobody(
    contractor: dict[str, Any] | None, world: PlanisoWorld
) -> None:
    assert await world.answer(hired(contractor=contractor)) == "succeeded"

    assert world.calls() == []


@pytest.mark.parametrize("status", ["quoted", "booked", "done"])
async def test_only_a_hire_registers(status: str, world: PlanisoWorld) -> None:
    contractor = {"uuid": CONTRACTOR, "name": "Boyer and Sons"}

    assert await world.answer(order_event(status, contractor=contractor)) == "succeeded"

    assert world.calls() == []


@pytest.mark.parametrize("name", [None, " "])
async def test_one_without_a_name_is_registered_without_an_organization(
    name: str | None, world: PlanisoWorld
) -> None:
    assert await world.answer(hired(name=name)) == "succeeded"

    (subcontractor,) = world.records("subcontractors")
    assert subcontractor["organization"] is None


async def test_one_whose_name_planiso_did_not_take_is_ours_all_the_same(
    world: PlanisoWorld,
) -> None:
    world.fault("drop_after")
    await world.answer(hired())
    world.edited("subcontractors", organization=None)

    assert await world.again() == "succeeded"
    assert world.writes() == ["create_subcontractor"]


async def test_what_stands_for_an_address_can_be_chosen_and_not_be_empty(
    world: PlanisoWorld,
) -> None:
    await world.answer(hired(), address="see Plentific")

    assert world.records("organizations")[0]["adress"] == "see Plentific"
    with pytest.raises(ValidationError, match="address"):
        settings(REGISTER, address="")


def test_the_declaration_says_what_it_answers() -> None:
    assert (REGISTER.source_provider, REGISTER.target_provider) == ("plentific", "planiso")
    assert REGISTER.event_types == {"plentific.work_order.status_changed"}
