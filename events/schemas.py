"""Export the JSON Schema of every event type, and check the committed ones against the models.

Producers are strict and readers tolerant: the models take no unknown fields, the schemas do, so
that a new field breaks nobody. Older events do not have it: so its model has a default for it, and
the published schema does not require it. All else that a published version says stays. A change
that would break readers, or with which older events could not be read, needs a new version in the
catalogue; the file of the old version stays, for the events that still stand in the topics.
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from events.base import EventModel
from events.catalogue import EVENT_TYPES, EventType, event_type
from events.compatibility import breaking_changes, unreadable

SCHEMA_DIR = Path(__file__).parent / "schemas"
"""Where the committed schemas are."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class BreakingChange(ValueError):
    """An export would break the readers of a committed version; one line of text for each way."""


def schema_of(name: str) -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of the data of an event type, as readers should use it.

    Raises:
        UnknownEventType: the catalogue has no such name.
    """
    return copy.deepcopy(_schema(event_type(name)))


def export(directory: Path, table: Mapping[str, EventType] = EVENT_TYPES) -> list[Path]:
    """Write the schema of every event type in its present version; returns the files in order.

    Raises:
        BreakingChange: a file of the same version is there, and its readers would break; nothing
            is written then.
    """
    rows = [table[name] for name in sorted(table)]
    if problems := [fault for row in rows for fault in _breaks(directory, row)]:
        raise BreakingChange("\n".join(problems))
    directory.mkdir(parents=True, exist_ok=True)
    for row in rows:
        text = _text(row, _committed(directory, row))
        _file(directory, row).write_text(text, encoding="utf-8")
    return [_file(directory, row) for row in rows]


def check(directory: Path, table: Mapping[str, EventType] = EVENT_TYPES) -> list[str]:
    """List what is wrong with the committed schemas, one line each; none when all is well."""
    problems: list[str] = []
    for row in (table[name] for name in sorted(table)):
        problems += _check_one(directory, row)
    known = {
        _file(directory, row, version)
        for row in table.values()
        for version in range(1, row.version + 1)
    }
    problems += [
        f"{path.name}: no event type has this schema; a type with readers is not taken away"
        for path in sorted(directory.glob("*.json"))
        if path not in known
    ]
    return problems


def _check_one(directory: Path, row: EventType) -> list[str]:
    problems = [
        f"{path.name}: missing; events of this version still stand in the topics, restore it"
        for version in range(1, row.version)
        if not (path := _file(directory, row, version)).exists()
    ]
    path = _file(directory, row)
    if not path.exists():
        return [*problems, f"{path.name}: missing; run the schema export and commit the file"]
    if breaks := _breaks(directory, row):
        return problems + breaks
    if path.read_text(encoding="utf-8") != _text(row, _committed(directory, row)):
        problems.append(f"{path.name}: stale; run the schema export and commit the file")
    return problems


def _breaks(directory: Path, row: EventType) -> list[str]:
    path = _file(directory, row)
    if not path.exists():
        return []
    try:
        committed = _committed(directory, row)
        faults = breaks(committed, _published(row, committed), row.model)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        return [f"{path.name}: is no JSON Schema that can be compared: {error!r}; restore it"]
    return [
        f"{path.name}: {fault}: breaks readers of v{row.version}; keep it, or give the type"
        f" version {row.version + 1} in the catalogue"
        for fault in faults
    ]


def breaks(
    earlier: Mapping[str, Any], published: Mapping[str, Any], model: type[EventModel] | None
) -> list[str]:
    """List what of an earlier schema of the same version is broken, one line each.

    Readers who have the earlier one must get on with what is published now, and its events must
    be readable for those who have the present one, and for ourselves where we have its model.
    """
    newer = breaking_changes(earlier, published)
    told = {fault.partition(": ")[0] for fault in newer}
    older = unreadable(earlier, published)
    if model is not None:
        older += unreadable(earlier, _read_by(model))
    left = (fault for fault in older if fault.partition(": ")[0] not in told)
    return [*newer, *dict.fromkeys(left)]


def _committed(directory: Path, row: EventType) -> dict[str, Any]:
    """The file of the present version; empty where there is none yet."""
    path = _file(directory, row)
    if not path.exists():
        return {}
    committed: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return committed


def _file(directory: Path, row: EventType, version: int | None = None) -> Path:
    return directory / f"{row.name}.v{row.version if version is None else version}.json"


def _text(row: EventType, committed: Mapping[str, Any]) -> str:
    schema = _published(row, committed)
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _published(row: EventType, committed: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of the model, requiring nothing that events of this version may lack."""
    schema = _schema(row)
    whole = _no_more_required(schema, committed or None)
    if "$defs" not in schema:
        return whole
    known = committed.get("$defs", {})
    parts = schema["$defs"].items()
    return whole | {"$defs": {name: _no_more_required(one, known.get(name)) for name, one in parts}}


def _no_more_required(part: dict[str, Any], known: Mapping[str, Any] | None) -> dict[str, Any]:
    if known is None or "required" not in part:
        return part
    promised = known.get("required", ())
    return part | {"required": [name for name in part["required"] if name in promised]}


def _schema(row: EventType) -> dict[str, Any]:
    named = {"$schema": _DIALECT, "$id": row.schema_uri, "title": row.name}
    return {**_schema_of_model(row.model), **named}


@cache
def _schema_of_model(model: type[EventModel]) -> dict[str, Any]:
    # In serialisation mode what we always write is required, which is what readers may rely on.
    return _for_readers(model.model_json_schema(mode="serialization"))


@cache
def _read_by(model: type[EventModel]) -> dict[str, Any]:
    # In validation mode what has a default is not required.
    return _for_readers(model.model_json_schema(mode="validation"))


def _for_readers(node: dict[str, Any]) -> dict[str, Any]:
    """Open the objects that our models close, and drop what only tells of Python."""
    opened: dict[str, Any] = {}
    for keyword, part in node.items():
        if keyword in ("title", "default") or (keyword == "additionalProperties" and part is False):
            continue
        if keyword in ("properties", "$defs"):
            opened[keyword] = {name: _for_readers(schema) for name, schema in part.items()}
        elif keyword == "anyOf":
            opened[keyword] = [_for_readers(schema) for schema in part]
        elif keyword in ("items", "additionalProperties") and isinstance(part, dict):
            opened[keyword] = _for_readers(part)
        else:
            opened[keyword] = part
    return opened


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `export [dir]` or `check [dir]`; the committed directory where none is named.

    Returns:
        0 done, 1 there are problems (each one line on stderr); argparse exits with 2 on bad usage.
    """
    parser = argparse.ArgumentParser(prog="python -m events.schemas")
    parser.add_argument("command", choices=["export", "check"])
    parser.add_argument("directory", nargs="?", type=Path, default=SCHEMA_DIR)
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "export":
            export(chosen.directory)
            return 0
        problems = check(chosen.directory)
    except BreakingChange as error:
        problems = str(error).splitlines()
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
