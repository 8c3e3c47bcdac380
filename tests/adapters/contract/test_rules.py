"""What a document forbids fails before it is sent: each rule of each field is broken once."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.http.errors import Unsendable
from tests.adapters.contract import catalogue
from tests.adapters.contract.calls import TOKEN, declaration
from tests.adapters.contract.test_responses import named
from tests.adapters.contract.unproven import LOOSER, NOT_SENT

WITHOUT = object()
NO_VALUE = "no-such-value"
WRONG = {"string": 5, "boolean": "yes", "integer": "many", "number": "many", "array": "one"}
FORMS = {"planiso"}  # everything is a text there, so that types and null say nothing


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
    if value is WITHOUT:
        if last not in level:
            return None
        del level[last]
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
