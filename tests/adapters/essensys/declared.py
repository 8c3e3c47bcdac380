"""The resources that the client declares, by attribute, and their models."""

from __future__ import annotations

from typing import Any, Final

from adapters.essensys.client import EssensysClient
from adapters.essensys.records import Record, wire_name
from adapters.essensys.resources import ResourceSpec
from adapters.essensys.writing import PutModel

Spec = ResourceSpec[Any, Any]

DECLARED: Final[dict[str, Spec]] = {
    attribute: value
    for attribute, value in vars(EssensysClient).items()
    if isinstance(value, ResourceSpec)
}
BY_PATH: Final[dict[str, Spec]] = {spec.path: spec for spec in DECLARED.values()}
MODELS: Final[list[type[Record]]] = [spec.model for spec in DECLARED.values()]
PUT_MODELS: Final[dict[str, type[PutModel]]] = {
    path: spec.put_model for path, spec in BY_PATH.items() if spec.put_model is not None
}


def read_names(model: type[Record]) -> dict[str, str]:
    """What the fields are called at essensys, and the attributes that hold them."""
    return {field.alias or wire_name(name): name for name, field in model.model_fields.items()}


def written_names(model: type[PutModel]) -> dict[str, str]:
    """What the fields that are sent are called at essensys, and the attributes that hold them."""
    return {
        field.serialization_alias or wire_name(name): name
        for name, field in model.model_fields.items()
        if not field.exclude
    }
