"""Whatever an operation is answered, it ends in a typed error or in a typed answer."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Iterator
from typing import Any

import pytest

from adapters.http.errors import Ambiguous, ProviderError, Transient
from tests.adapters.contract import catalogue
from tests.adapters.contract.calls import TOKEN, call, connected
from tests.adapters.contract.catalogue import Operation
from tests.adapters.contract.essensys import client_for
from tests.adapters.contract.example_server import TOKEN_PATHS
from tests.adapters.contract.test_responses import request_body_or_none
from tests.adapters.http.bad_answers import (
    BadAnswer,
    answer,
    mistyped,
    serving,
    truncated,
)
from tests.adapters.http.servers import Seen, Wire, raw_server

pytestmark = pytest.mark.skipif(not catalogue.PRESENT, reason="the documents are not here")

MISTYPED = 4  # of all the wrong types at all the places
CUTS = 2


class Odd:
    """A server that gives out a token, and then whatever it is told to."""

    bad: BadAnswer

    async def answer(self, seen: Seen, wire: Wire) -> None:
        if seen.target in TOKEN_PATHS:
            await wire.answer(200, {"access_token": "token-1", "expires_in": 3600})
        else:
            await serving(self.bad)(seen, wire)


def answers(example: Any) -> Iterator[BadAnswer]:
    """The documented answer cut short, as HTML, and with values of other types."""
    whole = json.dumps(example).encode()
    if not whole.isdigit():
        yield from truncated(whole, CUTS)
    yield answer("HTML", "not json", b"<html>down</html>", "Content-Type: text/html")
    yield answer("said to be HTML", "not json", whole, "Content-Type: text/html")
    yield from mistyped(example, MISTYPED)


async def end_of(work: Awaitable[Any]) -> ProviderError | None:
    """The typed error that a call ends in, None where it has an answer; nothing else is caught."""
    try:
        await work
    except ProviderError as error:
        return error
    return None


def read_operations() -> list[Operation]:
    return [
        one
        for one in catalogue.all_operations()
        if one.name != TOKEN and f"{one.name}.response" in catalogue.examples(one.provider)
    ]


@pytest.mark.parametrize("operation", read_operations(), ids=lambda one: one.id)
async def test_an_odd_answer_ends_in_a_typed_error(operation: Operation) -> None:
    example = catalogue.example(operation.provider, f"{operation.name}.response")
    body = request_body_or_none(operation.provider, operation.name)
    expected = Transient if operation.method == "GET" else Ambiguous
    odd = Odd()
    async with (
        raw_server(odd.answer) as server,
        connected(operation.provider, server.url) as client,
    ):
        for odd.bad in answers(example):
            error = await end_of(call(client, operation.name, {}, body, most_rows=1))
            assert isinstance(error, expected) or (error is None and odd.bad.kind == "strange")


@pytest.mark.parametrize(
    "path", [one.path for one in catalogue.resources().values() if one.get_example]
)
async def test_an_odd_answer_of_essensys_ends_in_a_typed_error(path: str) -> None:
    example = catalogue.example("essensys", f"{path}.get")
    odd = Odd()
    async with raw_server(odd.answer) as server, connected("essensys", server.url) as client:
        offered, _ = client_for(client, path)
        for odd.bad in answers(example):
            error = await end_of(anext(aiter(offered.query()), None))
            assert isinstance(error, Transient) or (error is None and odd.bad.kind == "strange")
