"""The whole pipeline for a benchmark: simulated providers and `tiebeam run`, each a process."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus
from uuid import uuid4

import aiohttp
import orjson
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from adapters.kafka.settings import KafkaSettings
from adapters.store import outbox
from adapters.store.engine import Store
from adapters.store.tables import cursors
from deploy.sandbox.essensys import data as essensys
from deploy.sandbox.plentific import data as plentific
from tests.benchmarks import hops
from tests.benchmarks.serving import ROOT
from workers import run, settings
from workers.wiring import assemble

PROPERTY, ACCOUNT = "PROP-001", "277754"
SECRET, HEADER = "a-webhook-secret", "X-Plentific-Signature"
PATIENCE = 90.0
"""Seconds within which whatever is waited for has happened."""
LOOK = 0.1
CONFIGURATION = """\
[kafka]
bootstrap_servers = "{kafka}"
topic_prefix = "{prefix}"
partitions = 12
[store]
url = "{store}"
[http]
host = "127.0.0.1"
ops_port = {ops_port}
webhook_port = {webhook_port}
[connections.plentific]
provider = "plentific"
base_url = "{url}/plentific/2021-10-28"
client_id = "{plentific.CLIENT_ID}"
client_secret = "{plentific.CLIENT_SECRET}"
webhook_secret = "{secret}"
webhook_signature_header = "{header}"
limits = {{ requests_per_second = 1000, max_in_flight = 50 }}
[connections.plentific.streams.invoices]
every = "1h"
sweep_every = "1h"
details_every = "1h"
[connections.operate]
provider = "essensys"
base_url = "{url}/essensys"
client_id = "{essensys.CLIENT_ID}"
client_secret = "{essensys.CLIENT_SECRET}"
username = "{essensys.USERNAME}"
password = "{essensys.PASSWORD}"
limits = {{ requests_per_second = 1000, max_in_flight = 50 }}
[reactions.recharge-paid-invoice]
mode = "live"
from = "plentific"
to = "operate"
lines = "all"
product = {{ LABOUR = "73", MATERIALS = "74" }}
tax = {{ "0" = "1", "20" = "5" }}
account = {{ "{property}" = "{account}" }}
"""
READ = "get_invoice"
"""The call by which a change is found."""
METRICS = {
    "process_cpu_seconds_total": "cpu",
    "tiebeam_api_call_seconds_sum": "provider seconds",
    "tiebeam_api_call_seconds_count": "provider calls",
}


# --- the providers ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Providers:
    """The simulated providers in a process of their own."""

    url: str
    control: aiohttp.ClientSession

    async def unpaid(self, count: int) -> dict[str, str]:
        """Let so many invoices come in; returns their numbers by their uuids."""
        account = {"accountid": ACCOUNT, "clientname": "Example"}
        await self._ask("POST", "essensys/accounts", json=account)
        fields = {"property_external_reference": PROPERTY}
        made = [await self._ask("POST", "plentific/invoices", json=fields) for _ in range(count)]
        return {one["uuid"]: str(one["id"]) for one in made}

    async def pay(self, uuids: Sequence[str]) -> None:
        """Let somebody pay the invoices; nobody is told."""
        for uuid in uuids:
            await self._ask("PATCH", f"plentific/invoices/{uuid}", json={"status": "paid"})

    async def have(self, count: int) -> bool:
        """Whether so many charge sheets have arrived."""
        counts = await self._ask("GET", "counts")
        return int(counts["requests"].get("essensys put chargesheet", 0)) >= count

    async def arrivals(self, numbers: Mapping[str, str]) -> dict[str, datetime]:
        """When the charge sheet of each invoice arrived, by the invoices' uuids.

        Raises:
            AssertionError: One arrived twice, or not at all.
        """
        uuids = {number: uuid for uuid, number in numbers.items()}
        arrived: dict[str, datetime] = {}
        for put in await self._ask("GET", "requests", params={"operation": "put chargesheet"}):
            number = re.search(r"Repair invoice (\S+) line", unquote_plus(put["body"]))
            assert number is not None, "not a charge sheet of ours"
            uuid = uuids[number[1]]
            assert uuid not in arrived, f"{uuid} was charged twice"
            arrived[uuid] = datetime.fromisoformat(put["at"])
        assert arrived.keys() == numbers.keys(), "not all were charged"
        return arrived

    async def _ask(self, method: str, path: str, **given: Any) -> Any:
        async with self.control.request(method, f"{self.url}/_sandbox/{path}", **given) as answer:
            answer.raise_for_status()
            return await answer.json()


@asynccontextmanager
async def providers() -> AsyncIterator[Providers]:
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy.sandbox", "--seed", "empty", stdout=PIPE, cwd=ROOT
    )
    assert running.stdout is not None
    try:
        line = (await running.stdout.readline()).decode()
        if not line:
            raise RuntimeError("the simulated providers did not start")
        async with aiohttp.ClientSession() as control:
            yield Providers(line.split()[-1], control)
    finally:
        await _ended(running)


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    await process.wait()


# --- the process that is measured ---------------------------------------------------------------


@dataclass(frozen=True)
class Tiebeam:
    """`tiebeam run` with all roles, by its addresses."""

    webhooks: str
    ops: str
    http: aiohttp.ClientSession

    async def deliver(self, uuids: Sequence[str], rate: float) -> dict[str, hops.Delivery]:
        """Deliver a webhook about each invoice at this rate; returns how each went."""
        loop = asyncio.get_running_loop()
        began, clock = datetime.now(UTC), loop.time()
        delivered: dict[str, hops.Delivery] = {}

        async def deliver(uuid: str, due: datetime) -> None:
            await self._deliver(uuid)
            delivered[uuid] = hops.Delivery(due, datetime.now(UTC))

        async with asyncio.TaskGroup() as group:
            for place, uuid in enumerate(uuids):
                await asyncio.sleep(clock + place / rate - loop.time())
                due = began + timedelta(seconds=place / rate)
                group.create_task(deliver(uuid, due), name=f"delivery {uuid}")
        return delivered

    async def _deliver(self, uuid: str) -> None:
        body = orjson.dumps({"id": str(uuid4()), "event": "invoice.paid", "data": {"uuid": uuid}})
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {HEADER: signature, "Content-Type": "application/json"}
        url = f"{self.webhooks}/webhooks/plentific"
        async with self.http.post(url, data=body, headers=headers) as answer:
            assert answer.status == 202, f"a delivery was answered by {answer.status}"

    async def metrics(self) -> dict[str, float]:
        """What the process has measured itself: its CPU time, and reading invoices."""
        async with self.http.get(f"{self.ops}/metrics") as answer:
            text = await answer.text()
        found = dict.fromkeys(METRICS.values(), 0.0)
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                reads = sample.labels.get("operation", READ) == READ
                if reads and sample.name in METRICS:
                    found[METRICS[sample.name]] += sample.value
        return found


@dataclass(frozen=True)
class Configured:
    """A configuration's file, and where webhooks and metrics will be."""

    file: Path
    webhooks: str
    ops: str


