"""One attempt: each effect once, whatever is lost; every end visible, with what a person needs."""

from __future__ import annotations

import asyncio

import pytest

from deploy.sandbox.essensys import data
from tests.workers.react.invoices import (
    ACCOUNT,
    OTHER_ACCOUNT,
    OTHER_PROPERTY,
    PROPERTY,
    line,
    paid,
)
from tests.workers.react.world import SETTLE, World, connected
from workers.react import attempt

CREATED = "essensys.charge_sheet.created"
SUCCEEDED = "tiebeam.reaction.succeeded"
THREE_LINES = (line(), line(recharge="0"), line("3", "0.125"), line(kind="MATERIALS"))


def assert_once(world: World, lines: int = 1) -> None:
    """The provider has one charge sheet for each line, no more and no less."""
    sheets = world.sheets()
    assert len(sheets) == lines
    assert len({sheet["referencetext"] for sheet in sheets}) == lines


async def assert_told_once(world: World, lines: int = 1) -> None:
    """Each charge sheet and the success were told once, in this order; nothing else was."""
    assert await world.told_types() == [CREATED] * lines + [SUCCEEDED]
    told = [(sheet["charge_sheet_id"], sheet["reference"]) for sheet in await world.created()]
    assert told == [(one["chargesheetid"], one["referencetext"]) for one in world.sheets()]


# --- when all goes well -----------------------------------------------------------------------


async def test_a_paid_invoice_becomes_one_charge_sheet_per_line_and_is_told_once(
    world: World,
) -> None:
    await world.take(paid(*THREE_LINES))

    row = await world.work()

    assert (row.state, row.attempts, row.reason) == ("succeeded", 1, None)
    assert_once(world, 3)
    await assert_told_once(world, 3)
    assert [effect["found_by"] for effect in row.outcome["effects"]] == ["answer"] * 3


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
    assert_once(world)
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
    assert_once(world, 3)
    assert sorted(await world.told_types()) == sorted([CREATED] * 3 + [SUCCEEDED])
    assert {one["charge_sheet_id"] for one in await world.created()} == {
        one["chargesheetid"] for one in world.sheets()
    }


@pytest.mark.parametrize(("kind", "options"), LOST)
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
    assert_once(world)
    await assert_told_once(world)


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
    assert_once(world)


async def test_a_call_that_takes_effect_late_but_within_the_settling_time_is_found(
    world: World,
) -> None:
    async with connected(world.sandbox, world.clock, timeout=0.2) as hasty:
        fault = world.fault("delay", hold=True)
        await world.take(paid())
        executor = world.executor(world.configured(hasty))

        assert (await world.work(executor)).state == "retrying"
        assert world.sheets() == []
        world.sandbox.state.faults.release(fault)
        await world.sandbox.state.faults.until(lambda: fault.held == 0)
        world.clock.advance(seconds=SETTLE.total_seconds())

        assert (await world.work(executor)).state == "succeeded"
    assert_once(world)
    await assert_told_once(world)


async def test_a_call_slower_than_its_lease_is_given_up_and_looked_for(world: World) -> None:
    fault = world.fault("delay", hold=True, when="after")
    await world.take(paid())
    executor = world.executor(lease=SETTLE / 100)

    row = await world.work(executor)

    assert row.state == "retrying"
    assert "no answer within the reaction's lease" in (row.reason or "")
    world.sandbox.state.faults.release(fault)
    world.clock.advance(seconds=SETTLE.total_seconds())
    assert (await world.work()).state == "succeeded"
    assert_once(world)
    await assert_told_once(world)


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
    assert_once(world)
    await assert_told_once(world)


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


# --- answers that say: certainly not now --------------------------------------------------------


