"""Facilitee's places and people are in Plentific as they are now, each once, parents first."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.facilitee.models.owners import Owner
from adapters.store import ledger
from adapters.store.engine import Store
from deploy.sandbox import Sandbox
from events.envelope import Event
from tests.workers.fake_clock import FakeClock
from tests.workers.react.assets_world import (
    ADDRESS,
    BUILDING,
    MIRROR,
    OWNER,
    PLACE,
    UNIT,
    USER,
    AssetsWorld,
    asset_event,
    assets_world,
    settings,
)
from tests.workers.react.plentific_world import RAISE, issue_event
from tests.workers.react.reactions.page import SECTIONS, docstring, sections
from workers.react import attempt
from workers.react.reach import reach_of
from workers.react.reaction import Effect
from workers.react.reactions.mirror_assets import Facts, Found, gather, plan

ESTATE, PROPERTY = "facilitee-property-55", "facilitee-property_unit-66"
LANDLORD, TENANT = "facilitee-owner-468", "facilitee-property_user-610"
OTHER_UNIT = 67
OTHER_PROPERTY = "facilitee-property_unit-67"
OTTO = Owner(id=OWNER, name="Otto Owen")


@pytest.fixture
async def world(sandbox: Sandbox, store: Store, clock: FakeClock) -> AsyncIterator[AssetsWorld]:
    async with assets_world(sandbox, store, clock) as made:
        yield made


async def keys(world: AssetsWorld) -> list[str]:
    return [effect.effect_key for effect in await world.effects()]


async def planned(world: AssetsWorld, event: Event) -> list[Effect]:
    """What an event would have done now, as a replay asks."""
    facts = await gather(reach_of(world.store, world.configured()), event, settings())
    return plan(event, settings(), PLACE, facts)


# --- what becomes what ------------------------------------------------------------------------


async def test_a_building_becomes_an_estate(world: AssetsWorld) -> None:
    assert await world.answer(asset_event("property", BUILDING, "created")) == "succeeded"

    estate = world.of("estates")[ESTATE]
    assert (estate["name"], estate["address_line_1"]) == ("The Building", "Javastraat 1")
    assert (estate["postal_code"], estate["city"]) == ("1094 EM", "Amsterdam")
    assert await keys(world) == ["asset/facilitee/property/55"]
    assert not world.of("properties")


async def test_an_owner_becomes_a_landlord(world: AssetsWorld) -> None:
    assert await world.answer(asset_event("owner", OWNER, "created")) == "succeeded"

    landlord = world.of("landlords")[LANDLORD]
    assert (landlord["first_name"], landlord["last_name"]) == ("Otto", "von Owen")
    assert landlord["address"]["postal_code"] == "1094 EM"
    assert await keys(world) == ["asset/facilitee/owner/468"]


async def test_a_user_of_no_unit_becomes_a_tenant_of_no_property(world: AssetsWorld) -> None:
    world.edit("property_unit", UNIT, propertyUserIds=[])

    assert await world.answer(asset_event("property_user", USER, "created")) == "succeeded"

    assert world.of("tenants")[TENANT]["email"] == "tessa.tulp@example.com"
    assert not world.of("properties")


async def test_a_unit_becomes_a_property_with_all_that_it_refers_to(world: AssetsWorld) -> None:
    assert await world.answer(asset_event("property_unit", UNIT, "created")) == "succeeded"

    made = world.of("properties")[PROPERTY]
    assert made["name"] == "Flat 66"
    assert made["landlords"] == [world.uuid("landlords", LANDLORD)]
    assert made["tenants"] == [world.uuid("tenants", TENANT)]
    assert made["_parent_estate_uuid"] == world.uuid("estates", ESTATE)


async def test_what_a_property_needs_is_imported_before_it(world: AssetsWorld) -> None:
    await world.answer(asset_event("property_unit", UNIT, "created"))

    (audit,) = await world.audits()
    assert [effect["key"] for effect in audit["effects"]] == [
        "asset/facilitee/property/55",
        "asset/facilitee/owner/468",
        "asset/facilitee/property_user/610",
        "asset/facilitee/property_unit/66",
    ]


async def test_a_unit_of_no_known_building_is_a_property_of_no_estate(world: AssetsWorld) -> None:
    world.edit("property_unit", UNIT, hasPropertyAddress=False, address=ADDRESS)
    world.remove("property", BUILDING)

    assert await world.answer(asset_event("property_unit", UNIT)) == "succeeded"

    assert "_parent_estate_uuid" not in world.of("properties")[PROPERTY]
    assert not world.of("estates")


# --- once, whichever event comes first --------------------------------------------------------


async def test_nothing_is_doubled_whichever_event_comes_first(world: AssetsWorld) -> None:
    events = [
        asset_event("property_user", USER, "created"),
        asset_event("property_unit", UNIT, "created"),
        asset_event("owner", OWNER, "created"),
        asset_event("property", BUILDING, "created"),
    ]

    assert await world.answer(*events) == "succeeded"

    counts = [len(world.of(name)) for name in ("estates", "landlords", "tenants", "properties")]
    assert counts == [1, 1, 1, 1]


async def test_what_units_share_is_first_imported_once(world: AssetsWorld) -> None:
    world.enter_unit(OTHER_UNIT)
    events = [asset_event("property_unit", one, "created") for one in (UNIT, OTHER_UNIT)]

    assert await world.answer(*events) == "succeeded"

    alone = [one for one in world.imported() if "properties" not in one]
    assert len(alone) == 3, "the building, the owner and the user, each by itself"
    assert len(world.imports()) == 5


async def test_events_at_once_import_what_they_share_once(world: AssetsWorld) -> None:
    world.enter_unit(OTHER_UNIT)
    executor = world.executor(world.configured())
    for one in (UNIT, OTHER_UNIT):
        await world.take(asset_event("property_unit", one), configured=world.configured())
    rows = await world.claim(executor)
    fault = world.fault("delay", hold=True)

    first = asyncio.create_task(attempt.carry_out(executor, rows[0]))
    await world.sandbox.state.faults.until(lambda: fault.held == 1)
    await attempt.carry_out(executor, rows[1])
    world.sandbox.state.faults.release(fault)
    await first
    assert await world.states() == ["succeeded", "retrying"]
    await world.again()

    assert await world.states() == ["succeeded", "succeeded"]
    alone = [one for one in world.imported() if "properties" not in one]
    assert len(alone) == 3, "the building, the owner and the user, each by itself"


async def test_an_event_that_comes_again_does_nothing_again(world: AssetsWorld) -> None:
    events = [asset_event("property_unit", UNIT, again=number) for number in (1, 2)]
    await world.answer(*events)
    sent = len(world.imports())

    await world.answer(*events)

    done = set(await keys(world))
    for event in events:
        assert {one.key for one in await planned(world, event)} <= done
    assert len(world.imports()) == sent


# --- what is true now -------------------------------------------------------------------------


async def test_a_later_state_is_written_again(world: AssetsWorld) -> None:
    for number, name in enumerate(("The Tower", "The Building", "The Tower"), start=1):
        world.edit("property", BUILDING, name=name)
        assert await world.answer(asset_event("property", BUILDING, again=number)) == "succeeded"
        assert world.of("estates")[ESTATE]["name"] == name

    assert len(world.imports()) == 3


async def test_an_older_event_that_comes_after_a_newer_one_overwrites_nothing(
    world: AssetsWorld,
) -> None:
    world.edit("property", BUILDING, name="The Tower")
    await world.answer(asset_event("property", BUILDING, again=2))

    assert await world.answer(asset_event("property", BUILDING, again=1)) == "succeeded"

    assert world.of("estates")[ESTATE]["name"] == "The Tower"


async def test_a_change_is_written_though_a_unit_had_the_building_imported_before(
    world: AssetsWorld,
) -> None:
    await world.answer(asset_event("property_unit", UNIT))
    world.edit("property", BUILDING, name="The Tower")

    assert await world.answer(asset_event("property", BUILDING, "created")) == "succeeded"

    assert world.of("estates")[ESTATE]["name"] == "The Tower"


@pytest.mark.parametrize("state", ["sending", "done"])
def test_an_event_adds_its_own_import_to_a_first_one_of_another(state: Any) -> None:
    """Whatever became of that one: its state may be older."""
    key = "asset/facilitee/owner/468"
    event, found = asset_event("owner", OWNER), Found(owner=OTTO)
    (first,) = plan(event, settings(), PLACE, Facts(found))
    request = {**first.kind.request(first.call), "event": "another"}
    when = event.time
    begun = ledger.Effect(key, MIRROR.name, 1, "plentific", request, when, when, state=state)

    effects = plan(event, settings(), PLACE, Facts(found, {key: begun}))

    own = f"{key}/{event.id}"
    assert [one.key for one in effects] == ([own] if state == "done" else [key, own])


def test_after_a_rebuild_an_event_makes_its_own_import() -> None:
    key = "asset/facilitee/owner/468"
    event = asset_event("owner", OWNER)
    when = event.time
    done = ledger.Effect(key, MIRROR.name, 1, "plentific", None, when, when, state="done")

    (effect,) = plan(event, settings(), PLACE, Facts(Found(owner=OTTO), {key: done}))

    assert effect.key == f"{key}/{event.id}"


# --- links ------------------------------------------------------------------------------------


async def test_a_new_owner_is_the_propertys_landlord_instead(world: AssetsWorld) -> None:
    world.enter("owner", 469, name="Olga Owen")
    await world.answer(asset_event("property_unit", UNIT))
    world.edit("property_unit", UNIT, ownerId=469)

    assert await world.answer(asset_event("property_unit", UNIT, again=2)) == "succeeded"

    made = world.of("properties")[PROPERTY]
    assert made["landlords"] == [world.uuid("landlords", "facilitee-owner-469")]
    assert LANDLORD in world.of("landlords"), "nothing is deleted"


async def test_a_user_who_moves_out_is_not_named_any_more(world: AssetsWorld) -> None:
    await world.answer(asset_event("property_unit", UNIT))
    world.edit("property_unit", UNIT, propertyUserIds=[])

    assert await world.answer(asset_event("property_unit", UNIT, again=2)) == "succeeded"

    assert world.of("properties")[PROPERTY]["tenants"] == []
    assert world.of("tenants")[TENANT]["property_uuid"] is None


@pytest.mark.parametrize("units", [(UNIT, OTHER_UNIT), (OTHER_UNIT, UNIT)])
async def test_a_user_of_two_units_is_the_tenant_of_the_one_whose_contact_they_are(
    units: tuple[int, ...], world: AssetsWorld
) -> None:
    world.enter_unit(OTHER_UNIT, propertyUserIds=[USER], contactId=USER)

    assert await world.answer(*(asset_event("property_unit", one) for one in units)) == "succeeded"

    assert world.of("properties")[PROPERTY]["tenants"] == []
    assert world.of("properties")[OTHER_PROPERTY]["tenants"] == [world.uuid("tenants", TENANT)]


async def test_a_user_who_leaves_one_of_two_units_moves_to_the_other(world: AssetsWorld) -> None:
    world.enter_unit(OTHER_UNIT, propertyUserIds=[USER])
    await world.answer(*(asset_event("property_unit", one) for one in (UNIT, OTHER_UNIT)))
    world.edit("property_unit", UNIT, propertyUserIds=[])

    # there is no event of the other unit: nothing of it has changed
    moved = [asset_event("property_unit", UNIT, again=2), asset_event("property_user", USER)]
    assert await world.answer(*moved) == "succeeded"

    assert world.of("properties")[OTHER_PROPERTY]["tenants"] == [world.uuid("tenants", TENANT)]
    assert world.of("tenants")[TENANT]["property_uuid"] == world.uuid("properties", OTHER_PROPERTY)


# --- what is not mirrored ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "entity_id"),
    [("property", BUILDING), ("property_unit", UNIT), ("owner", OWNER), ("property_user", USER)],
)
async def test_what_is_gone_by_now_is_left_alone(
    kind: str, entity_id: int, world: AssetsWorld
) -> None:
    world.remove(kind, entity_id)

    assert await world.answer(asset_event(kind, entity_id)) == "succeeded"
    assert world.writes() == []


@pytest.mark.parametrize(("kind", "entity_id"), [("property", BUILDING), ("property_unit", UNIT)])
async def test_what_is_not_in_use_stays_as_it_was(
    kind: str, entity_id: int, world: AssetsWorld
) -> None:
    world.edit(kind, entity_id, isActive=False)

    assert await world.answer(asset_event(kind, entity_id)) == "succeeded"
    assert world.writes() == []


async def test_a_user_of_a_unit_that_is_not_in_use_is_a_tenant_of_no_property(
    world: AssetsWorld,
) -> None:
    world.edit("property_unit", UNIT, isActive=False)

    assert await world.answer(asset_event("property_user", USER)) == "succeeded"
    assert list(world.of("tenants")) == [TENANT]
    assert not world.of("properties")


def test_nothing_is_deleted() -> None:
    assert not any(name.endswith(".removed") for name in MIRROR.event_types)
    assert len(MIRROR.event_types) == 8


@pytest.mark.parametrize(
    ("address", "missing"),
    [
        (None, "no street and no post code"),
        ({**ADDRESS, "postCode": " "}, "no post code"),
        ({**ADDRESS, "street": None}, "no street"),
    ],
)
async def test_a_building_without_an_address_is_blocked_until_it_has_one(
    address: Any, missing: str, world: AssetsWorld
) -> None:
    world.edit("property", BUILDING, address=address)

    assert await world.answer(asset_event("property", BUILDING)) == "blocked"

    (row,) = await world.rows()
    assert row.reason == (
        f"property 55 of Facilitee has {missing}, which Plentific needs: enter it there, then retry"
    )
    world.edit("property", BUILDING, address=ADDRESS)
    await world.retry(row.id)
    assert await world.again() == "succeeded"


async def test_a_blocked_event_holds_up_no_later_one_and_overwrites_nothing_after_it(
    world: AssetsWorld,
) -> None:
    world.edit("property", BUILDING, address=None)
    await world.answer(asset_event("property", BUILDING))
    world.edit("property", BUILDING, address=ADDRESS, name="The Tower")

    assert await world.answer(asset_event("property", BUILDING, again=2)) == "succeeded"

    await world.retry((await world.rows())[0].id)
    await world.again()
    assert await world.states() == ["succeeded", "succeeded"]
    assert world.of("estates")[ESTATE]["name"] == "The Tower"


async def test_a_dry_run_tells_everything_and_writes_nothing(world: AssetsWorld) -> None:
    assert await world.answer(asset_event("property_unit", UNIT), mode="dry-run") == "succeeded"

    (row,) = await world.rows()
    wanted = [list(one["request"]["batch"]) for one in row.outcome["planned"]]
    everything = ["estates", "properties", "tenants", "landlords"]
    assert wanted == [["estates"], ["landlords"], ["tenants"], everything]
    assert (world.writes(), await world.effects()) == ([], [])


# --- under which reference --------------------------------------------------------------------


async def test_an_estate_with_the_custom_id_is_taken_over(world: AssetsWorld) -> None:
    world.edit("property", BUILDING, customPropertyId="AMS-1")
    await world.answer(asset_event("property", BUILDING), estate_reference="custom")
    before = world.uuid("estates", "AMS-1")

    await world.answer(asset_event("property_unit", UNIT), estate_reference="custom")

    assert list(world.of("estates")) == ["AMS-1"]
    assert world.of("properties")[PROPERTY]["_parent_estate_uuid"] == before


@pytest.mark.parametrize(
    ("custom", "changes"),
    [
        (None, {"estate_reference": "custom"}),
        (" ", {"estate_reference": "custom"}),
        ("AMS-1", {}),
    ],
)
async def test_an_estate_is_known_by_the_buildings_id_otherwise(
    custom: str | None, changes: dict[str, Any], world: AssetsWorld
) -> None:
    world.edit("property", BUILDING, customPropertyId=custom)

    await world.answer(asset_event("property", BUILDING), **changes)

    assert list(world.of("estates")) == [ESTATE]


async def test_a_custom_id_of_two_buildings_is_blocked(world: AssetsWorld) -> None:
    world.edit("property", BUILDING, customPropertyId="AMS-1")
    world.enter("property", 56, customPropertyId="AMS-12", address=ADDRESS)
    event = asset_event("property", BUILDING)
    assert await world.answer(event, estate_reference="custom") == "succeeded"
    world.edit("property", 56, customPropertyId="AMS-1")

    again = asset_event("property", BUILDING, again=2)
    assert await world.answer(again, estate_reference="custom") == "blocked"

    row = (await world.rows())[-1]
    assert row.reason == (
        'properties 55 and 56 of Facilitee have the same custom property id "AMS-1": '
        "give each its own there, then retry"
    )


@pytest.mark.parametrize(
    ("estate_reference", "configured", "known_by"),
    [("custom", {}, "AMS-1"), ("id", {"55": ESTATE}, ESTATE)],
)
async def test_a_work_order_is_raised_on_a_mirrored_estate(
    estate_reference: str, configured: dict[str, str], known_by: str, world: AssetsWorld
) -> None:
    world.edit("property", BUILDING, customPropertyId="AMS-1")
    await world.answer(asset_event("property", BUILDING), estate_reference=estate_reference)

    state = await world.answer(issue_event(), reaction=RAISE, property=configured)

    assert state == "succeeded"
    (order,) = world.orders()
    assert order["property"]["uuid"] == world.uuid("estates", known_by)


def test_another_connection_has_references_of_its_own() -> None:
    event, found = asset_event("owner", OWNER), Found(owner=OTTO)

    (other,) = plan(event, settings(**{"from": "second"}), PLACE, Facts(found))

    assert other.key == "asset/second/owner/468"
    assert other.call.batch.landlords[0].external_reference == "second-owner-468"


# --- the table and the page -------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong", [{"organisation_uuid": "ours"}, {"estate_reference": "name"}, {"organisation": "x"}]
)
def test_a_table_that_cannot_be_right_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**wrong)


def test_the_page_has_every_section_and_an_example_that_can_be_copied() -> None:
    found = sections(docstring(MIRROR))

    assert tuple(found) == SECTIONS
    table = tomllib.loads(found["Example"])["reactions"][MIRROR.name]
    assert MIRROR.settings.model_validate(table).mode == "live"
