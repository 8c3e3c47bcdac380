"""The scene: broker, simulated providers, store and workers, set up in a folder of their own."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from adapters.kafka import groups
from adapters.kafka.embedded import embedded_broker
from deploy.sandbox import Sandbox, running_sandbox
from deploy.sandbox.essensys import data as essensys
from deploy.sandbox.plentific import data as plentific
from workers import run, settings
from workers.react.intake import group_id
from workers.wiring import Parts, assemble

STARTING = 60.0
"""Seconds that the workers are given to be ready."""
BOOTSTRAP_VARIABLE = "TIEBEAM_KAFKA__BOOTSTRAP_SERVERS"

CONFIGURATION = """\
# Written by `tiebeam demo`: the simulated providers stand where yours will be.
[kafka]
bootstrap_servers = "{bootstrap_servers}"
topic_prefix = "demo-{run}."
partitions = 3

[store]
url = "sqlite:///{folder}/tiebeam.db"

[http]
host = "127.0.0.1"
ops_port = {ops_port}
webhook_port = 0

[react]
lease = "12s"
settle = "2s"

[connections.plentific]
provider = "plentific"
base_url = "{plentific_url}"
client_id = "{plentific_id}"
client_secret = "{plentific_secret}"
limits = {{ requests_per_second = 50, max_in_flight = 8, timeout = "5s" }}
[connections.plentific.streams.work-orders]
every = "500ms"
[connections.plentific.streams.invoices]
every = "500ms"

[connections.operate]
provider = "essensys"
base_url = "{essensys_url}"
client_id = "{essensys_id}"
client_secret = "{essensys_secret}"
username = "{essensys_user}"
password = "{essensys_password}"
limits = {{ requests_per_second = 50, max_in_flight = 8, timeout = "5s" }}

[reactions.recharge-paid-invoice]
mode = "live"
from = "plentific"
to = "operate"
lines = "rechargeable"
product = {{ LABOUR = "73", MATERIALS = "74" }}
tax = {{ "0" = "1", "20" = "5" }}
[reactions.recharge-paid-invoice.account]
PROP-001 = "277754"
PROP-002 = "277755"
PROP-003 = "277756"
PROP-004 = "277757"
"""


@dataclass(frozen=True)
class Scene:
    """What the story plays in."""

    parts: Parts
    sandbox: Sandbox
    config: Path
    broker: str
    ops_url: str


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    """Set the scene and run all roles in it.

    The broker is the one that TIEBEAM_KAFKA__BOOTSTRAP_SERVERS names, else one in memory.
    """
    async with AsyncExitStack() as stack:
        given = os.environ.get(BOOTSTRAP_VARIABLE)
        bootstrap_servers = given or await stack.enter_async_context(embedded_broker())
        sandbox = await stack.enter_async_context(running_sandbox(seed="demo"))
        ops_port = _free_port()
        config = folder / "tiebeam.toml"
        config.write_text(
            CONFIGURATION.format(
                bootstrap_servers=bootstrap_servers,
                run=uuid4().hex[:6],
                folder=folder,
                ops_port=ops_port,
                plentific_url=sandbox.plentific_url,
                plentific_id=plentific.CLIENT_ID,
                plentific_secret=plentific.CLIENT_SECRET,
                essensys_url=sandbox.essensys_url,
                essensys_id=essensys.CLIENT_ID,
                essensys_secret=essensys.CLIENT_SECRET,
                essensys_user=essensys.USERNAME,
                essensys_password=essensys.PASSWORD,
            ),
            encoding="utf-8",
        )
        parts = await stack.enter_async_context(assemble(settings.load(config), config))
        await parts.store.upgrade()
        stopping = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(run.serve(parts, run.ROLES, stopping), name="workers")
            try:
                await _until_reading(parts)
                broker = f"{bootstrap_servers} ({'yours' if given else 'in memory'})"
                yield Scene(parts, sandbox, config, broker, f"http://127.0.0.1:{ops_port}")
            finally:
                stopping.set()


async def _until_reading(parts: Parts) -> None:
    """Wait until the consumer group has its partitions: joining takes some seconds."""
    group = group_id(parts.intake())
    async with asyncio.timeout(STARTING):
        while await groups.state(parts.kafka, group) != groups.STABLE:
            await parts.clock.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
