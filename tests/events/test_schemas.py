"""The committed schemas: exported from the models, and never broken for their readers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from events.base import EventModel, Money, OpenEnum
from events.catalogue import EVENT_TYPES, EventType
from events.schemas import SCHEMA_DIR, BreakingChange, check, export, main, schema_of
from tests.events.samples import EVERY_TYPE, ONE_TYPE_OF_EACH_MODEL

PAID = "plentific.invoice.paid.v1.json"


class Status(OpenEnum):
    NEW = "new"
    OTHER = "other"


class GrownStatus(OpenEnum):
    NEW = "new"
    LOST = "lost"
    OTHER = "other"


class Bill(EventModel):
    status: Status
    status_raw: str | None = None
    amount: Money
    note: str | None = None


class BillWithMore(Bill):
    extra: str | None = None


class BillWithMoreDemanded(Bill):
    extra: str


class BillWithoutAmount(EventModel):
    status: Status
    status_raw: str | None = None
    note: str | None = None


class BillWithoutPromise(Bill):
    amount: Money | None  # type: ignore[assignment]


class BillRetyped(Bill):
    amount: int  # type: ignore[assignment]


class BillGrown(Bill):
    status: GrownStatus  # type: ignore[assignment]


class BillPromised(Bill):
    note: str


def table(model: type[EventModel], version: int = 1) -> dict[str, EventType]:
    return {"acme.bill.sent": EventType("acme.bill.sent", "acme.bills", model, version)}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A directory with the schema that the readers of `Bill` have."""
    export(tmp_path, table(Bill))
    return tmp_path


def edit(path: Path, change: Callable[[Any], object]) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    change(schema)
    path.write_text(json.dumps(schema), encoding="utf-8")


def test_the_committed_schemas_are_those_of_the_models_and_break_no_reader() -> None:
    assert check(SCHEMA_DIR) == []


def test_an_export_writes_one_file_for_each_type_and_checks_clean(tmp_path: Path) -> None:
    written = export(tmp_path / "new")

    assert [path.name for path in written] == [f"{name}.v1.json" for name in EVERY_TYPE]
    assert check(tmp_path / "new") == []
    before = [path.read_bytes() for path in written]
    assert [path.read_bytes() for path in export(tmp_path / "new")] == before


@pytest.mark.parametrize("name", EVERY_TYPE)
def test_a_schema_names_itself_and_lets_readers_meet_new_fields(name: str) -> None:
    schema = schema_of(name)

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"https://schemas.tiebeam.dev/{name}/v1"
    assert '"additionalProperties": false' not in json.dumps(schema)
    assert sorted(schema["required"]) == sorted(schema["properties"])


@pytest.mark.parametrize("name", ONE_TYPE_OF_EACH_MODEL)
def test_a_schema_is_one_of_its_dialect(name: str) -> None:
    Draft202012Validator.check_schema(schema_of(name))


def test_types_with_the_same_data_have_the_same_schema_under_another_name() -> None:
    for name in ONE_TYPE_OF_EACH_MODEL:
        like = [row for row in EVENT_TYPES.values() if row.model is EVENT_TYPES[name].model]
        for row in like:
            named = {"$id": row.schema_uri, "title": row.name}
            assert schema_of(row.name) == schema_of(name) | named


def test_a_schema_that_was_given_away_can_be_changed_and_the_next_is_whole() -> None:
    schema_of("plentific.invoice.paid")["$defs"].clear()

    assert "Invoice" in schema_of("plentific.invoice.paid")["$defs"]


def test_a_missing_file_is_a_problem(directory: Path) -> None:
    (directory / "acme.bill.sent.v1.json").unlink()

    (problem,) = check(directory, table(Bill))
    assert problem.startswith("acme.bill.sent.v1.json: missing")


def test_a_new_field_makes_the_file_stale_and_an_export_is_enough(directory: Path) -> None:
    (problem,) = check(directory, table(BillWithMore))
    assert problem.startswith("acme.bill.sent.v1.json: stale")

    export(directory, table(BillWithMore))
    assert check(directory, table(BillWithMore)) == []


def test_a_new_field_is_not_required_for_older_events_lack_it_and_stays_so(
    directory: Path,
) -> None:
    for _ in range(2):
        export(directory, table(BillWithMore))

        schema = json.loads((directory / "acme.bill.sent.v1.json").read_text(encoding="utf-8"))
        assert "extra" in schema["properties"]
        assert schema["required"] == ["status", "status_raw", "amount", "note"]