async def test_a_rate_limit_is_waited_out_as_long_as_the_provider_asks(world: World) -> None:
    world.fault("status", status=429, headers={"Retry-After": "120"})
    await world.take(paid())

    row = await world.work()
    assert row.state == "retrying"
    assert row.next_attempt_at is not None
    assert (row.next_attempt_at - world.clock.now()).total_seconds() == 120
    world.clock.advance(seconds=119.9)
    await world.work()
    assert len(world.puts()) == 1

    world.clock.advance(seconds=0.1)
    assert (await world.work()).state == "succeeded"
    assert_once(world)
    await assert_told_once(world)
    assert world.sandbox.state.requests.find(operation="query chargesheet") == [], "nothing is lost"


async def test_the_wait_counts_from_the_answer_not_from_the_start_of_the_attempt(
    world: World,
) -> None:
    fault = world.fault("delay", hold=True)
    world.fault("status", status=429, headers={"Retry-After": "60"})
    await world.take(paid(line(), line()))
    executor = world.executor()
    (row,) = await world.claim(executor)

    async def meanwhile() -> None:
        await world.sandbox.state.faults.until(lambda: fault.held == 1)
        world.clock.advance(seconds=45)
        world.sandbox.state.faults.release(fault)

    await asyncio.gather(attempt.carry_out(executor, row), meanwhile())

    (row,) = await world.rows()
    assert row.next_attempt_at is not None
    assert (row.next_attempt_at - world.clock.now()).total_seconds() == 60


async def test_a_provider_that_cannot_be_reached_is_tried_ever_more_slowly(world: World) -> None:
    await world.take(paid())
    await world.sandbox.stop()

    pauses = []
    for _ in range(12):
        row = await world.work()
        assert row.state == "retrying"
        assert row.next_attempt_at is not None
        pauses.append((row.next_attempt_at - world.clock.now()).total_seconds())
        world.clock.advance(seconds=pauses[-1])
    assert pauses == sorted(pauses[:11]) + pauses[11:]
    assert 900 <= pauses[-1] <= 1125

    await world.sandbox.start()
    assert (await world.work()).state == "succeeded"
    assert_once(world)


@pytest.mark.parametrize("skip", [0, 1, 2])
async def test_expired_tokens_are_replaced_without_anybody_noticing(
    skip: int, world: World
) -> None:
    await world.take(paid(*THREE_LINES))
    world.fault("expire_tokens", skip=skip)

    assert (await world.work()).state == "succeeded"
    assert_once(world, 3)


async def test_wrong_credentials_are_retried_for_they_are_not_the_reactions_fault(
    world: World,
) -> None:
    async with connected(world.sandbox, world.clock, password="wrong") as stranger:
        await world.take(paid())
        executor = world.executor(world.configured(stranger))
        for _ in range(3):
            row = await world.work(executor)
            assert row.state == "retrying"
            world.clock.advance(minutes=20)
    assert "check the credentials" in (row.reason or "")
    assert await world.told() == []

    assert (await world.work()).state == "succeeded"
    assert_once(world)
    assert world.reads() == [], "refused calls need not be looked for"


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_token_is_retried_not_dead(status: int, world: World) -> None:
    world.fault("status", status=status, times=4)
    await world.take(paid())

    assert (await world.work()).state == "retrying"
    world.clock.advance(minutes=20)
    assert (await world.work()).state == "retrying"
    world.sandbox.state.faults.clear()
    world.clock.advance(minutes=20)
    assert (await world.work()).state == "succeeded"
    assert_once(world)


# --- answers that say no ------------------------------------------------------------------------


