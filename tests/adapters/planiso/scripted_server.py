"""A Planiso that answers every request with what the test says, byte for byte."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from adapters.http.limits import Limits
from adapters.planiso.client import PlanisoClient, connect
from tests.adapters.http.servers import RawServer, Seen, Wire, raw_server

API_KEY = "key-of-the-tests"


def envelope(code: int, data: Any, message: str = "") -> dict[str, Any]:
    """A body as every answer has it."""
    return {"code": code, "message": message, "data": data}


@asynccontextmanager
async def answering(status: int, body: Any) -> AsyncIterator[tuple[PlanisoClient, RawServer]]:
    """A client, and the server behind it; a body of bytes is sent as it is."""

    async def answer(_seen: Seen, wire: Wire) -> None:
        await wire.answer(status, body)

    async with raw_server(answer) as server:
        client = connect(
            connection="planiso",
            base_url=server.url,
            api_key=API_KEY,
            limits=Limits(10_000, 8),
        )
        try:
            yield client, server
        finally:
            await client.aclose()
