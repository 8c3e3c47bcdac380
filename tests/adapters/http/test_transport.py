from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import httpx
import pytest

from adapters.http.call import Call
from adapters.http.errors import Ambiguous, Transient
from adapters.http.transport import SafeAiohttpTransport
from tests.adapters.http.conftest import OpenClient
from tests.adapters.http.servers import Seen, Wire, raw_server

READ = Call("read_it", "GET", "/it")
PUT = Call("put_it", "PUT", "/it", json={"a": 1}, write=True)
TOO_MUCH = bytes(8_000_000)  # for what fits on the way, so that who sends it waits
WRITES = [
    PUT,
    Call("post_it", "POST", "/it", json={"a": 1}, write=True),
    Call("patch_it", "PATCH", "/it", json={"a": 1}, write=True),
    Call("delete_it", "DELETE", "/it", write=True),
]


class Peer:
    """A transport with one connection, and its other end as a bare socket."""

    def __init__(self, listener: socket.socket) -> None:
        self.loop = asyncio.get_running_loop()
        self.transport = SafeAiohttpTransport(max_connections=1)
        self.connection = listener  # until there is one
        self._listener = listener
        self._url = f"http://127.0.0.1:{listener.getsockname()[1]}/it"

    async def put(self, body: bytes) -> httpx.Response:
        """Send a request."""
        request = httpx.Request("PUT", self._url, content=body)
        return await self.transport.handle_async_request(request)

    async def answer(self) -> None:
        """Answer one, with the connection kept."""
        await self.loop.sock_sendall(
            self.connection, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        )

    async def answered(self, body: bytes) -> None:
        """Open the connection by a request that is answered."""
        sending = asyncio.create_task(self.put(body))
        self.connection, _ = await self.loop.sock_accept(self._listener)
        self.connection.setblocking(False)
        while not (await self.loop.sock_recv(self.connection, 65536)).endswith(body):
            pass
        await self.answer()
        await (await sending).aclose()


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # little fits on the way
        one = Peer(listener)
        async with contextlib.aclosing(one.transport):
            yield one
        one.connection.close()


@pytest.mark.parametrize("write", WRITES, ids=lambda call: call.method)
async def test_a_kept_alive_connection_dropped_after_the_effect_gives_one_request_and_ambiguous(
    write: Call, open_client: OpenClient
) -> None:
    async def effect_then_drop(seen: Seen, wire: Wire) -> None:
        if seen.method == "GET":
            await wire.answer(200, {"ok": True})
        else:
            wire.drop()

    async with raw_server(effect_then_drop) as server:
        client = open_client(server.url)
        await client.send(READ)
        with pytest.raises(Ambiguous, match="connection was lost"):
            await client.send(write)

        assert server.methods() == ["GET", write.method]
        assert server.seen[1].on_connection == 2, "the connection was not reused: nothing proven"


async def test_an_orderly_close_after_the_effect_is_ambiguous_too(open_client: OpenClient) -> None:
    async def effect_then_close(seen: Seen, wire: Wire) -> None:
        if seen.on_connection == 1:
            await wire.answer(200, {"ok": True})
        else:
            wire.close()

    async with raw_server(effect_then_close) as server:
        client = open_client(server.url)
        await client.send(READ)
        with pytest.raises(Ambiguous):
            await client.send(PUT)

        assert server.methods() == ["GET", "PUT"]


async def test_a_drop_before_any_byte_on_a_fresh_connection_is_ambiguous_for_a_write(
    open_client: OpenClient,
) -> None:
    async with raw_server(_drop) as server:
        with pytest.raises(Ambiguous):
            await open_client(server.url).send(PUT)

        assert server.methods() == ["PUT"]


async def test_a_drop_is_transient_for_a_read(open_client: OpenClient) -> None:
    async with raw_server(_drop) as server:
        with pytest.raises(Transient):
            await open_client(server.url).send(READ)


