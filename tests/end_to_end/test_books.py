"""The books of these tests themselves: they notice what is lost and what is there twice."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from deploy.sandbox.essensys.records import charge_sheets
from tests.end_to_end import books
from tests.end_to_end.told import Told
from tests.end_to_end.world import World

pytestmark = pytest.mark.kafka


async def test_the_books_notice_whatever_is_lost_or_there_twice(world: World) -> None:
    world.busy_day()
    told = await world.closed()
    charges = world.sandbox.state.essensys.charges

    async def noticed(tampered: list[Told]) -> list[str]:
        return await books.discrepancies(world.truths, tampered, world.store)

    for lost in told:
        assert await noticed([one for one in told if one is not lost])
    for told_twice in told:
        again = replace(told_twice, headers=told_twice.headers | {"ce_id": "another"})
        assert await noticed([*told, again])
    assert await noticed([*told, replace(told[0], value=b"{}")])
    assert await noticed(told[::-1])
    assert await noticed([*told, *told]) == []  # the same twice is what dedupes by id

    sheet = charge_sheets(world.sandbox.state.essensys)[-1]
    charges.add("999999", world.sandbox.state.now(), {**sheet, "chargesheetid": "999999"})
    assert await noticed(told)
    charges.remove("999999")
    assert await noticed(told) == []

    kept = copy.deepcopy(sheet)
    sheet["unitprice"] = "1.0000"
    assert await noticed(told)
    sheet.update(kept)
    charges.remove(sheet["chargesheetid"])
    assert await noticed(told)
