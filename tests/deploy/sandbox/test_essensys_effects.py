"""What essensys records do to each other: bookings, leads, invoices, payments, metered charges."""

from __future__ import annotations

from typing import Any

import httpx

from deploy.sandbox import Sandbox, SandboxState
from deploy.sandbox.essensys.one_of_each import one_of_each
from deploy.sandbox.settings import change
from tests.deploy.sandbox.conftest import Clock
from tests.deploy.sandbox.test_essensys import form, rows_of

BOOKING = {
    "bookingtitle": "Fictional workshop",
    "account": "277754",
    "location": "1",
    "resource": "145",
    "startdate": "2026-05-04T09:00:00",
    "enddate": "2026-05-04T10:30:00",
}


async def made(control: httpx.AsyncClient, path: str, values: dict[str, Any]) -> dict[str, Any]:
    answer = await control.post(f"/essensys/records/{path}", json=values)
    assert answer.status_code == 200, answer.text
    record: dict[str, Any] = answer.json()
    return record


async def shown(api: httpx.AsyncClient, path: str) -> dict[str, Any]:
    row: dict[str, Any] = rows_of(await api.get(path))[0]
    return row


async def test_a_booking_shows_what_it_refers_to_and_how_long_it_is(
    control: httpx.AsyncClient, essensys_api: httpx.AsyncClient
) -> None:
    booking_id = (await made(control, "calendar", BOOKING))["bookingid"]

    row = await shown(essensys_api, f"/calendar/{booking_id}")

    assert (row["id"], row["bookingid"], row["statusname"]) == (booking_id, booking_id, "1")
    assert (row["accountname"], row["resourcename"]) == ("Example Coffee Ltd", "Boardroom")
    assert (row["durationhours"], row["duration"]) == ("1.5", "1.5 Hrs")
    assert row["start_date"] == row["startdate"] == "2026-05-04T09:00:00+00:00"


async def test_a_cancelled_booking_stays_and_its_updatedate_moves(
    control: httpx.AsyncClient, essensys_api: httpx.AsyncClient, clock: Clock
) -> None:
    booking_id = (await made(control, "calendar", BOOKING))["bookingid"]
    before = await shown(essensys_api, f"/calendar/{booking_id}")

    clock.advance(60)
    await control.patch(f"/essensys/records/calendar/{booking_id}", json={"statusname": "4"})

    rows = rows_of(await essensys_api.get("/calendar"))
    assert [(row["bookingid"], row["statusname"]) for row in rows] == [(booking_id, "4")]
    assert rows[0]["updatedate"] == "2026-03-02T09:31:15+00:00"
    assert rows[0]["creationdate"] == before["creationdate"] == before["updatedate"]


async def test_overlapping_bookings_of_a_room_conflict_until_one_is_cancelled(
    control: httpx.AsyncClient, essensys_api: httpx.AsyncClient
) -> None:
    first = (await made(control, "calendar", BOOKING))["bookingid"]
    later = {"startdate": "2026-05-04T10:00:00", "enddate": "2026-05-04T11:00:00"}
    second = (await made(control, "calendar", {**BOOKING, **later}))["bookingid"]
    after = {"startdate": "2026-05-04T11:00:00", "enddate": "2026-05-04T12:00:00"}
    await made(control, "calendar", {**BOOKING, **after})
    await made(control, "calendar", {**BOOKING, "resource": "146"})

    conflicts = rows_of(await essensys_api.get("/bookingconflict"))
    await control.patch(f"/essensys/records/calendar/{second}", json={"statusname": "4"})

    assert [row["bookingid"] for row in conflicts] == [first, second]
    assert rows_of(await essensys_api.get("/bookingconflict")) == []
    assert (await essensys_api.get(f"/bookingconflict/{first}")).status_code == 404


async def test_a_booking_that_was_put_can_be_charged(essensys_api: httpx.AsyncClient) -> None:
    booking = {"bookingtitle": "Fictional party", "webbooking": "True"}
    saved = rows_of(await essensys_api.put("/calendar", data=form(booking, plural="calendars")))
    charge = {
        "accountname": "277754",
        "booking": saved[0]["bookingid"],
        "product": "145",
        "datefrom": "4/5/2026 09:00",
        "dateto": "4/5/2026 10:00",
        "quantity": "1",
        "tax": "5",
        "unitprice": "£25.00",
    }

    answer = await essensys_api.put("/bookingcharge", data=form(charge, plural="bookingcharges"))

    assert rows_of(answer)[0]["outputvalue_booking"] == "Fictional party"


