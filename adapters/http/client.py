"""One request to a provider, end to end: limits, token, sending, reading, judging."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
import orjson

from adapters.http import metrics
from adapters.http.auth import BearerAuth, KeyAuth
from adapters.http.body import NotJsonError, decode, read_at_most
from adapters.http.call import Answer, Call
from adapters.http.classify import TOKEN_RULES, Rules
from adapters.http.clock import SYSTEM_CLOCK, Clock
from adapters.http.errors import Ambiguous, MalformedAnswer, Problem, ProviderError, Transient
from adapters.http.excerpts import answer_text, phrase, request_text
from adapters.http.limits import Limits, RateLimiter
from adapters.http.observation import observed
from adapters.http.redaction import Redactor
from adapters.http.retry_after import retry_after
from adapters.http.transport import CONNECT_TIMEOUT, UNSENT, SafeAiohttpTransport

TIMEOUT = 30.0  # seconds for one exchange, from connecting to the last byte of the answer
MAX_ANSWER = 32 * 1024 * 1024  # bytes, after decompression
PATIENCE = 10.0  # seconds of a pause that a call waits for; longer, and it fails at once
PAUSE_AFTER_429 = 1.0  # seconds, where the provider does not say how long
HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": "tiebeam",
}


@dataclass(frozen=True)
class Received:
    """An answer as it came, whatever its status."""

    status: int
    headers: httpx.Headers = field(repr=False)
    content: bytes = field(repr=False)
    broken: str | None = None  # why the content is not all of it


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
        auth: httpx.Auth | None = None,
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
        _check_base_url(connection, base_url)
        limits = limits or Limits()
        self.connection = connection
        self.base_url = base_url
        self._auth = auth or httpx.Auth()
        self._limiter = RateLimiter(limits, clock)
        self._timeout = timeout
        self._max_answer = max_answer
        self._rules = rules or Rules()
        self._headers = dict(headers or {})
        self._clock = clock
        # Connecting gives up first: the whole time-out could not tell unsent from unanswered.
        connecting = min(CONNECT_TIMEOUT, timeout / 2)
        self._transport = transport or SafeAiohttpTransport(limits.max_in_flight, connecting)
        self._redactor = Redactor()
        if isinstance(auth, BearerAuth | KeyAuth):
            self._redactor = Redactor(auth.secrets)
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
        if (pause := self._limiter.pause_left()) > PATIENCE:
            raise Transient(
                self.connection, call.operation, "the provider asked for a pause", retry_after=pause
            )
        async with self._limiter.slot() as waited:
            metrics.rate_limit_wait_seconds.labels(self.connection).observe(waited)
            received = await self._authorised(call, request)
        return self._judge(call, received, self._rules)

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

    def _request(self, call: Call, own: Mapping[str, str]) -> httpx.Request:
        headers = {**HEADERS, **own, **call.headers}
        content = call.content
        if call.json is not None:
            content = orjson.dumps(call.json)
            headers["Content-Type"] = "application/json"
        return httpx.Request(
            call.method, call.url(self.base_url), headers=headers, data=call.form, content=content
        )

    async def _authorised(self, call: Call, request: httpx.Request) -> Received:
        """Drive the auth flow, as httpx.AsyncClient would.

        By hand, so that each answer within it has a span, is bounded in size and in time, and so
        that nothing of httpx.AsyncClient that is not wanted here happens: cookies, redirects, and
        a log line for each request with its whole query.
        """
        async with contextlib.aclosing(self._auth.async_auth_flow(request)) as flow:
            outgoing = await anext(flow)
            resend = 0
            while True:
                received = await self._exchange(call, outgoing, resend)
                try:
                    outgoing = await flow.asend(_without_body(received, outgoing))
                except StopAsyncIteration:
                    return received
                resend += 1

    async def _exchange(self, call: Call, request: httpx.Request, resend: int = 0) -> Received:
        with observed(self.connection, call, request, resend) as seen:
            try:
                async with asyncio.timeout(self._timeout):
                    response = await self._transport.handle_async_request(request)
                    seen.status = response.status_code
                    async with contextlib.aclosing(response):
                        content, broken = await read_at_most(response, self._max_answer)
            except TimeoutError as error:
                seen.failure = "timeout"
                detail = f"no complete answer within {self._timeout:g} s"
                raise self._lost(call, detail, seen.status) from error
            except UNSENT as error:
                seen.failure = "unsent"
                raise self._error(Transient, call, f"no connection: {error}") from error
            except httpx.TransportError as error:
                seen.failure = "lost"
                raise self._lost(call, f"the connection was lost: {error}", None) from error
            seen.failure = "broken" if broken else None
        self._obey(response)
        return Received(response.status_code, response.headers, content, broken)

    def _obey(self, response: httpx.Response) -> None:
        if response.status_code in (429, 503):
            asked = retry_after(response.headers, self._clock)
            if asked is None and response.status_code == 429:
                asked = PAUSE_AFTER_429
            self._limiter.pause(asked or 0.0)

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

    def _lost(self, call: Call, detail: str, status: int | None) -> ProviderError:
        error = self._error(Ambiguous if call.write else Transient, call, detail)
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


def _check_base_url(connection: str, base_url: str) -> None:
    url = httpx.URL(base_url)
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"{connection}: base_url must begin with https:// or http:// and a host")
    if url.userinfo:  # it would show in spans
        raise ValueError(f"{connection}: base_url must not hold a user name or password")


def _without_body(received: Received, request: httpx.Request) -> httpx.Response:
    """What an auth flow is shown: the status and the headers."""
    headers = {k: v for k, v in received.headers.items() if k != "content-encoding"}
    return httpx.Response(received.status, headers=headers, request=request)
