"""The AsyncAPI 3.0 document of every topic and event, from the catalogue and the schemas.

The payloads are the committed JSON Schemas. Their parts move to `components`, named after the
provider, because a `$ref` of an AsyncAPI document counts from its root; types with the same data
share them. The examples are records as they stand on a topic.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from events.catalogue import DEAD_LETTERS, EVENT_TYPES, EventType
from events.envelope import CONTENT_TYPE
from events.schemas import SCHEMA_DIR

Json = dict[str, Any]

EXAMPLES: Final = Path(__file__).parent / "examples.json"
"""A record of each event type: its key, its headers, its data."""

_BINDING: Final = {"bindingVersion": "0.5.0"}
_INSTANT: Final = {"type": "string", "format": "date-time"}
_TEXT: Final = {"type": "string", "minLength": 1}

_KEYS: Final = {
    "plentific": "The uuid of the work order that it is about, or of the invoice that has none.",
    "tiebeam": "The key of the event that was answered.",
}
_OTHER_KEYS: Final = "The id of the entity, as in `ce_subject`."

_HEADERS: Final[Mapping[str, Json]] = {
    "ce_specversion": {"const": "1.0"},
    "ce_id": {**_TEXT, "format": "uuid", "description": "Always the same for the same change."},
    "ce_source": {**_TEXT, "description": "`/<provider>/<connection>`."},
    "ce_type": _TEXT,
    "ce_subject": {**_TEXT, "description": "The provider's id of the entity."},
    "ce_time": {
        **_INSTANT,
        "description": "When it happened, by the provider's clock where it says so.",
    },
    "ce_dataschema": {**_TEXT, "format": "uri", "description": "Ends in the data's version."},
    "content-type": {"const": CONTENT_TYPE},
    "ce_correlationid": {**_TEXT, "description": "The `ce_id` of the first event of the chain."},
    "ce_detectedat": {**_INSTANT, "description": "When Tiebeam saw it."},
    "ce_sequence": {
        "type": "string",
        "pattern": "^[0-9]{20}$",
        "description": "The entity's version with Tiebeam, counted from 1.",
    },
}
_OPTIONAL_HEADERS: Final[Mapping[str, Json]] = {
    "ce_causationid": {**_TEXT, "description": "The `ce_id` of the event that caused this one."},
    "ce_backfill": {"const": "true", "description": "It tells history that was asked for."},
    "traceparent": {**_TEXT, "description": "W3C trace context."},
    "tracestate": {**_TEXT, "description": "W3C trace context."},
    "tiebeam-replay": {"const": "true", "description": "A copy, sent again to a topic of yours."},
    "tiebeam-replayed-at": {**_INSTANT, "description": "When the copy was sent."},
}

_DESCRIPTION: Final = f"""\
Every change in Plentific, essensys Operate, Facilitee and Planiso as an event, and what Tiebeam did
about it. CloudEvents 1.0 in Kafka's binary mode: attributes in headers, JSON in the value.

A record may come more than once, always with the same `ce_id`: remember the ids that you have
handled. Records of one key are in order.

Fields and types come, none go: pass over what you do not know. A change that would break readers
is a new version of the type, in which `ce_dataschema` ends.

