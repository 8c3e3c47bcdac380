"""The simulated essensys is as strict about tokens, queries and formats as its document shows."""

from __future__ import annotations

import re
from typing import Any

import httpx
import orjson
import pytest

from deploy.sandbox import Sandbox
from deploy.sandbox.essensys.records import add_charge_sheet, bill, charge_sheets
from deploy.sandbox.settings import change
from tests.deploy.sandbox.conftest import START, Clock, essensys_token, password_grant

SHEET = {
    "accountname": "277754",
    "datefrom": "22/7/2017 12:23",
    "dateto": "22/07/2017 12:30",
    "product": "73",
    "quantity": "1.5",
    "referencetext": "INV 1/1 & co, 100% + £",
    "tax": "5",
    "unitprice": "£45.50",
}


def form(*items: Any, plural: str = "chargesheets") -> dict[str, str]:
    return {"data": orjson.dumps({plural: items}).decode()}


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in SHEET.items() if name not in names}


def add_sheets(sandbox: Sandbox, count: int) -> list[str]:
    values = {
        "accountname": "277757",
        "product": "73",
        "tax": "1",
        "quantity": 1,
        "unitprice": 1,
        "datefrom": "2026-03-01T09:00:00",
        "dateto": "2026-03-01T10:00:00",
    }
    made = [add_charge_sheet(sandbox.state.essensys, values, START) for _ in range(count)]
    return [sheet["chargesheetid"] for sheet in made]


def rows_of(answer: httpx.Response) -> list[dict[str, Any]]:
    envelope = answer.json()["response"]
    return next(value for value in envelope.values() if isinstance(value, list))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "all"}, "invalid_scope"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"password": "wrong"}, "invalid_grant"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"extra": "1"}, "invalid_request"),
    ],
)
async def test_a_token_needs_every_field_of_the_password_grant(
    http: httpx.AsyncClient, sandbox: Sandbox, changes: dict[str, str], error: str
) -> None:
    grant = {**password_grant(), **changes}

    answer = await http.post(f"{sandbox.essensys_url}/oauth2/token", data=grant)

    assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_a_token_request_must_be_a_form(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    answer = await http.post(f"{sandbox.essensys_url}/oauth2/token", json=password_grant())

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_token_ends_after_120_seconds(
    http: httpx.AsyncClient, sandbox: Sandbox, clock: Clock
) -> None:
    headers = {"Authorization": f"Bearer {await essensys_token(http, sandbox)}"}
    url = f"{sandbox.essensys_url}/api/1.0/account"

    clock.advance(119)
    assert (await http.get(url, headers=headers)).status_code == 200
    clock.advance(1)
    assert (await http.get(url, headers=headers)).status_code == 401


@pytest.mark.parametrize("supported", [False, True])
async def test_the_refresh_grant_works_only_when_switched_on_and_once(
    http: httpx.AsyncClient, sandbox: Sandbox, supported: bool
) -> None:
    sandbox.state.essensys.settings.refresh_grant = supported
    url = f"{sandbox.essensys_url}/oauth2/token"
    refresh = (await http.post(url, data=password_grant())).json()["refresh_token"]
    client = {name: password_grant()[name] for name in ("client_id", "client_secret")}
    grant = {"grant_type": "refresh_token", "refresh_token": refresh, **client}

    statuses = [(await http.post(url, data=grant)).status_code for _ in range(2)]

    assert statuses == ([200, 400] if supported else [400, 400])


async def test_paths_are_case_insensitive_and_may_end_in_a_slash(
    essensys_api: httpx.AsyncClient,
) -> None:
    for path in ("/ChargeSheet/452326", "/chargesheet", "/chargesheet/"):
        assert (await essensys_api.get(path)).status_code == 200


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ("[chargesheetid]='452327'", ["452327"]),
        ("[chargesheetid]>='452327'", ["452327", "452330"]),
        ("[accountname]='277754'AND[unitprice]<='25'", ["452326"]),
        ("[accountfullname]='Sample Studio LLP'", ["452327"]),
        ("[creationdate]>='2026'", ["452326", "452327", "452330"]),
        ("[creationdate]>='2026-03-02'", []),
        ("[creationdate]<='2026-02-09T09:30:15+00:00'", ["452326", "452327", "452330"]),
        ("[totalprice]='50'", ["452330"]),
    ],
)
async def test_where_selects_records(
    essensys_api: httpx.AsyncClient, where: str, ids: list[str]
) -> None:
    answer = await essensys_api.get("/chargesheet", params={"where": where})

    assert [row["chargesheetid"] for row in rows_of(answer)] == ids
    assert answer.json()["response"]["totalCount"] == str(len(ids))


