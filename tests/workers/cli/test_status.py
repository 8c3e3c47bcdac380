from __future__ import annotations

import json

import pytest

from adapters.http.drift import NEW_FIELD, NEW_VALUE, Watch
from adapters.store import Store, hints
from adapters.store.hints import NewHint
from tests.workers.cli import shelves
from tests.workers.cli.conftest import Shell
from workers.detect import drift
from workers.detect.registry import STREAMS


@pytest.fixture
def filled(shell: Shell) -> Shell:
    shell.upgrade()
    shelves.fill(shell.url)
    return shell


def lines_of(shell: Shell) -> list[str]:
    done = shell.tiebeam("status")
    assert (done.code, done.err) == (0, "")
    return [" ".join(line.split()) for line in done.out.splitlines()]


def test_status_of_an_empty_store_says_that_nothing_was_looked_at(shell: Shell) -> None:
    shell.upgrade()

    lines = lines_of(shell)

    names = [f"plentific/{one.name}" for one in STREAMS if one.provider == "plentific"]
    names += [f"operate/{one.name}" for one in STREAMS if one.provider == "essensys"]
    assert lines == [
        "stream looked rows events calls missed state",
        *(f"{name} never 0 0 0 - new" for name in names),
        "outbox: 0 waiting",
        "reactions: none yet",
    ]


def test_status_shows_streams_outbox_and_reactions(filled: Shell) -> None:
    lines = lines_of(filled)

    assert "plentific/invoices 2026-03-02 12 7 0 - failed" in lines
    assert (
        "plentific/invoices: failed 2 times: "
        "plentific: list_invoices: [/red] Internal Server Error (500)"
    ) in lines
    assert lines[-2:] == [
        "reaction pending running retrying succeeded blocked dead cancelled",
        "recharge-paid-invoice 1 0 1 2 1 1 0",
    ]


def test_status_shows_how_many_hints_wait(filled: Shell) -> None:
    async def work(store: Store) -> None:
        new = [NewHint("plentific", "invoice", uuid, shelves.NOW) for uuid in "aab"]
        async with store.write() as tx:
            for one in new:
                await hints.add(tx, [one])

    shelves.run(filled.url, work)

    assert "hints of plentific: 2 waiting" in lines_of(filled)
    assert json.loads(filled.tiebeam("status", "--json").out)["hints"] == {"plentific": 2}


def test_status_shows_what_is_new_in_the_providers_answers(filled: Shell) -> None:
    watch = Watch()
    for _ in range(12):
        watch.unknown("plentific", "WorkOrder", "[bold]", NEW_FIELD)
    watch.unknown("plentific", "WorkOrder", "status", NEW_VALUE)
    shelves.run(filled.url, lambda store: drift.save(store, watch, shelves.NOW))

    assert set(lines_of(filled)[-2:]) == {
        "plentific WorkOrder.[bold]: new field, seen 12 times",
        "plentific WorkOrder.status: undocumented value, seen once",
    }
    found = json.loads(filled.tiebeam("status", "--json").out)["drift"]
    assert found[0] == {
        "connection": "plentific",
        "model": "WorkOrder",
        "field": "[bold]",
        "what": "new field",
        "count": 12,
        "first_at": "2026-03-02T09:30:00+00:00",
        "last_at": "2026-03-02T09:30:00+00:00",
    }


def test_status_shows_no_more_findings_than_can_be_read(filled: Shell) -> None:
    watch = Watch()
    for number in range(30):
        watch.unknown("plentific", "WorkOrder", f"field_{number}", NEW_FIELD)
    shelves.run(filled.url, lambda store: drift.save(store, watch, shelves.NOW))

    lines = lines_of(filled)

    assert sum(line.startswith("plentific WorkOrder.") for line in lines) == 20
    assert lines[-1] == "10 more findings; see --json"


def test_status_for_programs_is_one_json_object(filled: Shell) -> None:
    done = filled.tiebeam("status", "--json")

    assert (done.code, done.err) == (0, "")
    seen = json.loads(done.out)
    assert set(seen) == {"streams", "hints", "outbox_rows", "outbox_oldest", "reactions", "drift"}
    assert seen["streams"]["plentific/invoices"]["failures"] == 2
    assert seen["streams"]["plentific/invoices"]["missed_per_10_000"] is None
    assert seen["streams"]["plentific/work-orders"]["baseline_at"] is None
    assert (seen["outbox_rows"], seen["outbox_oldest"]) == (0, None)
    assert (seen["hints"], seen["drift"]) == ({}, [])
    assert seen["reactions"] == {
        "recharge-paid-invoice": {
            "pending": 1,
            "retrying": 1,
            "succeeded": 2,
            "blocked": 1,
            "dead": 1,
        }
    }
