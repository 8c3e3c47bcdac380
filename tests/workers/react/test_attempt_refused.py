"""Certainly not now: waited out as long as asked. No: dead or blocked, with all that helps."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import ledger
from deploy.sandbox.essensys import data
from tests.adapters.store.intents import begin
from tests.workers.react.invoices import (
    ACCOUNT,
    OTHER_PROPERTY,
    line,
    paid,
)
from tests.workers.react.world import CREATED, FAILED, SETTLE, SUCCEEDED, World, connected
from workers.react import attempt

THREE_LINES = (line(), line(recharge="0"), line("3", "0.125"), line(kind="MATERIALS"))


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
    world.assert_once()
    await world.assert_told_once()
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
    world.assert_once()


@pytest.mark.parametrize("skip", [0, 1, 2])
async def test_expired_tokens_are_replaced_without_anybody_noticing(
    skip: int, world: World
) -> None:
    await world.take(paid(*THREE_LINES))
    world.fault("expire_tokens", skip=skip)

    assert (await world.work()).state == "succeeded"
    world.assert_once(3)


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
    world.assert_once()
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
    world.assert_once()


# --- answers that say no ------------------------------------------------------------------------


async def test_a_rejected_effect_is_dead_with_request_and_response_and_no_secret(
    world: World,
) -> None:
    body = f'{{"message": "no such account", "token": "abc-def", "you": "{data.PASSWORD}"}}'
    world.fault("status", status=400, body=body)
    await world.take(paid())

    row = await world.work()

    assert row.state == "dead"
    assert "no such account" not in (row.reason or ""), "it could name people: `show` has it"
    assert row.outcome["effect_key"] == "charge-sheet/plentific/invoice-1/1"
    assert row.outcome["request"]["account"] == ACCOUNT
    assert row.outcome["status"] == 400
    assert "no such account" in row.outcome["response"]
    everything = f"{row.reason}{row.outcome}{[bytes(one.value) for one in await world.told()]}"
    for secret in (data.PASSWORD, data.CLIENT_SECRET, "abc-def", "sbx-token-"):
        assert secret not in everything
    assert await world.told_types() == [FAILED]
    assert await world.effects() == [], "what was refused was never begun"


async def test_a_dead_reaction_can_be_retried_by_hand(world: World) -> None:
    world.fault("status", status=400)
    await world.take(paid())
    row = await world.work()

    await world.retry(row.id)

    assert (await world.work()).state == "succeeded"
    world.assert_once()
    assert await world.told_types() == [FAILED, CREATED, SUCCEEDED]


async def test_what_was_done_before_a_rejection_is_told_and_not_done_again(world: World) -> None:
    world.fault("status", status=400, skip=1)
    await world.take(paid(*THREE_LINES))

    row = await world.work()
    assert row.state == "dead"
    (audit,) = await world.audits()
    assert [one["key"] for one in audit["effects"]] == ["charge-sheet/plentific/invoice-1/1"]

    await world.retry(row.id)
    assert (await world.work()).state == "succeeded"
    world.assert_once(3)
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
    world.assert_once()


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
    assert "chargesheet" in row.outcome["request"]
    assert "unknown field" in row.outcome["response"]
    await world.retry(row.id)
    assert (await world.work()).state == "succeeded"
    world.assert_once()


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
    world.assert_once()
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


async def test_an_effect_begun_in_another_connection_is_never_sent_to_this_one(
    world: World,
) -> None:
    await world.take(paid())
    async with world.store.write() as tx:
        await begin(
            tx,
            "charge-sheet/plentific/invoice-1/1",
            "recharge-paid-invoice",
            1,
            "operate-before",
            {},
            world.clock.now() - timedelta(days=1),
        )

    row = await world.work()

    assert row.state == "blocked"
    assert "was begun in operate-before" in (row.reason or "")
    assert world.sheets() == []


async def test_an_intent_that_another_took_back_at_that_moment_is_begun_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "charge-sheet/plentific/invoice-1/1"
    await world.take(paid())
    async with world.store.write() as tx:
        await begin(tx, key, "another", 2, "operate", {}, world.clock.now())
    looked_up = ledger.get

    async def taken_back_before(tx: AsyncConnection, keys: Iterable[str]) -> Any:
        monkeypatch.setattr(ledger, "get", looked_up)
        async with world.store.write() as other:
            await ledger.withdraw(other, key)
        async with world.store.read() as now:
            return await looked_up(now, keys)

    monkeypatch.setattr(ledger, "get", taken_back_before)
    row = await world.work()
    assert (row.state, row.reason) == ("retrying", "an earlier call was taken back meanwhile")

    assert (await world.work()).state == "succeeded"
    world.assert_once()
