"""The table of resources against the document."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.essensys import resources
from adapters.essensys.resources import ResourceSpec
from tests.adapters.essensys.documents import catalogue, needs_documents

SPECS: list[ResourceSpec[Any, Any]] = [
    value for value in vars(resources).values() if isinstance(value, ResourceSpec)
]
pytestmark = needs_documents


@pytest.fixture(scope="module")
def documented() -> dict[str, dict[str, Any]]:
    return catalogue()


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.path)
def test_a_resource_is_called_as_the_document_calls_it(
    spec: ResourceSpec[Any, Any], documented: dict[str, dict[str, Any]]
) -> None:
    entry = documented[spec.path]

    assert spec.path == entry["path"].lower()
    assert spec.key == entry["plural_key"]
    assert spec.id_field == entry["id_field"]
    assert spec.deletable == entry["operations"]["delete"]
    if spec.put_model is not None:
        assert (spec.put_key or spec.key) == entry["put_plural_key"]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.path)
def test_a_model_declares_every_field_that_can_be_read_and_no_other(
    spec: ResourceSpec[Any, Any], documented: dict[str, dict[str, Any]]
) -> None:
    declared = {field.alias or name for name, field in spec.model.model_fields.items()}
    readable = {
        field["name"].lower()
        for field in documented[spec.path]["fields"]
        if field["in_table"] or field["in_get_example"]
    }
    writable = {field["name"].lower() for field in documented[spec.path]["fields"]}

    assert readable <= declared <= writable


@pytest.mark.parametrize(
    "spec", [spec for spec in SPECS if spec.put_model], ids=lambda spec: spec.path
)
def test_a_put_model_writes_documented_fields_only(
    spec: ResourceSpec[Any, Any], documented: dict[str, dict[str, Any]]
) -> None:
    assert spec.put_model is not None
    written = {
        field.serialization_alias or name
        for name, field in spec.put_model.model_fields.items()
        if not field.exclude
    }

    assert written == set(documented[spec.path]["put_full"])
