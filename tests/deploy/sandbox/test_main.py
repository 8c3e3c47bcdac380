"""`python -m deploy.sandbox` says where it listens and ends at once when told."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import httpx
import pytest

from deploy.sandbox import running_sandbox
from deploy.sandbox.server import Sandbox
from deploy.sandbox.state import SandboxState

ROOT = Path(__file__).resolve().parents[3]


async def start(*arguments: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy.sandbox", *arguments, cwd=ROOT, stdout=PIPE, stderr=PIPE
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_prints_its_address_and_ends_with_code_0_on_a_signal(
    number: signal.Signals,
) -> None:
    process = await start("--port", "0", "--seed", "demo")
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), 20)).decode()
        assert line.startswith("sandbox listening on http://127.0.0.1:")
        url = line.split()[-1]
        async with httpx.AsyncClient(verify=False) as http:
            counts = (await http.get(f"{url}/_sandbox/counts")).json()
            hold = {"kind": "delay", "hold": True}
            await http.post(f"{url}/_sandbox/faults", json=hold)
            held = asyncio.create_task(http.get(f"{url}/essensys/api/1.0/account"))
            while not (await http.get(f"{url}/_sandbox/faults")).json()[0]["held"]:
                pass
            process.send_signal(number)
            _, errors = await asyncio.wait_for(process.communicate(), 5)
            with pytest.raises(httpx.TransportError):
                await held
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

    assert counts["plentific"]["work_orders"] == 12
    assert (process.returncode, errors) == (0, b"")


async def test_a_taken_port_is_one_readable_line() -> None:
    async with running_sandbox() as sandbox:
        process = await start("--port", str(sandbox.port))
        output, errors = await asyncio.wait_for(process.communicate(), 20)

    assert (process.returncode, output) == (1, b"")
    assert errors.decode().startswith(f"cannot listen on 127.0.0.1:{sandbox.port}: ")
    assert errors.count(b"\n") == 1


async def test_the_seed_is_the_same_for_the_same_time(sandbox: Sandbox) -> None:
    async with running_sandbox(seed="demo", clock=sandbox.state.now) as again:
        for name in ("work_orders", "invoices"):
            first = list(getattr(sandbox.state.plentific, name))
            assert list(getattr(again.state.plentific, name)) == first


async def test_an_empty_sandbox_has_lookups_but_no_records() -> None:
    async with running_sandbox(SandboxState()) as sandbox:
        assert len(sandbox.state.plentific.invoices) == 0
        assert len(sandbox.state.essensys.accounts) == 0
        assert "73" in sandbox.state.essensys.products
