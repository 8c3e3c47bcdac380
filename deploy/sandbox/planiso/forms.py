"""Planiso's forms: texts read as the types that the document gives them, strictly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from deploy.sandbox.documented import Documented, FieldRule, check_body
from deploy.sandbox.exchange import Call, parse_form

# Fields that are written by another name than they are read.
WRITTEN_AS: Mapping[str, str] = {"address": "adress", "custom_num": "custom_no"}
BOOLEANS: Mapping[str, bool] = {"1": True, "": False}
JSON_ARRAY = "json-array"
DATES_READ_AS_TIMES = ("create_date", "last_update")


def read_form(documented: Documented, call: Call, required: Iterable[str]) -> dict[str, Any]:
    """The values of a form by the names under which they are stored.

    Raises:
        ValueError: what is wrong with it; a required field must not be emptied by a change either.
    """
    rules = documented.body or {}
    form = parse_form(call)
    if not form:
        raise ValueError("the form is empty")
    for name in required:
        if not form.get(name, "" if rules[name].required else "kept"):
            raise ValueError(f"{name}: is required")
    # An array that is left empty says nothing; what it may hold is not documented.
    given = {
        name: _typed(rules.get(name), text)
        for name, text in form.items()
        if text or name not in rules or rules[name].type != "array"
    }
    check_body(rules, given)
    return {
        WRITTEN_AS.get(name, name): _as_stored(rules[name], value) for name, value in given.items()
    }


def _typed(rule: FieldRule | None, text: str) -> Any:
    """The value that a text stands for; one that is wrong is left for the check to refuse."""
    if rule is None:
        return text
    if rule.nullable and not text:
        return None
    if rule.type == "boolean":
        return BOOLEANS.get(text, text)
    if rule.type == "integer" and text.isascii() and text.isdigit():
        return int(text)
    return text


def _as_stored(rule: FieldRule, value: Any) -> Any:
    if rule.name in DATES_READ_AS_TIMES:
        return f"{value} 00:00:00"
    return _numbers(rule.name, value) if rule.format == JSON_ARRAY else value


def _numbers(name: str, text: str) -> list[int]:
    """The numbers of a JSON array literal."""
    try:
        numbers = orjson.loads(text)
    except orjson.JSONDecodeError:
        numbers = None
    if not isinstance(numbers, list) or any(type(one) is not int for one in numbers):
        raise ValueError(f"{name}: must be a JSON array of numbers")
    return numbers
