"""A Plentific that gives prepared answers, and keeps what it was asked."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from adapters.http.limits import Limits
from adapters.plentific.client import PlentificClient, connect
from tests.adapters.http.servers import RawServer, Seen, Wire, raw_server


@dataclass(frozen=True)
class Prepared:
    """One answer; anything but bytes is sent as JSON."""

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@asynccontextmanager
async def answering(*answers: Prepared) -> AsyncIterator[tuple[PlentificClient, list[Seen]]]:
    """A client, and the requests that it made beside the one for its token.

    The answers are given in their order, the last one again and again.
    """
    asked: list[Seen] = []

    async def answer(seen: Seen, wire: Wire) -> None:
        if seen.target == "/token":
            await wire.answer(200, {"access_token": "T", "expires_in": 3600})
            return
        asked.append(seen)
        given = answers[min(len(asked), len(answers)) - 1]
        await wire.answer(given.status, given.body, given.headers)

    async with raw_server(answer) as server:
        client = connected_to(server)
        try:
            yield client, asked
        finally:
            await client.aclose()


def connected_to(server: RawServer) -> PlentificClient:
    """A client of a server, without limits that matter."""
    return connect(
        connection="plentific",
        base_url=server.url,
        client_id="id",
        client_secret="not-for-anybody",
        limits=Limits(10_000, 8),
        timeout=5,
    )


def body_of(seen: Seen) -> Any:
    """The JSON that was sent."""
    return json.loads(seen.body)
