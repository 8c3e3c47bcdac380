"""Serves an ASGI application on a port until it is cancelled."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

END_WITHIN = 1
"""Seconds that requests in flight are given to end when the process stops."""


def server_config(app: ASGIApp) -> uvicorn.Config:
    """How the application is served: nothing depends on the caller's address or a proxy's word."""
    return uvicorn.Config(
        app,
        http="httptools",
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=END_WITHIN,
    )


async def serve_app(app: ASGIApp, host: str, port: int) -> None:
    """Serve until cancelled. Raises OSError where the port is taken."""
    with socket.create_server((host, port), backlog=512) as listening:
        server = _Server(server_config(app))
        try:
            await server.serve([listening])
        finally:
            # Cancelled, uvicorn leaves its listener in the event loop's selector: the next socket
            # that gets its number could not be used.
            if server.started:
                await server.shutdown([listening])


class _Server(uvicorn.Server):
    """A server that leaves the signals to the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none: uvicorn would end the process without its reactions in flight."""
        yield
