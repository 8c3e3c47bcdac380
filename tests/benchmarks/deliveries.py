"""Signed deliveries from a process of their own: as fast as answers come, or at a steady rate.

python -m tests.benchmarks.deliveries SECRET HEADER, then on the standard input one line of JSON for
each load: {"url", "count", "rate"} (rate 0: as fast as answers come). Answers with a line "ready";
the next line of input starts it, and one line of JSON, a `Load`, ends it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import sys
from asyncio.subprocess import PIPE
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson

from tests.benchmarks.serving import ROOT

CONNECTIONS = 64
BYTES = 1024
"""Of a delivery's body."""


@dataclass(frozen=True)
class Load:
    """How a load went: answers by status, seconds from the first delivery to the last answer.

    `p50` and `p99` are seconds from when a delivery was due, sent or not, to its answer.
    """

    statuses: dict[str, int]
    seconds: float
    p50: float
    p99: float


def body(number: int) -> bytes:
    """A delivery about the n-th invoice, of `BYTES`."""
    data = {"uuid": str(UUID(int=number)), "note": ""}
    bare = {"id": str(UUID(int=number)), "event": "invoice.paid", "data": data}
    data["note"] = "x" * (BYTES - len(orjson.dumps(bare)))
    return orjson.dumps(bare)


def request(url: str, secret: bytes, header: str, number: int) -> bytes:
    """The whole request that delivers it."""
    content = body(number)
    parts = urlsplit(url)
    head = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "Content-Length": str(len(content)),
        header: hmac.new(secret, content, hashlib.sha256).hexdigest(),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"POST {parts.path} HTTP/1.1\r\n{lines}\r\n".encode() + content


class Sending:
    """The deliveries of one load over all connections."""

    def __init__(self, requests: Iterable[bytes], rate: float) -> None:
        self._waiting = deque(requests)
        self._left = len(self._waiting)
        self._rate = rate
        self._due: deque[float] = deque()
        self._idle: deque[_Connection] = deque()
        self._statuses: Counter[str] = Counter()
        self._took: list[float] = []
        self._done = asyncio.Event()

    async def run(self, host: str, port: int, ready: Callable[[], Awaitable[None]]) -> Load:
        """Connect, wait for the start, and send it all."""
        loop = asyncio.get_running_loop()
        for _ in range(CONNECTIONS):
            _, one = await loop.create_connection(lambda: _Connection(self._answered), host, port)
            self._idle.append(one)
        connections = list(self._idle)
        await ready()
        began = perf_counter()
        pacing = asyncio.create_task(self._pace(began))
        await self._done.wait()
        took = perf_counter() - began
        await pacing
        for one in connections:
            one.transport.close()
        self._took.sort()
        count = len(self._took)
        middle, late = self._took[count // 2], self._took[min(count - 1, count * 99 // 100)]
        return Load(dict(self._statuses), took, middle, late)

    async def _pace(self, began: float) -> None:
        number = len(self._waiting)
        if not self._rate:
            self._due.extend([began] * number)
            self._send()
            return
        for index in range(number):
            due = began + index / self._rate
            if (early := due - perf_counter()) > 0:
                await asyncio.sleep(early)
            self._due.append(due)
            self._send()

    def _send(self) -> None:
        while self._idle and self._due:
            due = self._due.popleft()
            one = self._idle.popleft()
            one.since = due if self._rate else perf_counter()
            one.transport.write(self._waiting.popleft())

    def _answered(self, connection: _Connection, status: str) -> None:
        self._took.append(perf_counter() - connection.since)
        self._statuses[status] += 1
        self._idle.append(connection)
        self._left -= 1
        if self._left == 0:
            self._done.set()
        self._send()


class _Connection(asyncio.Protocol):
    """One kept-alive connection; answers have no body."""

    transport: asyncio.Transport
    since = 0.0

    def __init__(self, answered: Callable[[_Connection, str], None]) -> None:
        self._answered = answered
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._received.endswith(b"\r\n\r\n"):
            status = self._received[9:12].decode()
            self._received = b""
            self._answered(self, status)


class Sender:
    """The process that sends, seen from the one that is measured."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def prepare(self, url: str, count: int, rate: float = 0) -> None:
        """Let it make its requests and connect; returns when it is ready to start."""
        await self._write({"url": url, "count": count, "rate": rate})
        if await self._read() != b"ready\n":
            raise RuntimeError("the sender did not get ready")

    async def send(self) -> Load:
        """Start; returns how it went."""
        await self._write({})
        return Load(**orjson.loads(await self._read()))

    async def _write(self, line: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(orjson.dumps(line) + b"\n")
        await self._process.stdin.drain()

    async def _read(self) -> bytes:
        assert self._process.stdout is not None
        return await self._process.stdout.readline()


@asynccontextmanager
async def sender(secret: str, header: str) -> AsyncIterator[Sender]:
    """Start the process; it ends with its standard input."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, secret, header, stdin=PIPE, stdout=PIPE, cwd=ROOT
    )
    assert process.stdin is not None
    try:
        yield Sender(process)
    finally:
        process.stdin.close()
        await process.wait()


async def _main(secret: bytes, header: str) -> None:
    async def ready() -> None:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)

    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = orjson.loads(line)
        address = urlsplit(asked["url"])
        requests = [request(asked["url"], secret, header, n) for n in range(asked["count"])]
        sending = Sending(requests, asked["rate"])
        load = await sending.run(str(address.hostname), int(address.port or 80), ready)
        print(orjson.dumps(asdict(load)).decode(), flush=True)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1].encode(), sys.argv[2]))
