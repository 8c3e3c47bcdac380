"""A slow essensys in a process of its own: takes so many charge sheets at a time, or 429.

It records when each call came and went, so that order and concurrency can be proven afterwards:
`GET /record` gives the record, `POST /reset` empties it.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from time import perf_counter
from urllib.parse import parse_qs

import orjson

from tests.benchmarks.serving import Reply, Request, child, response, serve

TOKEN = {"access_token": "T", "token_type": "bearer", "expires_in": 3600, "scope": "hubapi"}


@dataclass
class Record:
    """What the provider saw: (body, came, went) of each call, in the order they went.

    Bodies are read when the record is asked for: meanwhile, this process takes its time from those
    that are measured.
    """

    calls: list[tuple[bytes, float, float]] = field(default_factory=list)
    refused: int = 0
    most_at_once: int = 0

    def as_json(self) -> bytes:
        """It as JSON, with the reference of each call in place of its body."""
        calls = [(_reference(body), came, went) for body, came, went in self.calls]
        return orjson.dumps(
            {"calls": calls, "refused": self.refused, "most_at_once": self.most_at_once}
        )


class Provider:
    """Answers after `delay` seconds; accepts so many calls `at_once`."""

    def __init__(self, delay: float, at_once: int) -> None:
        self._delay = delay
        self._at_once = at_once
        self._record = Record()
        self._in_flight = 0
        self._written = 0

    def handle(self, request: Request, reply: Reply) -> None:
        """Take a request."""
        match request.method, request.path:
            case "PUT", "/api/1.0/chargesheet":
                self._take(request, reply)
            case "POST", "/oauth2/token":
                reply(response(orjson.dumps(TOKEN)))
            case "GET", "/record":
                reply(response(self._record.as_json()))
            case "POST", "/reset":
                self._record = Record()
                reply(response(b"{}"))
            case _:
                reply(response(b"{}", "404 Not Found"))

    def _take(self, request: Request, reply: Reply) -> None:
        if self._in_flight >= self._at_once:
            self._record.refused += 1
            reply(response(b"{}", "429 Too Many Requests", {"Retry-After": "1"}))
            return
        self._in_flight += 1
        self._record.most_at_once = max(self._record.most_at_once, self._in_flight)
        came = perf_counter()
        asyncio.get_running_loop().call_later(self._delay, self._answer, request, reply, came)

    def _answer(self, request: Request, reply: Reply, came: float) -> None:
        self._in_flight -= 1
        self._written += 1
        self._record.calls.append((request.body, came, perf_counter()))
        answer = {
            "id": "1",
            "status": "OK",
            "providername": "Operate API",
            "datetimeutc": "13/07/2017 11:21:51",
            "chargesheets": [{"chargesheetid": str(self._written)}],
        }
        reply(response(orjson.dumps({"response": answer})))


def _reference(body: bytes) -> str:
    (sheet,) = orjson.loads(parse_qs(body.decode())["data"][0])["chargesheets"]
    reference: str = sheet["referencetext"]
    return reference


def running(delay: float, at_once: int) -> AbstractAsyncContextManager[str]:
    """Run it in a process of its own; gives its URL."""
    return child("tests.benchmarks.slow_provider", str(delay), str(at_once))


if __name__ == "__main__":
    serve(Provider(float(sys.argv[1]), int(sys.argv[2])).handle)
