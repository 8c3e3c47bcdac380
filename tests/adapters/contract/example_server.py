"""A server that answers everything with one documented body, after giving out a token."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from tests.adapters.contract.calls import connected
from tests.adapters.http.servers import RawServer, Seen, Wire, raw_server

TOKEN_PATHS = ("/token", "/api/connect/token", "/oauth2/token")


@asynccontextmanager
async def answered(
    provider: str,
    body: Any,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> AsyncIterator[tuple[Any, RawServer]]:
    """A client of the provider, and the server behind it."""

    async def answer(seen: Seen, wire: Wire) -> None:
        if seen.target in TOKEN_PATHS:
            await wire.answer(200, {"access_token": "token-1", "expires_in": 3600})
        else:
            await wire.answer(status, b"" if status == 204 else body, headers)

    async with raw_server(answer) as server, connected(provider, server.url) as client:
        yield client, server


def calls_of(server: RawServer) -> list[Seen]:
    """What was asked beside the token."""
    return [seen for seen in server.seen if seen.target not in TOKEN_PATHS]
