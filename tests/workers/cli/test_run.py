"""`tiebeam run` and `tiebeam sandbox` as real processes."""

from __future__ import annotations

import asyncio
import json
import signal
import socket

import httpx
import pytest

from adapters.store import Store, inbox
from adapters.store.inbox import InboxRow
from tests.end_to_end.process import Running, tiebeam
from tests.workers.cli.conftest import Shell
from tests.workers.react.invoices import paid
from tests.workers.react.taking import waiting

pytestmark = pytest.mark.slow  # each starts processes of its own
PATIENCE = 60.0
"""Seconds after which a condition will not come true any more."""


async def test_a_port_that_is_taken_ends_the_workers_with_one_line(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        shell.change("ops_port = 0", f"ops_port = {taken.getsockname()[1]}")
        async with tiebeam("--config", str(shell.config), "run", "relay") as run:
            assert await run.ended() == 1
    *log, line = run.err.splitlines()
    assert line.startswith("tiebeam: [Errno ")
    assert "ddress already in use" in line
    assert all(json.loads(entry) for entry in log)
    assert "Traceback" not in run.err


async def test_workers_without_broker_and_providers_go_on_and_stop_when_asked(
    shell: Shell,
) -> None:
    async with tiebeam("--config", str(shell.config), "run") as run:
        assert run.process.stderr is not None
        first = json.loads(await run.process.stderr.readline())
        code = await run.stopped()
    assert code == 0
    assert first["level"] == "warning"
    assert shell.database.exists()  # upgraded on the way
    assert run.out == ""


async def test_settings_read_anew_let_what_lacked_a_mapping_go_on(shell: Shell) -> None:
    shell.change('account = { "PROP-001" = "277754" }', 'account = { "PROP-002" = "277754" }')
    async with Store.open(shell.url) as store:
        await store.upgrade()
        async with store.write() as tx:
            await inbox.add(tx, [waiting(paid(property_external_reference="PROP-001"))])
        async with tiebeam("--config", str(shell.config), "run", "react") as run:
            blocked = await _until(store, "blocked")
            shell.change("[kafka]", "[kafka]\nnonsense = 1")
            run.process.send_signal(signal.SIGHUP)
            await _line(run, "settings not usable, going on with those before")
            shell.change("nonsense = 1\n", "")
            shell.change("PROP-002", "PROP-001")
            run.process.send_signal(signal.SIGHUP)
            await _line(run, "settings read anew")
            tried = await _until(store, "retrying")
            assert await run.stopped() == 0
    assert 'account: add "PROP-001"' in (blocked.reason or "")
    assert "no connection" in (tried.reason or ""), "nobody answers at the other end"


async def _until(store: Store, state: str) -> InboxRow:
    """Wait until the one reaction is in a state."""
    async with asyncio.timeout(PATIENCE):
        while True:
            async with store.read() as tx:
                (row,) = await inbox.find(tx)
            if row.state == state:
                return row
            await asyncio.sleep(0.05)


async def _line(run: Running, event: str) -> None:
    """Wait for a line of the log."""
    assert run.process.stderr is not None
    async with asyncio.timeout(PATIENCE):
        while json.loads(await run.process.stderr.readline())["message"] != event:
            pass


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM], ids=lambda told: told.name)
async def test_the_sandbox_says_where_it_listens_and_ends_when_told(told: signal.Signals) -> None:
    async with tiebeam("sandbox", "--port", "0") as sandbox:
        assert sandbox.process.stdout is not None
        line = (await sandbox.process.stdout.readline()).decode()
        assert line.startswith("sandbox listening on http://127.0.0.1:")
        url = line.split()[-1]
        async with httpx.AsyncClient(verify=False) as http:
            answer = await http.get(f"{url}/_sandbox/counts")
        sandbox.process.send_signal(told)
        await sandbox.ended()
    assert sandbox.process.returncode == 0
    assert answer.status_code == 200
    assert "Traceback" not in sandbox.err
