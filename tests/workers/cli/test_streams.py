"""`tiebeam streams`: what each costs and finds, and beginning one anew."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from adapters.store import Store, cursors
from tests.workers.cli import shelves
from tests.workers.cli.conftest import Refused, Shell
from workers.detect.registry import STREAMS

PROGRESS = {
    "baseline_at": shelves.NOW.isoformat(),
    "looked_at": shelves.NOW.isoformat(),
    "swept_at": shelves.NOW.isoformat(),
    "pages": 3,
    "ids": 512,
    "total": 512,
    "seen": 40,
    "changed": 2,
    "events": 9,
    "calls": 17,
    "all_calls": 90,
    "missed": 3,
    "compared": 20_000,
    "held": 6,
    "steady": True,
}


@pytest.fixture
def looked(shell: Shell) -> Shell:
    """A store in which the invoices were looked at."""
    shell.upgrade()
    keep(shell, PROGRESS)
    return shell


def keep(shell: Shell, progress: dict[str, Any]) -> None:
    """Say how far the invoices are."""

    async def work(store: Store) -> None:
        async with store.write() as tx:
            await cursors.put(tx, "plentific", "invoices", progress, shelves.NOW)

    shelves.run(shell.url, work)


def kept(shell: Shell) -> list[str]:
    """The streams that have a cursor."""

    async def work(store: Store) -> list[str]:
        async with store.read() as tx:
            return [f"{one.connection}/{one.stream}" for one in await cursors.everywhere(tx)]

    return shelves.run(shell.url, work)


def answering(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))


@pytest.mark.parametrize("command", [("streams",), ("streams", "list")])
def test_every_stream_is_listed_with_its_pace_and_its_last_look(
    looked: Shell, command: tuple[str, ...]
) -> None:
    done = looked.tiebeam(*command)

    assert (done.code, done.err) == (0, "")
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert lines[0] == "stream every looked seen changed calls state"
    assert "plentific/invoices 1m 2026-03-02 40 2 17 6 held" in lines
    assert "plentific/work-orders 1m never 0 0 0 new" in lines
    watched = [one for one in STREAMS if one.provider in ("plentific", "essensys")]
    assert len(lines) == 1 + len(watched) + 1
    assert lines[-1] == (
        "plentific/invoices: 6 gone at once, not told; if they really are, "
        "raise largest_removal of this stream until they are told"
    )


@pytest.mark.parametrize("command", ["streams", "status"])
def test_what_came_into_view_and_is_held_is_shown_with_the_ways_to_go_on(
    looked: Shell, command: str
) -> None:
    keep(looked, {**PROGRESS, "held": 0, "arrived": 150})

    lines = [" ".join(line.split()) for line in looked.tiebeam(command).out.splitlines()]

    assert any(one.startswith("plentific/invoices ") and one.endswith("150 held") for one in lines)
    assert (
        "plentific/invoices: 150 came into view at once, not told; "
        "`tiebeam streams reset plentific invoices` takes them for known without a word, "
        "a larger largest_arrival of this stream tells them"
    ) in lines
    shown = json.loads(looked.tiebeam(command, "--json").out)
    streams = shown["streams"].values() if command == "status" else shown
    assert [one["arrived"] for one in streams if one["looked_at"]] == [150]


def test_all_of_it_can_be_read_on_a_narrow_terminal(looked: Shell) -> None:
    names = [
        f"{connection}/{one.name}"
        for connection, provider in (("plentific", "plentific"), ("operate", "essensys"))
        for one in STREAMS
        if one.provider == provider
    ]
    for command in (("streams",), ("status",)):
        told = looked.tiebeam(*command, width=80).out.splitlines()
        assert [line.split()[0] for line in told[1 : len(names) + 1]] == names, command
        assert all(len(line) <= 80 for line in told[: len(names) + 1])
        assert "…" not in "".join(told)


@pytest.mark.parametrize("command", [("streams", "--json"), ("streams", "list", "--json")])
def test_for_programs_it_is_one_json_list(looked: Shell, command: tuple[str, ...]) -> None:
    done = looked.tiebeam(*command)

    assert (done.code, done.err) == (0, "")
    rows: list[dict[str, Any]] = json.loads(done.out)
    (invoices,) = [one for one in rows if one["stream"] == "invoices" and one["events"]]
    assert (
        invoices.items()
        >= {
            **PROGRESS,
            "connection": "plentific",
            "every": 60,
            "sweep_every": 900,
            "details_every": 3600,
            "missed_per_10_000": 1.5,
        }.items()
    )


def test_a_configured_pace_is_the_one_that_is_shown(looked: Shell) -> None:
    pace = '[connections.plentific.streams.invoices]\nevery = "90s"\nsweep_every = "2d"\n'
    looked.change("[connections.operate]", f"{pace}[connections.operate]")

    assert "plentific/invoices           90s " in looked.tiebeam("streams").out


def test_a_reset_forgets_the_cursor_of_that_stream(looked: Shell) -> None:
    shelves.fill(looked.url)
    done = looked.tiebeam("streams", "reset", "plentific", "invoices", "--yes")

    assert (done.code, done.err) == (0, "")
    assert done.out == "plentific/invoices: the next look is its first\n"
    assert kept(looked) == []
    again = looked.tiebeam("streams", "reset", "plentific", "invoices", "--yes")
    assert again.out == "plentific/invoices: it was not looked at yet\n"


def test_a_reset_asks_first(looked: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, "y\n")
    done = looked.tiebeam("streams", "reset", "plentific", "invoices")

    assert done.code == 0
    assert "Take what is in plentific/invoices now for known" in done.out
    assert kept(looked) == []


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_a_reset_that_is_not_agreed_to_changes_nothing(
    looked: Shell, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    answering(monkeypatch, answer)
    done = looked.tiebeam("streams", "reset", "plentific", "invoices")

    assert done.code == 1
    assert kept(looked) == ["plentific/invoices"]


def test_a_stream_that_is_not_there_is_named_with_those_that_are(
    looked: Shell, one_line: Refused
) -> None:
    line = one_line(looked.tiebeam("streams", "reset", "plentific", "bills", "--yes"), 2)

    assert line.startswith(f"{looked.config}: there is no stream plentific/bills; there are: ")
    assert "plentific/invoices" in line
