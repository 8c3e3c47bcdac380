"""A charge sheet is written once, and found again wherever its reference or its values show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest

from adapters.essensys.errors import Unsendable
from adapters.essensys.formats import read_wall_time
from adapters.essensys.models import ChargeSheet
from adapters.http.errors import Ambiguous, Rejected, Transient
from deploy.sandbox.essensys.records import add_charge_sheet, bill, create_charge
from events.essensys import ChargeSheetData
from tests.workers.react.invoices import OTHER_ACCOUNT, PLACE, line, paid, settings
from tests.workers.react.world import LONDON, World
from workers.react.effects.charge_sheet import (
    KIND,
    PlannedCharge,
    find,
    outcome,
    request,
    restore,
    same_charge,
    send,
)
from workers.react.reaction import Absent, Done, Effect, Place, Search, Unclear
from workers.react.reactions.recharge_paid_invoice import plan


def calls(*lines: dict[str, Any], **changes: Any) -> list[PlannedCharge]:
    effects = plan(paid(*lines, **changes), settings(lines="all"), PLACE)
    return [effect.call for effect in effects]


CALL = calls()[0]


async def look(
    world: World, call: PlannedCharge = CALL, *, claimed: Iterable[str] = (), ago: float = 0
) -> Done | Absent | Unclear:
    """Look for a call that was first made so many days ago."""

    async def ours(ids: set[str]) -> set[str]:
        return ids & set(claimed)

    sent_at = world.clock.now() - timedelta(days=ago)
    place = Place("operate", world.client, "GBP", "Europe/London")
    before = len(world.puts())
    found = await find(place, Search(Effect(call.effect_key, KIND, call), sent_at, ours))
    assert len(world.puts()) == before, "looking changes nothing"
    return found


async def write(world: World, call: PlannedCharge = CALL) -> str:
    place = Place("operate", world.client, "GBP", "Europe/London")
    return (await send(place, call)).provider_id


def entered(world: World, call: PlannedCharge = CALL, kind: str = "", **changes: Any) -> str:
    """Somebody enters a charge with the values of a call, without a reference."""
    wire = call.put().to_wire(LONDON)
    values = {
        "accountname": call.account,
        "product": call.product,
        "tax": call.tax,
        "quantity": str(call.quantity),
        "unitprice": f"{call.unit_price:.4f}",
        "datefrom": _stored(wire["datefrom"]),
        "dateto": _stored(wire["dateto"]),
        **changes,
    }
    data, now = world.sandbox.state.essensys, world.clock.now()
    made = create_charge(data, kind, values, now) if kind else add_charge_sheet(data, values, now)
    return str(made["chargesheetid"])


def _stored(text: str) -> str:
    return f"{read_wall_time(text, LONDON).replace(tzinfo=None):%Y-%m-%dT%H:%M:%S}"


def bill_all(world: World, *, keep: bool) -> None:
    data = world.sandbox.state.essensys
    bill(data, [one["chargesheetid"] for one in world.sheets()], world.clock.now(), keep=keep)


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


# --- finding by value -------------------------------------------------------------------------


async def test_exactly_one_equal_charge_without_a_reference_is_ours(world: World) -> None:
    world.hide_references()
    provider_id = await write(world)

    found = await look(world)

    assert isinstance(found, Done)
    assert (found.provider_id, found.found_by) == (provider_id, "value")


async def test_two_equal_charges_are_for_a_person_to_tell_apart(world: World) -> None:
    world.hide_references()
    ids = [await write(world), entered(world)]

    found = await look(world)

    assert isinstance(found, Unclear)
    assert all(one in found.reason for one in ids)
    assert CALL.effect_key in found.reason


async def test_one_of_two_equal_charges_that_is_claimed_already_leaves_the_other(
    world: World,
) -> None:
    world.hide_references()
    theirs, ours = await write(world), await write(world)

    found = await look(world, claimed=[theirs])

    assert isinstance(found, Done)
    assert found.provider_id == ours


async def test_an_equal_charge_of_another_effect_is_not_ours(world: World) -> None:
    world.hide_references()
    theirs = await write(world)

    assert await look(world, claimed=[theirs]) == Absent()


async def test_an_equal_charge_with_another_reference_is_not_ours(world: World) -> None:
    entered(world, referencetext="Entered by hand")

    assert await look(world) == Absent()


async def test_equal_charges_of_two_invoices_are_told_apart_by_their_references(
    world: World,
) -> None:
    (theirs,) = calls(uuid="invoice-2", number="211706")
    await write(world, theirs)
    assert theirs.model_copy(update={"reference": "", "invoice_uuid": "", "effect_key": ""}) == (
        CALL.model_copy(update={"reference": "", "invoice_uuid": "", "effect_key": ""})
    ), "paid in the same minute, nothing but the reference tells them apart"

    assert await look(world) == Absent()


async def test_somebodys_equal_charge_does_not_hide_ours(world: World) -> None:
    entered(world, referencetext="Entered by hand")
    entered(world)
    provider_id = await write(world)

    found = await look(world)

    assert isinstance(found, Done)
    assert (found.provider_id, found.found_by) == (provider_id, "reference")


async def test_two_equal_lines_of_one_invoice_are_told_apart_by_their_ends(world: World) -> None:
    world.hide_references()
    first, second = calls(line(), line())
    provider_id = await write(world, second)

    assert await look(world, first) == Absent()
    found = await look(world, second)
    assert isinstance(found, Done)
    assert (found.provider_id, found.found_by) == (provider_id, "value")


@pytest.mark.parametrize(
    "different",
    [
        {"accountname": OTHER_ACCOUNT},
        {"product": "74"},
        {"tax": "1"},
        {"quantity": "2"},
        {"unitprice": "55.0100"},
        {"datefrom": "2020-03-12T11:05:00"},
        {"dateto": "2020-03-12T11:08:00"},
    ],
)
async def test_a_charge_that_differs_in_one_value_is_not_ours(
    different: dict[str, Any], world: World
) -> None:
    world.hide_references()
    entered(world, **different)

    assert await look(world) == Absent()


async def test_equal_charges_of_other_kinds_are_not_charge_sheets(world: World) -> None:
    entered(world, kind="batchchargesheet", batchsheet="1275")
    entered(world, kind="bookingcharge", booking="1275")

    assert await look(world) == Absent()


async def test_an_equal_charge_of_last_week_is_not_ours(world: World) -> None:
    world.hide_references()
    entered(world)
    world.clock.advance(days=7)

    assert await look(world) == Absent()


@pytest.mark.parametrize("field", ["datefrom", "dateto", "quantity", "unitprice", "accountname"])
def test_a_charge_that_does_not_show_a_value_is_not_taken_for_ours(field: str) -> None:
    row = {
        "chargesheetid": "1",
        "accountname": CALL.account,
        "product": CALL.product,
        "tax": CALL.tax,
        "quantity": "1.0",
        "unitprice": "55.0000",
        "datefrom": "2020-03-12T11:06:59+00:00",
        "dateto": "2020-03-12T11:07:00+00:00",
    }
    assert same_charge(ChargeSheet.model_validate(row), CALL, LONDON)

    assert not same_charge(ChargeSheet.model_validate({**row, field: None}), CALL, LONDON)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-07-01T11:15:00+00:00", "2026-07-01T11:16:00+00:00"),  # wall time, labelled so
        ("2026-07-01T10:15:00+00:00", "2026-07-01T10:16:00+00:00"),  # true moments
        ("2026-07-01T11:15:30+01:00", "2026-07-01T11:16:30+01:00"),
    ],
)
def test_times_are_compared_by_the_minute_whichever_way_they_are_labelled(
    start: str, end: str
) -> None:
    (call,) = calls(paid_on="2026-07-01T10:15:42Z")
    sheet = ChargeSheet.model_validate(
        {
            "chargesheetid": "1",
            "accountname": call.account,
            "product": call.product,
            "tax": call.tax,
            "quantity": "1",
            "unitprice": "55",
            "datefrom": start,
            "dateto": end,
        }
    )

    assert same_charge(sheet, call, LONDON)


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
