"""The httpx transport over aiohttp, made safe for writes.

httpx's own pool burns milliseconds of CPU for each request when many are in flight; aiohttp's does
not. Two of its habits would send a write twice, so they are put right here:

- aiohttp sends idempotent methods, PUT and DELETE included, again by itself when a kept-alive
  connection drops, though the first one may have had its effect. It is told not to.
- httpx-aiohttp reports any lost connection as httpx.ConnectTimeout, as if nothing had been sent.
  Here ConnectError and ConnectTimeout mean just that; everything else may have been sent, and is a
  ReadError, or a RemoteProtocolError where something came that is not HTTP.
"""

from __future__ import annotations

import contextlib
import functools
import ssl
import sys
from collections.abc import AsyncIterator, Coroutine, Generator
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

# Shorter than the keep-alive of common servers (5 s and up): a connection that the server is about
# to close is not used again, so that its closing does not make a write ambiguous.
KEEP_ALIVE = 4.0  # seconds
CONNECT_TIMEOUT = 10.0  # seconds, for the name, the connection and TLS together

UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol)


@functools.cache
def _trusted() -> ssl.SSLContext:
    # One for all connections: reading the authorities takes longer than a request.
    return httpx.create_ssl_context()


class SafeAiohttpTransport(httpx.AsyncBaseTransport):
    """Sends a request at most once, and says truly whether it was sent."""

    def __init__(
        self,
        max_connections: int,
        connect_timeout: float = CONNECT_TIMEOUT,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        """`connect_timeout` is in seconds; `trusted`: other authorities than the usual ones."""
        # Without `trust_env`: provider traffic goes where the configuration says, not where a
        # stray proxy variable does.
        self._ssl = trusted or _trusted()
        self._max_connections = max_connections
        self._connect_timeout = connect_timeout
        self._inner = AiohttpTransport(verify=self._ssl, client=self._session)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and return the answer, its body unread.

        Raises:
            httpx.ConnectError, httpx.ConnectTimeout: certainly not sent.
            httpx.TransportError: any other: may have been sent.
        """
        # "pool" is all of connecting, the look-up of the name included; "connect" is TCP and TLS.
        wait = self._connect_timeout
        request.extensions["timeout"] = {"connect": wait, "pool": wait}
        try:
            response = await self._inner.handle_async_request(request)
        except (httpx.TransportError, aiohttp.ClientError, OSError) as error:
            raise _truthful(error) from error
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Body(response.stream)
        return response

    async def aclose(self) -> None:
        """Close every connection."""
        await self._inner.aclose()

    def _session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=self._max_connections, keepalive_timeout=KEEP_ALIVE, ssl=self._ssl
        )
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            request_class=_WrittenAtOnce if sys.version_info < (3, 12) else aiohttp.ClientRequest,
        )
        # Private, and there is no public way (aiohttp's own test server sets it the same way).
        # If a new aiohttp names it otherwise, fail here and not by a second invoice line.
        if not hasattr(session, "_retry_connection"):
            raise RuntimeError("this aiohttp cannot be told not to resend; use another version")
        session._retry_connection = False
        return session


class _WrittenAtOnce(aiohttp.ClientRequest):
    """Writes a body that is at hand when it is sent, as aiohttp does by itself since Python 3.12.

    Before, a task does that, for which a call waits once more for all that the loop has to do.
    """

    def write_bytes(self, *args: Any, **options: Any) -> Coroutine[Any, Any, None]:
        writing = super().write_bytes(*args, **options)
        if not isinstance(self._body, aiohttp.BytesPayload):
            return writing  # what makes the body may ask in which task it runs
        try:
            waits_for = writing.send(None)
        except StopIteration:
            return _nothing()
        return _Begun(writing, waits_for)


async def _nothing() -> None:
    pass


class _Begun(Coroutine[Any, Any, None]):
    """A coroutine that has begun: who goes on with it first waits for what it waits for."""

    def __init__(self, coroutine: Coroutine[Any, Any, None], waits_for: Any) -> None:
        self._coroutine = coroutine
        self._first = [waits_for]

    def send(self, value: Any) -> Any:
        return self._first.pop() if self._first else self._coroutine.send(value)

    def throw(self, *error: Any) -> Any:
        return self._coroutine.throw(*error)

    def close(self) -> None:
        self._coroutine.close()

    def __await__(self) -> Generator[Any, Any, None]:
        return (yield from self._coroutine.__await__())


class _Body(httpx.AsyncByteStream):
    """The body of an answer; whatever breaks it is a ReadError."""

    def __init__(self, inner: httpx.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._inner:
                yield chunk
        except (httpx.TransportError, aiohttp.ClientError, OSError) as error:
            raise httpx.ReadError(type(error).__name__) from error

    async def aclose(self) -> None:
        # What was read counts, even if the rest of the request could not be sent any more.
        with contextlib.suppress(httpx.TransportError, aiohttp.ClientError, OSError):
            await self._inner.aclose()


def _truthful(error: Exception) -> httpx.TransportError:
    cause = error.__cause__ if isinstance(error, httpx.TransportError) else error
    # aiohttp raises these two while it connects, before any byte of the request is written.
    if isinstance(cause, aiohttp.ConnectionTimeoutError):
        return httpx.ConnectTimeout("connecting took too long")
    if isinstance(cause, aiohttp.ClientConnectorError):
        return httpx.ConnectError(str(cause))
    if isinstance(error, httpx.UnsupportedProtocol):
        return error
    if isinstance(cause, aiohttp.ClientResponseError):
        return httpx.RemoteProtocolError("what came is not HTTP")
    # The class alone: aiohttp's text may hold the URL with its query.
    return httpx.ReadError(type(cause).__name__)
