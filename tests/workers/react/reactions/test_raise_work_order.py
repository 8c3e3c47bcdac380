"""What an issue becomes: one work order, at which property, as what, in which words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.store.engine import Store
from deploy.sandbox import Sandbox
from deploy.sandbox.plentific import records
from deploy.sandbox.plentific.identity import ORGANISATION_UUID
from tests.workers.fake_clock import FakeClock
from tests.workers.react.plentific_world import (
    CATEGORY,
    PLACE,
    PROPERTY,
    PROPERTY_UUID,
    RAISE,
    SERVICE,
    PlentificWorld,
    issue_event,
    plentific_world,
    settings,
)
from workers.react.reaction import Blocked
from workers.react.reactions.raise_work_order import Facts, effect_key, plan

TABLE = "reactions.raise-work-order"
CUSTOM = "222"


@pytest.fixture
async def world(sandbox: Sandbox, store: Store, clock: FakeClock) -> AsyncIterator[PlentificWorld]:
    async with plentific_world(RAISE, sandbox, store, clock) as made:
        yield made


def planned(facts: Facts | None = None, **changes: Any) -> Any:
    """The order that an issue would be raised as."""
    (effect,) = plan(issue_event(**changes), settings(RAISE), PLACE, facts or Facts())
    return effect.call


def text(**changes: Any) -> str:
    return str(planned(**changes).faults[0].description)


# --- which issues -----------------------------------------------------------------------------


@pytest.mark.parametrize("happened", ["reported", "status_changed"])
async def test_an_issue_in_the_status_becomes_one_work_order(
    happened: str, world: PlentificWorld
) -> None:
    assert await world.answer(issue_event(happened=happened)) == "succeeded"

    (order,) = world.orders()
    assert order["status"] == "new"
    assert order["property"]["uuid"] == PROPERTY_UUID
    assert order["service"]["uuid"] == SERVICE
    assert order["organisation_uuid"] == ORGANISATION_UUID
    assert order["account_code"] == "MAINT"
    assert order["is_emergency"] is True
    (effect,) = await world.effects()
    assert (effect.effect_key, effect.provider_id) == ("work-order/facilitee/77", order["uuid"])
    (audit,) = await world.audits()
    assert [one["provider_id"] for one in audit["effects"]] == [order["uuid"]]


@pytest.mark.parametrize("status", ["New", "Assigned", "Closed", "Tended"])
async def test_an_issue_in_another_status_becomes_nothing(
    status: str, world: PlentificWorld
) -> None:
    assert await world.answer(issue_event(status)) == "succeeded"

    assert world.sandbox.state.requests.find() == []


async def test_the_statuses_are_the_configurations(world: PlentificWorld) -> None:
    statuses = ["New", "quotation_accepted"]

    await world.answer(issue_event(), statuses=statuses)
    await world.answer(issue_event("QuotationAccepted"), statuses=statuses)

    assert len(world.orders()) == 1


async def test_an_issue_that_comes_back_to_the_status_keeps_its_one_order(
    world: PlentificWorld,
) -> None:
    events = [issue_event(again=number, description=f"Told {number} times") for number in (1, 2)]

    assert await world.answer(*events) == "succeeded"

    assert len(world.orders()) == 1
    first, second = await world.audits()
    assert first["effects"] == second["effects"]


async def test_a_dry_run_reads_but_writes_nothing(world: PlentificWorld) -> None:
    world.property_named(PROPERTY)

    await world.answer(issue_event(), mode="dry-run", property={})

    assert world.writes() == []
    (row,) = await world.rows()
    (shown,) = row.outcome["planned"]
    assert shown["key"] == effect_key("facilitee", "77")
    assert shown["request"]["property"] == {"uuid": PROPERTY_UUID}


async def test_an_order_is_published_only_where_that_is_configured(world: PlentificWorld) -> None:
    await world.answer(issue_event(), publish=True)

    assert world.statuses() == ["job_leads_sent"]


# --- property, category, service --------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "reads"),
    [
        ({"55": PROPERTY_UUID, CUSTOM: "elsewhere"}, 0),
        ({"55": PROPERTY}, 0),
        ({CUSTOM: PROPERTY}, 1),
        ({CUSTOM: PROPERTY_UUID}, 1),
    ],
)
async def test_a_property_is_looked_up_by_its_id_then_by_its_own_reference(
    table: dict[str, str], reads: int, world: PlentificWorld
) -> None:
    world.property_named(CUSTOM)

    assert await world.answer(issue_event(), property=table) == "succeeded"

    assert world.orders()[0]["property"]["uuid"] == PROPERTY_UUID
    found = world.sandbox.state.requests.find(provider="facilitee", method="GET")
    assert len(found) == reads
    assert world.reads() == []


async def test_a_property_that_the_event_names_by_its_own_reference_is_not_read_again(
    world: PlentificWorld,
) -> None:
    event = issue_event(custom_property_id=PROPERTY)

    assert await world.answer(event, property={}) == "succeeded"

    assert world.orders()[0]["property"]["uuid"] == PROPERTY_UUID
    assert world.sandbox.state.requests.find(provider="facilitee") == []


async def test_properties_come_from_a_file_and_the_configurations_own_go_first(
    tmp_path: Path,
) -> None:
    file = tmp_path / "properties.csv"
    file.write_text("facilitee,plentific\n55,A\n56,B\n")

    both = settings(RAISE, property_file=str(file), property={"55": "C"})
    alone = settings(RAISE, property_file=str(file), property=None)

    assert both.property == {"55": "C", "56": "B"}
    assert alone.property == {"55": "A", "56": "B"}


async def test_the_property_with_the_same_reference_is_taken_where_none_is_configured(
    world: PlentificWorld,
) -> None:
    world.property_named(PROPERTY)

    assert await world.answer(issue_event(), property={}) == "succeeded"

    assert world.orders()[0]["property"]["uuid"] == PROPERTY_UUID


@pytest.mark.parametrize("kind", ["estates", "blocks"])
async def test_an_estate_or_a_block_with_the_same_reference_is_as_good(
    kind: str, world: PlentificWorld
) -> None:
    world.property_named(CUSTOM)
    state = world.sandbox.state
    named = {"external_reference": CUSTOM, "organisation_uuid": ORGANISATION_UUID}
    asset = records.add(state.plentific, kind, state.now(), named)

    assert await world.answer(issue_event(), property={}) == "succeeded"

    assert world.orders()[0]["property"]["uuid"] == asset["uuid"]


@pytest.mark.parametrize("operation", ["get_property", "list_properties"])
async def test_a_system_that_does_not_answer_is_asked_again(
    operation: str, world: PlentificWorld
) -> None:
    world.property_named(PROPERTY)
    provider = "facilitee" if operation == "get_property" else "plentific"
    fault = world.fault("status", status=503, provider=provider, operation=operation)

    assert await world.answer(issue_event(), property={}) == "retrying"
    assert (fault.applied, world.writes()) == (1, [])

    assert await world.again(property={}) == "succeeded"


@pytest.mark.parametrize(
    ("custom", "names"),
    [
        (CUSTOM, 'add "55" = "…" (or "222")'),
        (None, 'add "55" = "…"'),
        ("", 'add "55" = "…"'),
    ],
)
async def test_a_property_that_nobody_knows_blocks_with_the_line_to_add(
    custom: str | None, names: str, world: PlentificWorld
) -> None:
    world.property_named(custom)

    assert await world.answer(issue_event(), property={}) == "blocked"

    (row,) = await world.rows()
    assert row.reason == f"{TABLE}.property: {names}"
    assert world.writes() == []


async def test_a_property_gone_from_facilitee_blocks(world: PlentificWorld) -> None:
    assert await world.answer(issue_event(), property={}) == "blocked"

    assert (await world.rows())[0].reason == f'{TABLE}.property: add "55" = "…"'


async def test_an_issue_without_a_property_blocks(world: PlentificWorld) -> None:
    assert await world.answer(issue_event(property_id=None), property={}) == "blocked"

    reason = f"{TABLE}.property: the event names nothing to look up"
    assert (await world.rows())[0].reason == reason


async def test_two_properties_with_the_same_reference_block(world: PlentificWorld) -> None:
    world.property_named(PROPERTY)
    state = world.sandbox.state
    twin = {"external_reference": PROPERTY, "organisation_uuid": ORGANISATION_UUID}
    records.add(state.plentific, "properties", state.now(), twin)

    assert await world.answer(issue_event(), property={}) == "blocked"

    reason = (await world.rows())[0].reason or ""
    assert reason.startswith(f'2 assets in plentific have the external reference "{PROPERTY}"')
    assert reason.endswith(f'{TABLE}.property: add "55" = "…"')


async def test_only_the_very_same_reference_is_the_same(world: PlentificWorld) -> None:
    world.property_named(PROPERTY)
    body = f'[{{"uuid": "{PROPERTY_UUID}", "external_reference": "{PROPERTY}1"}}]'
    world.fault("status", status=200, body=body, operation="list_properties")

    assert await world.answer(issue_event(), property={}) == "blocked"


async def test_a_blocked_issue_is_raised_when_the_line_was_added(world: PlentificWorld) -> None:
    await world.answer(issue_event(), category={})
    (row,) = await world.rows()
    assert (row.state, row.reason) == ("blocked", f'{TABLE}.category: add "Plumbing" = "…"')
    await world.retry(row.id)

    assert await world.again() == "succeeded"

    assert len(world.orders()) == 1


@pytest.mark.parametrize("table", ["category", "service"])
def test_a_category_that_is_not_mapped_blocks(table: str) -> None:
    with pytest.raises(Blocked, match=rf'^{TABLE}\.{table}: add "Plumbing" = "…"$'):
        plan(issue_event(), settings(RAISE, **{table: {}}), PLACE, Facts())


def test_an_issue_without_a_category_blocks() -> None:
    with pytest.raises(Blocked, match="the event names nothing to look up"):
        planned(category=None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"statuses": ["ToBeAsigned"]},
        {"statuses": ["other"]},
        {"statuses": []},
        {"organisation_uuid": "ours"},
        {"service": {"Plumbing": "plumbing"}},
        {"property_file": "no.csv"},
        {"acount_code": "MAINT"},
    ],
)
def test_a_table_that_cannot_be_right_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(RAISE, **wrong)


# --- in which words ---------------------------------------------------------------------------


def test_the_fault_tells_the_issue_and_where_it_is() -> None:
    assert text() == (
        "Broken pipe\n"
        "The Building, Apartment, floor 0, Javastraat 1, 1094 EM Amsterdam\n"
        "The pipe in the bathroom burst open.\n"
        "Reference: AP-232\n"
        "Reported: 2021-07-17\n"
        "This work order was raised from Facilitee issue 77."
    )


def test_nobody_is_named() -> None:
    assert not any(name in text() for name in ("Tessa", "Tulp", "Jon"))
    assert planned().contacts is None


def test_the_day_of_the_report_is_that_of_the_place() -> None:
    assert "Reported: 2021-07-18" in text(created="2021-07-17T23:30:00Z")


NOTHING: dict[str, Any] = dict.fromkeys(
    (
        *("name", "description", "user_reference", "created", "property_name", "floor"),
        *("property_unit_type", "address"),
    )
)


@pytest.mark.parametrize("description", [None, "", " \n ", "Wet."])
@pytest.mark.parametrize("issue_id", ["7", "9" * 19])
def test_a_text_is_never_shorter_than_plentific_takes(
    description: str | None, issue_id: str
) -> None:
    shown = text(**NOTHING | {"description": description, "id": issue_id})

    assert len(shown) >= 40
    assert shown.endswith(f"This work order was raised from Facilitee issue {issue_id}.")


@pytest.mark.parametrize("length", [9_000, 9_949, 9_950, 10_000, 50_000])
async def test_a_text_is_never_longer_than_plentific_takes(
    length: int, world: PlentificWorld
) -> None:
    event = issue_event(**NOTHING | {"description": "ä" * length})

    assert await world.answer(event) == "succeeded"

    ((fault,),) = [order["faults"] for order in world.orders()]
    assert len(fault["description"]) <= 10_000
    assert ("…" in fault["description"]) is (length > 9_948)
    assert fault["description"].endswith("\nThis work order was raised from Facilitee issue 77.")


def test_references_are_readable_short_and_differ() -> None:
    orders = [planned(id=issue) for issue in ("7", "77", "9" * 19, "9" * 40, "9" * 39 + "8")]
    references = [order.external_reference for order in orders]

    assert references[1].startswith("Facilitee issue 77 (")
    assert len(set(references)) == len(references)
    assert max(map(len, references)) <= 50


def test_the_same_issue_number_of_another_connection_has_another_reference() -> None:
    (other,) = plan(issue_event(), settings(RAISE, **{"from": "second"}), PLACE, Facts())

    assert other.key == "work-order/second/77"
    assert other.call.external_reference != planned().external_reference


def test_the_same_event_gives_the_same_plan() -> None:
    assert planned() == planned()
    assert planned().category_uuid == CATEGORY
