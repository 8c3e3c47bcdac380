from __future__ import annotations

import json
from pathlib import Path

import pytest

from events import asyncapi, schemas
from events.catalogue import EVENT_TYPES
from tests.command import tiebeam
from tests.workers.cli.conftest import Refused
from workers.cli import schemas as command


def test_export_writes_a_schema_for_each_event_type(tmp_path: Path) -> None:
    done = tiebeam("schemas", "export", str(tmp_path / "out"))

    assert (done.code, done.err) == (0, "")
    assert done.out == f"{len(EVENT_TYPES)} schemas in {tmp_path}/out\n"
    written = {file.name: json.loads(file.read_text()) for file in (tmp_path / "out").iterdir()}
    assert len(written) == len(EVENT_TYPES)
    paid = written["plentific.invoice.paid.v1.json"]
    assert paid["$id"] == "https://schemas.tiebeam.dev/plentific.invoice.paid/v1"


def test_check_finds_the_published_schemas_as_they_are() -> None:
    done = tiebeam("schemas", "check")
    assert (done.code, done.out, done.err) == (0, "schemas are as published\n", "")


def test_check_names_what_differs_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_line: Refused
) -> None:
    schemas.export(tmp_path)
    (tmp_path / "plentific.invoice.paid.v1.json").unlink()
    monkeypatch.setattr(schemas, "SCHEMA_DIR", tmp_path)

    done = tiebeam("schemas", "check")
    assert one_line(done, 1) == "1 schemas differ from what was published"
    assert "plentific.invoice.paid" in done.out


def test_the_document_of_all_topics_is_written_with_the_prefix_that_is_given(
    tmp_path: Path,
) -> None:
    file = tmp_path / "new" / "asyncapi.json"

    done = tiebeam("schemas", "asyncapi", str(file), "--prefix", "live.")

    assert (done.code, done.out, done.err) == (0, f"AsyncAPI document in {file}\n", "")
    told = json.loads(file.read_text(encoding="utf-8"))
    assert told["channels"]["plentific.invoices"]["address"] == "live.plentific.invoices"


@pytest.mark.parametrize("there", [True, False])
def test_check_tells_that_the_published_document_is_not_of_today(
    there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_line: Refused
) -> None:
    monkeypatch.setattr(command, "ASYNCAPI", tmp_path / "asyncapi.json")
    if there:
        command.ASYNCAPI.write_text(asyncapi.text().replace("invoices", "bills"), encoding="utf-8")

    done = tiebeam("schemas", "check")

    assert one_line(done, 1) == "asyncapi.json does not tell of these events: run make schemas"
