"""The process is killed while deliveries pour in: every one that was answered is in the store."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from uuid import UUID

import aiohttp
import pytest

from adapters.store import Store
from tests.end_to_end.world import until
from tests.faults.crew import Crew, WorkerProcess
from tests.workers.cli.conftest import CONFIGURATION
from tests.workers.webhooks.conftest import SECRET, Receiving, free_port, stored

pytestmark = pytest.mark.slow  # processes are started and killed

SENDERS = 32
KILLS = (100, 300, 500, 700, 900)
"""After so many answers in all the process is killed, and another one is started."""


@dataclass
class Load:
    """Deliveries about different invoices, by many senders at once, and those answered with 202."""

    numbers: count[int] = field(default_factory=lambda: count(1))
    answered: set[str] = field(default_factory=set)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def poured(self, receiver: Receiving) -> AsyncIterator[None]:
        """Send as fast as answers come, until the receiver is gone."""
        async with asyncio.TaskGroup() as group:
            for _ in range(SENDERS):
                group.create_task(self._send(receiver))
            yield

    async def reached(self, answers: int) -> None:
        """Wait for so many answers in all."""
        async with asyncio.timeout(30):
            while len(self.answered) < answers:
                self.news.clear()
                await self.news.wait()

    async def _send(self, receiver: Receiving) -> None:
        while True:
            invoice = str(UUID(int=next(self.numbers)))
            payload = {"event": "invoice.paid", "data": {"uuid": invoice}}
            try:
                status = await receiver.deliver(payload)
            except aiohttp.ClientError:
                return
            assert status == 202
            self.answered.add(invoice)
            self.news.set()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def config(tmp_path: Path, port: int) -> Path:
    """A configuration with one connection that takes webhooks."""
    text = CONFIGURATION.replace("DATABASE", f"{tmp_path}/tiebeam.db")
    text = text.replace("webhook_port = 0", f"webhook_port = {port}")
    secret = f'webhook_secret = "{SECRET.decode()}"'
    path = tmp_path / "tiebeam.toml"
    path.write_text(text.replace("[connections.operate]", f"{secret}\n[connections.operate]"))
    return path


@pytest.fixture
def crew() -> Iterator[Crew]:
    crew = Crew()
    yield crew
    crew.dismiss()


async def listening(receiver: Receiving, worker: WorkerProcess) -> None:
    async def answers() -> bool:
        assert worker.exit_code() is None, worker.last_words()
        try:
            async with receiver.client.get(receiver.url) as answer:
                return answer.status == 404
        except aiohttp.ClientError:
            return False

    await until(answers, "the receiver answers")


async def killed(worker: WorkerProcess) -> bool:
    return worker.exit_code() == -signal.SIGKILL


async def test_what_was_answered_outlives_every_kill(
    config: Path, port: int, tmp_path: Path, crew: Crew
) -> None:
    load = Load()
    store = Store.open(f"sqlite:///{tmp_path}/tiebeam.db")
    async with store, aiohttp.ClientSession() as client:
        receiver = Receiving(f"http://127.0.0.1:{port}", store, client)
        for answers in KILLS:
            worker = crew.start(tmp_path / "log", ["--config", str(config), "webhooks"])
            await listening(receiver, worker)
            async with load.poured(receiver):
                await load.reached(answers)
                worker.kill()
            await until(partial(killed, worker), "the process is dead")
            assert load.answered <= {one.entity_id for one in await stored(store)}
        assert len(load.answered) >= KILLS[-1]
