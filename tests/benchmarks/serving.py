"""Loopback servers in processes of their own, so that their work is not ours. HTTP/1.1."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""Where `python -m` finds the packages of this repository."""


@dataclass(frozen=True)
class Request:
    """A request as it came; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Reply = Callable[[bytes], None]
Handler = Callable[[Request, Reply], None]
"""Answers a request by giving `reply` a whole response, now or later."""


def response(
    body: bytes, status: str = "200 OK", headers: Mapping[str, str] | None = None
) -> bytes:
    """A whole HTTP response with a JSON body."""
    every = {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **(headers or {}),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in every.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


class _Connection(asyncio.Protocol):
    """One kept-alive connection; a client asks again only when it was answered."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, rest = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)
        }
        size = int(headers.get("content-length", "0"))
        if len(rest) < size:
            return
        self._received = rest[size:]
        method, path, _ = first.split(" ")
        self._handler(Request(method, path, headers, rest[:size]), self._reply)

    def _reply(self, whole: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(whole)


def serve(handler: Handler) -> None:
    """Print the URL and serve until the standard input ends, as it does with the parent."""
    asyncio.run(_serve(handler))


async def _serve(handler: Handler) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(handler), "127.0.0.1", 0, backlog=512)
    host, port = server.sockets[0].getsockname()
    print(f"http://{host}:{port}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


@asynccontextmanager
async def child(module: str, *arguments: str) -> AsyncIterator[str]:
    """Run a server module in a process of its own; gives its URL.

    Raises:
        RuntimeError: it ended before it listened; its standard error says why.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, stdin=PIPE, stdout=PIPE, cwd=ROOT
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        url = (await process.stdout.readline()).decode().strip()
        if not url:
            raise RuntimeError(f"{module} did not start")
        yield url
    finally:
        process.stdin.close()
        await process.wait()