Running = Callable[[Configured], AbstractAsyncContextManager[Tiebeam]]
"""Runs it as configured."""


@asynccontextmanager
async def process(config: Configured) -> AsyncIterator[Tiebeam]:
    """Tiebeam in a process of its own, until the end of the block."""
    tiebeam = str(Path(sys.executable).with_name("tiebeam"))
    running = await asyncio.create_subprocess_exec(
        tiebeam, "--config", str(config.file), "run", stdout=DEVNULL, stderr=DEVNULL, cwd=ROOT
    )
    try:
        async with aiohttp.ClientSession() as http:
            yield Tiebeam(config.webhooks, config.ops, http)
    finally:
        await _ended(running)


@asynccontextmanager
async def task(config: Configured) -> AsyncIterator[Tiebeam]:
    """Tiebeam in this process, where it can be profiled."""
    stopping = asyncio.Event()
    async with assemble(settings.load(config.file, environ={}), config.file) as parts:
        serving = asyncio.create_task(run.serve(parts, run.ROLES, stopping), name="tiebeam")
        try:
            async with aiohttp.ClientSession() as http:
                yield Tiebeam(config.webhooks, config.ops, http)
        finally:
            stopping.set()
            await serving


def configured(kafka: KafkaSettings, folder: Path, store: str, url: str) -> Configured:
    """Write a configuration with new topics, a store's URL and the providers' URL."""
    ops_port, webhook_port = _free_ports(2)
    name = uuid4().hex
    text = CONFIGURATION.format(
        kafka=kafka.bootstrap_servers,
        prefix=f"{kafka.topic_prefix}{name[:8]}.",
        store=store,
        url=url,
        ops_port=ops_port,
        webhook_port=webhook_port,
        plentific=plentific,
        essensys=essensys,
        secret=SECRET,
        header=HEADER,
        property=PROPERTY,
        account=ACCOUNT,
    )
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    return Configured(file, f"http://127.0.0.1:{webhook_port}", f"http://127.0.0.1:{ops_port}")


def _free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


async def baselined(store: Store) -> bool:
    async with store.read() as tx:
        chosen = select(cursors.c.value).where(cursors.c.stream == "invoices")
        looks = (await tx.execute(chosen)).scalars().all()
    return any(look.get("baseline_at") for look in looks)


async def published(store: Store) -> bool:
    async with store.read() as tx:
        return (await outbox.backlog(tx)).rows == 0


async def until(condition: Callable[[], Awaitable[bool]], what: str) -> None:
    """Wait for a condition.

    Raises:
        TimeoutError: It did not come true; the text says what did not happen.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            while not await condition():  # noqa: ASYNC110 - it is asked of other processes
                await asyncio.sleep(LOOK)
    except TimeoutError:
        raise TimeoutError(f"within {PATIENCE:g} s: {what}") from None
