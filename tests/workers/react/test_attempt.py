"""One attempt: each effect once, whatever is lost; every end visible, with what a person needs."""

from __future__ import annotations

import asyncio
from contextvars import Context

import pytest

from adapters.http.errors import Ambiguous
from adapters.store.trips import TripConnection
from tests.workers.react.invoices import ACCOUNT, OTHER_ACCOUNT, PROPERTY, line, paid
from tests.workers.react.world import (
    CREATED,
    LEASE,
    SETTLE,
    SUCCEEDED,
    World,
    for_ever,
    hooked,
)
from workers.react.effects import charge_sheet
from workers.react.reaction import Done, Effect, Place

THREE_LINES = (line(), line(recharge="0"), line("3", "0.125"), line(kind="MATERIALS"))


# --- when all goes well -----------------------------------------------------------------------


async def test_a_paid_invoice_becomes_one_charge_sheet_per_line_and_is_told_once(
    world: World,
) -> None:
    await world.take(paid(*THREE_LINES))

    row = await world.work()

    assert (row.state, row.attempts, row.reason) == ("succeeded", 1, None)
    world.assert_once(3)
    await world.assert_told_once(3)
    assert [effect["found_by"] for effect in row.outcome["effects"]] == ["answer"] * 3


async def test_an_answer_is_written_with_the_next_intent_or_the_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.take(paid(line(), line()))
    commit, commits = TripConnection.commit, list[TripConnection]()

    def counted(connection: TripConnection) -> None:
        commits.append(connection)
        commit(connection)

    monkeypatch.setattr(TripConnection, "commit", counted)
    await world.work()

    assert len(commits) == 4, "claim; first intent; answer and second intent; answer and end"
    world.assert_once(2)
    await world.assert_told_once(2)


async def test_the_audit_names_the_effects_and_what_caused_them(world: World) -> None:
    event = paid(*THREE_LINES)
    await world.take(event)

    await world.work()

    (audit,) = await world.audits()
    assert (audit["name"], audit["state"]) == ("recharge-paid-invoice", "succeeded")
    assert (audit["trigger_ce_id"], audit["trigger_type"]) == (event.id, event.type)
    assert audit["trigger_subject"] == event.subject
    assert [(one["key"], one["provider_id"]) for one in audit["effects"]] == [
        (effect.effect_key, effect.provider_id) for effect in await world.effects()
    ]


async def test_what_is_told_stands_in_the_chain_of_its_cause(world: World) -> None:
    event = paid()
    await world.take(event)

    await world.work()

    for row in await world.told():
        headers = dict(row.headers)
        assert headers["ce_correlationid"] == event.correlation_id
        assert headers["ce_causationid"] == event.id
        assert headers["traceparent"].split("-")[1] == (event.traceparent or "").split("-")[1]


async def test_an_invoice_without_lines_to_charge_succeeds_without_a_call(world: World) -> None:
    await world.take(paid(line(recharge="0")))

    assert (await world.work()).state == "succeeded"
    assert await world.told_types() == [SUCCEEDED]
    assert world.sandbox.state.requests.find() == []


async def test_the_same_effect_asked_for_by_another_event_is_not_done_twice(world: World) -> None:
    await world.take(paid())
    await world.work()
    again = paid(account_code="edited")
    await world.take(type(again)(**{**vars(again), "id": "another event"}))

    assert (await world.work()).state == "succeeded"
    world.assert_once()
    assert await world.told_types() == [CREATED, SUCCEEDED, SUCCEEDED]
    first, second = await world.audits()
    assert first["effects"] == second["effects"]


async def test_a_succeeded_reaction_is_not_claimed_again(world: World) -> None:
    await world.take(paid())
    await world.work()
    world.clock.advance(days=1)

    await world.work()

    assert len(world.puts()) == 1


# --- answers that are lost --------------------------------------------------------------------

