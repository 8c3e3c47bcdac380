"""A Facilitee made of documented answers, whose paging can be made to misbehave."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from adapters.facilitee.client import FaciliteeClient, connect
from adapters.http.limits import Limits
from tests.adapters.http.servers import Seen, Wire, raw_server

CLIENT_ID, CLIENT_SECRET = "tiebeam-tests", "not-for-anybody"
TOKEN_FORM = {
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "scope": "openid api",
    "grant_type": "client_credentials",
}

Envelope = Callable[[int, int, int], dict[str, Any]]
"""What stands around the rows: of the rows in all, the page's size and its number."""


def honest(total: int, size: int, number: int) -> dict[str, Any]:
    return {
        "numberOfPages": -(-total // size),
        "totalItems": total,
        "pageSize": size,
        "currentPage": number,
    }


def zeros(_total: int, _size: int, _number: int) -> dict[str, Any]:
    """As in the example of the issues."""
    return {"numberOfPages": 0, "totalItems": 0, "pageSize": 0, "currentPage": 0}


@dataclass(frozen=True)
class Asked:
    """A request, but for the token's."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def what(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class DocumentedServer:
    """`rows` are listed wherever pages are asked for; everything else is answered by `answer`."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    largest_page: int = 1_000
    envelope: Envelope = honest
    ignores_page: bool = False
    knows_pages: bool = True
    before_page: Callable[[int], None] = lambda _number: None
    answer: str = ""
    status: int = 200
    asked: list[Asked] = field(default_factory=list)
    tokens: int = 0

    def pages(self) -> list[int]:
        return [int(asked.query["pageNo"]) for asked in self.asked]

    async def respond(self, seen: Seen, wire: Wire) -> None:
        url = urlsplit(seen.target)
        query = dict(parse_qsl(url.query))
        if seen.target == "/api/connect/token":
            await self._token(seen, wire)
            return
        self.asked.append(Asked(seen.method, url.path, query, seen.headers, seen.body))
        if not url.path.startswith("/api/public/") or seen.token != "T":
            await wire.answer(401)
        elif self.knows_pages and "pageNo" in query:
            await wire.answer(200, self._page(int(query["pageNo"]), int(query["pageSize"])))
        else:
            await wire.answer(
                self.status, self.answer.encode(), {"Content-Type": "application/json"}
            )

    async def _token(self, seen: Seen, wire: Wire) -> None:
        form = seen.headers["content-type"] == "application/x-www-form-urlencoded"
        if not form or dict(parse_qsl(seen.body.decode())) != TOKEN_FORM:
            await wire.answer(400)
            return
        self.tokens += 1
        await wire.answer(200, {"access_token": "T", "expires_in": 1800, "token_type": "Bearer"})

    def _page(self, number: int, asked_size: int) -> dict[str, Any]:
        self.before_page(number)
        size = min(asked_size, self.largest_page)
        start = 0 if self.ignores_page else (number - 1) * size
        around = self.envelope(len(self.rows), size, number)
        return {**around, "items": self.rows[start : start + size]}


@asynccontextmanager
async def connected(
    server: DocumentedServer, client_secret: str = CLIENT_SECRET
) -> AsyncIterator[FaciliteeClient]:
    async with raw_server(server.respond) as listening:
        client = connect(
            connection="facilitee",
            base_url=listening.url,
            client_id=CLIENT_ID,
            client_secret=client_secret,
            limits=Limits(10_000, 8),
            timeout=5,
        )
        try:
            yield client
        finally:
            await client.aclose()