async def test_a_refused_connection_is_transient_for_a_write(open_client: OpenClient) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(Transient, match="no connection"):
            await open_client(url).send(PUT)


async def test_an_unknown_host_is_transient_for_a_write(open_client: OpenClient) -> None:
    with pytest.raises(Transient, match="no connection"):
        await open_client("http://no-such-host.invalid").send(PUT)


async def test_a_connection_that_is_never_made_is_transient_for_a_write(
    open_client: OpenClient,
) -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)  # takes one waiting connection; a further one gets no answer
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        with pytest.raises(Transient, match="no connection: connecting took too long"):
            await open_client(url, timeout=0.2).send(PUT)


async def test_nothing_that_was_sent_is_reported_as_a_failure_to_connect() -> None:
    async with raw_server(_drop) as server:
        transport = SafeAiohttpTransport(max_connections=8)
        request = httpx.Request("PUT", f"{server.url}/it", content=b"{}")
        with pytest.raises(httpx.ReadError):
            await transport.handle_async_request(request)
        await transport.aclose()


async def test_the_body_of_a_call_leaves_before_anything_else_is_done(peer: Peer) -> None:
    await peer.answered(b"first")
    async with asyncio.TaskGroup() as calls:
        sending = calls.create_task(peer.put(b"second"))
        await asyncio.sleep(0)
        arrived = peer.connection.recv(65536)
        sending.cancel()

    assert arrived.endswith(b"second")


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
async def test_a_body_that_the_other_side_reads_slowly_arrives_whole(peer: Peer) -> None:
    await peer.answered(b"first")
    sending = asyncio.create_task(peer.put(TOO_MUCH))
    arrived = bytearray()
    while len(arrived) < len(TOO_MUCH) + 100:
        arrived += await peer.loop.sock_recv(peer.connection, 65536)
    await peer.answer()

    assert (await sending).status_code == 200
    assert arrived.endswith(b"\r\n\r\n" + TOO_MUCH)


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
async def test_a_drop_while_a_body_is_sent_is_no_failure_to_connect(peer: Peer) -> None:
    await peer.answered(b"first")
    sending = asyncio.create_task(peer.put(TOO_MUCH))
    await peer.loop.sock_recv(peer.connection, 65536)
    peer.connection.close()

    with pytest.raises(httpx.ReadError):
        await sending


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
async def test_a_call_cancelled_while_its_body_is_sent_leaves_nothing_behind(peer: Peer) -> None:
    await peer.answered(b"first")
    others = asyncio.all_tasks()
    sending = asyncio.create_task(peer.put(TOO_MUCH))
    await peer.loop.sock_recv(peer.connection, 65536)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    with contextlib.suppress(ConnectionError):
        while await peer.loop.sock_recv(peer.connection, 65536):
            pass  # until it is closed: nothing else may come after a body that was cut off

    assert asyncio.all_tasks() == others


async def test_cookies_are_not_kept(open_client: OpenClient) -> None:
    async def set_cookie(seen: Seen, wire: Wire) -> None:
        await wire.answer(200, {}, {"Set-Cookie": "session=1; Path=/"})

    async with raw_server(set_cookie) as server:
        client = open_client(server.url)
        await client.send(READ)
        await client.send(READ)

        assert all("cookie" not in request.headers for request in server.seen)


async def test_a_client_that_was_never_used_closes(open_client: OpenClient) -> None:
    await open_client("http://unused.test").aclose()


async def test_many_calls_share_the_connections_that_the_limits_allow(
    open_client: OpenClient,
) -> None:
    async def answer(seen: Seen, wire: Wire) -> None:
        await wire.answer(200, {})

    async with raw_server(answer) as server:
        client = open_client(server.url)
        for _ in range(3):
            await asyncio.gather(*(client.send(READ) for _ in range(5)))

        assert sum(seen.on_connection == 1 for seen in server.seen) <= 5


async def _drop(seen: Seen, wire: Wire) -> None:
    wire.drop()
