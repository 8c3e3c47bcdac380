"""Where no reference can be read, a charge is known by its values, and only if it is the one."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.essensys.models.charges import ChargeSheet
from tests.workers.react.effects.charges import CALL, calls, entered, look, write
from tests.workers.react.invoices import OTHER_ACCOUNT, line
from tests.workers.react.world import LONDON, World
from workers.react.effects.charge_sheet import same_charge, stamp_of
from workers.react.reaction import Absent, Done, Unclear

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


@pytest.mark.parametrize("reference", ["Entered by hand", "Repair invoice 211706 line 1"])
async def test_an_equal_charge_with_a_foreign_or_mended_reference_is_left_to_a_person(
    world: World, reference: str
) -> None:
    entered(world, referencetext=reference)

    found = await look(world)

    assert isinstance(found, Unclear)
    assert CALL.reference in found.reason


async def test_an_equal_charge_that_carries_the_stamp_of_another_line_is_not_ours(
    world: World,
) -> None:
    entered(world, referencetext="Repair invoice 211706 line 1 (0123456789)")

    assert await look(world) == Absent()


async def test_a_reference_is_known_by_its_stamp_whatever_was_written_around_it(
    world: World,
) -> None:
    stamp = stamp_of(CALL.reference)
    provider_id = entered(world, referencetext=f"Boiler, see file ({stamp})")

    found = await look(world)

    assert isinstance(found, Done)
    assert (found.provider_id, found.found_by) == (provider_id, "reference")


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
