"""An import is waited for, and what it was to bring about is looked for when its end is unknown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from adapters.store.engine import Store
from deploy.sandbox import Sandbox
from deploy.sandbox.plentific import records
from deploy.sandbox.plentific.identity import uuid_of
from tests.workers.fake_clock import FakeClock
from tests.workers.react.assets_world import (
    BUILDING,
    OWNER,
    PLACE,
    UNIT,
    USER,
    AssetsWorld,
    asset_event,
    assets_world,
    settings,
)
from workers.react.effects.asset_import import asked_by, request, restore
from workers.react.effects.assets_compared import is_as_wanted
from workers.react.reach import reach_of
from workers.react.reactions.mirror_assets import gather, plan

ESTATE, PROPERTY = "facilitee-property-55", "facilitee-property_unit-66"
LANDLORD, TENANT = "facilitee-owner-468", "facilitee-property_user-610"
EVENT = asset_event("property", BUILDING)
LOST: list[tuple[str, dict[str, Any]]] = [
    ("drop_after", {}),
    ("drop_after", {"reset": True}),
    ("half_body", {"cut": "json"}),
    ("html", {"when": "after"}),
    ("status", {"status": 500, "when": "after"}),
]


@pytest.fixture
async def world(sandbox: Sandbox, store: Store, clock: FakeClock) -> AsyncIterator[AssetsWorld]:
    async with assets_world(sandbox, store, clock) as made:
        yield made


def imports_at_plentific(world: AssetsWorld) -> list[dict[str, Any]]:
    return list(world.sandbox.state.plentific.of("bulk_imports"))


def take_looks(world: AssetsWorld, looks: int) -> None:
    """Let an import be under way for so many looks at it."""
    world.sandbox.state.plentific.settings.polls_until_done = looks


# --- answers that are lost --------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "options"), LOST)
async def test_an_import_whose_answer_was_lost_is_found_and_not_sent_again(
    kind: str, options: dict[str, Any], world: AssetsWorld
) -> None:
    world.fault(kind, **options)
    assert await world.answer(EVENT) == "retrying"

    assert await world.again() == "succeeded"

    (entry,) = await world.effects()
    assert (entry.provider_id, entry.found_by) == ("as-wanted/asset/facilitee/property/55", "value")
    assert len(world.imports()) == len(world.of("estates")) == 1


async def test_a_unit_with_all_about_it_is_found(world: AssetsWorld) -> None:
    world.fault("drop_after", skip=3)
    assert await world.answer(asset_event("property_unit", UNIT)) == "retrying"

    assert await world.again() == "succeeded"

    found_by = {entry.effect_key: entry.found_by for entry in await world.effects()}
    assert found_by["asset/facilitee/property_unit/66"] == "value"
    assert len(world.imports()) == 4


@pytest.mark.parametrize("kind", ["drop_before", "html", "status"])
async def test_an_import_that_never_arrived_is_sent_once(kind: str, world: AssetsWorld) -> None:
    world.fault(kind, **({"status": 500} if kind == "status" else {}))
    assert await world.answer(EVENT) == "retrying"

    assert await world.again() == "succeeded"

    assert [entry.found_by for entry in await world.effects()] == ["answer"]
    assert len(imports_at_plentific(world)) == 1


async def test_a_landlord_of_no_property_is_sent_again_and_not_doubled(world: AssetsWorld) -> None:
    """Plentific lists none: it cannot be told whether it is there."""
    world.fault("drop_after")
    assert await world.answer(asset_event("owner", OWNER)) == "retrying"

    assert await world.again() == "succeeded"

    assert list(world.of("landlords")) == [LANDLORD]
    assert len(world.imports()) == 2


async def test_what_changed_since_a_lost_import_is_sent_in_its_place(world: AssetsWorld) -> None:
    world.fault("drop_before")
    await world.answer(EVENT)
    world.edit("property", BUILDING, name="The Tower")

    assert await world.again() == "succeeded"

    assert world.of("estates")[ESTATE]["name"] == "The Tower"


# --- refusals ---------------------------------------------------------------------------------


async def test_a_refusal_ends_with_what_was_asked_and_answered(world: AssetsWorld) -> None:
    assert await world.answer(EVENT, organisation_uuid=uuid_of("nobody")) == "dead"

    (row,) = await world.rows()
    assert row.outcome["status"] == 400
    assert row.outcome["effect_key"] == "asset/facilitee/property/55"
    assert row.outcome["request"]["batch"]["estates"][0]["external_reference"] == ESTATE
    answer = orjson.loads(row.outcome["response"])
    assert answer == {"estates": [{"organisation_uuid": ["does not exist"]}]}
    assert (await world.effects(), imports_at_plentific(world)) == ([], [])


async def test_a_refused_import_is_sent_again_on_request(world: AssetsWorld) -> None:
    await world.answer(EVENT, organisation_uuid=uuid_of("nobody"))
    await world.retry((await world.rows())[0].id)

    assert await world.again() == "succeeded"
    assert list(world.of("estates")) == [ESTATE]


async def test_a_refusal_for_now_is_tried_again(world: AssetsWorld) -> None:
    world.fault("status", status=429, headers={"Retry-After": "60"})
    assert await world.answer(EVENT) == "retrying"

    assert await world.again() == "succeeded"
    assert len(imports_at_plentific(world)) == 1


# --- how an import ends -----------------------------------------------------------------------


async def test_an_import_that_takes_its_time_is_waited_for(world: AssetsWorld) -> None:
    take_looks(world, 3)

    assert await world.answer(EVENT) == "succeeded"

    assert len([one for one in world.reads() if one.operation == "get_bulk_import"]) == 4
    assert [entry.response for entry in await world.effects()] == [
        {"added": 1, "updated": 0, "unchanged": 0}
    ]


async def test_an_import_that_takes_too_long_is_looked_for_by_its_values(
    world: AssetsWorld,
) -> None:
    take_looks(world, 1_000)
    assert await world.answer(EVENT) == "retrying"
    (begun,) = imports_at_plentific(world)
    assert f"{begun['uuid']} has not ended yet" in str((await world.rows())[0].reason)
    records.add(world.sandbox.state.plentific, "estates", world.clock.now(), _as_sent(begun))

    assert await world.again() == "succeeded"

    assert len(world.imports()) == 1


def _as_sent(begun: dict[str, Any]) -> dict[str, Any]:
    (estate,) = begun["_body"]["estates"]
    return dict(estate)


@pytest.mark.parametrize("status", [401, 404, 500])
async def test_an_import_whose_end_cannot_be_asked_for_is_looked_for(
    status: int, world: AssetsWorld
) -> None:
    """It was accepted: a refusal of the question is not one of the import."""
    world.fault("status", status=status, operation="get_bulk_import", times=None)
    assert await world.answer(EVENT) == "retrying"

    assert await world.again() == "succeeded"

    assert [entry.found_by for entry in await world.effects()] == ["value"]
    assert len(world.imports()) == 1


ENDS: list[dict[str, Any]] = [
    {"status": "failed"},
    {"status": "success", "excluded_entities": [{"entity_type": "estate", "count": 1}]},
    {
        "status": "success",
        "errors": [{"entity_type": "estate", "external_reference": "x", "message": "not found"}],
    },
]


@pytest.mark.parametrize("end", ENDS)
async def test_an_import_that_ends_badly_is_a_refusal_and_can_be_made_again(
    end: dict[str, Any], world: AssetsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("deploy.sandbox.plentific.bulk_import._finish", _ending(end))
        assert await world.answer(EVENT) == "dead"

    (row,) = await world.rows()
    assert row.outcome["request"]["batch"]["estates"][0]["external_reference"] == ESTATE
    answer = orjson.loads(row.outcome["response"])
    assert {name: answer[name] for name in end} == end
    assert await world.effects() == []
    await world.retry(row.id)
    assert await world.again() == "succeeded"


def _ending(end: dict[str, Any]) -> Any:
    def finish(_data: Any, record: dict[str, Any], _now: Any) -> None:
        record.update(end)

    return finish


# --- compared ---------------------------------------------------------------------------------


async def as_wanted(world: AssetsWorld) -> bool:
    """Whether Plentific has the unit with all about it as it is at Facilitee now."""
    event = asset_event("property_unit", UNIT)
    facts = await gather(reach_of(world.store, world.configured()), event, settings())
    return await is_as_wanted(world.client, plan(event, settings(), PLACE, facts)[-1].call.batch)


@pytest.mark.parametrize(
    ("kind", "entity_id", "values"),
    [
        ("property", BUILDING, {"name": "The Tower"}),
        ("property_unit", UNIT, {"customUnitId": "Flat 1"}),
        ("property_unit", UNIT, {"floor": 3}),
        ("property_unit", UNIT, {"propertyUserIds": []}),
        ("property_unit", UNIT, {"ownerId": 469}),
        ("property_unit", UNIT, {"propertyId": 56}),
        ("owner", OWNER, {"name": "Otto Other"}),
        ("owner", OWNER, {"address": {"street": "Dam", "postCode": "1012", "city": "Amsterdam"}}),
        ("property_user", USER, {"phoneNumber": "1"}),
        ("property_user", USER, {"email": "tt@example.com"}),
    ],
)
async def test_one_difference_is_enough(
    kind: str, entity_id: int, values: dict[str, Any], world: AssetsWorld
) -> None:
    address = world.sandbox.state.facilitee.records["properties"][str(BUILDING)]["address"]
    world.enter("property", 56, address=address)
    world.enter("owner", 469, name="Olga Owen")
    for unit, building, owner in ((UNIT, BUILDING, OWNER), (67, 56, 469)):
        if unit != UNIT:
            world.enter_unit(unit, propertyId=building, ownerId=owner)
        await world.answer(asset_event("property_unit", unit))
    assert await as_wanted(world)

    world.edit(kind, entity_id, **values)

    assert not await as_wanted(world)


async def test_somebody_who_looks_the_same_is_not_taken_for_a_landlord(
    world: AssetsWorld,
) -> None:
    twin = world.sandbox.state.facilitee.records["owners"][str(OWNER)]
    world.enter("owner", 469, **{name: twin[name] for name in twin if name != "id"})
    world.enter_unit(67, ownerId=469)
    await world.answer(asset_event("property_unit", 67))
    world.fault("drop_before")

    await world.answer(asset_event("owner", OWNER))
    await world.again()

    assert sorted(world.of("landlords")) == [LANDLORD, "facilitee-owner-469"]


async def test_what_is_not_there_is_not_as_wanted(world: AssetsWorld) -> None:
    assert not await as_wanted(world)


# --- what the ledger keeps --------------------------------------------------------------------


async def test_a_call_comes_back_from_the_ledger_as_it_was(world: AssetsWorld) -> None:
    event = asset_event("property_unit", UNIT)
    facts = await gather(reach_of(world.store, world.configured()), event, settings())
    call = plan(event, settings(), PLACE, facts)[-1].call

    again = restore(orjson.loads(orjson.dumps(request(call))))

    assert again == call
    assert request(again) == request(call)
    assert (asked_by(request(call)), asked_by(None)) == (event.id, None)
