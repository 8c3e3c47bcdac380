"""`tiebeam backfill`: history on request."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
import structlog

from adapters.store import Store, cursors, outbox
from deploy.sandbox import Sandbox, running_sandbox
from deploy.sandbox.plentific import data as plentific
from deploy.sandbox.plentific import invoices
from tests.command import Done
from tests.workers.cli.conftest import SECRET, Refused, Shell

BASELINE = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MIDNIGHT = "2025-06-30T23:00:00Z"
"""Of 1 July in London, where it is summer."""


@pytest.fixture(autouse=True)
def logs_for_this_test_only() -> Iterator[None]:
    """The command says where logs go, and the process is that of other tests too."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers, root.level = handlers, level


@pytest.fixture
async def sandbox(shell: Shell) -> AsyncIterator[Sandbox]:
    """A Plentific with three invoices, of which the baseline was taken."""
    async with running_sandbox() as running:
        shell.change("http://127.0.0.1:9/plentific", running.plentific_url)
        shell.change("a-client", plentific.CLIENT_ID)
        shell.change(f'"{SECRET}"', f'"{plentific.CLIENT_SECRET}"')
        await asyncio.to_thread(shell.upgrade)
        async with Store.open(shell.url) as store, store.write() as tx:
            looked = {"baseline_at": BASELINE.isoformat()}
            await cursors.put(tx, "plentific", "invoices", looked, BASELINE)
        for created in ("2025-06-30T22:59:59Z", MIDNIGHT, "2026-01-05T08:00:00Z"):
            paid = {"status": "paid", "paid_on": created}
            state = running.state
            invoices.create_invoice(state.plentific, state.now(), {"created": created, **paid})
        yield running


async def backfilled(
    shell: Shell, *options: str, stream: str = "invoices", since: str = "2025-07-01"
) -> Done:
    return await asyncio.to_thread(
        shell.tiebeam, "backfill", "plentific", stream, "--since", since, *options
    )


async def waiting(shell: Shell) -> list[dict[str, str]]:
    """The headers of the events in the outbox."""
    async with Store.open(shell.url) as store, store.read() as tx:
        return [dict(row.headers) for row in await outbox.unpublished(tx, 100)]


async def test_history_is_told_from_the_midnight_of_the_connections_zone(
    shell: Shell, sandbox: Sandbox
) -> None:
    done = await backfilled(shell)

    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "plentific.invoice.paid: 2",
        "plentific.invoice.received: 2",
        "plentific/invoices: 3 read, 4 told",
    ]
    headers = await waiting(shell)
    assert {one["ce_backfill"] for one in headers} == {"true"}
    assert min(one["ce_time"] for one in headers) == MIDNIGHT


async def test_what_is_in_the_outbox_is_not_told_again(shell: Shell, sandbox: Sandbox) -> None:
    await backfilled(shell)
    before = await waiting(shell)

    done = await backfilled(shell)

    assert done.out == "plentific/invoices: 3 read, 0 told; 4 in the outbox already\n"
    assert await waiting(shell) == before


async def test_a_dry_run_only_counts(shell: Shell, sandbox: Sandbox) -> None:
    done = await backfilled(shell, "--dry-run")

    assert done.out.splitlines()[-1] == "plentific/invoices: 3 read, 4 would be told"
    assert await waiting(shell) == []


async def test_what_could_not_be_read_is_said_and_makes_it_fail(
    shell: Shell, sandbox: Sandbox, one_line: Refused
) -> None:
    sandbox.state.faults.add("status", operation="get_invoice", status=500, times=1)

    done = await backfilled(shell)

    assert "plentific/invoices: 3 read," in done.out
    told = [line for line in done.err.splitlines() if line.startswith("tiebeam: ")]
    assert done.code == 1
    assert told[-1].startswith("tiebeam: plentific/invoices: 1 could not be read (plentific: get_")
    assert told[-1].endswith("; run it again")
    assert (await backfilled(shell)).code == 0


async def test_a_stream_without_a_baseline_has_no_history(
    shell: Shell, sandbox: Sandbox, one_line: Refused
) -> None:
    line = one_line(await backfilled(shell, stream="work-orders"), 1)
    assert line.startswith("plentific/work-orders: there is no baseline yet")


async def test_a_day_after_the_baseline_is_refused(
    shell: Shell, sandbox: Sandbox, one_line: Refused
) -> None:
    line = one_line(await backfilled(shell, since="2026-03-03"), 1)
    assert "2026-03-02 09:30 UTC is told without being asked for" in line


async def test_a_stream_that_is_not_there_is_named(
    shell: Shell, sandbox: Sandbox, one_line: Refused
) -> None:
    line = one_line(await backfilled(shell, stream="bills"), 2)
    assert f"{shell.config}: there is no stream plentific/bills; there are: " in line


async def test_a_provider_that_is_away_is_named(
    shell: Shell, sandbox: Sandbox, one_line: Refused
) -> None:
    await sandbox.stop()
    assert "no connection" in one_line(await backfilled(shell), 1)


@pytest.mark.parametrize("since", ["yesterday", "2026-02-30"])
async def test_a_day_that_is_none_is_a_mistake_of_usage(shell: Shell, since: str) -> None:
    assert (await backfilled(shell, since=since)).code == 2
