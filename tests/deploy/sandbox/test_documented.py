"""Documented operations are read from data, and bodies are checked against them."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.sandbox.documented import FieldRule, check_body, fictional, operations, problems

DESCRIPTION = "The fictional tap in the kitchen drips day and night."
FAULT = {"description": DESCRIPTION, "service_uuid": "15791638-f098-49ca-b1a6-40da5bc47255"}
ORDER = {
    "account_code": "MAINT",
    "category_uuid": "any text",
    "faults": [FAULT],
    "organisation_uuid": "15791638-f098-49ca-b1a6-40da5bc47255",
    "property": {"external_reference": "PROP-001"},
}
RULES = operations("plentific")["create_work_order"].body or {}
PERSON = {"first_name": "A", "last_name": "B", "phone_number": "1", "external_reference": None}


def test_an_operation_has_what_its_document_says() -> None:
    listing = operations("plentific")["list_estates"]
    making = operations("plentific")["create_estate"]
    upload = operations("plentific")["upload_file"]

    assert (listing.method, listing.path, listing.status) == ("GET", "/estates", 200)
    assert (listing.paged, listing.body, listing.encoding) == (True, None, "")
    assert next(iter(listing.answer)) == "external_reference"
    assert listing.query["sort_by"].enum[0] == "created"
    assert (making.encoding, making.status, making.paged) == ("application/json", 201, False)
    assert making.headers == ("X-Api-Version", "X-Resource-Id")
    assert upload.encoding.startswith("raw binary")


def test_fields_of_fields_are_inside_of_them() -> None:
    events = RULES["booking_preferences"].fields["calendar_events"]

    assert (events.type, events.max_items, events.nullable) == ("array", 4, True)
    assert events.fields["from_datetime"].required


def test_a_right_body_is_taken() -> None:
    check_body(RULES, ORDER)
    check_body(RULES, {**ORDER, "due_date": None, "metadata": {"any": {"thing": 1}}})


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"colour": 1}, "colour: is not a documented field"),
        ({"faults": [{**FAULT, "colour": 1}]}, "faults[0].colour: is not a documented field"),
        ({"faults": [{}]}, "faults[0].description: is required"),
        ({"faults": None}, "faults: must not be null"),
        ({"faults": {}}, "faults: must be of type array"),
        ({"faults": ["tap"]}, "faults[0]: must be an object"),
        ({"faults": [{**FAULT, "description": "short"}]}, "must have 40 to 10000 characters"),
        ({"faults": [{**FAULT, "attachments": [1]}]}, "attachments[0]: must be of type string"),
        ({"external_reference": "x" * 51}, "external_reference: must have 0 to 50 characters"),
        ({"organisation_uuid": "me"}, "organisation_uuid: must be a uuid"),
        ({"assignee": "nobody"}, "assignee: must be a email"),
        ({"due_date": "soon"}, "due_date: must be a date-time"),
        ({"is_emergency": 1}, "is_emergency: must be of type boolean"),
        ({"account_code": True}, "account_code: must be of type string"),
        ({"status": "hired"}, "status: must be one of new, job_leads_sent"),
        ({"visitation_rules": ["NEVER"]}, "visitation_rules[0]: must be one of PAIR_VISIT"),
        ({"metadata": dict.fromkeys("abcdefg")}, "metadata: must have at most 6 pairs"),
        (
            {"booking_preferences": {"calendar_events": [{}] * 5}},
            "calendar_events: must have at most 4 elements",
        ),
        ({"contacts": [PERSON]}, "contacts[0].role: is required"),
    ],
)
def test_a_wrong_body_is_refused_with_the_place(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError) as refused:
        check_body(RULES, {**ORDER, **changes})

    assert complaint in str(refused.value)


def test_a_body_that_is_no_object_is_refused() -> None:
    with pytest.raises(ValueError, match="the body: must be an object"):
        check_body(RULES, [])


def test_all_that_is_wrong_can_be_told() -> None:
    found = list(problems(RULES, {**ORDER, "colour": 1, "status": "hired", "assignee": None}))

    assert [place for place, _ in found] == ["colour", "assignee", "status"]


def test_a_number_that_is_true_is_no_number() -> None:
    rules = {"amount": FieldRule("amount", "number"), "count": FieldRule("count", "integer")}

    check_body(rules, {"amount": 1.5, "count": 1})
    assert len(list(problems(rules, {"amount": True, "count": 1.5}))) == 2


def test_a_fictional_record_has_every_documented_field() -> None:
    rules = operations("plentific")["get_work_order"].answer

    record = fictional(rules, "one", "2026-03-02T09:30:15Z", lambda name: f"uuid of {name}")

    assert list(record) == list(rules)
    assert record["uuid"] == "uuid of one/uuid"
    assert record["faults"][0]["service_uuid"] == "uuid of one/faults/service_uuid"
    assert (record["status"], record["is_emergency"], record["work_order_id"]) == ("new", False, 1)
    assert record["created"] == "2026-03-02T09:30:15Z"
