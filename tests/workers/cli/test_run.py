"""`tiebeam run` and `tiebeam sandbox` as real processes."""

from __future__ import annotations

import json
import signal
import socket

import httpx
import pytest

from tests.end_to_end.process import tiebeam
from tests.workers.cli.conftest import Shell

pytestmark = pytest.mark.slow  # each starts processes of its own


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


async def test_the_sandbox_says_where_it_listens_and_ends_when_interrupted() -> None:
    async with tiebeam("sandbox", "--port", "0") as sandbox:
        assert sandbox.process.stdout is not None
        line = (await sandbox.process.stdout.readline()).decode()
        assert line.startswith("sandbox listening on http://127.0.0.1:")
        url = line.split()[-1]
        async with httpx.AsyncClient(verify=False) as http:
            answer = await http.get(f"{url}/_sandbox/counts")
        sandbox.process.send_signal(signal.SIGINT)
        await sandbox.ended()
    assert answer.status_code == 200
    assert "Traceback" not in sandbox.err