@pytest.mark.parametrize(
    "query",
    [
        "where=chargesheetid='1'",
        "where=[chargesheetid]='1' AND [tax]='5'",
        "where=[chargesheetid]='1'OR[tax]='5'",
        "where=[chargesheetid]<'1'",
        "where=[chargesheetid]=1",
        "where=[chargesheetid]='one'",
        "where=[creationdate]>='01/03/2026'",
        "where=[referencetext]='x'",
        "where=[nothing]='x'",
        "where=",
        "fields=chargesheetid",
        "fields=[nothing]",
        "startrecord=0&endrecord=10",
        "startrecord=5&endrecord=4",
        "page=1",
        "startrecord=1&startrecord=2",
    ],
)
async def test_an_undocumented_query_is_refused(
    essensys_api: httpx.AsyncClient, query: str
) -> None:
    answer = await essensys_api.get(f"/chargesheet?{query}")

    assert answer.status_code == 400
    assert answer.json()["response"]["status"] == "ERROR"


async def test_fields_reduce_a_row_to_those_and_their_twins(
    essensys_api: httpx.AsyncClient,
) -> None:
    answer = await essensys_api.get("/chargesheet/?fields=[tax,accountname]")

    assert rows_of(answer)[0] == {
        "row_num": "1",
        "tax": "5",
        "outputvalue_tax": "20% Tax rate",
        "accountname": "277754",
        "outputvalue_accountname": "Example Coffee Ltd",
    }


