"""Every field that a document lists is declared, not just kept: answers and requests alike."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from pydantic import BaseModel

from adapters.http.operations import Listing, Sending
from tests.adapters.contract import catalogue
from tests.adapters.contract.calls import TOKEN, declaration
from tests.adapters.contract.catalogue import Operation
from tests.adapters.contract.essensys import declared_resource
from tests.adapters.contract.unproven import NOT_DECLARED

pytestmark = pytest.mark.skipif(not catalogue.PRESENT, reason="the documents are not here")


def parts(name: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"\.|\[\]\.?", name) if part)


def model_in(hint: Any) -> type[BaseModel] | None:
    """The model inside of a type such as Annotated[tuple[Item, ...], ...] | None."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return hint
    for inner in typing.get_args(hint):
        if (found := model_in(inner)) is not None:
            return found
    return None


@cache
def wire_names(model: type[BaseModel]) -> Mapping[str, Any]:
    """The annotations of a model's fields by their names on the wire."""
    hints = typing.get_type_hints(model, include_extras=True)
    return {
        field.serialization_alias or field.alias or name: hints[name]
        for name, field in model.model_fields.items()
    }


def missing(model: type[BaseModel], names: Iterator[tuple[str, ...]]) -> list[str]:
    """The documented fields that a model and the models in it do not declare."""
    absent = []
    for path in names:
        level: type[BaseModel] | None = model
        for place, part in enumerate(path):
            known = wire_names(level) if level else {}
            if part not in known:
                absent.append(".".join(path))
                break
            level = model_in(known[part])
            if level is None and place < len(path) - 1:
                if "dict" not in str(known[part]):  # of custom pairs an example shows some
                    absent.append(".".join(path))
                break
    return absent


def operations_with(kind: str) -> list[Operation]:
    return [
        one
        for one in catalogue.all_operations()
        if one.name != TOKEN and getattr(one, f"{kind}_fields")
    ]


@pytest.mark.parametrize("operation", operations_with("request"), ids=lambda one: one.id)
def test_every_documented_field_of_a_body_can_be_given(operation: Operation) -> None:
    declared = declaration(operation.provider, operation.name)
    assert isinstance(declared, Sending)
    left = NOT_DECLARED.get(f"{operation.id}.request", {})
    fields = (parts(one["name"]) for one in operation.request_fields if one["name"] not in left)
    assert missing(declared.body, fields) == []


@pytest.mark.parametrize("operation", operations_with("response"), ids=lambda one: one.id)
def test_every_documented_field_of_an_answer_is_typed(operation: Operation) -> None:
    model = answered_model(operation)
    if model is None:
        assert (
            operation.response_fields[0]["name"] in ("[]", "id", "value")
            or len(operation.response_fields) == 1
        )
        return
    left = NOT_DECLARED.get(f"{operation.id}.response", {})
    fields = (
        parts(one["name"]) for one in flat(operation.response_fields) if one["name"] not in left
    )
    inside = ("items",) if operation.provider == "facilitee" else ()
    paths = (inner(path, inside) for path in fields)
    assert missing(model, (path for path in paths if path)) == []


def inner(path: tuple[str, ...], envelope: tuple[str, ...]) -> tuple[str, ...]:
    """The path below a list's envelope; empty for the envelope's own fields."""
    if envelope and path[:1] == envelope:
        return path[1:]
    return () if path and path[0] in ENVELOPE else path


ENVELOPE = {"numberOfPages", "totalItems", "pageSize", "currentPage"}


def flat(fields: tuple[Mapping[str, Any], ...]) -> Iterator[Mapping[str, Any]]:
    """Fields with the fields inside of them, by dotted names."""
    for one in fields:
        yield one
        for below in one.get("fields") or ():
            yield {**below, "name": f"{one['name']}.{below['name']}"}


def answered_model(operation: Operation) -> type[BaseModel] | None:
    """The model that an answer is read as."""
    declared = declaration(operation.provider, operation.name)
    if isinstance(declared, Listing):
        row: type[BaseModel] = declared.row
        return row
    model: type[BaseModel] | None = getattr(declared.read, "model", None)
    return model


@pytest.mark.parametrize("path", catalogue.resources())
def test_every_documented_field_of_a_record_is_typed(path: str) -> None:
    resource, declared = catalogue.resources()[path], declared_resource(path)
    left = NOT_DECLARED.get(f"essensys.{path}.get", {})
    readable = (
        (one["name"].lower(),)  # a table has clientType, the JSON clienttype
        for one in resource.fields
        if (one["in_table"] or one["in_get_example"]) and one["name"] not in left
    )
    if resource.get or resource.get_example:
        assert missing(declared.model, readable) == []
    if resource.put:
        writable = (
            (one["name"].lower(),)
            for one in resource.fields
            if one["in_put_minimum"] or one["in_put_full"]
        )
        assert missing(declared.put_model, writable) == []
