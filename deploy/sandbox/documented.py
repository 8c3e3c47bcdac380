"""A provider's operations as its document has them, read from data: what is sent, what is shown.

`<provider>/documented.json` names every operation with its fields; here a body is checked against
them, strictly, and a fictional record is made of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One documented field, with the fields inside of it (of each element, if it is an array)."""

    name: str
    type: str
    format: str = ""
    items: str = ""
    required: bool = False
    nullable: bool = False
    enum: tuple[Any, ...] = ()
    min_length: int = 0
    max_length: int = 0
    max_items: int = 0
    max_properties: int = 0
    fields: Mapping[str, FieldRule] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Documented:
    """One documented operation; fields by their names, `body` None where there is none."""

    name: str
    method: str
    path: str
    status: int
    paged: bool
    query: Mapping[str, FieldRule]
    body: Mapping[str, FieldRule] | None
    answer: Mapping[str, FieldRule]
    encoding: str = ""
    headers: tuple[str, ...] = ()  # what its success has beside those of pages and content


Problems = Iterator[tuple[str, str]]


@cache
def operations(provider: str) -> Mapping[str, Documented]:
    """Every operation of a provider by its name."""
    raw = orjson.loads((Path(__file__).parent / provider / "documented.json").read_bytes())
    return {name: _operation(name, one) for name, one in raw.items()}


def check_body(rules: Mapping[str, FieldRule], body: Any) -> None:
    """Check a body against its documented fields.

    Raises:
        ValueError: the field's place and what is wrong with it, in one line.
    """
    for place, problem in problems(rules, body):
        raise ValueError(f"{place}: {problem}")


def problems(rules: Mapping[str, FieldRule], body: Any) -> Problems:
    """All that is wrong with a body: pairs of a field's place and what is wrong with it."""
    return _object_problems(rules, body, "")


def fictional(
    rules: Mapping[str, FieldRule], name: str, now: str, uuid_of: Callable[[str], str]
) -> dict[str, Any]:
    """A record with every documented field, filled by its type; the same for the same name."""
    return {one.name: _fictional(one, name, now, uuid_of) for one in rules.values()}


def _operation(name: str, raw: Mapping[str, Any]) -> Documented:
    return Documented(
        name=name,
        method=raw["method"],
        path=raw["path"],
        status=raw["status"],
        paged=raw.get("paged", False),
        query=_tree(raw.get("query", [])),
        body=_tree(raw["body"]) if raw["encoding"] else None,
        answer=_tree(raw["answer"]),
        encoding=raw["encoding"] or "",
        headers=tuple(raw.get("headers", ())),
    )


def _tree(rows: Iterable[Mapping[str, Any]]) -> dict[str, FieldRule]:
    root: dict[str, FieldRule] = {}
    for row in rows:
        path = [part for part in re.split(r"\.|\[\]\.?", row["name"]) if part]
        if not path:
            continue  # "[]" itself: the answer is an array
        level = root
        for part in path[:-1]:
            above = level.setdefault(part, FieldRule(part, "object", fields={}))
            assert isinstance(above.fields, dict)
            level = above.fields
        given = {key: value for key, value in row.items() if key in FieldRule.__slots__}
        values = {**given, "name": path[-1], "enum": tuple(row.get("enum", ())), "fields": {}}
        level[path[-1]] = FieldRule(**values)
    return root


def _object_problems(rules: Mapping[str, FieldRule], value: Any, place: str) -> Problems:
    if not isinstance(value, dict):
        yield place or "the body", "must be an object"
        return
    before = f"{place}." if place else ""
    for name in value:
        if name not in rules:
            yield before + name, "is not a documented field"
    for rule in rules.values():
        if rule.name in value:
            yield from _value_problems(rule, value[rule.name], before + rule.name)
        elif rule.required:
            yield before + rule.name, "is required"


def _value_problems(rule: FieldRule, value: Any, place: str) -> Problems:
    if value is None:
        if not rule.nullable:
            yield place, "must not be null"
    elif not _is_of(rule.type, value):
        yield place, f"must be of type {rule.type}"
    elif isinstance(value, list):
        if rule.max_items and len(value) > rule.max_items:
            yield place, f"must have at most {rule.max_items} elements"
        for number, one in enumerate(value):
            yield from _element_problems(rule, one, f"{place}[{number}]")
    elif isinstance(value, dict):
        if rule.max_properties and len(value) > rule.max_properties:
            yield place, f"must have at most {rule.max_properties} pairs"
        if rule.fields:
            yield from _object_problems(rule.fields, value, place)
    else:
        yield from _scalar_problems(rule, value, place)


def _element_problems(rule: FieldRule, value: Any, place: str) -> Problems:
    if rule.fields:
        yield from _object_problems(rule.fields, value, place)
    elif rule.items and not _is_of(rule.items, value):
        yield place, f"must be of type {rule.items}"
    elif rule.enum and value not in rule.enum:
        yield place, f"must be one of {', '.join(map(str, rule.enum))}"


def _scalar_problems(rule: FieldRule, value: Any, place: str) -> Problems:
    if rule.enum and value not in rule.enum:
        yield place, f"must be one of {', '.join(map(str, rule.enum))}"
    elif isinstance(value, str):
        if len(value) < rule.min_length or (rule.max_length and len(value) > rule.max_length):
            most = rule.max_length or "any number of"
            yield place, f"must have {rule.min_length} to {most} characters"
        try:
            FORMATS.get(rule.format, str)(value)
        except ValueError:
            yield place, f"must be a {rule.format}"


def _is_of(name: str, value: Any) -> bool:
    kinds = TYPES.get(name)
    if kinds is None:
        return True
    return isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))


def _email(value: str) -> str:
    if "@" not in value:
        raise ValueError(value)
    return value


TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}
FORMATS: Mapping[str, Callable[[str], Any]] = {
    "uuid": UUID,
    "email": _email,
    "date": date.fromisoformat,
    "date-time": datetime.fromisoformat,
}


def _fictional(rule: FieldRule, name: str, now: str, uuid_of: Callable[[str], str]) -> Any:
    own = f"{name}/{rule.name}"
    if rule.type == "array":
        if rule.fields:
            return [fictional(rule.fields, own, now, uuid_of)]
        return [rule.enum[0]] if rule.enum else []
    if rule.type == "object":
        return fictional(rule.fields, own, now, uuid_of)
    if rule.enum:
        return rule.enum[0]
    if rule.type in ("integer", "number"):
        return 1
    if rule.type == "boolean":
        return False
    if rule.format == "uuid" or rule.name.endswith("uuid"):
        return uuid_of(own)
    texts = {"date-time": now, "date": now[:10], "email": "somebody@example.com"}
    return texts.get(rule.format, f"Fictional {rule.name.replace('_', ' ')}")
