"""One request to a provider, end to end: limits, token, sending, reading, judging."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
import orjson

from adapters.http import deadline, metrics
from adapters.http.auth import BearerAuth, KeyAuth
from adapters.http.body import NotJsonError, decode, pieces, read_at_most
from adapters.http.call import Answer, Call, check_base_url, check_headers, parsed
from adapters.http.classify import TOKEN_RULES, Rules
from adapters.http.clock import SYSTEM_CLOCK, Clock
from adapters.http.errors import (
    Ambiguous,
    MalformedAnswer,
    Problem,
    ProviderError,
    Transient,
)
from adapters.http.excerpts import answer_text, phrase, request_text
from adapters.http.limits import Limits, RateLimiter, present_priority
from adapters.http.observation import Observation, observed
from adapters.http.redaction import Redactor
from adapters.http.retry_after import retry_after
from adapters.http.streams import PIECE, Download, Upload
from adapters.http.transport import CONNECT_TIMEOUT, UNSENT, SafeAiohttpTransport

TIMEOUT = 30.0  # seconds for one exchange, from connecting to the last byte of the answer
MAX_ANSWER = 32 * 1024 * 1024  # bytes, after decompression
PATIENCE = 10.0  # seconds of a pause that a call waits for; longer, and it fails at once
PAUSE_AFTER_429 = 1.0  # seconds, where the provider does not say how long
HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "User-Agent": "tiebeam",
}


@dataclass(frozen=True)
class Received:
    """An answer as it came, whatever its status."""

    status: int
    headers: httpx.Headers = field(repr=False)
    content: bytes = field(repr=False)
    broken: str | None = None  # why the content is not all of it
    chunks: AsyncIterator[bytes] | None = field(default=None, repr=False)  # yet to be read


class HttpClient:
    """Sends the calls of one connection, within its limits and with its token.

    It never sends a call twice, but for a 401, which did nothing; whether to try again is the
    caller's decision, by the class of the error.
    """

    def __init__(
        self,
        *,
        connection: str,
        base_url: str,
        auth: BearerAuth | KeyAuth | None = None,
        limits: Limits | None = None,
        timeout: float = TIMEOUT,
        max_answer: int = MAX_ANSWER,
        rules: Rules | None = None,
        headers: Mapping[str, str] | None = None,
        clock: Clock = SYSTEM_CLOCK,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`timeout` is in seconds for one exchange, `max_answer` in bytes; `headers` go with every
        call but the token's.

        `auth` given as a `BearerAuth` asks for its tokens through this client.

        Raises:
            ValueError: `base_url` is not http or https, or holds a user name or password.
        """
        check_base_url(connection, base_url)
        limits = limits or Limits()
        self.connection = connection
        self.base_url = base_url
        self.max_in_flight = limits.max_in_flight
        self._auth = auth
        self.limiter = RateLimiter(limits, clock)
        metrics.rate_limit_pace.labels(connection).set_function(self.limiter.pace)
        metrics.rate_limit_pause_seconds.labels(connection).set_function(self.limiter.pause_left)
        self._timeout = timeout
        self._too_slow = f"no complete answer within {timeout:g} s"
        self._max_answer = max_answer
        self._rules = rules or Rules()
        self._headers = dict(headers or {})
        self._clock = clock
        # Connecting gives up first: the whole time-out could not tell unsent from unanswered.
        connecting = min(CONNECT_TIMEOUT, timeout / 2)
        self._transport = transport or SafeAiohttpTransport(limits.max_in_flight, connecting)
        self._redactor = Redactor(auth.secrets) if auth else Redactor()
        if isinstance(auth, BearerAuth):
            auth.bind(self._send_for_token)

    def __repr__(self) -> str:
        return f"HttpClient(connection={self.connection!r}, base_url={self.base_url!r})"

    async def send(self, call: Call) -> Answer:
        """Send one call and return its answer, which has a 2xx status.

        Raises:
            Rejected, Unauthorised, NotFound, Conflict: the provider said no.
            Transient: certainly without effect.
            MalformedAnswer: a read whose answer cannot be understood.
            Ambiguous: a write that may have happened, as one may that is cancelled.
        """
        request = self._request(call, self._headers)
        self._check_pause(call)
        async with self.limiter.slot() as waited:
            self._note(waited)
            received = await self._authorised(call, request)
        return self._judge(call, received, self._rules)

    @contextlib.asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[Download]:
        """Send one call and give its answer's body to be read chunk by chunk.

        Its slot is held meanwhile; leaving before the end closes the connection. Sending may take
        as long as `send` may, and each chunk may too.

        Raises:
            ProviderError: as `send`; Transient, while reading, where the body breaks off.
        """
        call = dataclasses.replace(call, decoding="bytes")
        # Not compressed: files seldom gain by it, and so the length is the file's own.
        request = self._request(call, {"Accept-Encoding": "identity", **self._headers})
        self._check_pause(call)
        async with self.limiter.slot() as waited, contextlib.AsyncExitStack() as held:
            self._note(waited)
            received = await self._authorised(call, request, held)
            answer = self._judge(call, received, self._rules)
            if received.chunks is None:  # a bad status that its body says is good
                raise answer.unreadable("an answer came instead of a file")
            download = Download(answer.status, answer.headers, received.chunks)
            try:
                yield download
            finally:
                download.over = True

    async def sign_in(self) -> None:
        """Make sure that there is a token, without any other call.

        Raises:
            Unauthorised: the credentials are refused.
            Transient: no token was to be had now.
        """
        if isinstance(self._auth, BearerAuth):
            await self._auth.ensure()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._transport.aclose()

    async def _send_for_token(self, call: Call) -> Answer:
        # In the slot of the caller that needs it: a slot of its own could wait for one that waits.
        received = await self._exchange(call, self._request(call, {}))
        return self._judge(call, received, TOKEN_RULES)

    def _check_pause(self, call: Call) -> None:
        if (pause := self.limiter.pause_left()) > PATIENCE:
            why = "the provider asked for a pause"
            raise Transient(self.connection, call.operation, why, retry_after=pause)

    def _note(self, waited: float) -> None:
        waits = metrics.rate_limit_wait_seconds
        waits.labels(self.connection, present_priority().label).observe(waited)

    def _request(self, call: Call, own: Mapping[str, str]) -> httpx.Request:
        headers = {**HEADERS, **own, **call.headers}
        content, stream = None, None
        if call.json is not None:
            content = orjson.dumps(call.json)
            headers["Content-Type"] = "application/json"
        elif isinstance(call.content, bytes) and len(call.content) <= PIECE:
            content = call.content
        elif call.content is not None:
            stream = Upload(call.operation, call.content, call.length)
            if stream.length is not None:
                headers["Content-Length"] = str(stream.length)
        check_headers(call, headers)
        return httpx.Request(
            call.method,
            parsed(call.url(self.base_url)),
            headers=headers,
            data=call.form,
            content=content,
            stream=stream,
        )

    async def _authorised(
        self, call: Call, request: httpx.Request, held: contextlib.AsyncExitStack | None = None
    ) -> Received:
        """Send with a token, and after a 401 once more with another one.

        Not by httpx.AsyncClient, so that each answer has a span and is bounded in size and in time,
        and so that nothing of it that is not wanted here happens: cookies, redirects, and a log
        line for each request with its whole query.
        """
        if self._auth is None:
            return await self._exchange(call, request, held=held)
        token = await self._auth.sign(request)
        received = await self._exchange(call, request, held=held)
        if received.status != httpx.codes.UNAUTHORIZED or token is None:
            return received
        await self._auth.sign(request, refused=token)
        return await self._exchange(call, request, resend=1, held=held)

    async def _exchange(
        self,
        call: Call,
        request: httpx.Request,
        resend: int = 0,
        held: contextlib.AsyncExitStack | None = None,
    ) -> Received:
        """One request and its answer, whole; a good one to be read while `held`, if that is given.

        A body at hand has `timeout` for all of it, one that is sent in pieces for each of them.
        """
        # Between here and the first byte nobody waits for anything, but for a connection.
        if deadline.is_over():
            raise self._error(Transient, call, "not sent: the time for it is over")
        if held is not None or isinstance(request.stream, Upload):
            return await self._exchange_in_pieces(call, request, resend, held)
        began = self._clock.monotonic()
        with (
            observed(self.connection, call, request, resend) as seen,
            self._failures(call, request, seen, self._too_slow),
        ):
            async with asyncio.timeout(self._timeout):
                response = await self._transport.handle_async_request(request)
                try:
                    seen.status = response.status_code
                    content, broken = await read_at_most(response, self._max_answer)
                finally:
                    await response.aclose()
            seen.failure = "broken" if broken else None
        self._obey(response, began)
        return Received(response.status_code, response.headers, content, broken)

    async def _exchange_in_pieces(
        self,
        call: Call,
        request: httpx.Request,
        resend: int,
        held: contextlib.AsyncExitStack | None,
    ) -> Received:
        began = self._clock.monotonic()
        async with contextlib.AsyncExitStack() as own:
            seen = own.enter_context(observed(self.connection, call, request, resend))
            if isinstance(request.stream, Upload):
                own.push_async_callback(request.stream.aclose)
            with self._failures(call, request, seen, self._too_slow):
                async with asyncio.timeout(self._timeout) as limit:
                    with self._extended_by(request, limit):
                        response = await self._transport.handle_async_request(request)
                    own.push_async_callback(response.aclose)
                    seen.status = response.status_code
                    if held is not None and response.is_success:
                        chunks = self._chunks(call, request, response, seen)
                        await held.enter_async_context(own.pop_all())
                        held.push_async_callback(chunks.aclose)
                        return Received(response.status_code, response.headers, b"", chunks=chunks)
                    content, broken = await read_at_most(response, self._max_answer)
            seen.failure = "broken" if broken else None
        self._obey(response, began)
        return Received(response.status_code, response.headers, content, broken)

    async def _chunks(
        self, call: Call, request: httpx.Request, response: httpx.Response, seen: Observation
    ) -> AsyncGenerator[bytes, None]:
        complaint = f"nothing more came for {self._timeout:g} s"
        async with contextlib.aclosing(pieces(response)) as body:
            while True:
                with self._failures(call, request, seen, complaint):
                    async with asyncio.timeout(self._timeout):
                        chunk = await anext(body, None)
                if chunk is None:
                    seen.failure = None
                    return
                yield chunk

    @contextlib.contextmanager
    def _extended_by(self, request: httpx.Request, limit: asyncio.Timeout) -> Iterator[None]:
        """Let each piece of a body that is sent in pieces put the time limit off."""
        if not isinstance(request.stream, Upload):
            yield
            return
        loop = asyncio.get_running_loop()

        def moved() -> None:
            if not limit.expired():
                limit.reschedule(loop.time() + self._timeout)

        with request.stream.watched(moved):
            yield

    @contextlib.contextmanager
    def _failures(
        self, call: Call, request: httpx.Request, seen: Observation, too_slow: str
    ) -> Iterator[None]:
        """Turn what goes wrong on the way into our errors."""
        try:
            yield
        except TimeoutError as error:
            seen.failure = "timeout"
            raise self._lost(call, too_slow, seen.status) from error
        except UNSENT as error:
            seen.failure = "unsent"
            raise self._error(Transient, call, f"no connection: {error}") from error
        except (httpx.DecodingError, httpx.RemoteProtocolError) as error:
            seen.failure = "broken"
            raise self._lost(call, str(error), seen.status, MalformedAnswer) from error
        except httpx.TransportError as error:
            if isinstance(request.stream, Upload) and request.stream.failure is not None:
                raise request.stream.failure from None
            seen.failure = "lost"
            raise self._lost(call, f"the connection was lost: {error}", None) from error

    def _obey(self, response: httpx.Response, began: float) -> None:
        if response.status_code not in (429, 503):
            return
        asked = retry_after(response.headers, self._clock)
        if asked is None and response.status_code == 429:
            asked = PAUSE_AFTER_429
        if asked is not None:
            self.limiter.pause(asked)
            self.limiter.slow_down(began)

    def _judge(self, call: Call, received: Received, rules: Rules) -> Answer:
        complain = partial(self._unreadable, call, received)
        body, flaw = _decoded(call, received)
        status = received.status
        if body is not None:
            status = rules.status(status, body, call.write)
        if not 200 <= status < 300:
            problem = rules.problem(body)
            kind = rules.error(status, problem, write=call.write)
            raise self._error(kind, call, phrase(status), received, status, problem)
        if received.broken is not None:
            raise complain(received.broken)
        if flaw is not None:
            raise complain(flaw)
        return Answer(status, received.headers, body, received.content, complain)

    def _unreadable(self, call: Call, received: Received, detail: str) -> ProviderError:
        return self._error(Ambiguous if call.write else MalformedAnswer, call, detail, received)

    def _lost(
        self,
        call: Call,
        detail: str,
        status: int | None,
        read: type[ProviderError] = Transient,
    ) -> ProviderError:
        error = self._error(Ambiguous if call.write else read, call, detail)
        error.status = status
        return error

    def _error(
        self,
        kind: type[ProviderError],
        call: Call,
        detail: str,
        received: Received | None = None,
        status: int | None = None,
        problem: Problem | None = None,
    ) -> ProviderError:
        redactor = self._redactor
        return kind(
            self.connection,
            call.operation,
            redactor.line(detail),
            status=status or (received.status if received else None),
            retry_after=retry_after(received.headers, self._clock) if received else None,
            problem=problem and redactor.clean_problem(problem),
            request_excerpt=redactor.excerpt(request_text(call)),
            response_excerpt=redactor.excerpt(answer_text(received.content)) if received else "",
        )


def _decoded(call: Call, received: Received) -> tuple[Any, str | None]:
    """The JSON of an answer, and why there is none where there should be."""
    if call.decoding == "bytes" and 200 <= received.status < 300:
        return None, None
    content_type = received.headers.get("content-type", "")
    decoding = "json" if call.decoding == "bytes" else call.decoding
    try:
        return decode(received.content, content_type, decoding), None
    except NotJsonError as error:
        return None, str(error)
