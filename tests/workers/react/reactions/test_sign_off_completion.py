"""A settled issue accepts the report that waits on its work order: that one, once, no other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from adapters.store.engine import Store
from deploy.sandbox import Sandbox
from deploy.sandbox.plentific.work_order_progress import change_child
from tests.workers.fake_clock import FakeClock
from tests.workers.react.plentific_world import (
    RAISE,
    SIGN_OFF,
    PlentificWorld,
    issue_event,
    plentific_world,
)
from workers.react.reactions.sign_off_completion import effect_key

ACCEPT = "update_work_order_completion_report"


@pytest.fixture
async def world(sandbox: Sandbox, store: Store, clock: FakeClock) -> AsyncIterator[PlentificWorld]:
    """A world in which the work order of the issue was raised."""
    async with plentific_world(SIGN_OFF, sandbox, store, clock) as made:
        await made.answer(issue_event(), reaction=RAISE)
        sandbox.state.requests.clear()
        yield made


def change(world: PlentificWorld, report: str, **changes: Any) -> None:
    state, order = world.sandbox.state, world.orders()[-1]["uuid"]
    change_child(state.plentific, "completion_reports", order, report, state.now(), changes)


async def audited(world: PlentificWorld) -> list[Any]:
    return [effect["key"] for effect in (await world.audits())[-1]["effects"]]


# --- which report -----------------------------------------------------------------------------


@pytest.mark.parametrize("settled", ["Resolved", "Closed"])
@pytest.mark.parametrize("waiting", ["new", "updated"])
async def test_the_waiting_report_of_a_settled_issue_is_accepted(
    settled: str, waiting: str, world: PlentificWorld
) -> None:
    report = world.report(status=waiting)

    assert await world.answer(issue_event(settled)) == "succeeded"

    assert world.report_statuses() == ["accepted"]
    assert await audited(world) == [f"completion-report-accepted/plentific/{report}"]
    assert effect_key("plentific", report) == (await audited(world))[0]


@pytest.mark.parametrize(
    "status",
    ["ToBeAssigned", "InProgress", "Rejected", "ResolvedBeforeAssignmentWasAccepted", "Solved"],
)
async def test_an_issue_that_is_not_settled_accepts_nothing(
    status: str, world: PlentificWorld
) -> None:
    world.report()

    assert await world.answer(issue_event(status)) == "succeeded"

    assert world.sandbox.state.requests.find() == []


async def test_an_issue_without_a_work_order_of_ours_accepts_nothing(world: PlentificWorld) -> None:
    world.report()

    assert await world.answer(issue_event("Resolved", id="78")) == "succeeded"

    assert world.sandbox.state.requests.find() == []
    assert await audited(world) == []


@pytest.mark.parametrize("status", ["accepted", "declined", "cancelled", "withdrawn", None])
async def test_a_report_that_does_not_wait_is_left_alone(
    status: str | None, world: PlentificWorld
) -> None:
    world.report(status=status)

    assert await world.answer(issue_event("Resolved")) == "succeeded"

    assert world.report_statuses() == [status]
    assert world.writes() == []


async def test_an_order_without_a_report_accepts_nothing(world: PlentificWorld) -> None:
    assert await world.answer(issue_event("Resolved")) == "succeeded"

    assert world.writes() == []


@pytest.mark.parametrize(
    ("statuses", "after"),
    [
        (["declined", "new"], ["declined", "accepted"]),
        (["new", "new"], ["new", "accepted"]),
        (["new", "declined"], ["new", "declined"]),
        (["new", "accepted"], ["new", "accepted"]),
    ],
)
async def test_of_several_reports_only_the_newest_counts(
    statuses: list[str], after: list[str], world: PlentificWorld
) -> None:
    for status in statuses:
        world.clock.advance(hours=1)
        world.report(status=status)

    assert await world.answer(issue_event("Resolved")) == "succeeded"

    assert world.report_statuses() == after


async def test_a_report_that_comes_after_the_issue_was_resolved_is_accepted_when_it_is_closed(
    world: PlentificWorld,
) -> None:
    await world.answer(issue_event("Resolved"))
    world.report()

    assert await world.answer(issue_event("Closed", again=2)) == "succeeded"

    assert world.report_statuses() == ["accepted"]


# --- once -------------------------------------------------------------------------------------


async def test_resolved_and_then_closed_accepts_once(world: PlentificWorld) -> None:
    world.report()

    assert await world.answer(issue_event("Resolved"), issue_event("Closed", again=2)) == (
        "succeeded"
    )

    assert len(world.writes()) == 1
    assert world.report_statuses() == ["accepted"]


async def test_a_second_report_is_a_second_effect(world: PlentificWorld) -> None:
    first = world.report()
    await world.answer(issue_event("Resolved"))
    world.clock.advance(hours=1)
    second = world.report()

    await world.answer(issue_event("Closed", again=2))

    assert world.report_statuses() == ["accepted", "accepted"]
    keys = {effect_key("plentific", first), effect_key("plentific", second)}
    assert keys <= {one.effect_key for one in await world.effects()}


@pytest.mark.parametrize("kind", ["drop_after", "status"])
async def test_a_lost_answer_is_looked_up_in_the_report(kind: str, world: PlentificWorld) -> None:
    report = world.report()
    options = {"status": 500, "when": "after"} if kind == "status" else {}
    world.fault(kind, operation=ACCEPT, **options)
    assert await world.answer(issue_event("Resolved")) == "retrying"

    assert await world.again() == "succeeded"

    assert len(world.writes()) == 1
    (entry,) = [one for one in await world.effects() if one.reaction == SIGN_OFF.name]
    assert (entry.state, entry.provider_id, entry.found_by) == ("done", report, "reference")


async def test_a_call_that_never_arrived_is_made_once(world: PlentificWorld) -> None:
    world.report()
    world.fault("drop_before", operation=ACCEPT)
    assert await world.answer(issue_event("Resolved")) == "retrying"

    assert await world.again() == "succeeded"

    assert world.report_statuses() == ["accepted"]
    assert (await world.effects())[0].found_by == "answer"


async def test_a_report_declined_by_a_person_meanwhile_is_for_a_person(
    world: PlentificWorld,
) -> None:
    report = world.report()
    world.fault("drop_before", operation=ACCEPT)
    await world.answer(issue_event("Resolved"))
    change(world, report, status="declined")

    assert await world.again() == "blocked"

    assert world.report_statuses() == ["declined"]
    reason = (await world.rows())[-1].reason or ""
    assert reason.startswith(f"completion report {report} in plentific is declined now")


async def test_a_refusal_ends_with_what_was_asked_and_answered(world: PlentificWorld) -> None:
    report = world.report()
    body = '{"detail": "The report waits for no decision."}'
    world.fault("status", status=400, body=body, operation=ACCEPT)

    assert await world.answer(issue_event("Resolved")) == "dead"

    row = (await world.rows())[-1]
    assert row.outcome["effect_key"] == effect_key("plentific", report)
    assert row.outcome["request"]["completion_report_uuid"] == report
    assert "waits for no decision" in row.outcome["response"]


async def test_a_dry_run_tells_what_it_would_accept(world: PlentificWorld) -> None:
    report = world.report()

    await world.answer(issue_event("Resolved"), mode="dry-run")

    assert world.writes() == []
    assert world.report_statuses() == ["new"]
    (shown,) = (await world.rows())[-1].outcome["planned"]
    assert shown["key"] == effect_key("plentific", report)


# --- when it is not known which order ----------------------------------------------------------


async def test_while_the_order_has_no_answer_yet_the_issue_waits(world: PlentificWorld) -> None:
    world.fault("drop_after")
    await world.answer(issue_event(id="78"), reaction=RAISE)
    world.report()

    assert await world.answer(issue_event("Resolved", id="78")) == "retrying"
    pause = ((await world.rows())[-1].next_attempt_at or world.clock.now()) - world.clock.now()
    assert pause == timedelta(minutes=1), "a pause of its own says nothing against the connection"
    world.clock.advance(minutes=5)
    for reaction in (RAISE, SIGN_OFF):
        await world.work(world.executor(world.configured(reaction=reaction)))

    assert await world.states() == ["succeeded", "succeeded", "succeeded"]
    assert world.report_statuses() == ["accepted"]


async def test_an_order_raised_in_another_connection_is_for_a_person(world: PlentificWorld) -> None:
    world.report()

    assert await world.answer(issue_event("Resolved"), to="elsewhere") == "blocked"

    reason = (await world.rows())[-1].reason or ""
    assert reason.startswith("work-order/facilitee/77 was raised in plentific, and")
    assert world.report_statuses() == ["new"]
