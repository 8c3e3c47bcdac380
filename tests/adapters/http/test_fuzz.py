"""Whatever comes over the wire, a call ends in a typed error or in a typed answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

import pytest

from adapters.http.client import HttpClient
from adapters.http.errors import Ambiguous, MalformedAnswer, ProviderError, Transient
from adapters.http.models import Instant, Known, Many, ProviderModel
from adapters.http.operations import (
    Downloading,
    Listing,
    Nothing,
    Operation,
    Request,
    Sending,
    Style,
    Uploading,
    detail_of,
    nothing,
)
from adapters.http.requests import RequestModel
from adapters.plentific.paging import HeaderPaging
from tests.adapters.http.bad_answers import BadAnswer, bad_answers, mistyped, serving, truncated
from tests.adapters.http.conftest import OpenClient
from tests.adapters.http.fake_clock import FakeClock
from tests.adapters.http.servers import Handler, raw_server

MAX_ANSWER = 500_000
GOOD = {
    "uuid": "1",
    "status": "new",
    "at": "2026-03-02T09:00:00Z",
    "amount": 12.5,
    "parts": [{"name": "tap", "amount": 1.25}, {"name": None}],
    "tags": ["a"],
    "maker": {"name": "Jo", "amount": None},
}


class Part(ProviderModel):
    name: str | None = None
    amount: Decimal | None = None


class Thing(ProviderModel):
    uuid: str
    status: Annotated[str | None, Known("new", "done")] = None
    at: Instant | None = None
    amount: Decimal | None = None
    parts: Many[Part] = ()
    tags: Annotated[Many[str], Known("a")] = ()
    maker: Part | None = None


class ThingNew(RequestModel):
    name: str


@dataclass(frozen=True, kw_only=True)
class ThingFilter:
    page_size: int = 10


STYLE = Style()


class Client:
    """One declaration of each kind."""

    list_things = Listing(
        Request("GET", "/t", STYLE, "json"), ThingFilter, Thing, HeaderPaging, "uuid"
    )
    get_thing = Operation(Request("GET", "/t", STYLE), Nothing, detail_of(Thing, STYLE))
    create_thing = Sending(Request("POST", "/t", STYLE), ThingNew, Nothing, detail_of(Thing, STYLE))
    change_thing = Sending(Request("PATCH", "/t", STYLE), ThingNew, Nothing, nothing)
    remove_thing = Operation(Request("DELETE", "/t", STYLE), Nothing, nothing)
    upload_file = Uploading(
        Request("POST", "/f", STYLE), Nothing, lambda _: {}, detail_of(Thing, STYLE)
    )
    get_file = Downloading(Request("GET", "/f", STYLE), Nothing)

    def __init__(self, http: HttpClient) -> None:
        self.http = http


async def every_row(client: Client) -> list[Any]:
    return [row async for row in client.list_things().each()]


async def every_byte(client: Client) -> bytes:
    async with client.get_file() as download:
        return b"".join([chunk async for chunk in download])


Use = Callable[[Client], Awaitable[object]]
READS: dict[str, Use] = {
    "list_things": every_row,
    "get_thing": lambda client: client.get_thing(),
    "get_file": every_byte,
}
WRITES: dict[str, Use] = {
    "create_thing": lambda client: client.create_thing(ThingNew(name="tap")),
    "change_thing": lambda client: client.change_thing(ThingNew(name="tap")),
    "remove_thing": lambda client: client.remove_thing(),
    "upload_file": lambda client: client.upload_file(b"%PDF"),
}
USES = {**READS, **WRITES}
WHOLE = {"list_things", "get_thing", "get_file", "create_thing"}  # the others: a part of all


async def ends(
    use: Use, answers: Iterable[BadAnswer], open_client: OpenClient
) -> AsyncIterator[tuple[BadAnswer, ProviderError | None]]:
    """What the call ends in; None: in an answer. Anything but a typed error goes through."""
    now_served: list[Handler] = []
    async with raw_server(lambda seen, wire: now_served[-1](seen, wire)) as server:
        for bad in answers:
            now_served.append(serving(bad))
            # A new client each time: the connection of the one before is about to be closed.
            http = open_client(server.url, max_answer=MAX_ANSWER, clock=FakeClock())
            error: ProviderError | None = None
            try:
                async with asyncio.timeout(10):
                    await use(Client(http))
            except ProviderError as raised:
                error = raised
            yield bad, error


def is_right(operation: str, bad: BadAnswer, error: ProviderError | None) -> bool:
    if error is None:
        return bad.kind == "strange" or (bad.kind == "not json" and operation == "get_file")
    if bad.kind == "refusal":
        return True
    return type(error) is Ambiguous if operation in WRITES else isinstance(error, Transient)


@pytest.mark.parametrize("operation", USES)
async def test_whatever_comes_a_call_ends_in_a_typed_error_or_an_answer(
    operation: str, open_client: OpenClient
) -> None:
    every = 1 if operation in WHOLE else 4
    ended = ends(USES[operation], bad_answers(MAX_ANSWER)[::every], open_client)

    assert [
        f"{bad}: {error!r}" async for bad, error in ended if not is_right(operation, bad, error)
    ] == []


@pytest.mark.parametrize("operation", ["get_thing", "list_things", "create_thing"])
async def test_json_that_is_cut_short_anywhere_is_malformed_on_a_read_and_ambiguous_on_a_write(
    operation: str, open_client: OpenClient
) -> None:
    body = json.dumps([GOOD] if operation == "list_things" else GOOD).encode()
    expected = Ambiguous if operation in WRITES else MalformedAnswer
    async for bad, error in ends(USES[operation], truncated(body, 20), open_client):
        assert type(error) is expected, bad


@pytest.mark.parametrize("operation", ["create_thing"])
async def test_values_of_other_types_at_every_level_end_in_a_typed_error_or_an_answer(
    operation: str, open_client: OpenClient
) -> None:
    failed: set[str] = set()
    taken: set[str] = set()
    async for bad, error in ends(USES[operation], mistyped(GOOD), open_client):
        assert is_right(operation, bad, error), f"{bad}: {error!r}"
        (taken if error is None else failed).add(bad.name)

    assert {"all is []", "uuid is []", 'at is "text"', 'parts.0 is "text"'} <= failed
    assert {'status is "text"', "parts is null", "maker is null"} <= taken


async def test_bytes_beyond_an_answer_are_not_taken_for_the_next_one(
    open_client: OpenClient,
) -> None:
    two = _ok(b'{"uuid":"1"}') + _ok(b'{"uuid":"lie"}')
    async with raw_server(lambda seen, wire: wire.more(two)) as server:
        client = Client(open_client(server.url))
        ids = [(await client.get_thing()).model.uuid for _ in range(3)]

    assert ids == ["1", "1", "1"]


def _ok(body: bytes) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
