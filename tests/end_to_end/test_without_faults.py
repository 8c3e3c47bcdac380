from __future__ import annotations

import json
import re
from collections import Counter
from urllib.parse import parse_qs
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

from events.schemas import SCHEMA_DIR
from tests.end_to_end import books
from tests.end_to_end.day import Day
from tests.end_to_end.told import of_type
from tests.end_to_end.truth import moment

pytestmark = pytest.mark.kafka

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]")


def test_everything_that_happened_is_on_the_topics_once(day: Day) -> None:
    assert len({one.id for one in day.told}) == len(day.told)
    assert Counter(one.type for one in day.told) == {
        "plentific.work_order.created": 1,
        "plentific.work_order.status_changed": 2,
        "plentific.invoice.received": 1,
        "plentific.invoice.overdue": 1,
        "plentific.invoice.paid": 2,
        "essensys.charge_sheet.created": 3,
        "tiebeam.reaction.succeeded": 2,
    }


def test_each_event_is_on_the_topic_of_its_type(day: Day) -> None:
    assert {one.type.rpartition(".")[0]: one.topic for one in day.told} == {
        "plentific.work_order": "plentific.work-orders",
        "plentific.invoice": "plentific.invoices",
        "essensys.charge_sheet": "essensys.charge-sheets",
        "tiebeam.reaction": "tiebeam.reactions",
    }


def test_a_detected_event_has_the_headers_of_the_contract(day: Day) -> None:
    invoice = day.two_lines
    paid = day.paid
    headers = dict(paid.headers)

    assert UUID(headers["ce_id"]).version == 5
    assert RFC_3339.fullmatch(headers["ce_detectedat"])
    assert moment(headers["ce_detectedat"]) > moment(headers["ce_time"])
    assert TRACEPARENT.fullmatch(headers.pop("traceparent"))
    assert headers == {
        "ce_specversion": "1.0",
        "ce_id": paid.id,
        "ce_source": "/plentific/plentific",
        "ce_type": "plentific.invoice.paid",
        "ce_subject": invoice["uuid"],
        "ce_time": invoice["paid_on"],
        "ce_dataschema": "https://schemas.tiebeam.dev/plentific.invoice.paid/v1",
        "content-type": "application/json",
        "ce_correlationid": paid.id,
        "ce_detectedat": headers["ce_detectedat"],
        "ce_sequence": "00000000000000000001",
    }


def test_the_record_key_is_the_work_order_for_all_that_belongs_to_it(day: Day) -> None:
    order = day.the("plentific.work_order.created")
    received = day.the("plentific.invoice.received")
    paid = day.paid

    assert order.key == order.subject
    assert received.key == order.subject
    assert paid.key == day.two_lines["work_order"]["uuid"]


def test_a_detected_event_tells_the_state_and_what_it_was(day: Day) -> None:
    invoice = day.two_lines
    data = day.paid.data
    told = data["invoice"]

    assert data["previous"] == {"paid_on": None, "status": "outstanding"}
    assert (told["number"], told["status"], told["currency"]) == (invoice["id"], "paid", "GBP")
    assert (told["total_excluding_tax"], told["total_tax"]) == ("127.05", "25.41")
    assert told["total_including_tax"] == "152.46"
    assert [
        (line["line"], line["type"], line["quantity"], line["unit_price"], line["vat_percent"])
        for line in told["items"]
    ] == [(1, "labour", "1.5", "60.00", "20"), (2, "materials", "3", "12.35", "20")]


def test_every_step_of_a_work_order_is_told_as_it_was_then(day: Day) -> None:
    booked, done = of_type(day.told, "plentific.work_order.status_changed")

    assert booked.subject == done.subject
    assert [one.entity["status"] for one in (booked, done)] == ["booked", "done"]
    assert [one.data["previous"]["status"] for one in (booked, done)] == ["hired", "booked"]
    assert len(done.entity["state_history"]) == len(booked.entity["state_history"]) + 1


