"""A trace collector: keeps what processes export to it by OTLP over HTTP, as it came."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass
class Collector:
    """What has come so far."""

    url: str
    bodies: list[bytes] = field(default_factory=list)

    def names(self) -> list[str]:
        """The names of all spans."""
        return [
            span.name
            for body in self.bodies
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    """A collector while the block lasts."""
    listening = socket.create_server(("127.0.0.1", 0))
    collector = Collector(f"http://127.0.0.1:{listening.getsockname()[1]}")

    async def take(request: Request) -> Response:
        collector.bodies.append(await request.body())
        return Response(status_code=200)

    app = Starlette(routes=[Route("/v1/traces", take, methods=["POST"])])
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    server.capture_signals = no_signals  # type: ignore[method-assign]
    serving = asyncio.create_task(server.serve([listening]))
    try:
        yield collector
    finally:
        server.should_exit = server.force_exit = True
        await serving
