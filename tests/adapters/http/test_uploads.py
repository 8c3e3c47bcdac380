from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from adapters.http.auth import BearerAuth, Grant
from adapters.http.call import Call, Chunks
from adapters.http.errors import (
    Ambiguous,
    Rejected,
    Unsendable,
)
from adapters.http.streams import Download
from tests.adapters.http.conftest import OpenClient, PassTime
from tests.adapters.http.servers import Seen, Wire, asgi_server, raw_server

FILE = Call("get_file", "GET", "/file")
UPLOAD = Call("upload_file", "POST", "/files", write=True)
MEGABYTE = bytes(1024 * 1024)


async def whole(download: Download) -> bytes:
    return b"".join([chunk async for chunk in download])


def in_chunks(*chunks: bytes) -> Chunks:
    async def produce() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    return produce


async def test_an_upload_is_sent_with_its_length_where_it_is_known(open_client: OpenClient) -> None:
    received: list[tuple[str | None, bytes]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        received.append((request.headers.get("content-length"), await request.body()))
        await Response(status_code=201)(scope, receive, send)

    content = in_chunks(b"abc", b"", b"defg")
    async with asgi_server(app) as url:
        client = open_client(url)
        await client.send(replace(UPLOAD, content=content))
        await client.send(replace(UPLOAD, content=content, length=7))
        await client.send(replace(UPLOAD, content=b"at hand"))
        await client.send(replace(UPLOAD, content=b""))

    assert received == [(None, b"abcdefg"), ("7", b"abcdefg"), ("7", b"at hand"), ("0", b"")]


async def test_after_a_401_an_upload_is_sent_again_from_its_beginning(
    open_client: OpenClient,
) -> None:
    bodies: list[bytes] = []

    async def refuse_once(seen: Seen, wire: Wire) -> None:
        if seen.target == "/token":
            await wire.answer(200, {"access_token": f"T{len(server.seen)}"})
        else:
            bodies.append(seen.body)
            await wire.answer(401 if len(bodies) == 1 else 201, {})

    call = replace(UPLOAD, content=in_chunks(b"abc", b"def"), length=6)
    async with raw_server(refuse_once) as server:
        client = open_client(server.url, auth=BearerAuth(Grant("/token", {})))
        assert (await client.send(call)).status == 201

    assert bodies == [b"abcdef", b"abcdef"]


async def test_an_upload_that_is_refused_before_it_is_sent_is_refused(
    open_client: OpenClient,
) -> None:
    closed: list[bool] = []

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                yield MEGABYTE
        finally:
            closed.append(True)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(status_code=413)(scope, receive, send)

    async with asgi_server(app) as url:
        client = open_client(url)
        with pytest.raises(Rejected, match=r"413"):
            await client.send(replace(UPLOAD, content=endless))

    assert closed == [True], "the file that the content comes from would stay open"


@pytest.mark.parametrize(
    ("length", "says"),
    [(5, "more than 5 bytes came, 5 were"), (9, "only 6 bytes came, 9 were announced")],
)
async def test_an_upload_of_another_length_than_announced_is_not_completed(
    length: int, says: str, open_client: OpenClient
) -> None:
    async with raw_server(_created) as server:
        call = replace(UPLOAD, content=in_chunks(b"abc", b"def"), length=length)
        with pytest.raises(Unsendable, match=f"upload_file: {says}"):
            await open_client(server.url).send(call)

        assert server.seen == []


async def test_what_fails_while_the_content_is_produced_comes_out_as_it_is(
    open_client: OpenClient,
) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"abc"
        raise FileNotFoundError("the disk is gone")

    async with raw_server(_created) as server:
        with pytest.raises(FileNotFoundError, match="the disk is gone"):
            await open_client(server.url).send(replace(UPLOAD, content=broken, length=10))

        assert server.seen == []


async def test_an_upload_may_take_longer_than_the_time_out_while_it_moves(
    open_client: OpenClient, pass_time: PassTime
) -> None:
    async def slow() -> AsyncIterator[bytes]:
        for _ in range(6):
            pass_time(20)
            await asyncio.sleep(0)
            yield b"x"

    async with raw_server(_created) as server:
        client = open_client(server.url, timeout=30)
        assert (await client.send(replace(UPLOAD, content=slow, length=6))).status == 201


async def test_a_large_upload_at_hand_may_take_longer_than_the_time_out_too(
    open_client: OpenClient, pass_time: PassTime
) -> None:
    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            assert isinstance(request.stream, httpx.AsyncByteStream)
            async for _ in request.stream:
                pass_time(20)
                await asyncio.sleep(0)
            return httpx.Response(201)

    client = open_client("http://mock.test", timeout=30, transport=Slow())
    assert (await client.send(replace(UPLOAD, content=MEGABYTE))).status == 201


async def test_a_content_that_cannot_even_be_begun_is_told_as_it_is(
    open_client: OpenClient,
) -> None:
    def gone() -> AsyncIterator[bytes]:
        raise FileNotFoundError("report.pdf")

    async with raw_server(_created) as server:
        client = open_client(server.url)
        with pytest.raises(FileNotFoundError, match=r"^report\.pdf$"):
            await client.send(replace(UPLOAD, content=gone))


@pytest.mark.parametrize("content", ["text", bytearray(b"x"), iter([b"x"])])
async def test_a_content_that_cannot_be_sent_again_is_refused(
    content: Any, open_client: OpenClient
) -> None:
    async with raw_server(_created) as server:
        client = open_client(server.url)
        with pytest.raises(Unsendable, match=rf"or a function .* not {type(content).__name__}$"):
            await client.send(replace(UPLOAD, content=content))

    assert server.seen == []


async def test_an_upload_that_stands_still_ends_in_ambiguous(
    open_client: OpenClient, pass_time: PassTime
) -> None:
    closed = asyncio.Event()

    async def stuck() -> AsyncIterator[bytes]:
        try:
            yield b"x"
            pass_time(31)
            await asyncio.Event().wait()
        finally:
            closed.set()

    async with raw_server(_created) as server:
        client = open_client(server.url, timeout=30)
        with pytest.raises(Ambiguous, match="no complete answer within"):
            await client.send(replace(UPLOAD, content=stuck, length=6))

    assert closed.is_set()


async def test_neither_a_large_upload_nor_a_large_download_is_held_in_memory(
    open_client: OpenClient,
) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            async for _ in Request(scope, receive).stream():
                pass
            await Response(status_code=201)(scope, receive, send)
        else:
            await StreamingResponse(_megabytes(8))(scope, receive, send)

    async with asgi_server(app) as url:
        client = open_client(url)
        await client.send(Call("read_it", "GET", "/it", decoding="bytes"))  # all is set up
        tracemalloc.start()
        try:
            await client.send(replace(UPLOAD, content=lambda: _megabytes(8)))
            async with client.stream(FILE) as download:
                size = sum([len(chunk) async for chunk in download])
            held = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert size == 8 * len(MEGABYTE)
    assert held < 4 * len(MEGABYTE)


@pytest.mark.parametrize("value", ["a\r\nX-Other: 1", "é", "\x00"])
async def test_a_header_that_cannot_be_sent_is_unsendable(
    value: str, open_client: OpenClient
) -> None:
    call = replace(UPLOAD, content=b"", headers={"X-File": value})
    with pytest.raises(Unsendable, match="upload_file: the header X-File"):
        await open_client("http://unused.test").send(call)


async def test_streams_work_over_any_other_transport_too(open_client: OpenClient) -> None:
    async def echo(request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        body = b"".join([chunk async for chunk in request.stream])
        return httpx.Response(200, stream=httpx.ByteStream(body))

    client = open_client("http://mock.test", transport=httpx.MockTransport(echo))
    call = replace(UPLOAD, content=in_chunks(b"abc", b"def"))
    async with client.stream(call) as download:
        assert await whole(download) == b"abcdef"


async def _created(seen: Seen, wire: Wire) -> None:
    await wire.answer(201, {})


async def _megabytes(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield bytes(1024 * 1024)