async def test_a_rejected_effect_is_dead_with_request_and_response_and_no_secret(
    world: World,
) -> None:
    body = f'{{"message": "no such account", "token": "abc-def", "you": "{data.PASSWORD}"}}'
    world.fault("status", status=400, body=body)
    await world.take(paid())

    row = await world.work()

    assert row.state == "dead"
    assert "no such account" in (row.reason or "")
    assert row.outcome["effect_key"] == "charge-sheet/plentific/invoice-1/1"
    assert row.outcome["request"]["account"] == ACCOUNT
    assert row.outcome["status"] == 400
    assert "no such account" in row.outcome["response"]
    everything = f"{row.reason}{row.outcome}{[bytes(one.value) for one in await world.told()]}"
    for secret in (data.PASSWORD, data.CLIENT_SECRET, "abc-def", "sbx-token-"):
        assert secret not in everything
    assert await world.told_types() == ["tiebeam.reaction.failed"]
    assert await world.effects() == [], "what was refused was never begun"


async def test_a_dead_reaction_can_be_retried_by_hand(world: World) -> None:
    world.fault("status", status=400)
    await world.take(paid())
    row = await world.work()

    await world.retry(row.id)

    assert (await world.work()).state == "succeeded"
    assert_once(world)
    assert await world.told_types() == ["tiebeam.reaction.failed", CREATED, SUCCEEDED]


async def test_what_was_done_before_a_rejection_is_told_and_not_done_again(world: World) -> None:
    world.fault("status", status=400, skip=1)
    await world.take(paid(*THREE_LINES))

    row = await world.work()
    assert row.state == "dead"
    (audit,) = await world.audits()
    assert [one["key"] for one in audit["effects"]] == ["charge-sheet/plentific/invoice-1/1"]

    await world.retry(row.id)
    assert (await world.work()).state == "succeeded"
    assert_once(world, 3)
    assert len(await world.created()) == 3


async def test_a_rejection_after_a_lost_answer_does_not_forget_the_lost_one(world: World) -> None:
    world.fault("drop_before")
    world.fault("status", status=400)
    await world.take(paid())
    await world.work()
    world.clock.advance(seconds=SETTLE.total_seconds())
    row = await world.work()
    assert row.state == "dead"

    (effect,) = await world.effects()
    assert (effect.state, effect.attempts) == ("sending", 2)
    world.clock.advance(seconds=SETTLE.total_seconds())
    await world.retry(row.id)
    assert (await world.work()).state == "succeeded"
    assert_once(world)


async def test_a_look_that_is_refused_is_dead_with_what_was_asked_and_answered(
    world: World,
) -> None:
    world.fault("drop_after")
    await world.take(paid())
    await world.work()
    world.clock.advance(seconds=SETTLE.total_seconds())
    world.fault("status", method="GET", status=400, body='{"message": "unknown field"}')

    row = await world.work()

    assert row.state == "dead"
    assert row.outcome["status"] == 400
    assert "currentcharge" in row.outcome["request"]
    assert "unknown field" in row.outcome["response"]
    await world.retry(row.id)
    assert (await world.work()).state == "succeeded"
    assert_once(world)


async def test_a_blocked_reaction_succeeds_when_its_mapping_is_mended_and_it_is_retried(
    world: World,
) -> None:
    await world.take(paid(property_external_reference="PROP-9"))
    row = await world.work()
    assert row.state == "blocked"
    assert 'account: add "PROP-9" = "…"' in (row.reason or "")
    assert await world.told_types() == ["tiebeam.reaction.blocked"]
    assert world.sandbox.state.requests.find() == []

    mended = world.executor(world.configured(account={"PROP-9": ACCOUNT}))
    world.clock.advance(days=1)
    await world.work(mended)
    assert (await world.states()) == ["blocked"], "it waits for a person"
    await world.retry(row.id)

    assert (await world.work(mended)).state == "succeeded"
    assert_once(world)
    (told,) = await world.created()
    assert told["account"] == ACCOUNT


async def test_a_blocked_invoice_does_not_hold_up_the_next_of_its_key(world: World) -> None:
    await world.take(
        paid(uuid="a", key="same", property_external_reference="PROP-9"),
        paid(uuid="b", key="same", property_external_reference=OTHER_PROPERTY),
    )
    await world.work()
    await world.work()

    assert await world.states() == ["blocked", "succeeded"]
