"""Dry runs send nothing; what nobody foresaw ends visibly and hurts nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from adapters.store import inbox
from adapters.store.inbox import NewReaction
from events.envelope import Event, to_headers
from tests.workers.react.invoices import line, paid, settings
from tests.workers.react.world import CREATED, FAILED, LEASE, SETTLE, SUCCEEDED, World, hooked
from workers.react.effects import charge_sheet
from workers.react.reaction import Configured, Done, Effect, Place
from workers.react.reactions.recharge_paid_invoice import NAME, plan

# --- dry runs -----------------------------------------------------------------------------------


async def test_a_dry_run_sends_nothing_and_keeps_what_it_would_have_sent(world: World) -> None:
    dry = world.configured(mode="dry-run")
    event = paid(line(), line("3", "0.125"))
    await world.take(event, configured=dry)

    row = await world.work(world.executor(dry))

    assert (row.state, row.mode) == ("succeeded", "dry-run")
    assert world.sandbox.state.requests.find() == []
    effects = plan(event, settings(), dry.place)
    assert row.outcome == {
        "dry_run": True,
        "planned": [
            {"key": one.key, "kind": "charge sheet", "request": one.kind.request(one.call)}
            for one in effects
        ],
    }
    assert [one["request"]["unit_price"] for one in row.outcome["planned"]] == ["55.00", "0.38"]
    assert await world.effects() == []


async def test_a_dry_run_is_told_as_one(world: World) -> None:
    dry = world.configured(mode="dry-run")
    await world.take(paid(), configured=dry)
    await world.work(world.executor(dry))

    assert await world.told_types() == [SUCCEEDED]
    (audit,) = await world.audits()
    assert (audit["dry_run"], audit["effects"]) == (True, [])


async def test_a_dry_run_says_what_would_block(world: World) -> None:
    dry = world.configured(mode="dry-run")
    await world.take(paid(line(kind="TRAVEL")), configured=dry)

    row = await world.work(world.executor(dry))

    assert row.state == "blocked"
    assert 'product: add "TRAVEL"' in (row.reason or "")


async def test_a_dry_run_taken_before_the_reaction_went_live_stays_one(world: World) -> None:
    await world.take(paid(), configured=world.configured(mode="dry-run"))

    assert (await world.work()).state == "succeeded"
    assert world.sandbox.state.requests.find() == []


async def test_a_dry_run_made_live_is_carried_out(world: World) -> None:
    await world.take(paid(), configured=world.configured(mode="dry-run"))
    row = await world.work()

    async with world.store.write() as tx:
        assert await inbox.make_live(tx, [row.id], [NAME], world.clock.now()) == [row.id]

    assert (await world.work()).state == "succeeded"
    world.assert_once()
    assert await world.told_types() == [SUCCEEDED, CREATED, SUCCEEDED]


async def test_what_was_taken_live_is_not_sent_once_the_reaction_is_a_dry_run(
    world: World,
) -> None:
    await world.take(paid())

    row = await world.work(world.executor(world.configured(mode="dry-run")))

    assert row.state == "blocked"
    assert row.reason == (
        "reactions.recharge-paid-invoice.mode is not live any more: make it so, then retry"
    )
    assert world.sandbox.state.requests.find() == []
    await world.retry(row.id)
    assert (await world.work()).state == "succeeded"
    world.assert_once()


# --- what nobody foresaw ------------------------------------------------------------------------


def with_plan(configured: Configured, function: Any) -> Configured:
    return replace(configured, reaction=replace(configured.reaction, plan=function))


async def test_a_mistake_in_a_plan_ends_dead_by_its_type_and_place_without_its_text(
    world: World,
) -> None:
    def mistaken(event: Event, own: Any, place: Place, _facts: None) -> list[Effect]:
        raise KeyError("Pat Example, 5 Example Street")

    await world.take(paid())
    row = await world.work(world.executor(with_plan(world.configured(), mistaken)))

    assert row.state == "dead"
    assert (row.reason or "").startswith("a mistake in the program: KeyError in mistaken (test_")
    assert "Pat Example" not in str(row)
    assert await world.told_types() == [FAILED]
    (audit,) = await world.audits()
    assert (audit["state"], audit["reason"]) == ("dead", row.reason)


async def test_a_mistake_is_retried_by_hand_once_it_is_mended(world: World) -> None:
    await world.take(paid())
    row = await world.work(world.executor(with_plan(world.configured(), lambda *_: [None])))
    assert row.state == "dead"

    await world.retry(row.id)

    assert (await world.work()).state == "succeeded"
    world.assert_once()


async def test_a_mistake_does_not_hold_up_the_next_of_its_key(world: World) -> None:
    def mistaken(event: Event, own: Any, place: Place, _facts: None) -> list[Effect]:
        if event.subject == "a":
            raise ZeroDivisionError
        return plan(event, own, place)

    await world.take(paid(uuid="a", key="same"), paid(uuid="b", key="same"))
    executor = world.executor(with_plan(world.configured(), mistaken))
    await world.work(executor)
    await world.work(executor)

    assert await world.states() == ["dead", "succeeded"]


async def test_a_mistake_after_the_call_does_not_forget_the_call(world: World) -> None:
    async def send(place: Place, effect: Effect) -> Done:
        await charge_sheet.send(place, effect)
        raise IndexError("ids")

    await world.take(paid())
    row = await world.work(world.executor(hooked(world.configured(), send=send)))
    assert row.state == "dead"
    assert "IndexError" in (row.reason or "")
    assert [effect.state for effect in await world.effects()] == ["sending"]

    world.clock.advance(seconds=(LEASE + SETTLE).total_seconds())
    await world.retry(row.id)
    assert (await world.work()).state == "succeeded"
    world.assert_once()
    assert len(world.puts()) == 1


async def test_a_ledger_that_cannot_be_read_any_more_ends_dead_and_sends_nothing(
    world: World,
) -> None:
    world.fault("drop_after")
    await world.take(paid())
    await world.work()
    world.clock.advance(seconds=SETTLE.total_seconds())

    def restore(recorded: Any) -> Any:
        return charge_sheet.restore({**recorded, "unknown": 1})

    row = await world.work(world.executor(hooked(world.configured(), restore=restore)))

    assert row.state == "dead"
    assert "ValidationError" in (row.reason or "")
    assert len(world.puts()) == 1


# --- events that cannot be read -----------------------------------------------------------------


async def test_an_event_whose_data_does_not_fit_is_dead_with_the_fields_that_do_not(
    world: World,
) -> None:
    event = paid()
    data = orjson.loads(event.data)
    data["invoice"]["items"][0]["unit_price"] = "a lot"
    await world.take(replace(event, data=orjson.dumps(data)))

    row = await world.work()

    assert row.state == "dead"
    assert "invoice.items.0.unit_price" in (row.reason or "")
    assert "a lot" not in (row.reason or "")
    assert await world.told_types() == [FAILED]


async def test_an_event_with_fields_of_a_later_release_is_answered(world: World) -> None:
    event = paid()
    data = orjson.loads(event.data)
    data["invoice"]["later"] = data["invoice"]["items"][0]["later"] = 1
    await world.take(replace(event, data=orjson.dumps(data)))

    assert (await world.work()).state == "succeeded"
    await world.assert_told_once()


async def test_a_row_whose_event_cannot_be_read_is_dead_and_told(world: World) -> None:
    event = paid()
    headers = [(name, text.decode()) for name, text in to_headers(event) if name != "ce_time"]
    async with world.store.write() as tx:
        await inbox.add(
            tx,
            [
                NewReaction(
                    reaction=NAME,
                    event_id=event.id,
                    event_type=event.type,
                    subject=event.subject,
                    ordering_key=event.key,
                    sequence=1,
                    value=event.data,
                    headers=headers,
                    mode="live",
                    received_at=world.clock.now(),
                )
            ],
        )

    row = await world.work()

    assert (row.state, row.reason) == ("dead", "header ce_time is missing")
    assert await world.told_types() == [FAILED]
    (audit,) = await world.audits()
    assert (audit["trigger_ce_id"], audit["trigger_subject"]) == (event.id, event.subject)


@pytest.mark.parametrize("number", ["211706", "a" * 300, "O'Neill"])
async def test_whatever_an_invoice_is_called_it_can_be_charged_and_looked_up(
    number: str, world: World
) -> None:
    world.fault("drop_after")
    await world.take(paid(number=number))
    await world.work()
    world.clock.advance(seconds=SETTLE.total_seconds())

    assert (await world.work()).state == "succeeded"
    await world.assert_told_once()
