"""What a document forbids fails before it is sent: each rule of each field is broken once."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.http.call import Call
from adapters.http.errors import Unsendable
from tests.adapters.contract import catalogue
from tests.adapters.contract.calls import TOKEN, arguments, declaration
from tests.adapters.contract.test_responses import named
from tests.adapters.contract.unproven import LOOSER, NOT_SENT


@dataclass(frozen=True)
class More:
    """The first item of a list, once more than it may be there."""

    than: int


WITHOUT = object()
NO_VALUE = "no-such-value"
WRONG = {"string": 5, "boolean": "yes", "integer": "many", "number": "many", "array": "one"}
FORMS = {"planiso"}  # everything is a text there, so that types and null say nothing
FORMATS = {
    "uuid": "15791638-f098-49ca-b1a6",
    "email": "somebody.example.com",
    "uri": "example.com/hook",
    "date-time": "2026-02-30T00:00:00Z",
}


def breaches(provider: str, name: str) -> Iterator[tuple[str, str, Any]]:
    """Rule, place and wrong value of each rule that a documented body can break."""
    yield "unknown field", "no_such_field", 1
    for rule in catalogue.operations(provider)[name].request_fields:
        place, kind = rule["name"], rule["type"]
        if rule["required"] is True:
            yield "required", place, WITHOUT
        if "enum" in rule:
            yield "enumeration", place, [NO_VALUE] if kind == "array" else NO_VALUE
        if "max_length" in rule:
            yield "longest", place, "x" * (rule["max_length"] + 1)
        if "min_length" in rule:
            yield "shortest", place, "x" * (rule["min_length"] - 1)
        if "max_properties" in rule:
            yield "most pairs", place, {f"k{n}": 1 for n in range(rule["max_properties"] + 1)}
        if "max_items" in rule:
            yield "most items", place, More(rule["max_items"])
        if rule.get("format") in FORMATS:
            yield "format", place, FORMATS[rule["format"]]
        if provider in FORMS:
            continue
        if provider == "plentific" and not rule.get("nullable"):
            yield "null", place, None
        if kind in WRONG:
            yield "type", place, WRONG[kind]


def broken(body: Any, place: str, value: Any) -> Any | None:
    """The body with one value put or taken out; None where the example has no such place."""
    body = copy.deepcopy(body)
    *above, last = [part for part in re.split(r"\.|\[\]\.?", place) if part]
    level = body
    for part in above:
        level = level.get(part)
        level = level[0] if isinstance(level, list) and level else level
        if not isinstance(level, dict):
            return None
    if last not in level and (value is WITHOUT or isinstance(value, More)):
        return None
    if value is WITHOUT:
        del level[last]
    elif isinstance(value, More):
        level[last] = level[last][:1] * (value.than + 1)
    else:
        level[last] = value
    return body


@pytest.mark.skipif(not catalogue.PRESENT, reason="the documents are not here")
@pytest.mark.parametrize(("provider", "name"), [one for one in named("request") if one[1] != TOKEN])
def test_a_body_that_the_document_forbids_cannot_be_built(provider: str, name: str) -> None:
    example = catalogue.example(provider, f"{name}.request")
    for left_out in NOT_SENT.get(f"{provider}/{name}.request", {}):
        del example[left_out]
    model = declaration(provider, name).body
    model.model_validate_json(json.dumps(example))

    built = []
    for rule, place, value in breaches(provider, name):
        wrong = broken(example, place, value)
        if wrong is None or (provider, name, place, rule) in LOOSER:
            continue
        refusal = refused(model, wrong)
        if refusal is None:
            built.append(f"{place}: {rule}")
        else:
            assert name_of(place) in refusal.replace("_", "").lower()

    assert built == []


def rules_of_parameters() -> list[tuple[str, str, str]]:
    """Operation and parameter of each documented query parameter that has a rule."""
    return [
        (operation.provider, operation.name, rule["name"])
        for operation in catalogue.all_operations()
        for rule in operation.query_rules
        if "enum" in rule or rule["required"]
    ]


@pytest.mark.skipif(not catalogue.PRESENT, reason="the documents are not here")
@pytest.mark.parametrize(("provider", "name", "parameter"), rules_of_parameters())
def test_a_parameter_that_the_document_forbids_is_refused(
    provider: str, name: str, parameter: str
) -> None:
    declared = declaration(provider, name)
    rules = {one["name"]: one for one in catalogue.operations(provider)[name].query_rules}
    spelt = declared.request.style.name
    given = arguments(declared)
    (attribute,) = (one for one in given if spelt(one) == parameter)

    def call(value: Any) -> Call:
        made: Call = declared.request.call(name, declared.params(**{**given, attribute: value}))
        return made

    for value in rules[parameter].get("enum", ()):
        typed = {"true": True, "false": False}.get(value, value)
        assert call(typed).query[parameter] == value
    with pytest.raises(Unsendable, match=rf"^{name}: parameters: {attribute}: "):
        call(NO_VALUE if "enum" in rules[parameter] else None)
    if rules[parameter]["required"]:
        del given[attribute]
        with pytest.raises(TypeError, match=attribute):
            declared.params(**given)


def refused(model: Any, body: Any) -> str | None:
    """Why a body cannot be built; None where it can."""
    try:
        model.model_validate_json(json.dumps(body))
    except Unsendable as error:
        return str(error)
    return None


def name_of(place: str) -> str:
    """The field's own name, however it is spelt."""
    return place.rpartition(".")[2].replace("[]", "").replace("_", "").lower()
