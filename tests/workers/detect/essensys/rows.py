"""Rows as essensys's document shows them, of fictional people, and what is told of changes."""

from __future__ import annotations

from typing import Any

from tests.workers.detect.changed import state_of, tell, with_changes
from workers.detect.stream import Json, Stream, Told

BOOKING: Json = {
    "account": "62",
    "accountname": "Larkspur Ltd",
    "bookedby": "Mabel Quill",
    "bookingtitle": "Board meeting ",
    "bookingid": "629",
    "clearancetime": "0",
    "contact": "79",
    "contactemail": "mabel@example.com",
    "creationdate": "2026-03-02T08:30:00+00:00",
    "datebooked": "2026-03-02T08:30:00+00:00",
    "duration": "0.5 Hrs",
    "durationhours": "0.5",
    "enddate": "2026-03-21T11:30:00+00:00",
    "end_date": "2026-03-21T11:30:00+00:00",
    "id": "629",
    "invoiced": "false",
    "location": "1",
    "notes": None,
    "productgroup": "27",
    "recurringbooking": "false",
    "resource": "150",
    "resourcename": "Round Table Room",
    "startdate": "2026-03-21T11:00:00+00:00",
    "start_date": "2026-03-21T11:00:00+00:00",
    "statusname": "2",
    "updatedate": "2026-03-02T08:30:00+00:00",
    "webbooking": "false",
}
LEAD: Json = {
    "addressline1": "1 Pendulum Row",
    "broker": "0",
    "leadstatus": "0",
    "clienttype": "0",
    "leadname": "Coalition of Clockmakers",
    "leadconverted": "false",
    "leadconverteddate": "2001-01-01T00:00:00+00:00",
    "creationdate": "2026-03-02T08:37:59+00:00",
    "daysopen": "0",
    "deadlead": "false",
    "deadreason": None,
    "emailaddress": "wellie.thimble@example.com",
    "enquirydate": "2026-03-02T08:33:44+00:00",
    "firstname": "Wellie",
    "industry": "Accounting",
    "lastname": "Thimble",
    "leadsource": "Walk in",
    "leadstatusid": "2",
    "leadtype": None,
    "leadid": "64",
    "locationname": "4",
    "mobileno": "07700 900001",
    "phoneno": "020 7946 0001",
    "updatedate": "2026-03-02T08:42:39+00:00",
    "website": "www.example.com",
}
INVOICE: Json = {
    "accountname": "15",
    "approved": "true",
    "bfwd": "502",
    "creationdate": "2026-01-04T11:10:31+03:00",
    "invoicedescription": "Standard Invoice",
    "duedate": "2026-03-31T00:00:00+03:00",
    "invoiceemailaddress": "billing@example.com",
    "endingbalance": "742",
    "gross": "240",
    "invoicedate": "2026-03-02T00:00:00+03:00",
    "invoicenumber": "08",
    "invoiceid": "403",
    "location": "1",
    "net": "200.0000",
    "organization": "0",
    "paid": "false",
    "paymentscredits": "-3.6",
    "status": "5",
    "tax": "40",
    "updatedate": "2026-03-02T11:49:59+03:00",
}
ACCOUNT: Json = {
    "clientname": "Larkspur Ltd",
    "accounttype_id": "-1",
    "accountid": "572467",
    "balance": "0.0000",
    "bankcode": "00-00-00",
    "broker": "0",
    "clienttype": "1",
    "creationdate": "2026-03-02T08:20:03+00:00",
    "emailaddress": "mabel@example.com",
    "enddate": "1899-12-31T00:00:00+00:00",
    "hasactivelicence": "0",
    "isexternal": "false",
    "isresidential": "true",
    "isvirtual": "false",
    "location": "0",
    "organization": "1",
    "startdate": "2026-07-22T00:00:00+01:00",
    "updatedate": "2026-03-02T08:25:44+00:00",
}
OLD = "2026-01-05T10:00:00+00:00"


def state(stream: Stream, row: Json, **changes: Any) -> Json:
    """A row as events carry it, with some fields changed in essensys's words."""
    assert stream.row is not None
    return state_of(stream, stream.row, with_changes(row, **changes))


def first_sight(stream: Stream, row: Json, **changes: Any) -> Told:
    """What is told of a row that was never seen before."""
    return tell(stream, None, state(stream, row, **changes), version=0)


def change(stream: Stream, row: Json, **changes: Any) -> Told:
    """What is told of a row that was seen before these changes."""
    return tell(stream, state(stream, row), state(stream, row, **changes))


def types(told: Told) -> list[str]:
    """The types of transitions, without the provider."""
    return [one.event_type.removeprefix("essensys.") for one in told.transitions]
