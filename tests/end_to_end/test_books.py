"""The books of these tests themselves: they notice what is lost and what is there twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.store import Store
from deploy.sandbox.essensys.records import charge_sheets
from tests.end_to_end import books
from tests.end_to_end.day import Day
from tests.end_to_end.told import Told

pytestmark = pytest.mark.kafka


async def test_the_books_notice_whatever_is_lost_or_there_twice(day: Day) -> None:
    told, essensys = day.told, day.truth.state.essensys

    async def noticed(tampered: list[Told]) -> list[str]:
        async with Store.open(f"sqlite:///{day.database}") as store:
            return await books.discrepancies([day.truth], tampered, store)

    for lost in told:
        assert await noticed([one for one in told if one is not lost])
    for told_twice in told:
        again = replace(told_twice, headers=told_twice.headers | {"ce_id": "another"})
        assert await noticed([*told, again])
    assert await noticed([*told, replace(told[0], value=b"{}")])
    assert await noticed(told[::-1])
    assert await noticed([*told, *told]) == []  # the same twice is what dedupes by id

    sheet = charge_sheets(essensys)[-1]
    another = sheet | {"chargesheetid": "999999"}
    essensys.charges.add("999999", day.truth.state.now(), another)
    assert await noticed(told)
    essensys.charges.remove("999999")

    for field, wrong in (("unitprice", "1.0000"), ("kind", "bookingcharge")):
        kept, sheet[field] = sheet[field], wrong
        assert await noticed(told)
        sheet[field] = kept
    assert await noticed(told) == []
