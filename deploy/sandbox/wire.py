"""One ASGI exchange: read the call, send the answer, or close the TCP connection without one."""

from __future__ import annotations

import socket
import struct
from asyncio import Transport
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime

from starlette.types import Receive, Scope, Send

from deploy.sandbox.exchange import Answer, Call, parse_query
from deploy.sandbox.recording import RecordedRequest

TRANSPORT = "tiebeam.sandbox.transport"  # where the server puts the connection into the scope
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, 0 s: close() sends RST instead of FIN


class ClientGoneError(Exception):
    """The client closed the connection before its request was complete."""


async def read_call(
    scope: Scope, receive: Receive, provider: str, prefix: str, now: datetime
) -> Call:
    """Read a whole request; raises ClientGoneError when the client leaves before its end."""
    body = b""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return Call(
        provider=provider,
        method=scope["method"],
        path=scope["path"].removeprefix(prefix),
        query=parse_query(scope["query_string"]),
        headers={name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]},
        body=body,
        now=now,
    )


class Wire:
    """The way back to the client of one request."""

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        entry: RecordedRequest,
        clock: Callable[[], datetime],
    ) -> None:
        self._transport: Transport | None = (
            scope.get("extensions", {}).get(TRANSPORT, {}).get("transport")
        )
        self._receive = receive
        self._send = send
        self._entry = entry
        self._clock = clock

    async def send(self, answer: Answer) -> None:
        """Send a complete answer."""
        await self._start(answer, len(answer.body))
        await self._send({"type": "http.response.body", "body": answer.body})

    async def send_part(self, answer: Answer, *, chunked: bool) -> None:
        """Send the first half of the body, then close: a body that is cut in flight."""
        await self._start(answer, None if chunked else len(answer.body))
        half = answer.body[: len(answer.body) // 2]
        await self._send({"type": "http.response.body", "body": half, "more_body": True})
        await self.drop()

    async def drop(self, *, reset: bool = False) -> None:
        """Close the connection, what is written so far goes out; with `reset` by a TCP reset.

        Raises:
            RuntimeError: the app does not run under `deploy.sandbox.server`.
        """
        if self._transport is None:
            raise RuntimeError("connections can be dropped only under deploy.sandbox.server")
        if reset:
            connection = self._transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self._transport.abort()
        else:
            self._transport.close()
        await self.client_gone()

    async def client_gone(self) -> None:
        """Wait until the connection is closed, by whomever."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _start(self, answer: Answer, length: int | None) -> None:
        headers = [(name.encode(), value.encode()) for name, value in answer.headers]
        # The provider's clock, not the machine's: clients read skew from this header.
        headers.append((b"date", format_datetime(self._clock(), usegmt=True).encode()))
        if length is not None:
            headers.append((b"content-length", str(length).encode()))
        self._entry.status = answer.status
        await self._send(
            {"type": "http.response.start", "status": answer.status, "headers": headers}
        )
