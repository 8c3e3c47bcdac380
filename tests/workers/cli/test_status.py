from __future__ import annotations

import json

import pytest

from tests.workers.cli import shelves
from tests.workers.cli.conftest import Shell


@pytest.fixture
def filled(shell: Shell) -> Shell:
    shell.upgrade()
    shelves.fill(shell.url)
    return shell


def test_status_of_an_empty_store_says_that_nothing_was_looked_at(shell: Shell) -> None:
    shell.upgrade()
    done = shell.tiebeam("status")

    assert (done.code, done.err) == (0, "")
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert lines == [
        "stream baseline last look rows events state",
        "plentific/work-orders never never 0 0 not looked at yet",
        "plentific/invoices never never 0 0 not looked at yet",
        "outbox: 0 waiting",
        "reactions: none yet",
    ]


def test_status_shows_streams_outbox_and_reactions(filled: Shell) -> None:
    done = filled.tiebeam("status")

    assert (done.code, done.err) == (0, "")
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert (
        "plentific/invoices 2026-03-02 09:30:00 2026-03-02 09:30:00 12 7 failed 2 times: "
        "plentific: list_invoices: [/red] Internal Server Error (500)"
    ) in lines
    assert lines[-2:] == [
        "reaction pending running retrying succeeded blocked dead",
        "recharge-paid-invoice 1 0 1 2 1 1",
    ]


def test_status_for_programs_is_one_json_object(filled: Shell) -> None:
    done = filled.tiebeam("status", "--json")

    assert (done.code, done.err) == (0, "")
    seen = json.loads(done.out)
    assert set(seen) == {"streams", "outbox_rows", "outbox_oldest", "reactions"}
    assert seen["streams"]["plentific/invoices"]["failures"] == 2
    assert seen["streams"]["plentific/work-orders"]["baseline_at"] is None
    assert (seen["outbox_rows"], seen["outbox_oldest"]) == (0, None)
    assert seen["reactions"] == {
        "recharge-paid-invoice": {
            "pending": 1,
            "retrying": 1,
            "succeeded": 2,
            "blocked": 1,
            "dead": 1,
        }
    }
