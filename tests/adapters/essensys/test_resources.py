"""The four operations on a resource, over real HTTP."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from adapters.essensys.models.charges import ChargeSheet, ChargeSheetPut
from adapters.essensys.paging import MAX_RESTARTS, PAGE_SIZE
from adapters.essensys.queries import at_least, equals
from adapters.essensys.resources import PutAnswer
from adapters.http import metrics
from adapters.http.errors import (
    Ambiguous,
    MalformedAnswer,
    Rejected,
    Transient,
    Unauthorised,
    Unsendable,
)
from tests.adapters.essensys.operate import (
    Reply,
    answers,
    drops,
    envelope,
    form_of,
    operate,
    query_of,
)

SHEET = ChargeSheetPut(
    account="2",
    product="73",
    tax="1",
    quantity=Decimal(1),
    unit_price=Decimal("1.00"),
    currency="GBP",
    date_from=datetime(2017, 7, 22, 11, 20, tzinfo=UTC),
    date_to=datetime(2017, 7, 22, 11, 30, tzinfo=UTC),
    reference="Smith & Sons + 5% = £",
)
SAVED = envelope(chargesheets=[{"chargesheetid": "452327", "creationdate": "2017-07-13T11:21:51"}])


def listing(first: int, count: int) -> Reply:
    rows = [{"chargesheetid": str(number)} for number in range(first, first + count)]
    return answers(envelope(chargesheets=rows))


async def ids(*args: Any, provider: Any) -> list[str]:
    return [sheet.charge_sheet_id async for sheet in provider.client.charge_sheets.query(*args)]


@pytest.mark.parametrize(
    "reply",
    [
        answers(envelope(chargesheets=[], totalCount="0")),
        answers(envelope(totalCount="0")),
        answers({"message": "not found"}, status=404),
    ],
)
async def test_a_record_that_is_not_there_is_none(reply: Reply) -> None:
    async with operate(reply) as provider:
        assert await provider.client.charge_sheets.get("1") is None


async def test_of_several_records_the_one_asked_for_is_taken() -> None:
    async with operate(listing(1, 3)) as provider:
        sheet = await provider.client.charge_sheets.get("2")

        assert sheet == ChargeSheet.model_validate({"chargesheetid": "2"})


@pytest.mark.parametrize(
    "reply",
    [
        answers(envelope(chargesheets=[{"chargesheetid": "9"}])),
        answers(envelope(chargesheets=[{"accountname": "9"}])),
        answers(envelope(chargesheets=[{"chargesheetid": "1", "unitprice": "Sam Carter"}])),
        answers(envelope()),
        answers(envelope(status="ERROR", chargesheets=[])),
        answers(b"<html>"),
    ],
)
async def test_an_answer_that_is_not_the_record_is_malformed_and_tells_no_content(
    reply: Reply,
) -> None:
    async with operate(reply) as provider:
        with pytest.raises(MalformedAnswer) as failure:
            await provider.client.charge_sheets.get("1")

        assert "Sam" not in str(failure.value)


@pytest.mark.parametrize("record_id", ["", ".", "..", "1/2", "1?x", "*", "1 2"])
async def test_what_is_no_id_is_not_sent(record_id: str) -> None:
    async with operate() as provider:
        with pytest.raises(Unsendable, match="is no id"):
            await provider.client.charge_sheets.get(record_id)
        with pytest.raises(Unsendable, match="is no id"):
            await provider.client.charge_sheets.delete(record_id)


async def test_a_query_asks_for_pages_until_one_is_short() -> None:
    pages = [listing(1, PAGE_SIZE), listing(PAGE_SIZE, PAGE_SIZE), listing(2 * PAGE_SIZE - 1, 7)]
    async with operate(*pages) as provider:
        read = await ids(provider=provider)

        assert read == [str(number) for number in range(1, 2 * PAGE_SIZE + 6)]
        windows = [(query_of(s)["startrecord"], query_of(s)["endrecord"]) for s in provider.asked]
        assert windows == [("1", "200"), ("200", "399"), ("399", "598")]


async def test_a_query_against_a_server_that_ignores_the_paging_ends() -> None:
    async with operate(listing(1, PAGE_SIZE), listing(1, PAGE_SIZE)) as provider:
        assert len(await ids(provider=provider)) == PAGE_SIZE


async def test_a_list_that_keeps_moving_is_transient() -> None:
    moving = [listing(1, PAGE_SIZE), listing(PAGE_SIZE + 1, PAGE_SIZE)] * (MAX_RESTARTS + 1)
    async with operate(*moving) as provider:
        with pytest.raises(Transient, match="kept moving"):
            await ids(provider=provider)


async def test_conditions_and_fields_are_sent_as_documented_and_the_id_always_comes_along() -> None:
    where = equals("accountname", "277754") & at_least("creationdate", date(2017, 5, 1))
    async with operate(listing(1, 1)) as provider:
        await ids(where, ["unitprice", "quantity"], provider=provider)

        assert query_of(provider.asked[0]) == {
            "where": "[accountname]='277754'AND[creationdate]>='2017-05-01'",
            "fields": "[chargesheetid,unitprice,quantity]",
            "startrecord": "1",
            "endrecord": "200",
        }
        assert " " not in provider.asked[0].target


async def test_pages_give_facts_and_the_providers_clock() -> None:
    row = {"row_num": "4", "chargesheetid": 5, "outputvalue_chargesheetid": "5", "tax": None}
    async with operate(answers(envelope(chargesheets=[row], totalCount="1"))) as provider:
        (page,) = [page async for page in provider.client.charge_sheets.pages()]

        assert page.rows == [{"chargesheetid": "5", "tax": None}]
        assert page.server_time == datetime(2017, 7, 13, 11, 21, 51, tzinfo=UTC)
        assert page.total == 1


async def test_an_unknown_field_is_counted() -> None:
    counter = metrics.unknown_fields.labels("operate", "ChargeSheet", "brandnewfield")
    reply = answers(envelope(chargesheets=[{"chargesheetid": "1", "brandnewfield": "x"}]))
    async with operate(reply) as provider:
        sheet = await provider.client.charge_sheets.get("1")

        assert sheet is not None
        assert sheet.unknown == {"brandnewfield": "x"}
        assert counter._value.get() == 1


async def test_a_put_sends_the_items_as_percent_encoded_json_in_a_form() -> None:
    async with operate(answers(SAVED)) as provider:
        answer = await provider.client.charge_sheets.put([SHEET])

        (seen,) = provider.asked
        assert answer == PutAnswer(("452327",), datetime(2017, 7, 13, 11, 21, 51, tzinfo=UTC))
        assert (seen.method, seen.target) == ("PUT", "/api/1.0/chargesheet")
        assert seen.headers["content-type"] == "application/x-www-form-urlencoded; charset=utf-8"
        assert json.loads(form_of(seen)["data"]) == {
            "chargesheets": [
                {
                    "accountname": "2",
                    "product": "73",
                    "tax": "1",
                    "quantity": "1",
                    "unitprice": "£1.00",
                    "datefrom": "22/07/2017 12:20",
                    "dateto": "22/07/2017 12:30",
                    "referencetext": "Smith & Sons + 5% = £",
                }
            ]
        }
        assert seen.body.isascii()
        assert b"+" not in seen.body


@pytest.mark.parametrize(
    "reply",
    [
        drops,
        answers(b""),
        answers(b"<html>"),
        answers({}),
        answers(envelope()),
        answers(envelope(chargesheets=[])),
        answers(envelope(chargesheets=[{"chargesheetid": None}])),
        answers(envelope(chargesheets=[{"chargesheetid": "1"}, {"chargesheetid": "2"}])),
        answers(envelope(status="ERROR", chargesheets=[{"chargesheetid": "1"}])),
        answers(SAVED, status=500),
        answers(SAVED, status=408),
    ],
)
async def test_a_put_without_a_clear_answer_is_ambiguous_and_is_sent_once(reply: Reply) -> None:
    async with operate(reply) as provider:
        with pytest.raises(Ambiguous):
            await provider.client.charge_sheets.put([SHEET])

        assert [seen.method for seen in provider.asked] == ["PUT"]


async def test_a_put_of_two_items_needs_two_different_ids() -> None:
    twice = answers(envelope(chargesheets=[{"chargesheetid": "1"}, {"chargesheetid": "1"}]))
    async with operate(twice) as provider:
        with pytest.raises(Ambiguous, match="2 sent, 1 different ids answered"):
            await provider.client.charge_sheets.put([SHEET, SHEET])


async def test_a_put_is_sent_again_only_after_a_401_and_only_once() -> None:
    async with operate(answers({}, status=401), answers(SAVED)) as provider:
        await provider.client.charge_sheets.put([SHEET])

        assert [seen.token for seen in provider.asked] == ["token-1", "token-2"]
        assert provider.asked[0].body == provider.asked[1].body

    async with operate(*[answers({}, status=401)] * 2) as provider:
        with pytest.raises(Unauthorised):
            await provider.client.charge_sheets.put([SHEET])


async def test_a_put_that_is_refused_is_rejected() -> None:
    async with operate(answers({"message": "no such product"}, status=400)) as provider:
        with pytest.raises(Rejected, match="Bad Request") as refused:
            await provider.client.charge_sheets.put([SHEET])
    assert "no such product" in refused.value.response_excerpt


async def test_what_cannot_be_written_is_not_sent() -> None:
    async with operate() as provider:
        with pytest.raises(Unsendable, match=r"^operate: chargesheet: put: nothing to save$"):
            await provider.client.charge_sheets.put([])
        with pytest.raises(Unsendable, match=r"^operate: currentcharge: put: .* read only$"):
            await provider.client.current_charges.put([SHEET])  # type: ignore[list-item]
        with pytest.raises(Unsendable, match=r"^operate: account: put: .* AccountPut, not Charge"):
            await provider.client.accounts.put([SHEET])  # type: ignore[list-item]
        with pytest.raises(Unsendable, match=r"^operate: invoiceline: delete: none is documented$"):
            await provider.client.invoice_lines.delete("22")


async def test_a_delete_names_the_id_in_its_body() -> None:
    async with operate(answers(envelope())) as provider:
        await provider.client.charge_sheets.delete("452326")

        (seen,) = provider.asked
        assert (seen.method, seen.target) == ("DELETE", "/api/1.0/chargesheet")
        assert form_of(seen) == {"itemid": "452326"}


@pytest.mark.parametrize("reply", [drops, answers({}), answers(envelope(status="ERROR"))])
async def test_a_delete_without_a_clear_answer_is_ambiguous(reply: Reply) -> None:
    async with operate(reply) as provider:
        with pytest.raises(Ambiguous):
            await provider.client.charge_sheets.delete("452326")
