from __future__ import annotations

import json
from datetime import timedelta

import pytest

from adapters.store import Store, entities, inbox, retention
from adapters.store.entities import Entity
from tests.adapters.store.examples import an_entity
from tests.workers.cli import shelves
from tests.workers.cli.conftest import Refused, Shell
from tests.workers.react.invoices import paid
from tests.workers.react.taking import waiting
from workers import history


def filled(shell: Shell) -> Shell:
    """A store in which one invoice waits to be recharged."""
    shell.upgrade()

    async def work(store: Store) -> None:
        async with store.write() as tx:
            await inbox.add(tx, [waiting(paid())])

    shelves.run(shell.url, work)
    return shell


def with_things(shell: Shell, *things: Entity) -> Shell:
    """The same store, and in it these things."""

    async def work(store: Store) -> None:
        async with store.write() as tx:
            await entities.add_new(tx, things)

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


def test_trace_of_a_forgotten_event_shows_a_dash_for_it(shell: Shell) -> None:
    shell.upgrade()
    shelves.fill(shell.url)

    async def work(store: Store) -> None:
        async with store.write() as tx:
            later = shelves.NOW + timedelta(days=1)
            assert await retention.forget_events(tx, [1], later) == 1

    shelves.run(shell.url, work)
    done = shell.tiebeam("trace", "key-done")

    assert (done.code, done.err) == (0, "")
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert any(
        " – plentific.invoice.paid invoice-1 version 3, taken by recharge-paid-invoice" in line
        and line.endswith("; its event is forgotten")
        for line in lines
    ), lines
    assert any("reaction 1 invoice-1 succeeded after 1 attempt" in line for line in lines), lines
    assert any("452331 done, known by its answer" in line for line in lines), lines


def test_trace_knows_a_thing_by_its_number(shell: Shell) -> None:
    invoice = an_entity("invoice-1", kind="invoice", state={"number": "211706"})
    with_things(filled(shell), invoice)

    done = shell.tiebeam("trace", "211706")

    assert done.code == 0
    assert done.out == shell.tiebeam("trace", "invoice-1").out
    assert done.err == "note: 211706 is the number or reference of invoice invoice-1 (plentific)\n"


def test_trace_of_a_number_of_several_things_lists_them(shell: Shell, one_line: Refused) -> None:
    invoice = an_entity("u-2", kind="invoice", state={"number": "7"})
    order = an_entity("u-1", kind="work_order", state={"work_order_id": 7})
    with_things(filled(shell), invoice, order)

    assert one_line(shell.tiebeam("trace", "7"), 1) == (
        "7 fits 2 things, choose one by its id: invoice u-2 (plentific), work_order u-1 (plentific)"
    )


def test_trace_names_no_more_things_than_can_be_read(shell: Shell, one_line: Refused) -> None:
    things = [an_entity(f"u-{one:02}", state={"external_reference": "R"}) for one in range(22)]
    with_things(filled(shell), *things)

    line = one_line(shell.tiebeam("trace", "R"), 1)

    assert line.startswith("R fits 22 things, choose one by its id: work-order u-00 (plentific), ")
    assert line.endswith(", work-order u-19 (plentific), and 2 more")


def test_trace_of_an_id_says_that_it_is_a_number_too(shell: Shell) -> None:
    other = an_entity("other", kind="invoice", state={"number": "invoice-1"})
    done = with_things(filled(shell), other).tiebeam("trace", "invoice-1", "--json")

    assert [one["what"] for one in json.loads(done.out)] == ["plentific.invoice.paid", "reaction 1"]
    assert done.err == "note: invoice-1 is the number or reference of invoice other (plentific)\n"


def test_trace_says_what_it_did_not_follow(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST_THINGS", 1)
    shell.upgrade()
    shelves.fill(shell.url)

    done = shell.tiebeam("trace", "key-done")

    assert done.code == 0
    assert done.err == (
        "note: there is more, too much to follow: 1 other ids, such as 452331; "
        "trace them one by one\n"
    )
