"""No request leaves once it is too late, whoever heard of it."""

from __future__ import annotations

import pytest

from adapters.http.call import Call
from adapters.http.deadline import sending_unless
from adapters.http.errors import Transient
from tests.adapters.http.conftest import OpenClient
from tests.adapters.http.servers import Seen, Wire, raw_server

WRITE = Call("put_thing", "PUT", "/thing", json={}, write=True)


async def answer(_: Seen, wire: Wire) -> None:
    await wire.answer(200, {})


async def test_after_its_deadline_a_call_is_not_sent(open_client: OpenClient) -> None:
    async with raw_server(answer) as server:
        client = open_client(server.url)
        with sending_unless(lambda: True), pytest.raises(Transient) as raised:
            await client.send(WRITE)

    assert "put_thing: not sent: the time for it is over" in str(raised.value)
    assert server.seen == []


async def test_a_file_is_not_asked_for_either(open_client: OpenClient) -> None:
    async with raw_server(answer) as server:
        client = open_client(server.url)
        with sending_unless(lambda: True), pytest.raises(Transient):
            async with client.stream(WRITE):
                pass

    assert server.seen == []


async def test_before_its_deadline_and_without_one_it_is(open_client: OpenClient) -> None:
    async with raw_server(answer) as server:
        client = open_client(server.url)
        with sending_unless(lambda: False):
            await client.send(WRITE)
        await client.send(WRITE)

    assert len(server.seen) == 2
