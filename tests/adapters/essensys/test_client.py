"""What the client declares, against the document."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.essensys.client import EssensysClient
from adapters.essensys.models.leads import Lead, LeadPut
from adapters.essensys.resources import Resource
from adapters.http.errors import Unsendable
from tests.adapters.essensys.declared import (
    BY_PATH,
    DECLARED,
    PUT_MODELS,
    read_names,
    written_names,
)
from tests.adapters.essensys.documents import catalogue, needs_documents
from tests.adapters.essensys.operate import operate

ID_FIELDS = {"creditnote": "creditnoteid"}
"""Ids that another resource names: a credit note line refers to `creditnoteid`."""

OPTIONAL = {"account": {"accounttype_id"}}
"""What a minimum has and a documented request does without."""


@pytest.fixture(scope="module")
def documented() -> dict[str, dict[str, Any]]:
    return catalogue()


@needs_documents
def test_every_documented_resource_is_declared_in_its_order_and_called_as_documented(
    documented: dict[str, dict[str, Any]],
) -> None:
    declared = [(spec.path, spec.key, spec.id_field) for spec in DECLARED.values()]

    assert declared == [
        (path, entry["plural_key"], entry["id_field"] or ID_FIELDS[path])
        for path, entry in documented.items()
    ]
    assert {path: BY_PATH[path].put_key for path in PUT_MODELS} == {
        path: entry["put_plural_key"]
        for path, entry in documented.items()
        if entry["put_plural_key"]
    }


@needs_documents
def test_a_resource_has_the_documented_operations(documented: dict[str, dict[str, Any]]) -> None:
    declared = {
        path: (spec.readable, spec.deletable, spec.put_model is not None)
        for path, spec in BY_PATH.items()
    }

    assert declared == {
        path: (does["get"], does["delete"], does["put_minimum"] or does["put_full"])
        for path, does in ((path, entry["operations"]) for path, entry in documented.items())
    }


@needs_documents
def test_a_model_declares_every_field_that_can_be_read_and_none_that_is_not_documented(
    documented: dict[str, dict[str, Any]],
) -> None:
    for path, spec in BY_PATH.items():
        fields = documented[path]["fields"]
        readable = {f["name"].lower() for f in fields if f["in_table"] or f["in_get_example"]}
        declared = set(read_names(spec.model))

        assert readable - declared == set(), path
        assert declared - {f["name"].lower() for f in fields} <= {ID_FIELDS.get(path)}, path


@needs_documents
def test_a_put_model_has_the_documented_fields_and_requires_the_minimum(
    documented: dict[str, dict[str, Any]],
) -> None:
    for path, model in PUT_MODELS.items():
        full, minimum = documented[path]["put_full"] or {}, documented[path]["put_minimum"] or {}
        names, fields = written_names(model), model.model_fields

        assert set(names) == set(full) | set(minimum), path
        # The own id, in a minimum, is an empty text: that is the default.
        required = {wire for wire, name in names.items() if fields[name].is_required()}
        assert required == set(minimum) - {BY_PATH[path].id_field} - OPTIONAL.get(path, set()), path


def test_what_can_be_read_and_written_is_called_the_same() -> None:
    for path, model in PUT_MODELS.items():
        read = read_names(BY_PATH[path].model)
        for wire, name in written_names(model).items():
            assert read.get(wire, name) == name, path


@needs_documents
def test_a_text_is_as_long_as_the_document_allows(documented: dict[str, dict[str, Any]]) -> None:
    for path, model in PUT_MODELS.items():
        names = written_names(model)
        properties = model.model_json_schema()["properties"]
        for field in documented[path]["fields"]:
            is_text = (
                field.get("put_format", "").endswith(("text", "url")) and field["type"] == "string"
            )
            if is_text and field["size"]:
                schema = properties[names[field["name"].lower()]]
                limits = [one.get("maxLength") for one in schema.get("anyOf", [schema])]
                assert field["size"] in limits, (path, field["name"])


def test_the_currency_is_declared_before_the_amounts_that_ask_for_it() -> None:
    with_currency = [model for model in PUT_MODELS.values() if "currency" in model.model_fields]

    assert with_currency
    for model in with_currency:
        names, currency = list(model.model_fields), model.model_fields["currency"]
        assert names[0] == "currency" or currency.is_required(), model


async def test_an_attribute_is_the_declaration_on_the_class_and_the_resource_on_a_client() -> None:
    spec = EssensysClient.leads

    assert (spec.path, spec.key, spec.put_key, spec.id_field) == (
        "lead",
        "leads",
        "leads",
        "leadid",
    )
    assert (spec.model, spec.put_model) == (Lead, LeadPut)
    async with operate() as provider:
        assert isinstance(provider.client.leads, Resource)


async def test_operations_that_are_not_documented_are_refused_and_nothing_is_sent() -> None:
    async with operate() as provider:
        for attribute, spec in DECLARED.items():
            resource = getattr(provider.client, attribute)
            if not spec.readable:
                with pytest.raises(Unsendable, match="get: none is documented"):
                    await resource.get("1")
                with pytest.raises(Unsendable, match="query: none is documented"):
                    await anext(resource.query())
            if not spec.deletable:
                with pytest.raises(Unsendable, match="delete: none is documented"):
                    await resource.delete("1")
            if spec.put_model is None:
                with pytest.raises(Unsendable, match="put: the resource is read only"):
                    await resource.put([LeadPut(location="1")])

        assert provider.asked == []


async def test_a_token_can_be_asked_for_by_itself() -> None:
    async with operate() as provider:
        await provider.client.create_token()

        assert len(provider.token_requests) == 1
        assert provider.asked == []