Records that nobody can read are on `{DEAD_LETTERS}`, with the reason in `tiebeam-dead-reason`.
"""


@dataclass(frozen=True)
class Deployment:
    """What only a deployment knows; `servers` are AsyncAPI server objects by name."""

    prefix: str = ""
    partitions: int | None = None
    replicas: int | None = None
    servers: Mapping[str, Json] = field(default_factory=dict)


def document(deployment: Deployment | None = None) -> Json:
    """Build the document, for any deployment or for this one."""
    place = deployment or Deployment()
    topics: dict[str, list[EventType]] = {}
    for name in sorted(EVENT_TYPES):
        topics.setdefault(EVENT_TYPES[name].topic, []).append(EVENT_TYPES[name])
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        **({"servers": dict(place.servers)} if place.servers else {}),
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic: _channel(topic, rows, place) for topic, rows in sorted(topics.items())},
        "operations": {f"send-{topic}": _operation(topic) for topic in sorted(topics)},
        "components": {
            "messages": {name: _message(EVENT_TYPES[name]) for name in sorted(EVENT_TYPES)},
            "schemas": _schemas(),
            "correlationIds": {"chain": {"location": "$message.header#/ce_correlationid"}},
        },
    }


def text(deployment: Deployment | None = None) -> str:
    """Write the document; without a deployment it is the committed one."""
    return json.dumps(document(deployment), indent=1, ensure_ascii=False) + "\n"


def _info() -> Json:
    return {
        "title": "Tiebeam events",
        "version": version("tiebeam"),
        "description": _DESCRIPTION,
        "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
    }


def _channel(topic: str, rows: list[EventType], place: Deployment) -> Json:
    counts = {"partitions": place.partitions, "replicas": place.replicas}
    address = f"{place.prefix}{topic}"
    return {
        "address": address,
        "title": topic,
        "messages": {row.name: _ref("messages", row.name) for row in rows},
        "bindings": {
            "kafka": {
                "topic": address,
                **{name: count for name, count in counts.items() if count is not None},
                **_BINDING,
            }
        },
    }


def _operation(topic: str) -> Json:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{topic}"},
        "summary": f"Tiebeam publishes to {topic}; you subscribe.",
    }


def _message(row: EventType) -> Json:
    example = _examples()[row.name]
    fixed = {"ce_type": {"const": row.name}, "ce_dataschema": {"const": row.schema_uri}}
    key = {"type": "string", "description": _KEYS.get(row.provider, _OTHER_KEYS)}
    return {
        "name": row.name,
        "title": row.name,
        "contentType": CONTENT_TYPE,
        "correlationId": _ref("correlationIds", "chain"),
        "headers": {
            "type": "object",
            "properties": fixed,
            "allOf": [_ref("schemas", "tiebeam.Headers")],
        },
        "payload": _ref("schemas", _data_name(row)),
        "bindings": {"kafka": {"key": key | {"examples": [example["key"]]}, **_BINDING}},
        "examples": [{"name": "record", "headers": example["headers"], "payload": example["data"]}],
    }


def _schemas() -> Json:
    found: Json = {
        "tiebeam.Headers": {
            "type": "object",
            "properties": {**_HEADERS, **_OPTIONAL_HEADERS},
            "required": list(_HEADERS),
        }
    }
    for name in sorted(EVENT_TYPES):
        for part, schema in _parts(EVENT_TYPES[name]).items():
            if found.setdefault(part, schema) != schema:
                raise ValueError(f"{name}: another type says {part} otherwise; rename one of them")
    return found


def _parts(row: EventType) -> Json:
    """The committed schema of a type in parts, by their names in the document."""
    path = SCHEMA_DIR / f"{row.name}.v{row.version}.json"
    schema = _moved(json.loads(path.read_text(encoding="utf-8")), row.provider)
    inner = schema.pop("$defs", {})
    for unlike in ("$id", "$schema", "title"):
        del schema[unlike]
    return {_data_name(row): schema} | {
        f"{row.provider}.{name}": one for name, one in inner.items()
    }


def _moved(node: Any, provider: str) -> Any:
    """The schema with every `$ref` pointing at where the part is in the document."""
    if isinstance(node, list):
        return [_moved(part, provider) for part in node]
    if not isinstance(node, dict):
        return node
    return {
        name: f"#/components/schemas/{provider}.{part.removeprefix('#/$defs/')}"
        if name == "$ref"
        else _moved(part, provider)
        for name, part in node.items()
    }


def _data_name(row: EventType) -> str:
    return f"{row.provider}.{row.model.__name__}"


def _ref(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}


@cache
def _examples() -> Json:
    found: Json = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return found