async def test_records_are_counted_from_one_and_both_ends_belong_to_the_range(
    essensys_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    add_sheets(sandbox, 10)
    everything = rows_of(await essensys_api.get("/chargesheet"))

    answer = await essensys_api.get("/chargesheet?startrecord=3&endrecord=5")

    assert rows_of(answer) == everything[2:5]
    assert [row["row_num"] for row in rows_of(answer)] == ["3", "4", "5"]
    assert answer.json()["response"]["totalCount"] == "13"


async def test_a_page_can_be_shorter_than_asked(
    essensys_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    change(sandbox.state.essensys.settings, {"max_page_size": 2, "total_count_is_page": True})

    answer = await essensys_api.get("/chargesheet?startrecord=1&endrecord=100")

    assert (len(rows_of(answer)), answer.json()["response"]["totalCount"]) == (2, "2")


@pytest.mark.parametrize(
    ("how", "rows"),
    [("array", {"chargesheets": []}), ("null", {"chargesheets": None}), ("absent", {})],
)
async def test_no_rows_can_look_three_ways(
    essensys_api: httpx.AsyncClient, sandbox: Sandbox, how: str, rows: dict[str, Any]
) -> None:
    change(sandbox.state.essensys.settings, {"empty_list": how})

    envelope = (await essensys_api.get("/chargesheet?where=[tax]='9'")).json()["response"]

    assert {key: envelope[key] for key in envelope if key == "chargesheets"} == rows


@pytest.mark.parametrize(("how", "status"), [("404", 404), ("empty", 200)])
async def test_an_unknown_id_can_look_two_ways(
    essensys_api: httpx.AsyncClient, sandbox: Sandbox, how: str, status: int
) -> None:
    change(sandbox.state.essensys.settings, {"missing_record": how})

    assert (await essensys_api.get("/chargesheet/1")).status_code == status


async def test_an_unknown_where_field_can_be_ignored(
    essensys_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    change(sandbox.state.essensys.settings, {"unknown_where_field": "ignore"})

    answer = await essensys_api.get("/chargesheet?where=[referencetext]='x'")

    assert len(rows_of(answer)) == 3


async def test_a_put_makes_a_charge_sheet_with_exact_amounts(
    essensys_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    answer = await essensys_api.put("/chargesheet", data=form(SHEET))

    saved = rows_of(answer)[0]
    read = rows_of(await essensys_api.get(f"/chargesheet/{saved['chargesheetid']}"))[0]
    assert (read["quantity"], read["unitprice"], read["totalprice"]) == ("1.5", "45.5000", "68.25")
    assert read["datefrom"] == "2017-07-22T12:23:00+00:00"
    assert read["creationdate"] == "2026-03-02T09:30:15+00:00"
    assert "referencetext" not in {**saved, **read}
    assert charge_sheets(sandbox.state.essensys)[-1]["referencetext"] == SHEET["referencetext"]


async def test_the_same_put_twice_makes_two_charge_sheets(
    essensys_api: httpx.AsyncClient,
) -> None:
    ids = [
        rows_of(await essensys_api.put("/chargesheet", data=form(SHEET)))[0]["chargesheetid"]
        for _ in range(2)
    ]

    assert len(set(ids)) == 2


async def test_a_charge_sheet_is_a_current_charge_until_it_is_billed(
    essensys_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    await essensys_api.put("/chargesheet", data=form(SHEET))
    sheet_id = charge_sheets(sandbox.state.essensys)[-1]["chargesheetid"]

    current = rows_of(await essensys_api.get(f"/currentcharge/{sheet_id}"))[0]
    assert current["referencetext"] == SHEET["referencetext"]
    assert (current["net"], current["product"]) == ("68.25", "Repairs, labour")

    bill(sandbox.state.essensys, [sheet_id], START)

    assert (await essensys_api.get(f"/currentcharge/{sheet_id}")).status_code == 404
    lines = rows_of(await essensys_api.get("/invoiceline"))
    assert lines[-1]["referencetext"] == SHEET["referencetext"]


async def test_where_the_reference_can_be_read_is_a_switch(
    essensys_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    await essensys_api.put("/chargesheet", data=form(SHEET))
    sheet_id = charge_sheets(sandbox.state.essensys)[-1]["chargesheetid"]
    switches = {
        "chargesheet": {"charge_sheet_shows_reference": True},
        "batchchargesheet": {"batch_charge_sheet_lists_charge_sheets": True},
        "bookingcharge": {"booking_charge_lists_charge_sheets": True},
    }
    for resource, switch in switches.items():
        assert "referencetext" not in (await essensys_api.get(f"/{resource}/{sheet_id}")).text
        change(sandbox.state.essensys.settings, switch)
        read = rows_of(await essensys_api.get(f"/{resource}/{sheet_id}"))[0]
        assert read["referencetext"] == SHEET["referencetext"]

    change(sandbox.state.essensys.settings, {"current_charge_shows_reference": False})
    current = rows_of(await essensys_api.get(f"/currentcharge/{sheet_id}"))[0]
    assert current["referencetext"] is None


@pytest.mark.parametrize(
    ("item", "complaint"),
    [
        (without("tax"), "tax: is required"),
        ({**SHEET, "tax": ""}, "tax: must not be empty"),
        ({**SHEET, "colour": "red"}, "colour: is not a field"),
        ({**SHEET, "chargesheetid": "5"}, "chargesheetid: is not a field"),
        ({**SHEET, "quantity": 1}, "quantity: must be a string"),
        ({**SHEET, "quantity": "1,5"}, "quantity: must be a decimal"),
        ({**SHEET, "unitprice": "45.50"}, "must be an amount with its symbol"),
        ({**SHEET, "unitprice": "$45.50"}, "must be an amount with its symbol"),
        ({**SHEET, "unitprice": "£1,000.00"}, "must be an amount with its symbol"),
        ({**SHEET, "datefrom": "2017-07-22T12:23"}, "must be a time such as"),
        ({**SHEET, "datefrom": "22/07/2017 12:23:00"}, "must be a time such as"),
        ({**SHEET, "datefrom": "30/02/2017 12:23"}, "not a day of the calendar"),
        ({**SHEET, "dateto": "21/07/2017 12:23"}, "dateto is before datefrom"),
        ({**SHEET, "accountname": "1"}, "there is no account"),
        ({**SHEET, "product": "Item from list"}, "there is no product"),
        ({**SHEET, "referencetext": "x" * 256}, "longer than 255"),
        ("text", "must be an object"),
    ],
)
async def test_a_wrong_charge_sheet_is_refused_and_nothing_is_made(
    essensys_api: httpx.AsyncClient, sandbox: Sandbox, item: Any, complaint: str
) -> None:
    before = len(charge_sheets(sandbox.state.essensys))

    answer = await essensys_api.put("/chargesheet", data=form(SHEET, item))

    assert answer.status_code == 400
    assert complaint in answer.json()["response"]["message"]
    assert len(charge_sheets(sandbox.state.essensys)) == before


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (form(SHEET)["data"], "application/json"),
        (f"data={form(SHEET)['data']}", "application/x-www-form-urlencoded"),  # £ not encoded
        ("data=%7B", "application/x-www-form-urlencoded"),
        ("data=%7B%22leads%22%3A%5B%5D%7D", "application/x-www-form-urlencoded"),
        ("data=%7B%22chargesheets%22%3A%5B%5D%7D", "application/x-www-form-urlencoded"),
        ("body=1", "application/x-www-form-urlencoded"),
        ("", "application/x-www-form-urlencoded"),
    ],
)
async def test_a_put_must_be_a_percent_encoded_form_with_data(
    essensys_api: httpx.AsyncClient, content: str, media_type: str
) -> None:
    headers = {"Content-Type": media_type}

    answer = await essensys_api.put("/chargesheet", content=content.encode(), headers=headers)

    assert answer.status_code == 400


async def test_other_kinds_of_charges_have_their_own_required_fields(
    essensys_api: httpx.AsyncClient,
) -> None:
    batch = {**without("referencetext"), "batchsheet": "1275", "unitprice": "5.00"}
    booking = {**SHEET, "booking": "1275", "delegatecharge": "True"}

    saved = await essensys_api.put(
        "/batchchargesheet", data=form(batch, plural="batchchargesheets")
    )
    booked = await essensys_api.put("/bookingcharge", data=form(booking, plural="bookingcharges"))
    refused = await essensys_api.put(
        "/batchchargesheet", data=form(SHEET, plural="batchchargesheets")
    )

    assert rows_of(saved)[0]["totalprice"] == "7.5"
    assert rows_of(booked)[0]["delegatecharge"] == "true"
    assert refused.status_code == 400


async def test_what_is_read_only_cannot_be_written(essensys_api: httpx.AsyncClient) -> None:
    for resource in ("currentcharge", "invoiceline"):
        answer = await essensys_api.put(f"/{resource}", data=form(SHEET, plural=f"{resource}s"))
        assert answer.status_code == 405


async def test_a_deleted_charge_sheet_is_gone_everywhere(
    essensys_api: httpx.AsyncClient,
) -> None:
    first = await essensys_api.request("DELETE", "/chargesheet", data={"itemid": "452326"})
    again = await essensys_api.request("DELETE", "/chargesheet", data={"itemid": "452326"})

    assert (first.status_code, again.status_code) == (200, 404)
    for resource in ("chargesheet", "currentcharge"):
        assert (await essensys_api.get(f"/{resource}/452326")).status_code == 404


async def test_the_envelope_tells_the_providers_time(essensys_api: httpx.AsyncClient) -> None:
    envelope = (await essensys_api.get("/account")).json()["response"]

    assert envelope["datetimeutc"] == "02/03/2026 09:30:15"
    assert re.fullmatch(r"[0-9a-f-]{36}", envelope["id"])
