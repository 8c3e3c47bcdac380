"""The history of one thing, from any of its ids, through all systems."""

from __future__ import annotations

from tests.workers.react.invoices import line, paid
from tests.workers.react.world import World
from workers import history
from workers.history import Moment


async def history_of(world: World, one: str) -> list[Moment]:
    async with world.store.read() as tx:
        return await history.of(tx, one)


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
