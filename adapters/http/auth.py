"""Bearer tokens: asked for once for all waiters, renewed early, renewed once when refused."""

from __future__ import annotations

import asyncio
import base64
import itertools
import math
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote_plus

import httpx

from adapters.http.call import NO_TEXT, Answer, Call, is_text
from adapters.http.clock import SYSTEM_CLOCK, Clock
from adapters.http.errors import ProviderError

MARGIN = 30.0  # seconds before its end at which a token is renewed, at most a quarter of its life
LIFE_UNKNOWN = 300.0  # seconds that a token is used where the provider does not say how long
PUBLIC_FIELDS = frozenset({"grant_type", "scope", "client_id", "username"})


@dataclass(frozen=True)
class Grant:
    """How a connection's token is asked for.

    `fields` are posted to `path` (below the base URL, or a whole URL). Where `refresh` is given
    and the provider sent a refresh token, `refresh` and `refresh_token` are posted instead, and
    `fields` again if the provider does not take that. `login`, a client's id and secret, goes into
    the header `Authorization` (Basic, as RFC 6749 prefers) instead of into `fields`.
    """

    path: str
    fields: Mapping[str, str] = field(repr=False)
    encoding: Literal["json", "form"] = "form"
    refresh: Mapping[str, str] | None = field(default=None, repr=False)
    login: tuple[str, str] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Raises ValueError where a field cannot be sent."""
        for name, value in self.fields.items():
            if not is_text(value):
                raise ValueError(f"{name} {NO_TEXT}")

    def call(self, refresh_token: str | None = None) -> Call:
        """The token request, by refresh token where one is given."""
        fields = self.fields
        if refresh_token is not None:
            fields = {**(self.refresh or {}), "refresh_token": refresh_token}
        if self.encoding == "json":
            return Call("create_token", "POST", self.path, json=dict(fields))
        headers = {} if self.login is None else {"Authorization": _basic(*self.login)}
        return Call("create_token", "POST", self.path, form=fields, headers=headers)

    def secrets(self) -> tuple[str, ...]:
        """The values that must never be seen."""
        every = {**self.fields, **(self.refresh or {})}
        hidden = tuple(value for name, value in every.items() if name not in PUBLIC_FIELDS)
        return hidden if self.login is None else (*hidden, self.login[1], _basic(*self.login))


@dataclass(frozen=True)
class Token:
    """A bearer token; `renew_at` is in seconds of the clock's `monotonic`."""

    access: str = field(repr=False)
    refresh: str | None = field(repr=False)
    renew_at: float


TokenSender = Callable[[Call], Awaitable[Answer]]


class KeyAuth:
    """`Authorization: Bearer …` with a key that does not expire."""

    def __init__(self, key: str) -> None:
        """Raises ValueError where the key cannot stand in a header."""
        if not _can_be_sent(key):
            raise ValueError("the key must be printable ASCII, without line breaks")
        self._key = key

    def __repr__(self) -> str:
        return "KeyAuth()"

    def secrets(self) -> tuple[str, ...]:
        """The values that must never be seen."""
        return (self._key,)

    async def sign(self, request: httpx.Request, refused: Token | None = None) -> Token | None:
        """Put the key into a request. There is no other one: a 401 is final."""
        request.headers["Authorization"] = f"Bearer {self._key}"
        return None


