"""The endpoint that providers call: `POST /webhooks/<connection>`.

202 once the hint is stored, 401 for a wrong signature, 404 for a connection that takes none, 405,
413 over 1 MiB, 415 or 400 for what is not JSON, 503 while the store is away. Nothing but a signed
delivery is looked into, and nothing of it is kept but which entities it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import orjson
from prometheus_client import Counter
from starlette.types import Receive, Scope, Send

from adapters.store.errors import StoreError
from adapters.store.hints import NewHint
from workers.clock import Clock
from workers.telemetry import logs, metrics
from workers.webhooks.payload import hinted
from workers.webhooks.signature import is_signed
from workers.webhooks.writer import HintWriter

PATH = "/webhooks/"
LARGEST = 1024 * 1024
"""Bytes of a delivery's body."""

Headers = Mapping[bytes, bytes]
"""Of a request, by their names in lower case."""

log = logs.logger("webhooks")


@dataclass(frozen=True)
class Endpoint:
    """What a connection's deliveries are checked by; `header` in lower case."""

    secret: bytes
    header: str

    def __repr__(self) -> str:
        return f"Endpoint(header={self.header!r})"


@dataclass(frozen=True)
class Receiver:
    """The ASGI application."""

    endpoints: Mapping[str, Endpoint]
    writer: HintWriter
    clock: Clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        connection = _connection(scope["path"])
        endpoint = self.endpoints.get(connection)
        if endpoint is None:
            status = 404
        elif scope["method"] != "POST":
            status = 405
        else:
            status = await self._deliver(connection, endpoint, dict(scope["headers"]), receive)
        _counter(connection if endpoint else "unknown", status).inc()
        await answer(send, status)

    async def _deliver(
        self, connection: str, endpoint: Endpoint, headers: Headers, receive: Receive
    ) -> int:
        body = await read_body(headers, receive)
        if body is None:
            return 413
        if not is_signed(endpoint.secret, body, headers.get(endpoint.header.encode())):
            log.warning("delivery with a wrong signature", connection=connection)
            return 401
        if b"json" not in headers.get(b"content-type", b""):
            return 415
        try:
            payload = orjson.loads(body)
        except orjson.JSONDecodeError:
            return 400
        now = self.clock.now()
        new = [NewHint(connection, one.kind, one.entity_id, now) for one in hinted(payload)]
        try:
            await self.writer.store_hints(new)
        except StoreError:
            return 503
        return 202


@cache
def _counter(connection: str, status: int) -> Counter:
    return metrics.WEBHOOKS.labels(connection, str(status))


def _connection(path: str) -> str:
    name = path.removeprefix(PATH).removesuffix("/")
    return name if path.startswith(PATH) and "/" not in name else ""


async def read_body(headers: Headers, receive: Receive) -> bytes | None:
    """The whole body; None where it is too large or its sender has left."""
    announced = headers.get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > LARGEST:
        return None
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > LARGEST:
            return None
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


async def answer(send: Send, status: int) -> None:
    """Answer with a status and nothing else."""
    headers = [(b"content-length", b"0")]
    if status == 503:
        headers.append((b"retry-after", b"5"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