def test_an_outcome_names_what_caused_it_and_the_chain(day: Day) -> None:
    paid = day.paid
    outcomes = [one for one in day.told if one.headers.get("ce_causationid") == paid.id]

    assert Counter(one.type for one in outcomes) == {
        "essensys.charge_sheet.created": 2,
        "tiebeam.reaction.succeeded": 1,
    }
    assert {one.headers["ce_correlationid"] for one in outcomes} == {paid.id}
    assert {one.source for one in outcomes} == {"/essensys/operate", "/tiebeam/reactions"}
    detected = [one for one in day.told if one.source == "/plentific/plentific"]
    assert not any("ce_causationid" in one.headers for one in detected)


def test_the_outcome_of_a_line_is_the_charge_sheet_that_essensys_holds(day: Day) -> None:
    invoice = day.two_lines
    sheets = {one["chargesheetid"]: one for one in day.truth.new_charge_sheets()}
    lines = {
        one.entity["line"]: one
        for one in of_type(day.told, "essensys.charge_sheet.created")
        if one.entity["source_invoice_uuid"] == invoice["uuid"]
    }
    labour = lines[1]
    held = sheets[labour.subject]

    assert labour.entity == {
        "charge_sheet_id": held["chargesheetid"],
        "account": "277756",
        "product": "73",
        "tax": "5",
        "quantity": "1.5",
        "unit_price": "60.00",
        "net_amount": "90.00",
        "currency": "GBP",
        "date_from": labour.entity["date_from"],
        "date_to": labour.entity["date_to"],
        "reference": held["referencetext"],
        "line": 1,
        "source_invoice_uuid": invoice["uuid"],
        "effect_key": f"charge-sheet/plentific/{invoice['uuid']}/1",
    }
    assert labour.data["previous"] is None
    assert books.as_charge(held) in list(day.truth.charges_due())
    assert lines[2].entity["net_amount"] == "37.05"


def test_the_audit_event_names_every_effect(day: Day) -> None:
    invoice = day.two_lines
    (audit,) = [
        one.entity
        for one in of_type(day.told, "tiebeam.reaction.succeeded")
        if one.entity["trigger_subject"] == invoice["uuid"]
    ]
    paid = day.paid
    by_key = {one["key"]: one for one in audit.pop("effects")}

    assert audit == {
        "name": "recharge-paid-invoice",
        "state": "succeeded",
        "reason": None,
        "attempts": 1,
        "dry_run": False,
        "trigger_ce_id": paid.id,
        "trigger_type": "plentific.invoice.paid",
        "trigger_subject": invoice["uuid"],
        "missing_mapping": False,
    }
    assert set(by_key) == {f"charge-sheet/plentific/{invoice['uuid']}/{line}" for line in (1, 2)}
    assert {one["found_by"] for one in by_key.values()} == {"answer"}
    assert {one["provider_id"] for one in by_key.values()} < {
        one["chargesheetid"] for one in day.truth.new_charge_sheets()
    }


def test_essensys_is_written_to_in_its_own_formats(day: Day) -> None:
    written = [json.loads(parse_qs(put.body or "")["data"][0])["chargesheets"] for put in day.puts]
    (labour,) = next(sheets for sheets in written if sheets[0]["quantity"] == "1.5")

    assert len(written) == 3
    assert labour["unitprice"] == "£60.00"
    assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d", labour["datefrom"])
    assert (labour["accountname"], labour["product"], labour["tax"]) == ("277756", "73", "5")


def test_every_record_satisfies_the_published_schema_of_its_type(day: Day) -> None:
    for event in day.told:
        name, version = event.headers["ce_dataschema"].rsplit("/", 2)[1:]
        schema = json.loads((SCHEMA_DIR / f"{name}.{version}.json").read_text())
        Draft202012Validator(schema).validate(event.data)
