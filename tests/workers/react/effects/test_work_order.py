"""A work order is raised once, and found again whatever became of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import orjson
import pytest

from adapters.store.engine import Store
from deploy.sandbox import Sandbox
from deploy.sandbox.plentific.work_orders import change_work_order
from tests.workers.fake_clock import FakeClock
from tests.workers.react.plentific_world import (
    PLACE,
    RAISE,
    PlentificWorld,
    issue_event,
    plentific_world,
    settings,
)
from workers.react.effects.work_order import EFFECT, KIND, find, request, restore
from workers.react.reaction import Absent, Done, Effect, Place, Search
from workers.react.reactions.raise_work_order import Facts, plan

KEY = "work-order/facilitee/77"


@pytest.fixture
async def world(sandbox: Sandbox, store: Store, clock: FakeClock) -> AsyncIterator[PlentificWorld]:
    async with plentific_world(RAISE, sandbox, store, clock) as made:
        yield made


def effect(**changes: Any) -> Effect:
    (planned,) = plan(issue_event(**changes), settings(RAISE), PLACE, Facts())
    return planned


async def raised(world: PlentificWorld, one: Effect | None = None) -> str:
    place = Place("plentific", world.client, "GBP", "Europe/London")
    one = one or effect()
    return (await one.kind.send(place, one)).provider_id


async def look(
    world: PlentificWorld, one: Effect | None = None, claimed: tuple[str, ...] = ()
) -> Done | Absent:
    """Look for an order that was first sent now."""

    async def ours(ids: set[str]) -> set[str]:
        return ids & set(claimed)

    place = Place("plentific", world.client, "GBP", "Europe/London")
    return await find(place, Search(one or effect(), world.clock.now(), ours))


def edit(world: PlentificWorld, uuid: str, **changes: Any) -> None:
    state = world.sandbox.state
    change_work_order(state.plentific, uuid, state.now(), changes)


# --- answers that are lost --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("drop_after", {}),
        ("drop_after", {"reset": True}),
        ("half_body", {"cut": "json"}),
        ("html", {"when": "after"}),
        ("status", {"status": 500, "when": "after"}),
    ],
)
async def test_an_order_whose_answer_was_lost_is_found_and_not_raised_again(
    kind: str, options: dict[str, Any], world: PlentificWorld
) -> None:
    world.fault(kind, **options)
    assert await world.answer(issue_event()) == "retrying"

    assert await world.again() == "succeeded"

    (order,) = world.orders()
    (entry,) = await world.effects()
    assert (entry.provider_id, entry.found_by) == (order["uuid"], "reference")
    assert len(world.writes()) == 1


@pytest.mark.parametrize("kind", ["drop_before", "html", "status"])
async def test_an_order_that_never_arrived_is_raised_once(kind: str, world: PlentificWorld) -> None:
    world.fault(kind, **({"status": 500} if kind == "status" else {}))
    assert await world.answer(issue_event()) == "retrying"

    assert await world.again() == "succeeded"

    assert len(world.orders()) == 1
    assert [entry.found_by for entry in await world.effects()] == ["answer"]


async def test_a_refusal_ends_with_what_was_asked_and_answered(world: PlentificWorld) -> None:
    assert await world.answer(issue_event(), category={"Plumbing": "nothing"}) == "dead"

    (row,) = await world.rows()
    assert row.outcome["status"] == 400
    assert row.outcome["effect_key"] == KEY
    assert row.outcome["request"]["category_uuid"] == "nothing"
    assert "category_uuid" in row.outcome["response"]
    assert (world.orders(), await world.effects()) == ([], [])


async def test_a_conflict_is_a_refusal(world: PlentificWorld) -> None:
    world.fault("status", status=409)

    assert await world.answer(issue_event()) == "dead"
    assert world.orders() == []


async def test_a_refusal_for_now_is_tried_again(world: PlentificWorld) -> None:
    world.fault("status", status=429, headers={"Retry-After": "60"})
    assert await world.answer(issue_event()) == "retrying"

    assert await world.again() == "succeeded"
    assert len(world.orders()) == 1


# --- finding it -------------------------------------------------------------------------------


async def test_what_is_not_there_is_absent(world: PlentificWorld) -> None:
    world.entered(external_reference="Facilitee issue 77")

    assert await look(world) == Absent()


@pytest.mark.parametrize("status", ["job_leads_sent", "customer_cancelled", "done", "signed_off"])
async def test_an_order_is_found_whatever_status_it_moved_to(
    status: str, world: PlentificWorld
) -> None:
    uuid = await raised(world)
    edit(world, uuid, status=status)

    found = await look(world)

    assert isinstance(found, Done)
    assert (found.provider_id, found.found_by) == (uuid, "reference")
    assert len(world.reads()) == 1, "one look by its reference is enough"


async def test_an_order_is_found_though_words_were_added_to_its_reference(
    world: PlentificWorld,
) -> None:
    uuid = await raised(world)
    edit(world, uuid, external_reference=f"{effect().call.external_reference} urgent")

    found = await look(world)

    assert isinstance(found, Done)
    assert (found.provider_id, found.response) == (uuid, {"found_in": "external reference"})


async def test_an_edited_reference_is_found_though_plentifics_clock_is_hours_behind(
    world: PlentificWorld,
) -> None:
    reference = f"Now {effect().call.external_reference}"
    created = (world.clock.now() - timedelta(hours=3)).isoformat()
    uuid = world.entered(external_reference=reference, created=created)

    found = await look(world)

    assert isinstance(found, Done)
    assert found.provider_id == uuid


@pytest.mark.parametrize("reference", [None, "", "OURS-1"])
async def test_an_order_is_found_though_its_reference_was_replaced(
    reference: str | None, world: PlentificWorld
) -> None:
    world.entered()
    uuid = await raised(world)
    world.entered()
    edit(world, uuid, external_reference=reference)

    found = await look(world)

    assert isinstance(found, Done)
    assert (found.provider_id, found.response) == (uuid, {"found_in": "metadata"})


async def test_only_orders_that_can_be_ours_are_read(world: PlentificWorld) -> None:
    now = world.clock.now()
    world.entered(property_external_reference="PROP-002")
    world.entered(created=now.replace(hour=now.hour - 2).isoformat())
    claimed = world.entered()
    expected = world.entered()
    internal = world.entered(property={"uuid": "R-1", "external_reference": "R-1", "type": "unit"})

    assert await look(world, claimed=(claimed,)) == Absent()

    read = [one.path.rpartition("/")[2] for one in world.reads() if "list" not in one.operation]
    assert sorted(read) == sorted([expected, internal])


async def test_a_copy_with_the_same_reference_is_not_taken_for_the_order(
    world: PlentificWorld,
) -> None:
    uuid = await raised(world)
    world.clock.advance(minutes=1)
    world.entered(external_reference=effect().call.external_reference)

    found = await look(world)

    assert isinstance(found, Done)
    assert found.provider_id == uuid


async def test_another_issues_order_is_not_taken_for_it(world: PlentificWorld) -> None:
    other = effect(id="770")
    uuid = await raised(world, other)

    assert await look(world) == Absent()
    assert await look(world, other) == Done(uuid, "reference", {"found_in": "external reference"})


async def test_an_order_is_found_among_many_pages(world: PlentificWorld) -> None:
    uuid = await raised(world)
    edit(world, uuid, external_reference=None)
    for _ in range(450):
        world.entered(property_external_reference="PROP-002")

    found = await look(world)

    assert isinstance(found, Done)
    assert found.provider_id == uuid


# --- what the ledger keeps --------------------------------------------------------------------


def test_a_call_comes_back_from_the_ledger_as_it_was() -> None:
    call = effect().call
    again = restore(orjson.loads(orjson.dumps(request(call))))

    assert again == call
    assert again.to_wire() == call.to_wire()
    assert request(again) == request(call)
    assert KIND.request(call)["metadata"] == {EFFECT: KEY}