LOST = [
    ("status", {"status": 500}),
    ("status", {"status": 500, "when": "after"}),
    ("status", {"status": 408, "when": "after"}),
    ("status", {"status": 302, "when": "after", "headers": {"location": "/"}}),
    ("drop_before", {}),
    ("drop_after", {}),
    ("drop_after", {"reset": True}),
    ("half_body", {}),
    ("half_body", {"cut": "chunked"}),
    ("half_body", {"cut": "json"}),
    ("html", {"when": "after"}),
    ("html", {}),
]


@pytest.mark.parametrize("readable", [True, False], ids=["reference", "value"])
@pytest.mark.parametrize(("kind", "options"), LOST)
async def test_a_lost_answer_neither_doubles_nor_loses_a_line(
    kind: str, options: dict[str, object], readable: bool, world: World
) -> None:
    if not readable:
        world.hide_references()
    world.fault(kind, skip=1, **options)
    await world.take(paid(*THREE_LINES))

    row = await world.work()
    assert row.state == "retrying"
    assert row.next_attempt_at == world.clock.now() + SETTLE

    world.clock.advance(seconds=SETTLE.total_seconds())
    assert (await world.work()).state == "succeeded"
    world.assert_once(3)
    assert sorted(await world.told_types()) == sorted([CREATED] * 3 + [SUCCEEDED])
    assert {one["charge_sheet_id"] for one in await world.created()} == {
        one["chargesheetid"] for one in world.sheets()
    }


@pytest.mark.parametrize(("kind", "options"), LOST[::2])
async def test_answers_that_are_lost_again_and_again_end_in_one_charge_sheet(
    kind: str, options: dict[str, object], world: World
) -> None:
    world.fault(kind, times=3, **options)
    await world.take(paid())

    states = []
    for _ in range(4):
        states.append((await world.work()).state)
        world.clock.advance(seconds=SETTLE.total_seconds())

    assert states[0] == "retrying"
    assert states[-1] == "succeeded"
    world.assert_once()
    await world.assert_told_once()


async def test_nobody_asks_the_provider_before_a_lost_call_has_settled(world: World) -> None:
    world.fault("drop_after")
    await world.take(paid())
    row = await world.work()
    asked = len(world.reads())

    for seconds in (0, 1, 28.9):
        world.clock.advance(seconds=seconds)
        await world.retry(row.id)  # an impatient person
        again = await world.work()
        assert (again.state, again.reason) == ("retrying", "an earlier call has no answer yet")
        assert again.next_attempt_at == row.next_attempt_at
        assert len(world.reads()) == asked

    world.clock.advance(seconds=0.1)
    assert (await world.work()).state == "succeeded"
    assert len(world.reads()) > asked
    world.assert_once()


async def test_a_call_that_takes_effect_late_but_within_the_settling_time_is_found(
    world: World,
) -> None:
    fault = world.fault("delay", hold=True)
    on_its_way: list[asyncio.Task[Done]] = []

    async def send(place: Place, effect: Effect) -> Done:
        on_its_way.append(asyncio.create_task(charge_sheet.send(place, effect)))
        await world.sandbox.state.faults.until(lambda: fault.held == 1)
        raise Ambiguous("operate", "put_chargesheet", "no complete answer")

    await world.take(paid())
    row = await world.work(world.executor(hooked(world.configured(), send=send)))
    assert row.state == "retrying"
    assert world.sheets() == []
    world.sandbox.state.faults.release(fault)
    await on_its_way[0]

    world.clock.advance(seconds=SETTLE.total_seconds())
    assert (await world.work()).state == "succeeded"
    world.assert_once()
    await world.assert_told_once()


