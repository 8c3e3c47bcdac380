"""Airbyte CDK: a declarative source that emits the whole list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from airbyte_cdk.entrypoint import launch
from airbyte_cdk.models import Type
from airbyte_cdk.sources.declarative.concurrent_declarative_source import (
    ConcurrentDeclarativeSource,
)

from tests.benchmarks.peers.passes import Task, measure

NAME = "work_orders"
TEXTS = (
    "created",
    "due_date",
    "external_reference",
    "organisation_uuid",
    "property_uuid",
    "status",
    "uuid",
    "work_order_type",
)
SCHEMA = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in TEXTS}
    | {"is_emergency": {"type": "boolean"}},
}


def manifest(page: int) -> dict[str, Any]:
    """The source, as a connector's YAML declares it."""
    requester = {
        "type": "HttpRequester",
        "url_base": "{{ config['url'] }}",
        "path": "/work-orders",
        "http_method": "GET",
    }
    paginator = {
        "type": "DefaultPaginator",
        "page_token_option": _header("X-Pagination-Offset"),
        "page_size_option": _header("X-Pagination-Limit"),
        "pagination_strategy": {
            "type": "OffsetIncrement",
            "page_size": page,
            "inject_on_first_request": True,
        },
    }
    selector = {
        "type": "RecordSelector",
        "extractor": {"type": "DpathExtractor", "field_path": []},
    }
    stream = {
        "type": "DeclarativeStream",
        "name": NAME,
        "primary_key": "uuid",
        "schema_loader": {"type": "InlineSchemaLoader", "schema": SCHEMA},
        "retriever": {
            "type": "SimpleRetriever",
            "requester": requester,
            "paginator": paginator,
            "record_selector": selector,
        },
    }
    return {
        "type": "DeclarativeSource",
        "version": "6.0.0",
        "check": {"type": "CheckStream", "stream_names": [NAME]},
        "streams": [stream],
        "spec": {"type": "Spec", "connection_specification": {"type": "object"}},
    }


def _header(name: str) -> dict[str, str]:
    return {"type": "RequestOption", "inject_into": "header", "field_name": name}


class Counted(ConcurrentDeclarativeSource):
    """A source that knows how many records it has emitted."""

    seen = 0

    def read(self, *arguments: Any, **named: Any) -> Iterator[Any]:
        """Everything emitted."""
        for message in super().read(*arguments, **named):
            self.seen += message.type is Type.RECORD
            yield message


def main(task: Task) -> None:
    """Emit the list twice."""
    stream = {"name": NAME, "json_schema": SCHEMA, "supported_sync_modes": ["full_refresh"]}
    configured = {
        "stream": stream,
        "sync_mode": "full_refresh",
        "destination_sync_mode": "overwrite",
    }
    config = _saved(task.folder / "config.json", {"url": task.url})
    catalog = _saved(task.folder / "catalog.json", {"streams": [configured]})

    def look() -> int:
        source = Counted(
            catalog=Counted.read_catalog(catalog),
            config=Counted.read_config(config),
            state=[],
            source_config=manifest(task.page),
        )
        launch(source, ["read", "--config", config, "--catalog", catalog])
        return source.seen

    measure(task, look)


def _saved(file: Path, value: Any) -> str:
    file.write_text(json.dumps(value), encoding="utf-8")
    return str(file)


if __name__ == "__main__":
    main(Task.told())
