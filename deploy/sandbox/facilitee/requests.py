"""What a Facilitee operation may be asked: checked against its document, strictly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from deploy.sandbox.documented import Documented, FieldRule, check_body
from deploy.sandbox.exchange import JSON_TYPE, Call, unique
from deploy.sandbox.facilitee.formats import instant, spelled
from deploy.sandbox.facilitee.problems import bad_request, invalid_format

INHERITS = "hasPropertyAddress"  # where this is true, the address is ignored


@dataclass(frozen=True, slots=True)
class Request:
    """A checked request: ids of the path, values of the query, the body as sent."""

    documented: Documented
    call: Call
    params: Mapping[str, int]
    query: Mapping[str, Any]
    body: Mapping[str, Any]


def check_request(documented: Documented, call: Call, params: Mapping[str, str]) -> Request:
    """Check a call against what its operation documents; raises Problem."""
    if call.media_type != JSON_TYPE:
        raise bad_request(f"Content-Type must be {JSON_TYPE}.")
    ids = {name: _parsed(name, text, _whole) for name, text in params.items()}
    query = _query(documented, call)
    return Request(documented, call, ids, query, _body(documented, call))


def _query(documented: Documented, call: Call) -> dict[str, Any]:
    try:
        given = unique(call.query)
    except ValueError as error:
        raise bad_request(f"{error}.") from error
    for name in given:
        if name not in documented.query:
            raise bad_request(f"{name}: is not a documented parameter.")
    for name, rule in documented.query.items():
        if rule.required and not given.get(name):
            raise bad_request(f"{name}: is required.")
    return {
        name: _parsed(name, text, _reader(documented.query[name])) for name, text in given.items()
    }


def _body(documented: Documented, call: Call) -> dict[str, Any]:
    if documented.body is None:
        if call.body:
            raise bad_request("No body is expected.")
        return {}
    try:
        body = orjson.loads(call.body)
    except orjson.JSONDecodeError as error:
        raise bad_request("The body is not JSON.") from error
    rules = _rules(documented.body, body)
    if isinstance(body, dict):
        body = {name: _in_stated_format(rules.get(name), value) for name, value in body.items()}
    try:
        check_body(rules, body)
    except ValueError as error:
        raise bad_request(f"{error}.") from error
    checked: dict[str, Any] = body
    return checked


def _rules(rules: Mapping[str, FieldRule], body: Any) -> Mapping[str, FieldRule]:
    """The rules for this body: a unit's address is required only if it is its own."""
    inherits = INHERITS in rules and isinstance(body, dict) and body.get(INHERITS) is not False
    if not inherits:
        return rules
    address = rules["address"]
    parts = {name: replace(part, required=False) for name, part in address.fields.items()}
    return {**rules, "address": replace(address, required=False, fields=parts)}


def _in_stated_format(rule: FieldRule | None, value: Any) -> Any:
    if rule is None or rule.format != "date-time" or not isinstance(value, str):
        return value
    return spelled(_parsed(rule.name, value, instant))


def _parsed(name: str, text: str, read: Callable[[str], Any]) -> Any:
    try:
        return read(text)
    except ValueError as error:
        raise invalid_format(f"{name}: {error}.") from error


def _reader(rule: FieldRule) -> Callable[[str], Any]:
    if rule.format == "date-time":
        return instant
    return _whole if rule.type == "integer" else str


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError("must be a whole number")
    return int(text)
