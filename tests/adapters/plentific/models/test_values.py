"""The values that we know, send and filter by are the documented ones, all of them."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal

import pytest
import yaml
from pydantic import BaseModel

from adapters.http.models import Known
from adapters.http.operations import Listing, Sending
from adapters.plentific.client import PlentificClient
from tests.paths import SHARED

CATALOGUE = SHARED / "providers" / "plentific.yaml"
pytestmark = pytest.mark.skipif(
    not CATALOGUE.is_file(), reason="the providers' documents are not beside this repository"
)
WIDER: Mapping[str, set[str]] = {
    "get_work_order_quote.status": {"cancelled", "deposit_paid"},  # of list_work_order_quotes
    "list_tags.type": {"task", "project", "void"},  # of its filter
    "get_tag.type": {"task", "project", "void"},
    "update_tag.type": {"task", "project", "void"},
}
"""Values that we know of an answer because other places document them."""


@cache
def documented() -> Mapping[str, Any]:
    text = CATALOGUE.read_bytes()
    catalogue = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return {entry["name"]: entry for entry in catalogue["endpoints"]}


def enumerations(kind: str) -> list[tuple[str, str, frozenset[str]]]:
    """Operation, place and values of each enumeration in a kind of field."""
    if not CATALOGUE.is_file():
        return []
    return [
        (name, field["name"], frozenset(field["enum"]))
        for name, entry in documented().items()
        for field in entry[kind]
        if "enum" in field
    ]


def ids(found: list[tuple[str, str, frozenset[str]]]) -> list[str]:
    return [f"{operation}.{place}" for operation, place, _ in found]


IN_ANSWERS = enumerations("response_fields")
IN_BODIES = enumerations("request_fields")
IN_QUERIES = enumerations("query_params")


@pytest.mark.parametrize(("operation", "place", "values"), IN_ANSWERS, ids=ids(IN_ANSWERS))
def test_the_values_that_we_know_of_an_answer_are_the_documented_ones(
    operation: str, place: str, values: frozenset[str]
) -> None:
    declared = getattr(PlentificClient, operation)
    model = declared.row if isinstance(declared, Listing) else declared.read.model
    (known,) = [one for one in parts_of(annotation_at(model, place)) if isinstance(one, Known)]
    field = place.removeprefix("[].")

    assert known.values == values | WIDER.get(f"{operation}.{field}", set())


@pytest.mark.parametrize(("operation", "place", "values"), IN_BODIES, ids=ids(IN_BODIES))
def test_the_values_that_we_send_are_the_documented_ones(
    operation: str, place: str, values: frozenset[str]
) -> None:
    declared = getattr(PlentificClient, operation)
    assert isinstance(declared, Sending)

    assert literals(annotation_at(declared.body, place)) == values


@pytest.mark.parametrize(("operation", "place", "values"), IN_QUERIES, ids=ids(IN_QUERIES))
def test_the_values_that_we_filter_by_are_the_documented_ones(
    operation: str, place: str, values: frozenset[str]
) -> None:
    hint = typing.get_type_hints(getattr(PlentificClient, operation).params)[place]

    assert hint == bool | None if values == {"true", "false"} else literals(hint) == values


def annotation_at(model: type[BaseModel], place: str) -> Any:
    """The annotation of a documented field, such as `[].versions[].uuid`."""
    *above, last = [part for part in re.split(r"\.|\[\]\.?", place) if part]
    level = model
    for part in above:
        (level,) = models_in(typing.get_type_hints(level, include_extras=True)[part])
    return typing.get_type_hints(level, include_extras=True)[last]


def parts_of(annotation: Any) -> Iterator[Any]:
    """Everything that an annotation is made of."""
    yield annotation
    for part in typing.get_args(annotation):
        yield from parts_of(part)


def models_in(annotation: Any) -> set[type[BaseModel]]:
    parts = parts_of(annotation)
    return {one for one in parts if isinstance(one, type) and issubclass(one, BaseModel)}


def literals(annotation: Any) -> set[str]:
    found = (one for one in parts_of(annotation) if typing.get_origin(one) is Literal)
    return {value for one in found for value in typing.get_args(one)}
