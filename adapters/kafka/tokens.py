"""OAUTHBEARER: tokens by client credentials, kept until shortly before they end."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import KafkaConnectionError

from adapters.http.auth import BearerAuth, Grant
from adapters.http.client import HttpClient
from adapters.http.errors import ProviderError
from adapters.http.transport import SafeAiohttpTransport

TIMEOUT: Final = 8.0  # seconds for a token; a broker waits for it meanwhile
PAUSE: Final = 5.0  # seconds for which a refusal stands: clients that connect ask again at once


@dataclass(frozen=True)
class TokenSource:
    """Where tokens come from; `authorities`: a file with more to trust than the usual ones."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str | None = None
    authorities: str | None = None

    def grant(self) -> Grant:
        """Return the request for a token.

        Raises:
            ValueError: a value cannot be sent.
        """
        fields = {"grant_type": "client_credentials"}
        if self.scope:
            fields["scope"] = self.scope
        return Grant(self.url, fields, login=(self.client_id, self.client_secret))


class NoToken(KafkaConnectionError):  # type: ignore[misc]
    """No token was to be had; `error` is the answer to the request for it.

    As one of aiokafka's errors it ends an attempt to connect, and not the client's own tasks.
    """

    def __init__(self, error: ProviderError) -> None:
        super().__init__(str(error))
        self.error = error


class Tokens(AbstractTokenProvider):  # type: ignore[misc]
    """The tokens of one source, for all the clients of a process."""

    def __init__(
        self, source: TokenSource, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._source = source
        self._auth = BearerAuth(source.grant())
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._refusal: ProviderError | None = None
        self._refused_at = 0.0

    async def token(self) -> str:
        """Return a token that is good for a while.

        Raises:
            NoToken: none was to be had.
        """
        async with self._lock:
            if self._refusal is not None and self._monotonic() < self._refused_at + PAUSE:
                raise NoToken(self._refusal)
            try:
                token = await self._ask()
            except ProviderError as error:
                self._refusal, self._refused_at = error, self._monotonic()
                raise NoToken(error) from error
            self._refusal = None
            return token

    async def _ask(self) -> str:
        # A client for each look: most need no request, and an idle one would be left open.
        client = HttpClient(
            connection="kafka",
            base_url=self._source.url,
            auth=self._auth,
            timeout=TIMEOUT,
            transport=self._transport(),
        )
        try:
            return await self._auth.token()
        finally:
            await client.aclose()

    def _transport(self) -> SafeAiohttpTransport | None:
        if self._source.authorities is None:
            return None
        trusted = ssl.create_default_context()
        trusted.load_verify_locations(self._source.authorities)
        return SafeAiohttpTransport(1, trusted=trusted)
