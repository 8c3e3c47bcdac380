"""Real HTTP servers for tests: a raw one that can misbehave, and uvicorn."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.types import ASGIApp


@dataclass(frozen=True)
class Seen:
    """A request as it came over the wire."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    on_connection: int  # which request on its connection this is, from 1

    @property
    def token(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")


class Wire:
    """One connection, to be answered on or dropped."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def answer(
        self,
        status: int = 200,
        body: bytes | Any = b"",
        headers: Mapping[str, str] | None = None,
        *,
        content_length: int | None = None,
    ) -> None:
        """Send an answer; anything but bytes is sent as JSON."""
        kind = {}
        if not isinstance(body, bytes):
            body, kind = json.dumps(body).encode(), {"Content-Type": "application/json"}
        length = len(body) if content_length is None else content_length
        every = {"Content-Length": str(length), **kind, **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in every.items())
        self._writer.write(f"HTTP/1.1 {status} Because\r\n{head}\r\n".encode() + body)
        await self._writer.drain()

    async def more(self, part: bytes) -> None:
        """Send bytes as they are: a whole answer, or more of a body whose length was announced."""
        self._writer.write(part)
        await self._writer.drain()

    def drop(self) -> None:
        self._writer.transport.abort()

    def close(self) -> None:
        self._writer.close()


Handler = Callable[[Seen, Wire], Awaitable[None]]


@dataclass
class RawServer:
    url: str
    seen: list[Seen] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    connections: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(
        default_factory=list
    )

    def open_connections(self) -> int:
        """How many connections neither side has closed."""
        return sum(
            not (reader.at_eof() or reader.exception() or writer.is_closing())
            for reader, writer in self.connections
        )

    async def wait_for(self, requests: int) -> None:
        """Return when that many requests have come."""
        async with asyncio.timeout(5), self.arrived:
            await self.arrived.wait_for(lambda: len(self.seen) >= requests)

    def methods(self) -> list[str]:
        return [request.method for request in self.seen]


@asynccontextmanager
async def raw_server(handler: Handler) -> AsyncIterator[RawServer]:
    """A server that speaks just enough HTTP/1.1 and leaves the answering to `handler`."""
    tasks: set[asyncio.Task[None]] = set()
    state = RawServer("")

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        count = 0
        try:
            while (seen := await _read_request(reader, count + 1)) is not None:
                count += 1
                async with state.arrived:
                    state.seen.append(seen)
                    state.arrived.notify_all()
                await handler(seen, Wire(writer))
        except ConnectionError:
            pass
        finally:
            writer.close()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state.connections.append((reader, writer))
        task = asyncio.create_task(converse(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, backlog=512)
    host, port = server.sockets[0].getsockname()
    state.url = f"http://{host}:{port}"
    try:
        yield state
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


async def _read_request(reader: asyncio.StreamReader, number: int) -> Seen | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    request_line, *lines = head.strip().split("\r\n")
    method, target, _ = request_line.split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    try:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    except asyncio.IncompleteReadError:
        return None
    return Seen(method, target, headers, body, number)


@asynccontextmanager
async def asgi_server(app: ASGIApp) -> AsyncIterator[str]:
    """The app under uvicorn; gives its URL."""
    config = uvicorn.Config(app, log_level="warning", lifespan="off", ws="none", access_log=False)
    server = uvicorn.Server(config)
    # Listening before uvicorn has started: callers queue up instead of being refused.
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