@pytest.mark.parametrize(
    ("model", "place"), [(BillWithMoreDemanded, "extra"), (BillPromised, "note")]
)
def test_a_change_with_which_older_events_cannot_be_read_is_told_and_not_exported(
    directory: Path, model: type[EventModel], place: str
) -> None:
    (problem,) = check(directory, table(model))
    assert problem.startswith(f"acme.bill.sent.v1.json: {place}: older events do not fit")
    with pytest.raises(BreakingChange, match=f"{place}: older events"):
        export(directory, table(model))


def test_what_came_later_with_a_default_may_not_lose_it(directory: Path) -> None:
    export(directory, table(BillWithMore))

    (problem,) = check(directory, table(BillWithMoreDemanded))
    assert problem.startswith("acme.bill.sent.v1.json: extra: ")


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (BillWithoutAmount, "amount: is gone"),
        (BillWithoutPromise, "amount: was string, may be null now"),
        (BillRetyped, "amount: was string, may be integer now"),
        (BillGrown, "status: has the new values 'lost'"),
    ],
)
def test_a_change_that_breaks_readers_is_told_and_cannot_be_exported_over(
    directory: Path, model: type[EventModel], reason: str
) -> None:
    committed = (directory / "acme.bill.sent.v1.json").read_bytes()

    (problem,) = check(directory, table(model))
    assert f"acme.bill.sent.v1.json: {reason}: breaks readers of v1" in problem
    with pytest.raises(BreakingChange, match="breaks readers of v1"):
        export(directory, table(model))
    assert (directory / "acme.bill.sent.v1.json").read_bytes() == committed


def test_a_breaking_change_is_fine_in_a_new_version_beside_the_old_one(directory: Path) -> None:
    export(directory, table(BillRetyped, version=2))

    assert check(directory, table(BillRetyped, version=2)) == []
    assert (directory / "acme.bill.sent.v1.json").exists()
    schema = json.loads((directory / "acme.bill.sent.v2.json").read_text(encoding="utf-8"))
    assert schema["$id"].endswith("/acme.bill.sent/v2")


def test_the_file_of_an_old_version_may_not_go(directory: Path) -> None:
    export(directory, table(BillRetyped, version=2))
    (directory / "acme.bill.sent.v1.json").unlink()

    (problem,) = check(directory, table(BillRetyped, version=2))
    assert problem.startswith("acme.bill.sent.v1.json: missing; events of this version")


def test_a_type_that_was_taken_away_leaves_readers_behind(directory: Path) -> None:
    (problem,) = check(directory, {})
    assert problem.startswith("acme.bill.sent.v1.json: no event type has this schema")


@pytest.mark.parametrize(
    "text", ["", "[]", "{not json", '{"$ref": "#/$defs/Nowhere"}', '{"properties": 1}']
)
def test_a_file_that_is_no_schema_is_a_problem_and_no_crash(directory: Path, text: str) -> None:
    (directory / "acme.bill.sent.v1.json").write_text(text, encoding="utf-8")

    (problem,) = check(directory, table(Bill))
    assert problem.startswith("acme.bill.sent.v1.json: ")


def test_the_check_sees_a_break_of_a_real_type(tmp_path: Path) -> None:
    export(tmp_path)
    edit(
        tmp_path / PAID, lambda schema: schema["$defs"]["InvoiceStatus"]["enum"].remove("received")
    )

    assert check(tmp_path) == [
        f"{PAID}: invoice.status: has the new values 'received': breaks readers of v1;"
        " keep it, or give the type version 2 in the catalogue"
    ]


def test_versions_count_from_one_for_every_type() -> None:
    assert all(row.version >= 1 for row in EVENT_TYPES.values())
    assert replace(EVENT_TYPES["plentific.invoice.paid"], version=2).schema_uri.endswith("/v2")


def test_the_command_exports_and_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path)]) == 1
    assert f"{PAID}: missing" in capsys.readouterr().err
    assert main(["export", str(tmp_path)]) == 0
    assert main(["check", str(tmp_path)]) == 0
    edit(tmp_path / PAID, lambda schema: schema["$defs"]["Invoice"]["properties"].update(gone={}))
    assert main(["export", str(tmp_path)]) == 1
    assert "invoice.gone: is gone" in capsys.readouterr().err


def test_the_module_runs_as_a_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "events.schemas", "check"],
        cwd=SCHEMA_DIR.parent.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
