"""The AsyncAPI document tells exactly what the catalogue, the schemas and the envelope do."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from events import asyncapi
from events.asyncapi import EXAMPLES, Deployment, document
from events.catalogue import EVENT_TYPES, all_topics
from events.envelope import from_record, to_headers
from events.schemas import SCHEMA_DIR
from tests.events import examples
from tests.events.samples import EVERY_TYPE, event
from workers.replay.republish import MARKS

DOCUMENT = document()
COMPONENTS = DOCUMENT["components"]


def whole(node: Any, root: Any) -> Any:
    """The schema with what each `$ref` points at in its place."""
    if isinstance(node, list):
        return [whole(part, root) for part in node]
    if not isinstance(node, dict):
        return node
    if "$ref" not in node:
        return {name: whole(part, root) for name, part in node.items() if name != "$defs"}
    found = root
    for step in node["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return whole(found, root)


def test_the_committed_examples_are_the_samples() -> None:
    assert EXAMPLES.read_text(encoding="utf-8") == examples.text(), "run make schemas"


def test_every_topic_is_a_channel_with_the_types_that_go_there() -> None:
    types = defaultdict(list)
    for name in EVERY_TYPE:
        types[EVENT_TYPES[name].topic].append(name)

    assert [one["address"] for one in DOCUMENT["channels"].values()] == all_topics()
    assert {name: list(one["messages"]) for name, one in DOCUMENT["channels"].items()} == types
    assert {one["channel"]["$ref"] for one in DOCUMENT["operations"].values()} == {
        f"#/channels/{topic}" for topic in types
    }


def test_a_deployment_adds_its_prefix_its_numbers_and_its_servers() -> None:
    server = {"host": "kafka:9092", "protocol": "kafka"}
    told = document(Deployment("live.", partitions=12, replicas=3, servers={"one": server}))

    assert [one["address"] for one in told["channels"].values()] == all_topics("live.")
    assert told["channels"]["plentific.invoices"]["bindings"]["kafka"] == {
        "topic": "live.plentific.invoices",
        "partitions": 12,
        "replicas": 3,
        "bindingVersion": "0.5.0",
    }
    assert told["servers"] == {"one": server}
    assert "servers" not in DOCUMENT


@pytest.mark.parametrize("name", EVERY_TYPE)
def test_the_payload_is_the_committed_schema(name: str) -> None:
    path = SCHEMA_DIR / f"{name}.v{EVENT_TYPES[name].version}.json"
    committed = json.loads(path.read_text(encoding="utf-8"))
    told = whole(COMPONENTS["messages"][name]["payload"], DOCUMENT)

    named = ("$id", "$schema", "title")
    assert told == {k: v for k, v in whole(committed, committed).items() if k not in named}


@pytest.mark.parametrize("name", EVERY_TYPE)
def test_the_example_is_a_record_that_fits_and_that_we_read(name: str) -> None:
    message = COMPONENTS["messages"][name]
    (example,) = message["examples"]
    (key,) = message["bindings"]["kafka"]["key"]["examples"]
    for part in ("headers", "payload"):
        schema = {**message[part], "components": COMPONENTS}
        Draft202012Validator(schema).validate(example[part])

    headers = [(header, text.encode()) for header, text in example["headers"].items()]
    read = from_record(key.encode(), json.dumps(example["payload"]).encode(), headers)
    read.data_as(EVENT_TYPES[name].model)
    assert (read.type, read.dataschema) == (name, EVENT_TYPES[name].schema_uri)
    assert read.key == read.subject or name.startswith(("plentific.", "tiebeam."))


def test_headers_of_another_type_do_not_fit() -> None:
    schema = {
        **COMPONENTS["messages"]["plentific.invoice.paid"]["headers"],
        "components": COMPONENTS,
    }
    (example,) = COMPONENTS["messages"]["plentific.invoice.received"]["examples"]

    assert not Draft202012Validator(schema).is_valid(example["headers"])


def test_the_headers_are_those_that_are_written() -> None:
    name = "plentific.invoice.paid"
    least = to_headers(event(name, traceparent=None, tracestate=None))
    most = to_headers(event(name, caused_by=event(name), backfill=True))
    told = COMPONENTS["schemas"]["tiebeam.Headers"]

    assert sorted(told["required"]) == sorted(header for header, _ in least)
    assert sorted(told["properties"]) == sorted([*(header for header, _ in most), *MARKS])


def test_types_with_the_same_data_share_its_schema() -> None:
    messages = COMPONENTS["messages"]

    assert (
        messages["plentific.invoice.paid"]["payload"]
        == messages["plentific.invoice.overdue"]["payload"]
        == {"$ref": "#/components/schemas/plentific.InvoiceData"}
    )


def test_two_parts_of_one_name_that_say_different_things_are_not_mixed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(SCHEMA_DIR, tmp_path / "schemas")
    path = tmp_path / "schemas/plentific.quote.received.v1.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema["$defs"]["Invoice"] = {"type": "string"}
    path.write_text(json.dumps(schema), encoding="utf-8")
    monkeypatch.setattr(asyncapi, "SCHEMA_DIR", tmp_path / "schemas")

    with pytest.raises(ValueError, match=r"another type says plentific\.Invoice otherwise"):
        document()