async def test_a_lead_is_converted_or_dies_of_a_reason(
    control: httpx.AsyncClient, essensys_api: httpx.AsyncClient
) -> None:
    reason = await made(control, "deadleadreason", {"deadleadreason": "Fictional"})
    lead = (await made(control, "lead", {"leadname": "Fictional lead"}))["leadid"]
    fresh = await shown(essensys_api, f"/lead/{lead}")

    converted = {"leadconverted": "true", "leadconverteddate": "2026-03-02T09:00:00+01:00"}
    await control.patch(f"/essensys/records/lead/{lead}", json=converted)
    won = await shown(essensys_api, f"/lead/{lead}")
    died = {"deadreason": reason["deadleadreasonid"]}
    await control.patch(f"/essensys/records/lead/{lead}", json=died)
    dead = await shown(essensys_api, f"/lead/{lead}")

    assert (fresh["leadconverted"], fresh["deadlead"]) == ("false", "false")
    assert (won["leadconverted"], won["deadlead"]) == ("true", "false")
    assert won["leadconverteddate"] == "2026-03-02T08:00:00+00:00"
    assert dead["deadlead"] == "true"


async def test_a_draft_invoice_becomes_an_invoice_with_its_id_and_is_paid(
    control: httpx.AsyncClient, essensys_api: httpx.AsyncClient, clock: Clock
) -> None:
    amounts = {"net": "100", "tax": "20", "gross": "120"}
    draft = await made(
        control, "draftinvoice", {"accountname": "277754", "location": "1", **amounts}
    )
    invoice_id = draft["invoiceid"]
    line = {"invoice": invoice_id, "product": "73", "tax": "5", "quantity": "2", "unitprice": "50"}
    line_id = (await made(control, "draftinvoiceline", line))["draftinvoicelineid"]

    clock.advance(50)
    issued = await control.post(f"/essensys/draft-invoices/{invoice_id}/issue")
    again = await control.post(f"/essensys/draft-invoices/{invoice_id}/issue")
    unpaid = await shown(essensys_api, f"/invoice/{invoice_id}")
    clock.advance(50)
    await control.post(f"/essensys/invoices/{invoice_id}/pay")
    paid = await shown(essensys_api, f"/invoice/{invoice_id}")

    assert (issued.status_code, again.status_code) == (200, 404)
    assert (await essensys_api.get(f"/draftinvoice/{invoice_id}")).status_code == 404
    assert (await essensys_api.get(f"/draftinvoiceline/{line_id}")).status_code == 404
    assert {name: unpaid[name] for name in amounts} == amounts
    assert (unpaid["paid"], unpaid["status"], paid["paid"]) == ("false", "5", "true")
    assert unpaid["creationdate"] == "2026-03-02T09:30:15+00:00"
    assert unpaid["updatedate"] == "2026-03-02T09:31:05+00:00"
    assert paid["updatedate"] == "2026-03-02T09:31:55+00:00"
    lines = rows_of(await essensys_api.get(f"/invoiceline?where=[invoice]='{invoice_id}'"))
    assert [(row["draftinvoicelineid"], row["quantity"]) for row in lines] == [(line_id, "2")]


async def test_draft_lines_are_written_as_invoice_lines_and_read_as_draft_lines(
    control: httpx.AsyncClient, essensys_api: httpx.AsyncClient
) -> None:
    draft = (await made(control, "draftinvoice", {"accountname": "277754"}))["invoiceid"]
    line = {
        "draftinvoicelineid": "",
        "invoice": draft,
        "product": "73",
        "from": "1/5/2026",
        "to": "31/5/2026",
    }

    refused = await essensys_api.put(
        "/draftinvoiceline", data=form(line, plural="draftinvoicelines")
    )
    saved = await essensys_api.put("/draftinvoiceline", data=form(line, plural="invoicelines"))

    assert refused.status_code == 400
    line_id = saved.json()["response"]["draftinvoicelines"][0]["draftinvoicelineid"]
    assert (await shown(essensys_api, f"/draftinvoiceline/{line_id}"))["invoice"] == draft


async def test_a_payment_is_a_transaction_with_the_same_id(
    control: httpx.AsyncClient, essensys_api: httpx.AsyncClient
) -> None:
    kind = await made(control, "accountsreceivablepaymenttype", {"paymenttype": "Cheque"})
    code = (await made(control, "glcode", {"glcodename": "Sales"}))["glcodeid"]
    payment = {
        "accountname": "277754",
        "glcode": code,
        "paymenttype": kind["paymenttypeid"],
        "paymentdate": "22/10/2013",
        "reference": "Test",
        "amountpaid": "£12.50",
    }

    saved = rows_of(await essensys_api.put("/payment", data=form(payment, plural="payments")))

    row = await shown(essensys_api, f"/transaction/{saved[0]['paymentid']}")
    assert (row["transactionname"], row["credit"]) == ("Payment Received", "12.5000")
    assert (row["account"], row["reference"]) == ("277754", "Test")
    assert row["date"] == "2013-10-22T00:00:00+00:00"


