"""A charge sheet is written once, and found again wherever its reference or its values show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from decimal import Decimal

import orjson
import pytest

from adapters.http.errors import Ambiguous, Rejected, Transient, Unsendable
from events.essensys import ChargeSheetData
from tests.workers.react.effects.charges import CALL, bill_all, calls, entered, look, write
from tests.workers.react.invoices import OTHER_ACCOUNT, PLACE, line
from tests.workers.react.world import LONDON, World
from workers.react.effects.charge_sheet import (
    KIND,
    outcome,
    request,
    restore,
)
from workers.react.reaction import Absent, Done, Effect

# --- writing ----------------------------------------------------------------------------------


async def test_what_is_written_is_what_was_planned(world: World) -> None:
    (call,) = calls(line("1.5", "12.30"), paid_on="2026-07-01T10:15:42Z")

    provider_id = await write(world, call)

    (sheet,) = world.sheets()
    assert sheet["chargesheetid"] == provider_id
    assert sheet["accountname"] == call.account
    assert (sheet["product"], sheet["tax"]) == ("73", "5")
    assert (sheet["quantity"], sheet["unitprice"]) == ("1.5", "12.3000")
    assert (sheet["datefrom"], sheet["dateto"]) == ("2026-07-01T11:15:00", "2026-07-01T11:16:00")
    assert sheet["referencetext"] == call.reference


async def test_a_refusal_and_a_lost_answer_are_told_apart(world: World) -> None:
    with pytest.raises(Rejected):
        await write(world, CALL.model_copy(update={"account": "1"}))
    world.fault("status", status=429)
    with pytest.raises(Transient):
        await write(world)
    world.fault("drop_after")
    with pytest.raises(Ambiguous):
        await write(world)
    assert len(world.sheets()) == 1


def test_what_essensys_forbids_is_refused_before_it_is_sent() -> None:
    with pytest.raises(Unsendable, match="quantity"):
        CALL.model_copy(update={"quantity": Decimal(0)}).put()


# --- finding by reference ---------------------------------------------------------------------


async def test_what_is_not_there_is_absent(world: World) -> None:
    assert await look(world) == Absent()


@pytest.mark.parametrize("empty", ["array", "absent", "null"])
async def test_absent_is_absent_however_an_empty_list_looks(empty: str, world: World) -> None:
    world.sandbox.state.essensys.settings.empty_list = empty

    assert await look(world) == Absent()


@pytest.mark.parametrize(
    "switch",
    [
        "current_charge_shows_reference",
        "charge_sheet_shows_reference",
        "batch_charge_sheet_lists_charge_sheets",
        "booking_charge_lists_charge_sheets",
    ],
)
async def test_a_charge_is_found_wherever_its_reference_is_readable(
    switch: str, world: World
) -> None:
    world.hide_references()
    setattr(world.sandbox.state.essensys.settings, switch, True)
    provider_id = await write(world)

    found = await look(world)

    assert isinstance(found, Done)
    assert (found.provider_id, found.found_by) == (provider_id, "reference")


@pytest.mark.parametrize("keep", [True, False])
async def test_a_billed_charge_is_found_among_the_invoice_lines(keep: bool, world: World) -> None:
    await write(world)
    bill_all(world, keep=keep)

    found = await look(world)

    assert isinstance(found, Done)
    assert (found.provider_id, found.found_by) == ("invoiceline/22", "reference")


async def test_a_reference_decides_even_where_the_values_were_edited(world: World) -> None:
    provider_id = await write(world)
    world.sandbox.state.essensys.charges[provider_id].update(quantity="3", product="74")

    found = await look(world)

    assert isinstance(found, Done)
    assert (found.provider_id, found.found_by) == (provider_id, "reference")


async def test_a_reference_that_somebody_added_a_word_to_is_still_ours(world: World) -> None:
    provider_id = await write(world)
    text = f"{CALL.reference} - agreed with the occupier "
    world.sandbox.state.essensys.charges[provider_id]["referencetext"] = text

    found = await look(world)

    assert isinstance(found, Done)
    assert (found.provider_id, found.found_by) == (provider_id, "reference")


async def test_each_line_of_an_invoice_is_found_as_itself(world: World) -> None:
    first, second = calls(line(), line())
    ids = [await write(world, first), await write(world, second)]

    found = [await look(world, call) for call in (first, second)]

    assert [one.provider_id for one in found if isinstance(one, Done)] == ids


async def test_a_charge_on_another_account_is_not_asked_for(world: World) -> None:
    moved = CALL.model_copy(update={"account": OTHER_ACCOUNT})
    await write(world, moved)

    assert await look(world) == Absent()
    assert isinstance(await look(world, moved), Done)


async def test_a_first_attempt_of_days_ago_is_still_looked_for(world: World) -> None:
    provider_id = await write(world)
    world.clock.advance(days=40)

    found = await look(world, ago=40)

    assert isinstance(found, Done)
    assert found.provider_id == provider_id


@pytest.mark.parametrize("most", [0, 25, 50])
async def test_it_is_found_among_many_pages(most: int, world: World) -> None:
    world.hide_references()
    ids = [
        entered(world, referencetext=f"Rent {number}" if number % 2 else None, quantity="7")
        for number in range(55)
    ]
    world.sandbox.state.essensys.settings.max_page_size = most
    provider_id = await write(world)

    found = await look(world)

    assert isinstance(found, Done)
    assert found.provider_id == provider_id
    assert provider_id not in ids


async def test_a_look_that_fails_says_so_and_is_no_absence(world: World) -> None:
    await write(world)
    world.fault("html", method="GET", operation="query chargesheet")
    world.hide_references()

    with pytest.raises(Transient):
        await look(world)


# --- what the ledger keeps and what is told -----------------------------------------------------


@pytest.mark.parametrize(
    "paid_on",
    [
        "2026-01-15T10:30:17.123456Z",
        "2026-07-15T23:59:59Z",
        "2026-03-29T00:59:30Z",
        "2026-10-25T00:30:00Z",
        "2026-10-25T01:30:00Z",
        None,
    ],
)
@pytest.mark.parametrize(("quantity", "price"), [("1", "55"), ("0.333", "10.00"), ("3", "0.125")])
def test_a_call_comes_back_from_the_ledger_as_it_was(
    paid_on: str | None, quantity: str, price: str
) -> None:
    for call in calls(line(), line(quantity, price), paid_on=paid_on):
        again = restore(orjson.loads(orjson.dumps(request(call))))

        assert again == call
        assert again.put() == call.put()
        assert again.put().to_wire(LONDON) == call.put().to_wire(LONDON)
        assert request(again) == request(call)


def test_the_outcome_tells_the_charge_and_where_it_came_from() -> None:
    (_, call) = calls(line(), line("3", "0.125"))

    told = outcome(PLACE, call, Done("452326", "answer", {}))

    assert told.event_type == "essensys.charge_sheet.created"
    assert isinstance(told.data, ChargeSheetData)
    sheet = told.data.charge_sheet
    assert (sheet.charge_sheet_id, sheet.line) == ("452326", 2)
    assert (sheet.source_invoice_uuid, sheet.effect_key) == (call.invoice_uuid, call.effect_key)
    assert sheet.net_amount == Decimal("0.38")
    assert sheet.date_from.tzinfo is UTC
    assert told.data.previous is None


def test_a_call_knows_its_kind() -> None:
    effect = Effect(CALL.effect_key, KIND, CALL)

    assert replace(effect, call=effect.kind.restore(effect.kind.request(CALL))) == effect
