"""HTTP over a bare TCP connection, to see what really happens to it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Self

FORM = "application/x-www-form-urlencoded"


class RawConnection:
    """One TCP connection to the sandbox."""

    def __init__(self, host: str, port: int, token: str = "") -> None:
        self._host = host
        self._port = port
        self._token = token

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writer.transport.abort()

    async def send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        content_type: str = FORM,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        head = [
            f"{method} {path} HTTP/1.1",
            "Host: sandbox",
            f"Authorization: Bearer {self._token}",
            *([f"Content-Type: {content_type}"] if content_type else []),
            f"Content-Length: {len(body)}",
            *(f"{name}: {text}" for name, text in (headers or {}).items()),
        ]
        self._writer.write("\r\n".join([*head, "", ""]).encode() + body)
        await self._writer.drain()

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Read a complete answer with a Content-Length."""
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        body = await self._reader.readexactly(int(headers["content-length"]))
        return int(head[0].split()[1]), headers, body

    async def rest(self) -> bytes:
        """All that still comes until the server closes the connection."""
        return await asyncio.wait_for(self._reader.read(), 5)
