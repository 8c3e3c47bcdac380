"""Which changes of a schema break those who have the one before it, or leave older events out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from events.compatibility import breaking_changes, unreadable

Schema = dict[str, Any]
NULL: Schema = {"type": "null"}
TEXT: Schema = {"type": "string"}
CLOSED: Schema = {"type": "string", "enum": ["new", "paid"]}
WIDER: Schema = {"type": "string", "enum": ["new", "paid", "lost"]}
MONEY: Schema = {"type": "string", "pattern": r"^[0-9]+\.[0-9]{2,}$"}


def schema(field: Any, *, required: bool = True) -> Schema:
    """A schema like ours: one entity behind a `$ref`, and the field in a list of parts of it."""
    return {
        "type": "object",
        "properties": {"bill": {"$ref": "#/$defs/Bill"}},
        "required": ["bill"],
        "$defs": {
            "Bill": {
                "type": "object",
                "properties": {"parts": {"type": "array", "items": {"$ref": "#/$defs/Part"}}},
                "required": ["parts"],
            },
            "Part": {
                "type": "object",
                "properties": {} if field is None else {"field": field},
                "required": ["field"] if required and field is not None else [],
            },
        },
    }


def document(value: object) -> object:
    return {"bill": {"parts": [{"field": value}]}}


def nullable(field: Schema) -> Schema:
    return {"anyOf": [field, NULL]}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (TEXT, TEXT),
        (nullable(TEXT), TEXT),
        (nullable(TEXT), NULL),
        (WIDER, CLOSED),
        (TEXT, CLOSED),
        (TEXT, MONEY),
        ({"type": "number"}, {"type": "integer"}),
        ({"type": ["string", "null"]}, nullable(TEXT)),
        (nullable(TEXT), {"type": ["null", "string"]}),
        ({"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 2, "maximum": 9}),
        ({**TEXT, "title": "a", "description": "b"}, {**TEXT, "examples": ["c"], "default": "d"}),
        ({}, TEXT),
        (True, nullable(TEXT)),
        (WIDER, {"const": "paid", "type": "string"}),
        ({"type": "object"}, {"type": "object", "properties": {"more": TEXT}}),
        (
            {"type": "object", "additionalProperties": {}},
            {"type": "object", "additionalProperties": TEXT},
        ),
    ],
)
def test_a_change_that_gives_readers_nothing_new_to_cope_with_is_allowed(
    old: Schema, new: Schema
) -> None:
    assert breaking_changes(schema(old), schema(new)) == []


def test_a_new_property_is_allowed_and_so_is_a_new_guarantee() -> None:
    assert breaking_changes(schema(None), schema(TEXT)) == []
    assert breaking_changes(schema(TEXT, required=False), schema(TEXT)) == []


@pytest.mark.parametrize(
    ("old", "new", "reason", "offending"),
    [
        (TEXT, nullable(TEXT), "was string, may be null now", None),
        (TEXT, {"type": "integer"}, "was string, may be integer now", 1),
        (TEXT, {"type": ["string", "null"]}, "may be null now", None),
        ({"type": "integer"}, {"type": "number"}, "was integer, may be number now", 1.5),
        (TEXT, {}, "was string, may be any type now", 1),
        (nullable(TEXT), nullable({"type": "integer"}), "may be integer now", 1),
        (CLOSED, WIDER, "has the new values 'lost'", "lost"),
        (nullable(CLOSED), nullable(WIDER), "has the new values 'lost'", "lost"),
        (CLOSED, TEXT, "any value may come now", "odd"),
        (MONEY, TEXT, "pattern was", "66"),
        (MONEY, {**MONEY, "pattern": "^[0-9]+$"}, "pattern was", "66"),
        ({**TEXT, "minLength": 1}, TEXT, "minLength was 1, is gone", ""),
        (
            {"type": "integer", "minimum": 1},
            {"type": "integer", "minimum": 0},
            "minimum was 1, is 0",
            0,
        ),
        (
            {"type": "array", "maxItems": 1},
            {"type": "array", "maxItems": 2},
            "maxItems was 1, is 2",
            [1, 2],
        ),
        ({"type": "array", "items": TEXT}, {"type": "array"}, r"field\[\]: was string", [1]),
        ({"type": "array", "uniqueItems": True}, {"type": "array"}, "uniqueItems was", [1, 1]),
        (
            {"type": "object", "additionalProperties": TEXT},
            {"type": "object"},
            r"field\.\*: was string, may be any type now",
            {"a": 1},
        ),
        (
            {"type": "object", "additionalProperties": TEXT},
            {"type": "object", "properties": {"a": NULL}, "additionalProperties": TEXT},
            r"field\.a: was string, may be null now",
            {"a": None},
        ),
        (
            {"type": "object", "additionalProperties": False},
            {"type": "object", "properties": {"a": TEXT}, "additionalProperties": False},
            r"field\.a: readers accept no such property",
            {"a": "b"},
        ),
    ],
)
def test_a_change_that_readers_would_choke_on_is_told_with_its_place(
    old: Schema, new: Schema, reason: str, offending: object
) -> None:
    assert not Draft202012Validator(schema(old)).is_valid(document(offending))
    assert Draft202012Validator(schema(new)).is_valid(document(offending))

    (told,) = breaking_changes(schema(old), schema(new))

    assert told.startswith("bill.parts[].field")
    assert re.search(reason, told)


def test_a_property_that_is_gone_or_may_be_absent_breaks_who_relied_on_it() -> None:
    assert breaking_changes(schema(TEXT), schema(None)) == ["bill.parts[].field: is gone"]
    assert breaking_changes(schema(TEXT, required=False), schema(None)) == [
        "bill.parts[].field: is gone"
    ]
    assert breaking_changes(schema(TEXT), schema(TEXT, required=False)) == [
        "bill.parts[].field: was always there, may be absent now"
    ]


def test_a_format_that_readers_may_check_is_part_of_the_contract() -> None:
    dated = {**TEXT, "format": "date-time"}

    assert breaking_changes(schema(dated), schema(TEXT)) == [
        "bill.parts[].field: format was 'date-time', is 'gone'"
    ]
    assert breaking_changes(schema(TEXT), schema(dated)) == []


def test_a_schema_that_holds_itself_is_compared_without_end_of_the_world() -> None:
    tree = {
        "$ref": "#/$defs/Node",
        "$defs": {
            "Node": {
                "type": "object",
                "properties": {"inner": {"$ref": "#/$defs/Node"}, "name": TEXT},
            }
        },
    }

    assert breaking_changes(tree, tree) == []


def test_what_is_required_though_nothing_else_is_said_of_it_is_relied_on_too() -> None:
    old = {"type": "object", "required": ["field"]}

    assert breaking_changes(old, {"type": "object"}) == ["field: is gone"]
    assert breaking_changes(old, {"type": "object", "properties": {"field": TEXT}}) == [
        "field: was always there, may be absent now"
    ]
    assert breaking_changes(old, old) == []


@pytest.mark.parametrize(
    ("older", "reader"),
    [
        (schema(None), schema(TEXT, required=False)),
        (schema(TEXT), schema(TEXT, required=False)),
        (schema(TEXT), schema(None)),
        (schema(TEXT), schema(nullable(TEXT))),
        (schema(CLOSED), schema(WIDER)),
    ],
)
def test_older_events_fit_who_asks_for_no_more_than_they_have(
    older: Schema, reader: Schema
) -> None:
    assert unreadable(older, reader) == []


@pytest.mark.parametrize(
    ("older", "reader", "offending"),
    [
        (schema(None), schema(TEXT), {"bill": {"parts": [{}]}}),
        (schema(TEXT, required=False), schema(TEXT), {"bill": {"parts": [{}]}}),
        (schema(nullable(TEXT)), schema(TEXT), document(None)),
        (schema(WIDER), schema(CLOSED), document("lost")),
        (schema({"type": "number"}), schema({"type": "integer"}), document(1.5)),
    ],
)
def test_older_events_do_not_fit_who_asks_for_more_than_they_have(
    older: Schema, reader: Schema, offending: object
) -> None:
    assert Draft202012Validator(older).is_valid(offending)
    assert not Draft202012Validator(reader).is_valid(offending)

    (told,) = unreadable(older, reader)

    assert told.startswith("bill.parts[].field: older events do not fit")