async def test_a_call_slower_than_its_lease_is_given_up_and_looked_for(world: World) -> None:
    on_its_way: list[asyncio.Task[Done]] = []

    async def send(place: Place, effect: Effect) -> Done:
        sending = charge_sheet.send(place, effect)
        left_already = Context()  # it knows of no last moment any more
        on_its_way.append(asyncio.create_task(sending, context=left_already))
        return await for_ever()  # type: ignore[no-any-return]

    await world.take(paid())
    executor = world.executor(hooked(world.configured(), send=send), lease=LEASE / 1000)
    row = await world.work(executor)

    assert row.state == "retrying"
    assert "no answer within the reaction's lease" in (row.reason or "")
    await on_its_way[0]
    world.clock.advance(seconds=SETTLE.total_seconds())
    assert (await world.work()).state == "succeeded"
    world.assert_once()
    await world.assert_told_once()


async def test_a_look_slower_than_its_lease_is_given_up_and_repeated(world: World) -> None:
    world.fault("drop_after")
    await world.take(paid())
    await world.work()
    world.clock.advance(seconds=SETTLE.total_seconds())
    executor = world.executor(hooked(world.configured(), find=for_ever), lease=LEASE / 1000)

    row = await world.work(executor)

    assert row.state == "retrying"
    assert "not looked for within the lease" in (row.reason or "")
    assert len(world.puts()) == 1
    world.clock.advance(minutes=1)
    assert (await world.work()).state == "succeeded"
    world.assert_once()
    await world.assert_told_once()


async def test_a_look_that_fails_is_repeated_and_nothing_is_sent_on_its_word(world: World) -> None:
    world.hide_references()
    world.fault("drop_after")
    await world.take(paid())
    await world.work()
    world.clock.advance(seconds=SETTLE.total_seconds())
    world.fault("html", method="GET", operation="query chargesheet")

    row = await world.work()

    assert row.state == "retrying"
    assert len(world.puts()) == 1
    world.clock.advance(minutes=1)
    assert (await world.work()).state == "succeeded"
    world.assert_once()
    await world.assert_told_once()


async def test_what_cannot_be_told_apart_blocks_for_a_person(world: World) -> None:
    world.hide_references()
    world.fault("drop_after", times=2)
    await world.take(paid())
    await world.work()
    data_ = world.sandbox.state.essensys
    twin = dict(world.sheets()[0], chargesheetid="999", referencetext=None)
    data_.charges.add("999", world.clock.now(), twin)
    world.clock.advance(seconds=SETTLE.total_seconds())

    row = await world.work()

    assert row.state == "blocked"
    assert "452326, 999" in (row.reason or "")
    assert len(world.puts()) == 1
    data_.charges.remove("999")
    await world.retry(row.id)
    assert (await world.work()).state == "succeeded"
    assert [sheet["charge_sheet_id"] for sheet in await world.created()] == ["452326"]


async def test_a_mapping_corrected_meanwhile_looks_for_what_was_really_sent(world: World) -> None:
    world.hide_references()
    world.fault("drop_after")
    await world.take(paid())
    await world.work()
    world.clock.advance(seconds=SETTLE.total_seconds())
    corrected = world.executor(world.configured(account={PROPERTY: OTHER_ACCOUNT}))

    assert (await world.work(corrected)).state == "succeeded"

    assert [sheet["accountname"] for sheet in world.sheets()] == [ACCOUNT]
    (told,) = await world.created()
    assert told["account"] == ACCOUNT


async def test_a_corrected_mapping_is_used_where_the_first_call_did_not_happen(
    world: World,
) -> None:
    world.hide_references()
    world.fault("drop_before")
    world.fault("drop_after")
    await world.take(paid())
    await world.work()
    world.clock.advance(seconds=SETTLE.total_seconds())
    corrected = world.executor(world.configured(account={PROPERTY: OTHER_ACCOUNT}))

    assert (await world.work(corrected)).state == "retrying"
    world.clock.advance(seconds=SETTLE.total_seconds())
    assert (await world.work()).state == "succeeded", "with the old mapping again"

    assert [sheet["accountname"] for sheet in world.sheets()] == [OTHER_ACCOUNT]
    (told,) = await world.created()
    assert told["account"] == OTHER_ACCOUNT
