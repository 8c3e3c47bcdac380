"""The project without an engine: its commands as processes, its configuration, another database.

Only addresses differ, by variables: in compose each service has a machine of its own.
"""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.deploy.compose.project import Project
from tests.end_to_end.collector import Collector, collecting
from tests.end_to_end.process import Running, tiebeam
from tests.end_to_end.world import until
from workers.run import ROLES

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
STARTING = 120.0
"""Seconds that four processes are given to start on a busy machine."""
BASES = {
    "PLENTIFIC": "/plentific/2021-10-28",
    "OPERATE": "/essensys",
    "FACILITEE": "/facilitee",
    "PLANISO": "/planiso",
}
"""Where each simulated provider is below the address of the sandbox."""
LOOKED = re.compile(
    r'^tiebeam_poll_cycle_seconds_count\{connection="plentific",stream="invoices"\} [1-9]',
    re.MULTILINE,
)


@dataclass(frozen=True)
class Stack:
    """The project's processes, and where they listen."""

    control: str
    ops: dict[str, str]
    processes: dict[str, Running]
    collector: Collector
    http: httpx.AsyncClient

    async def ready(self) -> bool:
        """Whether every role says so."""
        answers = [await self._answer(f"{url}/health/ready") for url in self.ops.values()]
        return all(one is not None and one.status_code == 200 for one in answers)

    async def looked(self) -> bool:
        """Whether the invoices that were there at first are known."""
        answer = await self._answer(f"{self.ops['poll']}/metrics")
        return answer is not None and LOOKED.search(answer.text) is not None

    async def pay(self) -> str:
        """Let an invoice be paid; return its number."""
        invoices = (await self.http.get(f"{self.control}/plentific/invoices")).json()
        unpaid = next(one for one in invoices if one["status"] == "outstanding")
        address = f"{self.control}/plentific/invoices/{unpaid['uuid']}"
        (await self.http.patch(address, json={"status": "paid"})).raise_for_status()
        return str(unpaid["id"])

    async def charged(self, invoice: str) -> bool:
        """Whether a charge sheet names the invoice."""
        answer = await self.http.get(f"{self.control}/essensys/charge-sheets")
        sheets: list[dict[str, Any]] = answer.json()
        return any(invoice in (one["referencetext"] or "") for one in sheets)

    async def _answer(self, url: str) -> httpx.Response | None:
        try:
            return await self.http.get(url)
        except httpx.TransportError:
            return None


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def sandbox_command(project: Project) -> list[str]:
    words: list[str] = list(project.services["sandbox"]["command"])
    words[words.index("--host") + 1] = "127.0.0.1"
    words[words.index("--port") + 1] = "0"
    return words


def variables_of(
    project: Project, sandbox: str, collector: str, kafka: str, database: Path
) -> dict[str, str]:
    service = project.services["poll"]
    (mount,) = service["volumes"]
    bases = {f"TIEBEAM_CONNECTIONS__{name}__BASE_URL": sandbox + BASES[name] for name in BASES}
    return {
        **service["environment"],
        **bases,
        "STORE_URL": f"sqlite:///{database}",
        "TIEBEAM_CONFIG": mount["source"],
        "TIEBEAM_TELEMETRY__OTLP_ENDPOINT": collector,
        "TIEBEAM_KAFKA__BOOTSTRAP_SERVERS": kafka,
        "TIEBEAM_KAFKA__PARTITIONS": "1",
        "TIEBEAM_HTTP__HOST": "127.0.0.1",
        "TIEBEAM_HTTP__WEBHOOK_PORT": "0",
    }


@asynccontextmanager
async def running(project: Project, kafka: str, prefix: str, folder: Path) -> AsyncIterator[Stack]:
    """The whole project, in the order that it asks for."""
    async with AsyncExitStack() as opened:
        sandbox = await opened.enter_async_context(tiebeam(*sandbox_command(project)))
        assert sandbox.process.stdout is not None
        url = (await sandbox.process.stdout.readline()).decode().split()[-1]
        collector = opened.enter_context(collecting())
        variables = variables_of(project, url, collector.url, kafka, folder / "tiebeam.db")
        variables["TIEBEAM_KAFKA__TOPIC_PREFIX"] = prefix
        for name in ("store-upgrade", "topics-apply"):
            async with tiebeam(*project.services[name]["command"], **variables) as once:
                assert await once.ended(STARTING) == 0, once.err
        ports = {role: str(free_port()) for role in ROLES}
        processes = {
            role: await opened.enter_async_context(
                tiebeam(
                    *project.services[role]["command"], **variables, TIEBEAM_HTTP__OPS_PORT=port
                )
            )
            for role, port in ports.items()
        }
        http = await opened.enter_async_context(httpx.AsyncClient(timeout=10))
        ops = {role: f"http://127.0.0.1:{port}" for role, port in ports.items()}
        yield Stack(f"{url}/_sandbox", ops, processes, collector, http)


async def test_a_paid_invoice_goes_through_all_roles_and_each_stops_when_asked(
    project: Project, kafka: str, topic_prefix: str, tmp_path: Path
) -> None:
    async with running(project, kafka, topic_prefix, tmp_path) as stack:
        await until(stack.ready, "every role is ready", STARTING)
        await until(stack.looked, "the invoices that are there are known")
        invoice = await stack.pay()
        await until(lambda: stack.charged(invoice), "the paid invoice is charged")
        for role, one in stack.processes.items():
            assert await one.stopped() == 0, f"{role}: {one.err}"
    assert {"detect plentific.invoice", "react recharge-paid-invoice"} <= set(
        stack.collector.names()
    )
