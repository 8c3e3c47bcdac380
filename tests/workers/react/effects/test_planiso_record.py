"""What is made in Planiso is made once, and taken for ours only where it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.store.engine import Store
from deploy.sandbox import Sandbox
from events.envelope import Event
from tests.workers.fake_clock import FakeClock
from tests.workers.react.planiso_world import (
    CONTRACTOR,
    ONBOARD,
    ORDER,
    REGISTER,
    SCHEDULE,
    PlanisoWorld,
    lead_event,
    order_event,
    planiso_world,
)
from tests.workers.react.world import SETTLE, SUCCEEDED
from workers.react.effects import customer, project, subcontractor
from workers.react.reaction import Reaction


@dataclass(frozen=True)
class Case:
    """A reaction that makes one record, and that record as somebody else could have made it."""

    reaction: Reaction
    word: str
    event: Event
    key: str
    alike: dict[str, str]
    other: dict[str, str]

    @property
    def plural(self) -> str:
        return f"{self.word}s"


CASES = [
    Case(
        SCHEDULE,
        "project",
        order_event("hired"),
        f"project/plentific/{ORDER}",
        {"custom_no": f"plentific/{ORDER}", "name": "Work order 7"},
        {"name": "Another"},
    ),
    Case(
        ONBOARD,
        "customer",
        lead_event(),
        "customer/operate/64",
        {
            "custom_no": "operate/64",
            "organization_name": "Coalition of Clockmakers",
            "organization_adress": "elsewhere",
        },
        {"organization_name": "Another"},
    ),
    Case(
        REGISTER,
        "subcontractor",
        order_event("hired", contractor={"uuid": CONTRACTOR, "name": "Boyer and Sons"}),
        f"subcontractor/plentific/{CONTRACTOR}",
        {
            "custom_no": f"plentific/{CONTRACTOR}",
            "organization_name": "Boyer and Sons",
            "organization_adress": "elsewhere",
        },
        {"organization_name": "Another"},
    ),
]
PARTNERS = CASES[1:]


@pytest.fixture(params=CASES, ids=lambda case: case.word)
def case(request: pytest.FixtureRequest) -> Case:
    chosen: Case = request.param
    return chosen


@pytest.fixture
async def world(
    case: Case, sandbox: Sandbox, store: Store, clock: FakeClock
) -> AsyncIterator[PlanisoWorld]:
    async with planiso_world(case.reaction, sandbox, store, clock) as made:
        made.order("hired", work_order_id=7, service=None)
        yield made


async def only_effect(world: PlanisoWorld) -> tuple[str, str | None, str | None]:
    (effect,) = await world.effects()
    return effect.effect_key, effect.provider_id, effect.found_by


# --- made -------------------------------------------------------------------------------------


async def test_a_record_is_made_with_one_call_and_told_of(case: Case, world: PlanisoWorld) -> None:
    assert await world.answer(case.event) == "succeeded"

    (record,) = world.records(case.plural)
    assert record["custom_no"] == case.alike["custom_no"]
    assert world.calls() == [f"create_{case.word}"]
    assert await only_effect(world) == (case.key, f"{case.word}/1", "answer")
    assert await world.told_types() == [SUCCEEDED]


async def test_numbers_that_repeat_from_kind_to_kind_are_not_mixed_up(
    sandbox: Sandbox, store: Store, clock: FakeClock
) -> None:
    for case in CASES:
        async with planiso_world(case.reaction, sandbox, store, clock) as world:
            if case.word == "project":
                world.order("hired", work_order_id=7, service=None)
            assert await world.answer(case.event) == "succeeded"
            assert [one["no"] for one in world.records(case.plural)] == [1]


async def test_the_same_event_again_sends_nothing(case: Case, world: PlanisoWorld) -> None:
    await world.answer(case.event, case.event)
    await world.answer(type(case.event)(**{**vars(case.event), "id": "another event"}))

    assert world.calls() == [f"create_{case.word}"]
    assert await world.states() == ["succeeded"] * 2


async def test_a_dry_run_calls_nothing_and_says_what_it_would_send(
    case: Case, world: PlanisoWorld
) -> None:
    assert await world.answer(case.event, mode="dry-run") == "succeeded"

    (row,) = await world.rows()
    (planned,) = row.outcome["planned"]
    assert (planned["key"], planned["kind"]) == (case.key, case.word)
    assert planned["request"]["custom_no"] == case.alike["custom_no"]
    assert world.calls() == []


@pytest.mark.parametrize("kind", [project.KIND, customer.KIND, subcontractor.KIND])
def test_a_call_comes_back_from_the_ledger_as_it_was(kind: Any) -> None:
    case = next(one for one in CASES if one.word == kind.name)
    call = kind.restore(case.alike)

    assert kind.request(call) == case.alike
    assert kind.restore(kind.request(call)) == call


# --- answers that are lost --------------------------------------------------------------------

TOOK_EFFECT: list[tuple[str, dict[str, Any]]] = [
    ("drop_after", {}),
    ("status", {"status": 500, "when": "after"}),
    ("status", {"status": 402, "when": "after"}),
    ("half_body", {"cut": "json"}),
]


@pytest.mark.parametrize(("kind", "options"), TOOK_EFFECT)
async def test_a_record_whose_answer_was_lost_is_found_and_not_made_again(
    kind: str, options: dict[str, Any], case: Case, world: PlanisoWorld
) -> None:
    world.fault(kind, **options)

    assert await world.answer(case.event) == "retrying"
    world.clock.advance(seconds=SETTLE.total_seconds())
    assert (await world.work()).state == "succeeded"

    assert len(world.records(case.plural)) == 1
    assert world.calls() == [f"create_{case.word}", f"list_{case.plural}"]
    assert await only_effect(world) == (case.key, f"{case.word}/1", "reference")


async def test_a_call_that_was_lost_before_it_took_effect_is_made_once_more(
    case: Case, world: PlanisoWorld
) -> None:
    world.fault("drop_before")

    assert await world.answer(case.event) == "retrying"
    assert await world.again() == "succeeded"

    assert len(world.records(case.plural)) == 1
    create = f"create_{case.word}"
    assert world.calls() == [create, f"list_{case.plural}", create]
    assert (await only_effect(world))[2] == "answer"


async def test_what_was_deactivated_meanwhile_has_been_made_all_the_same(
    case: Case, world: PlanisoWorld
) -> None:
    world.fault("drop_after")
    await world.answer(case.event)
    world.edited(case.plural, active=False)

    assert await world.again() == "succeeded"
    assert world.writes() == [f"create_{case.word}"]


async def test_a_record_renamed_meanwhile_is_left_to_a_person(
    case: Case, world: PlanisoWorld
) -> None:
    world.fault("drop_after")
    await world.answer(case.event)
    named = "projects" if case.word == "project" else "organizations"
    right = world.records(named)[-1]["name"]
    world.edited(named, name="Another")

    assert await world.again() == "blocked"
    no = case.alike["custom_no"]
    assert await world.reason() == (
        f"{case.word} 1 has {no} and another name than was sent in planiso: if it is the one for "
        f"{case.key}, give it that name, else take that custom_no from it; then retry"
    )

    world.edited(named, name=right)
    await world.retry(1)
    assert (await world.work()).state == "succeeded"
    assert world.writes() == [f"create_{case.word}"]


async def test_a_look_that_fails_is_repeated_and_nothing_is_sent_on_its_word(
    case: Case, world: PlanisoWorld
) -> None:
    world.fault("drop_after")
    await world.answer(case.event)
    world.fault("html", operation=f"list_{case.plural}")

    assert await world.again() == "retrying"
    assert world.writes() == [f"create_{case.word}"]
    assert await world.again() == "succeeded"


async def test_among_many_records_a_look_costs_one_request_and_strange_ones_do_not_matter(
    case: Case, world: PlanisoWorld
) -> None:
    nameless = {key: value for key, value in case.alike.items() if key not in case.other}
    for number in range(300):
        own = {key: f"{value} {number}" for key, value in case.other.items()}
        world.entered(case.plural, **{**nameless, **own, "custom_no": f"C-{number}"})
    world.edited(case.plural, custom_no=None)
    world.records(case.plural)[0]["active"] = "neither"
    world.fault("drop_after")

    await world.answer(case.event)
    assert await world.again() == "succeeded"

    assert world.calls() == [f"create_{case.word}", f"list_{case.plural}"]
    assert (await only_effect(world))[1] == f"{case.word}/301"


# --- conflicts --------------------------------------------------------------------------------


@pytest.mark.parametrize("active", [True, False])
async def test_a_conflict_with_our_own_record_is_success(
    active: bool, case: Case, world: PlanisoWorld
) -> None:
    world.entered(case.plural, **case.alike)
    world.edited(case.plural, active=active)

    assert await world.answer(case.event) == "succeeded"

    assert len(world.records(case.plural)) == 1
    assert world.calls() == [f"create_{case.word}", f"list_{case.plural}"]
    assert await only_effect(world) == (case.key, f"{case.word}/1", "reference")


async def test_a_conflict_with_a_record_of_another_name_is_a_refusal(
    case: Case, world: PlanisoWorld
) -> None:
    world.entered(case.plural, **(case.alike | case.other))

    assert await world.answer(case.event) == "dead"

    no = case.alike["custom_no"]
    assert await world.reason() == (
        f"planiso: create_{case.word}: {case.word} 1 has {no} and another name than was sent "
        "(409); look at what the provider already has"
    )
    (row,) = await world.rows()
    assert row.outcome["status"] == 409
    assert row.outcome["request"]["custom_no"] == no
    assert "already exists" in row.outcome["response"]
    assert await world.effects() == [], "nothing was done"


@pytest.mark.parametrize("case", PARTNERS, ids=lambda case: case.word, indirect=True)
async def test_a_conflict_about_the_name_of_an_organization_is_a_refusal_and_may_be_retried(
    case: Case, world: PlanisoWorld
) -> None:
    world.entered("organizations", name=case.alike["organization_name"], adress="there")

    assert await world.answer(case.event) == "dead"
    no = case.alike["custom_no"]
    assert f"no {case.word} has {no}, so something else of it is taken" in await world.reason()
    assert world.records(case.plural) == []

    world.edited("organizations", name="Another")
    await world.retry(1)
    assert (await world.work()).state == "succeeded"
    assert len(world.records(case.plural)) == 1


async def test_a_conflict_whose_look_fails_is_tried_again(case: Case, world: PlanisoWorld) -> None:
    world.entered(case.plural, **case.alike)
    world.fault("status", status=503, operation=f"list_{case.plural}")

    assert await world.answer(case.event) == "retrying"
    assert await world.again() == "succeeded"

    assert len(world.records(case.plural)) == 1


async def test_any_other_refusal_is_kept_with_request_and_response(
    case: Case, world: PlanisoWorld
) -> None:
    world.fault("status", status=400, body='{"code": 400, "message": "no", "data": []}')

    assert await world.answer(case.event) == "dead"

    (row,) = await world.rows()
    assert row.outcome["effect_key"] == case.key
    assert row.outcome["request"]["custom_no"] == case.alike["custom_no"]
    assert "no" in row.outcome["response"]
    assert world.calls() == [f"create_{case.word}"]


@pytest.mark.parametrize("status", [429, 503])
async def test_one_that_is_not_taken_now_is_sent_later(
    status: int, case: Case, world: PlanisoWorld
) -> None:
    world.fault("status", status=status)

    await world.answer(case.event)
    assert await world.again() == "succeeded"

    assert len(world.records(case.plural)) == 1
