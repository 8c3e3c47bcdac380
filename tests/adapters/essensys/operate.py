"""A small essensys on a real socket: what tests tell it to answer, and what it was asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from adapters.essensys.client import EssensysClient, connect
from adapters.http.limits import Limits
from tests.adapters.http.fake_clock import FakeClock
from tests.adapters.http.servers import Seen, Wire, raw_server

Reply = Callable[[Seen, Wire], Awaitable[None]]


def envelope(**rest: Any) -> dict[str, Any]:
    return {
        "response": {
            "id": "1",
            "status": "OK",
            "providername": "Operate API",
            "datetimeutc": "13/07/2017 11:21:51",
            **rest,
        }
    }


def answers(body: Any, status: int = 200) -> Reply:
    async def reply(seen: Seen, wire: Wire) -> None:
        await wire.answer(status, body)

    return reply


async def drops(seen: Seen, wire: Wire) -> None:
    wire.drop()


@dataclass
class Operate:
    """`replies` are given one after the other; tokens are given out by `token`."""

    client: EssensysClient
    clock: FakeClock
    replies: list[Reply] = field(default_factory=list)
    asked: list[Seen] = field(default_factory=list)
    token_requests: list[dict[str, str]] = field(default_factory=list)
    refreshing: bool = True

    async def handle(self, seen: Seen, wire: Wire) -> None:
        if urlsplit(seen.target).path != "/oauth2/token":
            self.asked.append(seen)
            await self.replies.pop(0)(seen, wire)
            return
        form = form_of(seen)
        self.token_requests.append(form)
        if form["grant_type"] == "refresh_token" and not self.refreshing:
            await wire.answer(400, {"error": "unsupported_grant_type"})
            return
        number = len(self.token_requests)
        body = {
            "access_token": f"token-{number}",
            "token_type": "bearer",
            "expires_in": 120,
            "refresh_token": f"refresh-{number}",
            "scope": "hubapi",
        }
        await wire.answer(200, body)


def form_of(seen: Seen) -> dict[str, str]:
    """The fields of a form, each once."""
    fields = parse_qs(seen.body.decode(), strict_parsing=True, keep_blank_values=True)
    return {name: value for name, (value,) in fields.items()}


def query_of(seen: Seen) -> dict[str, str]:
    """The query parameters, each once."""
    fields = parse_qs(urlsplit(seen.target).query, keep_blank_values=True)
    return {name: value for name, (value,) in fields.items()}


@asynccontextmanager
async def operate(*replies: Reply) -> AsyncIterator[Operate]:
    clock = FakeClock()

    async def handle(seen: Seen, wire: Wire) -> None:
        await provider.handle(seen, wire)

    async with raw_server(handle) as server:
        client = connect(
            connection="operate",
            base_url=server.url,
            client_id="client",
            client_secret="client-secret",
            username="user@example.com",
            password="pass-word",
            time_zone=ZoneInfo("Europe/London"),
            limits=Limits(10_000, 50),
            clock=clock,
        )
        provider = Operate(client, clock, list(replies))
        try:
            yield provider
        finally:
            await client.aclose()
