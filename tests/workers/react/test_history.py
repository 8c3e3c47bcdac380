"""The history of one thing, from any of its ids, through all systems."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapters.store import entities, replaying, restoring, retention
from adapters.store.ledger import Effect
from adapters.store.restoring import EndedReaction
from tests.adapters.store.examples import an_entity
from tests.workers.fake_clock import START
from tests.workers.react.invoices import line, paid
from tests.workers.react.world import NAME, SETTLE, World
from workers import history
from workers.history import FORGOTTEN, Moment

KEY = "charge-sheet/plentific/invoice-1/1"


async def history_of(world: World, one: str) -> list[Moment]:
    async with world.store.read() as tx:
        found = await history.of(tx, one)
    assert found.left == []
    return list(found.moments)


async def told_of(world: World, what: str, one: str = "invoice-1") -> list[str]:
    return [moment.told for moment in await history_of(world, one) if moment.what == what]


async def forget(world: World) -> None:
    """Forget the events of all that has ended."""
    later = world.clock.now() + timedelta(days=1)
    async with world.store.write() as tx:
        ended, _ = await retention.ended_before(tx, later, 0, 1_000)
        assert await retention.forget_events(tx, ended, later) == len(ended) > 0


def an_end(event_id: str, **changes: Any) -> EndedReaction:
    """How a reaction ended, as its audit tells after a rebuild; its event is gone."""
    given: dict[str, Any] = {
        "reaction": NAME,
        "event_id": event_id,
        "event_type": "plentific.invoice.paid",
        "subject": "invoice-1",
        "ordering_key": event_id,
        "mode": "live",
        "parks": False,
        "state": "succeeded",
        "attempts": 1,
        "lease_token": 1,
        "received_at": START,
        "updated_at": START,
        "reason": None,
        "outcome": None,
    }
    return EndedReaction(**(given | changes))


def an_effect(reaction_id: int | None, **changes: Any) -> Effect:
    """An effect that has happened, as a topic tells after a rebuild."""
    given: dict[str, Any] = {
        "effect_key": KEY,
        "reaction": NAME if reaction_id else "unknown",
        "reaction_id": reaction_id,
        "connection": "operate",
        "request": None,
        "first_sent_at": START,
        "sent_at": START,
        "state": "done",
        "provider_id": "452331",
        "done_at": START,
    }
    return Effect(**(given | changes))


async def test_an_invoice_is_followed_to_the_charge_sheet_that_came_of_it(world: World) -> None:
    await world.take(paid())
    await world.work()
    (sheet,) = await world.created()

    moments = await history_of(world, "invoice-1")

    assert sorted((one.where, one.what) for one in moments) == [
        ("/essensys/operate", "essensys.charge_sheet.created"),
        ("/plentific/plentific", "plentific.invoice.paid"),
        ("operate", "charge-sheet/plentific/invoice-1/1"),
        ("operate", "charge-sheet/plentific/invoice-1/1"),
        ("recharge-paid-invoice", "reaction 1"),
    ]
    assert moments[0].what == "plentific.invoice.paid", "what happened first comes first"
    told = {one.what: one.told for one in moments}
    assert told["reaction 1"] == "succeeded after 1 attempt"
    assert {one.about for one in moments if one.where == "operate"} == {sheet["charge_sheet_id"]}


async def test_from_what_an_effect_made_the_way_leads_back(world: World) -> None:
    await world.take(paid(), paid(uuid="another", number="another"))
    await world.work()
    sheet = (await world.created())[0]

    assert await history_of(world, sheet["charge_sheet_id"]) == await history_of(world, "invoice-1")


async def test_why_nothing_came_of_it_stands_in_the_history(world: World) -> None:
    await world.take(paid(line(kind="TRAVEL")))
    row = await world.work()

    told = [one.told for one in await history_of(world, "invoice-1") if one.what == "reaction 1"]

    assert told == [f"blocked after 1 attempt: {row.reason}"]


async def test_a_call_without_an_answer_is_shown_as_one(world: World) -> None:
    world.fault("drop_after")
    await world.take(paid())
    await world.work()

    told = [one.told for one in await history_of(world, "invoice-1")]

    assert "no answer: it may have happened" in told


async def test_all_moments_of_an_event_are_of_its_trace(world: World) -> None:
    event = paid()
    await world.take(event)
    await world.work()

    traces = {one.trace_id for one in await history_of(world, "invoice-1")}

    assert traces == {(event.traceparent or "").split("-")[1], None}


async def test_nothing_is_known_of_what_never_was(world: World) -> None:
    assert await history_of(world, "100%_") == []


async def test_of_a_forgotten_event_is_shown_what_is_still_known(world: World) -> None:
    event = paid()
    await world.take(event)
    await world.work()
    (row,) = await world.rows()
    before = await history_of(world, "invoice-1")
    await forget(world)

    moments = await history_of(world, "invoice-1")

    (taken,) = [one for one in moments if one.what == "plentific.invoice.paid"]
    assert (taken.at, taken.where, taken.about) == (row.received_at, FORGOTTEN, "invoice-1")
    assert taken.told == (
        f"version {event.sequence}, taken by {NAME} {row.received_at:%Y-%m-%d %H:%M:%S}; "
        "its event is forgotten"
    )
    rest = [one for one in before if one.what != "plentific.invoice.paid"]
    assert [one for one in moments if one != taken] == rest


async def test_after_a_rebuild_nothing_is_said_of_what_no_topic_told(world: World) -> None:
    async with world.store.write() as tx:
        await restoring.ended(tx, [an_end("event-1", event_type="")])
        await restoring.done(tx, [an_effect(1), an_effect(None, effect_key="sheet/2")])

    moments = await history_of(world, "452331")

    assert sorted((one.where, one.what, one.about, one.told) for one in moments) == [
        ("operate", KEY, "452331", "done"),
        ("operate", "sheet/2", "452331", "done"),
        (NAME, "reaction 1", "invoice-1", "succeeded after 1 attempt"),
        (
            *(FORGOTTEN, FORGOTTEN, "invoice-1"),
            f"version –, taken by {NAME} {START:%Y-%m-%d %H:%M:%S}; its event is forgotten",
        ),
    ]


async def test_reactions_to_what_is_forgotten_have_nothing_to_do_with_each_other(
    world: World,
) -> None:
    async with world.store.write() as tx:
        await restoring.ended(tx, [an_end("event-1", subject=""), an_end("event-2", subject="")])
        await restoring.done(tx, [an_effect(1)])

    assert {one.what for one in await history_of(world, "452331")} == {KEY}
    (of_first,) = {one.about for one in await history_of(world, "event-1") if one.where == NAME}
    assert of_first == FORGOTTEN


async def test_that_an_answer_was_lost_is_shown_of_what_was_found_then(world: World) -> None:
    world.fault("drop_after")
    await world.take(paid())
    await world.work()
    world.clock.advance(seconds=SETTLE.total_seconds())
    await world.work()

    assert await told_of(world, KEY) == [
        f"called by {NAME}",
        "no answer: it may have happened",
        "done, known by its reference",
    ]


async def test_that_an_answer_was_lost_is_shown_of_what_was_called_again(world: World) -> None:
    world.fault("drop_before")
    await world.take(paid())
    await world.work()
    world.clock.advance(seconds=SETTLE.total_seconds())
    await world.work()

    assert await told_of(world, KEY) == [
        f"called by {NAME}",
        "called again, 2 times in all: there was no answer before",
        "done, known by its answer",
    ]
    (ended,) = await told_of(world, "reaction 1")
    assert ended.startswith(
        "succeeded after 2 attempts: not at once: operate: put_chargesheet: the connection was lost"
    )


async def test_what_is_to_be_made_once_more_is_shown_as_such(world: World) -> None:
    await world.take(paid())
    await world.work()
    async with world.store.write() as tx:
        await replaying.take_back(tx, KEY)

    assert (await told_of(world, KEY))[-1] == (
        "done, known by its answer, and is to be made once more"
    )


async def test_what_an_earlier_end_was_for_stays_in_the_history(world: World) -> None:
    await world.take(paid(line(kind="TRAVEL")))
    reason = (await world.work()).reason
    world.clock.advance(seconds=60)
    await world.retry(1)
    pending = ["pending after 0 attempts"]
    blocked = [f"blocked after 1 attempt: {reason}"]
    assert await told_of(world, "reaction 1") == blocked + pending

    mapped = world.configured(product={"TRAVEL": "73"})
    world.clock.advance(seconds=60)
    await world.work(world.executor(mapped))

    assert await told_of(world, "reaction 1") == [*blocked, "succeeded after 1 attempt"]


async def test_earlier_ends_are_those_of_the_same_event(world: World) -> None:
    await world.take(paid(line(kind="TRAVEL"), key="one"), paid(uuid="invoice-2", key="one"))
    await world.work()
    await world.work()

    assert await told_of(world, "reaction 2", "invoice-2") == ["succeeded after 1 attempt"]
    assert await told_of(world, "reaction 1", "invoice-2") == []


async def test_what_is_not_followed_any_more_is_named(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MOST_THINGS", 1)
    await world.take(paid(line(), line("2")))
    await world.work()

    async with world.store.read() as tx:
        found = await history.of(tx, "invoice-1")

    assert found.left == sorted(sheet["charge_sheet_id"] for sheet in await world.created())


@pytest.mark.parametrize(
    "state",
    [
        {"number": "211706"},
        {"work_order_id": 211706},
        {"external_reference": "211706"},
        {"custom_no": "211706"},
        {"equipment_number": "211706"},
        {"custom_unit_id": "211706"},
    ],
)
async def test_a_thing_is_known_by_its_number(world: World, state: dict[str, Any]) -> None:
    async with world.store.write() as tx:
        await entities.add_new(tx, [an_entity("e-1", state=state), an_entity("e-2")])

        (found,) = await history.numbered(tx, "211706")

    assert found.entity_id == "e-1"


async def test_things_of_one_number_are_in_order_and_each_id_is_there_once(world: World) -> None:
    places = [("b", "invoice", "e-3"), ("a", "quote", "e-2"), ("a", "invoice", "e-4")]
    some = [
        an_entity(one, connection=connection, kind=kind, state={"number": "7"})
        for connection, kind, one in [*places, ("a", "booking", "e-4")]
    ]
    async with world.store.write() as tx:
        await entities.add_new(tx, some)
        found = await history.numbered(tx, "7")

    assert [one.entity_id for one in found] == ["e-4", "e-2", "e-3"]