async def test_a_metered_charge_is_one_of_the_charges(
    essensys_api: httpx.AsyncClient,
) -> None:
    charge = {
        "account": "277754",
        "batchsheet": "5",
        "office": "150",
        "product": "73",
        "newmeterreading": "12",
        "previousmeterreading": "2",
        "quantity": "10",
        "tax": "5",
        "datefrom": "4/5/2026 09:00",
        "dateto": "4/5/2026 10:00",
        "unitprice": "£1.50",
    }
    plural = "meteredbatchchargesheets"

    answer = await essensys_api.put("/meteredbatchchargesheet", data=form(charge, plural=plural))

    saved = rows_of(answer)[0]
    assert (saved["account"], saved["accountname"]) == ("277754", "Example Coffee Ltd")
    current = await shown(essensys_api, f"/currentcharge/{saved['chargesheetid']}")
    assert (current["account"], current["net"]) == ("277754", "15.0")
    assert (await essensys_api.get(f"/chargesheet/{saved['chargesheetid']}")).status_code == 404


async def test_charges_of_nobody_can_be_read_when_references_are_not_checked(
    essensys_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    change(sandbox.state.essensys.settings, {"unknown_references": "accept"})
    charge = {
        "accountname": "Item from list",
        "product": "Item from list",
        "tax": "1",
        "quantity": "2",
        "datefrom": "4/5/2026 09:00",
        "dateto": "4/5/2026 10:00",
        "unitprice": "£1.50",
    }

    saved = rows_of(await essensys_api.put("/chargesheet", data=form(charge)))[0]

    assert (saved["accountname"], saved["product"], saved["totalprice"]) == ("0", "0", "3.0")
    assert (await shown(essensys_api, f"/currentcharge/{saved['chargesheetid']}"))["net"] == "3.0"


async def test_records_of_any_resource_are_made_listed_changed_and_deleted(
    control: httpx.AsyncClient, essensys_api: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    ids = one_of_each(sandbox.state)
    for path in ("account", "bookingconflict", "currentcharge", "invoice", "lead", "webtolead"):
        record_id = ids[path]
        listed = (await control.get(f"/essensys/records/{path}")).json()
        assert any(record_id in record.values() for record in listed), path
    contact = await made(control, "Contact", {"contactid": "4711", "fullname": "Pat Example"})
    place = "/essensys/records/contact/4711"
    await control.patch(place, json={"fullname": "Sam Example"})
    renamed = await shown(essensys_api, "/contact/4711")

    deleted = await control.delete(place)

    assert (contact["contactid"], renamed["fullname"]) == ("4711", "Sam Example")
    assert deleted.json()["fullname"] == "Sam Example"
    assert (await control.delete(place)).status_code == 404
    assert (await essensys_api.get("/contact/4711")).status_code == 404


IMPOSSIBLE: tuple[tuple[str, dict[str, Any], int, str], ...] = (
    ("nothing", {}, 404, "no resource nothing"),
    ("calendar", {"colour": "red"}, 400, "calendar has no field colour"),
    ("calendar", {"resource": 145}, 400, "resource must be a string"),
    ("calendar", {"startdate": "4/5/2026"}, 400, "Invalid isoformat"),
    ("calendar", {"bookingid": "1275"}, 400, "1275 exists already"),
    ("account", {"accountid": "277754", "clientname": "x"}, 400, "exists already"),
    ("chargesheet", {"accountname": "277754"}, 400, "unitprice needed"),
    ("currentcharge", {}, 400, "shows what other resources hold"),
    ("bookingconflict", {}, 400, "shows what other resources hold"),
)


async def test_a_record_that_cannot_be_is_not_made(control: httpx.AsyncClient) -> None:
    for path, values, status, complaint in IMPOSSIBLE:
        answer = await control.post(f"/essensys/records/{path}", json=values)

        assert (answer.status_code, complaint in answer.json()["detail"]) == (status, True), path


async def test_an_account_can_be_changed_but_not_its_id(
    control: httpx.AsyncClient, essensys_api: httpx.AsyncClient, clock: Clock
) -> None:
    place = "/essensys/records/account/277754"

    clock.advance(60)
    await control.patch(place, json={"clientname": "Example Tea Ltd"})
    refused = await control.patch(place, json={"accountid": "5"})

    account = await shown(essensys_api, "/account/277754")
    assert (account["clientname"], refused.status_code) == ("Example Tea Ltd", 400)
    assert account["updatedate"] == "2026-03-02T09:31:15+00:00"
    charges = rows_of(await essensys_api.get("/chargesheet?where=[accountname]='277754'"))
    assert charges[0]["accountfullname"] == "Example Tea Ltd"


async def test_one_of_each_can_be_made_of_nothing_and_twice() -> None:
    state = SandboxState()

    first, second = one_of_each(state), one_of_each(state)

    assert first.keys() == second.keys()
    assert first["account"] == second["account"]
    assert first["invoice"] != second["invoice"]
