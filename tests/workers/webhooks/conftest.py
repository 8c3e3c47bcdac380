"""A running receiver for one connection, with its store."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
import pytest
from starlette.types import ASGIApp
from structlog.testing import capture_logs
from structlog.typing import EventDict
from uvicorn.server import ServerState

from adapters.store import Store, hints
from adapters.store.hints import Hint
from workers.clock import SystemClock
from workers.serving import server_config
from workers.webhooks.receiver import Endpoint, Receiver
from workers.webhooks.writer import HintWriter

SECRET = b"a-webhook-secret"
HEADER = "X-Plentific-Signature"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


async def stored(store: Store) -> list[Hint]:
    """Every hint that waits."""
    now = SystemClock().now()
    async with store.write() as tx:
        return await hints.take(tx, "plentific", now, now, 10_000)


@dataclass
class Receiving:
    """How a test delivers, and what was stored."""

    url: str
    store: Store
    client: aiohttp.ClientSession

    async def deliver(
        self, payload: Any, *, connection: str = "plentific", **headers: str | None
    ) -> int:
        """Deliver a payload, signed unless told otherwise; the status of the answer."""
        body = payload if isinstance(payload, bytes) else orjson.dumps(payload)
        given: dict[str, str | None] = {
            HEADER: hmac.new(SECRET, body, hashlib.sha256).hexdigest(),
            "Content-Type": "application/json",
            **headers,
        }
        sent = {name: value for name, value in given.items() if value is not None}
        url = f"{self.url}/webhooks/{connection}"
        async with self.client.post(url, data=io.BytesIO(body), headers=sent) as answer:
            return answer.status

    async def stored(self) -> list[Hint]:
        """Every hint that waits."""
        return await stored(self.store)


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """The app as the product serves it, but ended at once; gives its URL."""
    config = server_config(app)
    config.load()
    protocol: Any = config.http_protocol_class
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: protocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def receiving(store: Store) -> AsyncIterator[Receiving]:
    """Run a receiver over a store."""
    writer = HintWriter(store)
    endpoints = {"plentific": Endpoint(SECRET, HEADER.lower())}
    app = Receiver(endpoints, writer, SystemClock())
    running = asyncio.create_task(writer.run())
    try:
        async with served(app) as url, aiohttp.ClientSession() as client:
            yield Receiving(url, store, client)
    finally:
        running.cancel()
        await asyncio.wait({running})


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[EventDict]]:
    """What is logged, instead of printing it."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture
async def receiver(store: Store) -> AsyncIterator[Receiving]:
    """A running receiver."""
    async with receiving(store) as running:
        yield running
