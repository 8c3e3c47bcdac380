"""The record of every provider request, without secrets."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from deploy.sandbox.exchange import Call
from deploy.sandbox.tokens import TOKEN_PREFIX

MAX_REQUESTS = 50_000
MAX_BODY = 65_536  # bytes of a request body that are kept
HIDDEN = "***"
SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key"})
TOKEN_OPERATION = "create_token"  # noqa: S105 - an operation's name; its body is never kept


@dataclass(slots=True)
class RecordedRequest:
    """One request; `status` is what the client was answered, `handled_status` what the provider
    itself decided (None: the provider never saw the request, so it had no effect).
    """

    number: int
    provider: str
    operation: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str | None
    at: datetime
    handled_status: int | None = None
    status: int | None = None
    fault: str | None = None


class Requests:
    """The requests of all providers, oldest first."""

    def __init__(self, secrets: Iterable[str]) -> None:
        words = "|".join(re.escape(secret) for secret in secrets)
        self._secret = re.compile(rf"(?:{re.escape(TOKEN_PREFIX)}[\w-]+)|(?:{words})")
        self._kept: deque[RecordedRequest] = deque(maxlen=MAX_REQUESTS)
        self._number = 0
        self._news = asyncio.Event()
        self.counts: Counter[str] = Counter()

    def open(self, call: Call, operation: str) -> RecordedRequest:
        """Record a request that has just arrived."""
        self._number += 1
        entry = RecordedRequest(
            number=self._number,
            provider=call.provider,
            operation=operation,
            method=call.method,
            path=self._scrub(call.path),
            query={name: self._scrub(value) for name, value in call.query},
            headers={name: self._header(name, value) for name, value in call.headers.items()},
            body=self._body(call, operation),
            at=call.now,
        )
        self._kept.append(entry)
        self.counts[f"{call.provider} {operation}"] += 1
        self._news.set()
        self._news = asyncio.Event()
        return entry

    def find(
        self,
        provider: str | None = None,
        operation: str | None = None,
        method: str | None = None,
        path: str | None = None,
    ) -> list[RecordedRequest]:
        """The recorded requests that match all that is given; `path` is a regular expression."""
        return [
            entry
            for entry in self._kept
            if (provider is None or entry.provider == provider)
            and (operation is None or entry.operation == operation)
            and (method is None or entry.method == method)
            and (path is None or re.search(path, entry.path))
        ]

    async def arrived(self, count: int = 1, **match: str) -> list[RecordedRequest]:
        """Wait until `count` requests that match have arrived (see find), and return them."""
        while len(found := self.find(**match)) < count:
            await self._news.wait()
        return found

    def clear(self) -> None:
        """Forget all requests and counts."""
        self._kept.clear()
        self.counts.clear()

    def _scrub(self, text: str) -> str:
        return self._secret.sub(HIDDEN, text)

    def _header(self, name: str, value: str) -> str:
        return HIDDEN if name in SECRET_HEADERS else self._scrub(value)

    def _body(self, call: Call, operation: str) -> str | None:
        if not call.body or operation == TOKEN_OPERATION:
            return None
        return self._scrub(call.body[:MAX_BODY].decode("utf-8", "replace"))


def as_json(entry: RecordedRequest) -> dict[str, Any]:
    """A recorded request as the control API shows it."""
    return asdict(entry)
