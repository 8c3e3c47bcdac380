"""Run the sandbox on a real port: uvicorn's HTTP, connections that faults can close, quick ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from uvicorn import _types as types
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from deploy.sandbox.app import create_app
from deploy.sandbox.essensys.operations import ESSENSYS
from deploy.sandbox.facilitee.operations import FACILITEE
from deploy.sandbox.planiso.operations import PLANISO
from deploy.sandbox.plentific.operations import PLENTIFIC
from deploy.sandbox.plentific.webhooks import send_deliveries
from deploy.sandbox.seed import SEEDS
from deploy.sandbox.state import Clock, SandboxState, utc_now
from deploy.sandbox.wire import TRANSPORT

KEEP_ALIVE = 300  # seconds; long, so that idle connections end only where a test ends them
END_WITHIN = 2.0  # seconds that requests in flight get to notice that their connection is gone


class Sandbox:
    """A sandbox on a port; it can be stopped and started again on the same port and state."""

    def __init__(self, state: SandboxState, host: str = "127.0.0.1", port: int = 0) -> None:
        self.state = state
        self.host = host
        self.port = port
        self._app = create_app(state)
        self._connections = ServerState()
        self._listener: asyncio.Server | None = None
        self._sender: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where the sandbox listens, without a final slash."""
        return f"http://{self.host}:{self.port}"

    @property
    def plentific_url(self) -> str:
        """The base URL of the simulated Plentific."""
        return self.url + PLENTIFIC.prefix

    @property
    def essensys_url(self) -> str:
        """The base URL of the simulated essensys (without /api/1.0)."""
        return self.url + ESSENSYS.prefix

    @property
    def facilitee_url(self) -> str:
        """What stands for `...` in Facilitee's .../api/public and .../api/connect/token."""
        return self.url + FACILITEE.prefix

    @property
    def planiso_url(self) -> str:
        """The base URL of the simulated Planiso (without /v1)."""
        return self.url + PLANISO.prefix

    @property
    def control_url(self) -> str:
        """The base URL of the control API."""
        return self.url + "/_sandbox"

    async def start(self) -> None:
        """Begin to listen; raises OSError when the port is taken."""
        self.state.faults.open()
        config = uvicorn.Config(
            self._app,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            date_header=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE,
        )
        config.load()
        self._connections = ServerState()
        self._listener = await asyncio.get_running_loop().create_server(
            lambda: _Connection(config, self._connections, {}), self.host, self.port
        )
        self.port = self._listener.sockets[0].getsockname()[1]
        plentific = self.state.plentific
        sending = send_deliveries(plentific.outbox, plentific.settings)
        self._sender = asyncio.create_task(sending)

    async def stop(self) -> None:
        """Stop listening and cut every connection, held requests too."""
        if self._listener is None:
            return
        self._listener.close()
        self.state.faults.close()
        for connection in list(self._connections.connections):
            connection.transport.abort()
        tasks = set(self._connections.tasks)
        if self._sender is not None:
            self._sender.cancel()
            tasks.add(self._sender)
        if tasks:
            await asyncio.wait(tasks, timeout=END_WITHIN)
        await self._listener.wait_closed()
        self._listener = None


class _Connection(H11Protocol):
    """A connection that puts itself into the scope of its requests, where faults find it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wrap the app for this connection."""
        super().connection_made(transport)
        app = self.app

        async def with_transport(
            scope: types.Scope, receive: types.ASGIReceiveCallable, send: types.ASGISendCallable
        ) -> None:
            if scope["type"] == "http":
                scope["extensions"] = {TRANSPORT: {"transport": transport}}
            await app(scope, receive, send)

        self.app = with_transport


@asynccontextmanager
async def running_sandbox(
    state: SandboxState | None = None,
    *,
    seed: str = "empty",
    clock: Clock = utc_now,
    host: str = "127.0.0.1",
    port: int = 0,
) -> AsyncIterator[Sandbox]:
    """A sandbox in this process; port 0 takes a free one.

    Args:
        state: records to serve; without it a new state is made from `seed` and `clock`.
        seed: "empty" or "demo".
        clock: the providers' time, aware.
        host: the address to listen on.
        port: the port to listen on.
    """
    if state is None:
        state = SandboxState(clock)
        SEEDS[seed](state)
    sandbox = Sandbox(state, host, port)
    await sandbox.start()
    try:
        yield sandbox
    finally:
        await sandbox.stop()
