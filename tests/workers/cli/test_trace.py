from __future__ import annotations

import json

from adapters.store import Store, inbox
from tests.workers.cli import shelves
from tests.workers.cli.conftest import Refused, Shell
from tests.workers.react.invoices import paid
from tests.workers.react.taking import waiting


def filled(shell: Shell) -> Shell:
    """A store in which one invoice waits to be recharged."""
    shell.upgrade()

    async def work(store: Store) -> None:
        async with store.write() as tx:
            await inbox.add(tx, [waiting(paid())])

    shelves.run(shell.url, work)
    return shell


def test_trace_shows_what_happened_to_a_thing(shell: Shell) -> None:
    done = filled(shell).tiebeam("trace", "invoice-1")

    assert (done.code, done.err) == (0, "")
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert any("plentific.invoice.paid invoice-1 version" in line for line in lines), lines
    assert any("reaction 1 invoice-1 pending after 0 attempts" in line for line in lines), lines


def test_trace_cuts_nothing_short_on_a_narrow_terminal(shell: Shell) -> None:
    told = filled(shell).tiebeam("trace", "invoice-1", width=80).out

    assert all(len(line) <= 80 for line in told.splitlines())
    assert "plentific.invoice.paid invoice-1 version" in " ".join(told.split())


def test_trace_is_there_for_programs(shell: Shell) -> None:
    moments = json.loads(filled(shell).tiebeam("trace", "invoice-1", "--json").out)

    assert [one["what"] for one in moments] == ["plentific.invoice.paid", "reaction 1"]
    assert moments[0]["at"].endswith("+00:00")


def test_trace_of_nothing_says_so(shell: Shell, one_line: Refused) -> None:
    shell.upgrade()
    line = one_line(shell.tiebeam("trace", "none"), 1)
    assert line.startswith("nothing is known of none: is it the id as its provider writes it?")