class BearerAuth:
    """`Authorization: Bearer …`, with a token that one of the callers fetches for all of them.

    A 401 is answered by one new token and one more attempt, unless somebody else has fetched a
    newer token meanwhile: then that one is used.
    """

    def __init__(self, grant: Grant, clock: Clock = SYSTEM_CLOCK) -> None:
        self._grant = grant
        self._clock = clock
        self._send: TokenSender | None = None
        self._lock = asyncio.Lock()
        self._token: Token | None = None
        self._given: deque[Token] = deque(maxlen=2)  # a call may still be in flight with the last
        self._rounds = 0  # token requests that ended, well or badly
        self._failure: ProviderError | None = None

    def __repr__(self) -> str:
        return f"BearerAuth({self._grant!r})"

    def bind(self, send: TokenSender) -> None:
        """Tell how token requests are sent; `HttpClient` does this.

        `send` raises `Unauthorised` where the credentials are refused, else `Transient`.
        """
        self._send = send

    def secrets(self) -> tuple[str, ...]:
        """The values that must never be seen: the grant's, the tokens', the last ones' before."""
        tokens = ((token.access, token.refresh or "") for token in self._given)
        return (*self._grant.secrets(), *itertools.chain(*tokens))

    async def ensure(self) -> None:
        """Fetch a token unless there is one that can be used.

        Raises:
            Unauthorised, Transient: no token was to be had.
        """
        await self._current()

    async def token(self) -> str:
        """Return a token, for what is no HTTP request.

        Raises:
            Unauthorised, Transient: no token was to be had.
        """
        return (await self._current()).access

    async def sign(self, request: httpx.Request, refused: Token | None = None) -> Token | None:
        """Put a token into a request, another one than that which was `refused`; returns it.

        Raises:
            Unauthorised, Transient: no token was to be had; the request must not be sent.
        """
        token = await self._current(refused)
        request.headers["Authorization"] = f"Bearer {token.access}"
        return token

    async def _current(self, refused: Token | None = None) -> Token:
        if (token := self._usable(refused)) is not None:
            return token
        rounds = self._rounds
        async with self._lock:
            if (token := self._usable(refused)) is not None:
                return token
            if self._failure is not None and self._rounds != rounds:
                # It failed while we waited: the answer is ours too. Asking once for each waiter
                # would be a storm on a provider in trouble.
                raise self._failure.with_traceback(None)
            try:
                self._token = await self._fetch(self._token)
                self._given.append(self._token)
                self._failure = None
            except ProviderError as error:
                self._failure = error
                self._rounds += 1
                raise
            self._rounds += 1
            return self._token

    def _usable(self, refused: Token | None) -> Token | None:
        token = self._token
        if token is None or token is refused or self._clock.monotonic() >= token.renew_at:
            return None
        return token

    async def _fetch(self, old: Token | None) -> Token:
        if self._grant.refresh is not None and old is not None and old.refresh is not None:
            try:
                return await self._ask(self._grant.call(old.refresh), old.refresh)
            except ProviderError as error:
                # Any answer at all means that refreshing does not work here (essensys documents a
                # refresh token and no way to use it); no answer means that nothing works.
                if error.status is None:
                    raise
        return await self._ask(self._grant.call(), None)

    async def _ask(self, call: Call, refresh: str | None) -> Token:
        assert self._send is not None, "BearerAuth is used through HttpClient, which binds it"
        asked = self._clock.monotonic()
        answer = await self._send(call)
        body = answer.body if isinstance(answer.body, dict) else {}
        access = body.get("access_token")
        if not isinstance(access, str) or not _can_be_sent(access):
            raise answer.unreadable("the token answer has no access_token that can be used")
        renewed = body.get("refresh_token")
        life = _life(body.get("expires_in"))
        return Token(
            access=access,
            refresh=renewed if isinstance(renewed, str) and renewed else refresh,
            renew_at=asked + life - min(MARGIN, life / 4),
        )


def _basic(name: str, secret: str) -> str:
    pair = f"{quote_plus(name)}:{quote_plus(secret)}"  # as RFC 6749 has it: encoded twice
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _can_be_sent(token: str) -> bool:
    return bool(token) and token.isascii() and token.isprintable()


def _life(expires_in: object) -> float:
    """Seconds from `expires_in`, number or text; `LIFE_UNKNOWN` where it says nothing usable."""
    try:
        life = float(expires_in) if isinstance(expires_in, int | float | str) else 0.0
    except ValueError:
        return LIFE_UNKNOWN
    return life if 0 < life < math.inf else LIFE_UNKNOWN
