"""The providers' documents as data: operations, fields and examples, as tests read them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.paths import SHARED

PROVIDERS = SHARED / "providers"
EXAMPLES = PROVIDERS / "examples"
PRESENT = PROVIDERS.is_dir()

REST = ("plentific", "facilitee", "planiso")


@dataclass(frozen=True)
class Operation:
    """One documented operation of a REST provider; parameters by their names on the wire."""

    provider: str
    name: str
    method: str
    path: str
    section: str
    encoding: str | None
    query_rules: tuple[Mapping[str, Any], ...]
    headers: tuple[str, ...]
    request_fields: tuple[Mapping[str, Any], ...]
    response_fields: tuple[Mapping[str, Any], ...]
    success: int | None
    resource: str | None

    @property
    def query(self) -> tuple[str, ...]:
        return tuple(rule["name"] for rule in self.query_rules)

    @property
    def id(self) -> str:
        return f"{self.provider}.{self.name}"


@dataclass(frozen=True)
class Resource:
    """One documented resource of essensys."""

    name: str
    path: str
    key: str
    put_key: str | None
    id_field: str
    get: bool
    get_example: bool
    put: bool
    delete: bool
    fields: tuple[Mapping[str, Any], ...]


@cache
def document(provider: str) -> Any:
    """A provider's whole catalogue, which nobody may change."""
    text = (PROVIDERS / f"{provider}.yaml").read_bytes()
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def operations(provider: str) -> Mapping[str, Operation]:
    """Every operation of a REST provider by its name; empty where the documents are absent."""
    if not PRESENT:
        return {}
    return {one["name"]: _operation(provider, one) for one in document(provider)["endpoints"]}


def all_operations() -> Iterator[Operation]:
    """Every operation of the three REST providers."""
    for provider in REST:
        yield from operations(provider).values()


@cache
def resources() -> Mapping[str, Resource]:
    """Every resource of essensys by its path, in lower case."""
    if not PRESENT:
        return {}
    found = [_resource(one) for one in document("essensys")["resources"]]
    return {one.path: one for one in found}


def examples(provider: str) -> tuple[str, ...]:
    """The names of a provider's examples, such as `create_owner.request`."""
    return tuple(sorted(path.stem for path in (EXAMPLES / provider).glob("*.json")))


def example(provider: str, name: str) -> Any:
    """An example, decoded."""
    return json.loads(example_path(provider, name).read_text())


def example_path(provider: str, name: str) -> Path:
    """Where an example is."""
    return EXAMPLES / provider / f"{name}.json"


def _operation(provider: str, raw: Mapping[str, Any]) -> Operation:
    sends_form = provider == "planiso" and raw["method"] in ("POST", "PUT")
    form = "application/x-www-form-urlencoded" if sends_form else None
    return Operation(
        provider=provider,
        name=raw["name"],
        method=raw["method"],
        path=raw["path"],
        section=raw["section"],
        encoding=raw.get("request_encoding") or form,
        query_rules=tuple(raw.get("query_params", ())),
        headers=tuple(one["name"] for one in raw.get("header_params", ())),
        request_fields=tuple(raw["request_fields"]),
        response_fields=tuple(raw["response_fields"]),
        success=raw.get("success_status") or raw.get("success_code"),
        resource=raw.get("resource"),
    )


def _resource(raw: Mapping[str, Any]) -> Resource:
    does = raw["operations"]
    return Resource(
        name=raw["name"],
        path=raw["path"].lower(),
        key=raw["plural_key"],
        put_key=raw["put_plural_key"],
        id_field=raw["id_field"],
        get=does["get"],
        get_example=does["get_example"],
        put=does["put_minimum"] or does["put_full"],
        delete=does["delete"],
        fields=tuple(raw["fields"]),
    )
