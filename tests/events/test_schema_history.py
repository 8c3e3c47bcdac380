"""No committed schema was ever broken by a later one of its version, whatever the steps between.

`tiebeam schemas check` compares with the file of today. Who takes that file away and exports anew
passes it; the history remembers.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from events.base import EventModel
from events.catalogue import EVENT_TYPES, EventType
from events.schemas import SCHEMA_DIR, breaks, check, export
from tests.events.test_schemas import (
    Bill,
    BillPromised,
    BillRetyped,
    BillWithMore,
    BillWithMoreDemanded,
    BillWithoutAmount,
    table,
)
from tests.paths import ROOT


@dataclass(frozen=True)
class Revision:
    """A schema as it was committed once."""

    file: str
    schema: Mapping[str, Any]


def git(root: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.com"]
    done = subprocess.run(
        ["git", *identity, *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def revisions(root: Path, directory: Path) -> Iterator[Revision]:
    """Every schema that any commit of this branch holds, each once."""
    told = git(
        root, "log", "--format=", "--raw", "-m", "--no-abbrev", "--no-renames", "--", str(directory)
    )
    found = {
        (blob, path)
        for change, _, path in (line.partition("\t") for line in told.splitlines())
        if path.endswith(".json") and (blob := change.split()[3]).strip("0")
    }
    for blob, path in sorted(found):
        yield Revision(Path(path).name, json.loads(git(root, "cat-file", "blob", blob)))


def broken(root: Path, directory: Path, types: Mapping[str, EventType] = EVENT_TYPES) -> list[str]:
    """What of any committed schema is broken by the one that is published for its version now."""
    return [
        f"{one.file}: {fault}"
        for one in revisions(root, directory)
        for fault in _faults(one, directory, types)
    ]


def _faults(one: Revision, directory: Path, types: Mapping[str, EventType]) -> list[str]:
    name, _, version = one.file.removesuffix(".json").rpartition(".v")
    path = directory / one.file
    if name not in types or not path.exists():
        return ["a type or version with readers was taken away"]
    published = json.loads(path.read_text(encoding="utf-8"))
    row = types[name]
    # of an older version only the file is left
    return breaks(one.schema, published, row.model if int(version) == row.version else None)


def test_no_committed_schema_was_ever_broken() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("no history here: this is no clone")
    if git(ROOT, "rev-parse", "--is-shallow-repository").strip() == "true":
        pytest.skip("the history is cut off: git fetch --unshallow")

    assert len(list(revisions(ROOT, SCHEMA_DIR))) >= len(EVENT_TYPES)
    assert broken(ROOT, SCHEMA_DIR) == []


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository in which the schema of `Bill` was published."""
    git(tmp_path, "init", "--quiet")
    publish(tmp_path, Bill)
    return tmp_path


def publish(root: Path, model: type[EventModel], version: int = 1) -> None:
    export(root / "schemas", table(model, version))
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "-m", "published")


def forget(root: Path) -> None:
    """Take the file away that the export would compare with."""
    (root / "schemas/acme.bill.sent.v1.json").unlink()


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (BillWithoutAmount, "amount: is gone"),
        (BillRetyped, "amount: was string, may be integer now"),
        (BillPromised, "note: older events do not fit"),
        (BillWithMoreDemanded, "extra: older events do not fit"),
        (BillWithMore, "extra: older events do not fit"),  # for the new file requires it
    ],
)
def test_who_takes_the_file_away_and_exports_anew_is_found_out(
    clone: Path, model: type[EventModel], reason: str
) -> None:
    forget(clone)
    publish(clone, model)

    assert check(clone / "schemas", table(model)) == []
    (told,) = broken(clone, clone / "schemas", table(model))
    assert told.startswith(f"acme.bill.sent.v1.json: {reason}")


def test_a_break_stays_one_however_many_good_steps_follow(clone: Path) -> None:
    forget(clone)
    publish(clone, BillWithoutAmount)
    publish(clone, BillWithoutAmount)
    forget(clone)
    publish(clone, Bill)

    told = broken(clone, clone / "schemas", table(Bill))

    assert told == [
        "acme.bill.sent.v1.json: amount: older events do not fit (what is new needs a default)"
    ]


def test_good_steps_are_good_from_every_one_to_the_last(clone: Path) -> None:
    publish(clone, BillWithMore)
    publish(clone, BillRetyped, version=2)

    assert len(list(revisions(clone, clone / "schemas"))) == 3
    types = table(BillRetyped, version=2)
    assert check(clone / "schemas", types) == []
    assert broken(clone, clone / "schemas", types) == []


def test_the_file_of_an_older_version_is_held_too(clone: Path) -> None:
    publish(clone, BillRetyped, version=2)
    path = clone / "schemas/acme.bill.sent.v1.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema["required"].remove("amount")
    path.write_text(json.dumps(schema), encoding="utf-8")

    assert broken(clone, clone / "schemas", table(BillRetyped, version=2)) == [
        "acme.bill.sent.v1.json: amount: was always there, may be absent now"
    ]


def test_a_type_that_was_taken_away_long_ago_is_missed(clone: Path) -> None:
    forget(clone)
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "-m", "gone")

    assert broken(clone, clone / "schemas", {}) == [
        "acme.bill.sent.v1.json: a type or version with readers was taken away"
    ]
