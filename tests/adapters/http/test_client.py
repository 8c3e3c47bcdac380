from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.http.call import Call
from adapters.http.classify import STATUSES, Rules, both
from adapters.http.client import HttpClient
from adapters.http.errors import (
    Ambiguous,
    Conflict,
    MalformedAnswer,
    NotFound,
    ProviderError,
    Rejected,
    Transient,
    Unauthorised,
)
from adapters.http.limits import Limits
from tests.adapters.http.conftest import OpenClient
from tests.adapters.http.fake_clock import FakeClock
from tests.adapters.http.servers import Handler, Seen, Wire, asgi_server, raw_server

READ = Call("read_it", "GET", "/it")
WRITE = Call("write_it", "POST", "/it", json={"a": 1}, write=True)


def answering(*args: Any, **kwargs: Any) -> Handler:
    async def answer(seen: Seen, wire: Wire) -> None:
        await wire.answer(*args, **kwargs)

    return answer


async def test_an_answer_has_status_headers_body_bytes_and_the_providers_clock(
    open_client: OpenClient,
) -> None:
    handler = answering(200, {"a": 1}, {"Date": "Mon, 02 Mar 2026 09:00:00 GMT", "X-Thing": "7"})
    async with raw_server(handler) as server:
        answer = await open_client(server.url).send(READ)

    assert answer.status == 200
    assert answer.body == {"a": 1}
    assert answer.raw == b'{"a": 1}'
    assert answer.headers["x-thing"] == "7"
    assert answer.server_date is not None
    assert answer.server_date.isoformat() == "2026-03-02T09:00:00+00:00"


async def test_an_answer_without_a_body_has_none(open_client: OpenClient) -> None:
    async with raw_server(answering(204)) as server:
        answer = await open_client(server.url).send(WRITE)

    assert answer.status == 204
    assert answer.body is None


async def test_bytes_are_handed_out_as_they_are(open_client: OpenClient) -> None:
    pdf = Call("get_pdf", "GET", "/pdf", decoding="bytes")
    async with raw_server(answering(200, b"%PDF-1.7")) as server:
        answer = await open_client(server.url).send(pdf)

    assert answer.raw == b"%PDF-1.7"
    assert answer.body is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("16.5", Decimal("16.5")),
        ("16.50", Decimal("16.50")),
        ("0.1", Decimal("0.1")),
        ("1234567890123456.78", Decimal("1234567890123456.78")),
        ("1e-7", Decimal("1e-7")),
        ("-0.0", Decimal("-0.0")),
    ],
)
async def test_exact_json_gives_decimals_as_written(
    written: str, expected: Decimal, open_client: OpenClient
) -> None:
    call = Call("read_it", "GET", "/it", decoding="exact json")
    async with raw_server(answering(200, f'{{"amount":{written},"n":150}}'.encode())) as server:
        body = (await open_client(server.url).send(call)).body

    assert str(body["amount"]) == str(expected)
    assert body["n"] == 150
    assert isinstance(body["n"], int)


async def test_path_parts_and_query_arrive_as_they_were_given(open_client: OpenClient) -> None:
    received: dict[str, Any] = {}

    async def echo(request: Request) -> Response:
        received.update(
            path=request.scope["path"], raw=request.scope["raw_path"], q=request.query_params
        )
        return JSONResponse({})

    async with asgi_server(Starlette(routes=[Route("/{rest:path}", echo)])) as url:
        where = "[name]='O''Brien & Söhne + 50%/?#;=~'"
        parts = {"id": "a/b c?d#é%2F"}
        call = Call("read_it", "GET", "/things/{id}/x", parts=parts, query={"where": where})
        await open_client(f"{url}/v1/").send(call)

    assert received["raw"].startswith(b"/v1/things/a%2Fb%20c%3Fd%23")
    assert received["path"] == "/v1/things/a/b c?d#é%2F/x"
    assert dict(received["q"]) == {"where": where}


async def test_bodies_are_sent_as_json_form_or_bytes(open_client: OpenClient) -> None:
    async with raw_server(answering(204)) as server:
        client = open_client(server.url)
        await client.send(Call("w", "PUT", "/it", json={"é": [1, None]}, write=True))
        await client.send(Call("w", "PUT", "/it", form={"data": '{"£":"1 & 2+3%"}'}, write=True))
        await client.send(Call("w", "DELETE", "/it", form={"itemid": "7"}, write=True))
        await client.send(Call("w", "POST", "/it", content=b"\x00\x01", write=True))

    as_json, as_form, deletion, as_bytes = server.seen
    assert json.loads(as_json.body) == {"é": [1, None]}
    assert as_json.headers["content-type"] == "application/json"
    assert as_form.body == b"data=%7B%22%C2%A3%22%3A%221+%26+2%2B3%25%22%7D"
    assert as_form.headers["content-type"] == "application/x-www-form-urlencoded"
    assert deletion.body == b"itemid=7"
    assert as_bytes.body == b"\x00\x01"


@pytest.mark.parametrize(
    ("status", "read", "write"),
    [
        (302, Rejected, Ambiguous),
        (307, Rejected, Rejected),
        (400, Rejected, Rejected),
        (401, Unauthorised, Unauthorised),
        (403, Unauthorised, Unauthorised),
        (404, NotFound, NotFound),
        (408, Transient, Ambiguous),
        (409, Conflict, Conflict),
        (410, NotFound, NotFound),
        (418, Rejected, Rejected),
        (422, Rejected, Rejected),
        (429, Transient, Transient),
        (500, Transient, Ambiguous),
        (503, Transient, Ambiguous),
        (599, Transient, Ambiguous),
    ],
)
async def test_a_status_says_what_to_do_next(
    status: int, read: type[ProviderError], write: type[ProviderError], open_client: OpenClient
) -> None:
    async with raw_server(answering(status, {"detail": "so it is"})) as server:
        client = open_client(server.url, clock=FakeClock())
        for call, expected in ((READ, read), (WRITE, write)):
            with pytest.raises(ProviderError) as raised:
                await client.send(call)
            assert type(raised.value) is expected
            assert raised.value.status == status
            assert "so it is" not in str(raised.value), "it may name people: the excerpt has it"
            assert "so it is" in raised.value.response_excerpt


async def test_a_provider_may_judge_a_status_differently(open_client: OpenClient) -> None:
    rules = Rules(statuses={**STATUSES, 409: both(Transient)})
    async with raw_server(answering(409)) as server:
        with pytest.raises(Transient):
            await open_client(server.url, rules=rules).send(WRITE)


async def test_an_error_is_one_readable_line(open_client: OpenClient) -> None:
    async with raw_server(answering(400, {"detail": "city:\n  required"})) as server:
        with pytest.raises(Rejected) as raised:
            await open_client(server.url, connection="plentific").send(WRITE)

    assert str(raised.value) == (
        "plentific: write_it: Bad Request (400); correct the request before sending it again"
    )
    assert raised.value.request_excerpt == 'POST /it {"a":1}'
    assert raised.value.response_excerpt == '{"detail": "city:\\n  required"}'


BAD_BODIES: dict[str, Callable[[], Handler]] = {
    "half a JSON body": lambda: answering(200, b'[{"uuid": "1"', content_length=5000),
    "JSON cut short within its length": lambda: answering(200, b'[{"uuid": "1"'),
    "HTML": lambda: answering(200, b"<html>down</html>", {"Content-Type": "text/html"}),
    "JSON said to be HTML": lambda: answering(200, b"[]", {"Content-Type": "text/html"}),
    "not UTF-8": lambda: answering(200, b'{"a":"\xff"}'),
    "NaN": lambda: answering(200, b'{"a":NaN}'),
    "too deep": lambda: answering(200, b"[" * 100_000),
    "not gzip": lambda: answering(200, b"{}", {"Content-Encoding": "gzip"}),
    "huge": lambda: answering(200, b"[" + b"1," * 1_000_000 + b"1]"),
    "huge unpacked": lambda: answering(
        200, gzip.compress(b" " * 3_000_000), {"Content-Encoding": "gzip"}
    ),
}


@pytest.mark.parametrize("kind", BAD_BODIES)
@pytest.mark.parametrize("decoding", ["json", "exact json"])
async def test_a_body_that_cannot_be_read_is_malformed_on_a_read_and_ambiguous_on_a_write(
    kind: str, decoding: Any, open_client: OpenClient
) -> None:
    async def answer_and_close(seen: Seen, wire: Wire) -> None:
        await BAD_BODIES[kind]()(seen, wire)
        wire.close()

    async with raw_server(answer_and_close) as server, raw_server(answer_and_close) as other:
        client = open_client(server.url, max_answer=1_000_000)
        with pytest.raises(MalformedAnswer) as malformed:
            await client.send(Call("read_it", "GET", "/it", decoding=decoding))
        assert malformed.value.status == 200

        client = open_client(other.url, max_answer=1_000_000)  # not on a connection that closes
        with pytest.raises(Ambiguous) as ambiguous:
            await client.send(Call("w", "PUT", "/it", json=1, write=True, decoding=decoding))
        assert ambiguous.value.status == 200


async def test_a_bad_status_counts_even_if_its_body_breaks_off(open_client: OpenClient) -> None:
    async def half(seen: Seen, wire: Wire) -> None:
        await wire.answer(400, b'{"detail": "no', content_length=500)
        wire.drop()

    async with raw_server(half) as server:
        with pytest.raises(Rejected, match="Bad Request"):
            await open_client(server.url).send(WRITE)


async def test_an_answer_may_call_itself_unreadable(open_client: OpenClient) -> None:
    async with raw_server(answering(200, {})) as server:
        client = open_client(server.url)
        read, write = await client.send(READ), await client.send(WRITE)

    assert isinstance(read.unreadable("no list"), MalformedAnswer)
    assert isinstance(write.unreadable("no id"), Ambiguous)
    assert "read_it: no list (200)" in str(read.unreadable("no list"))


@pytest.mark.parametrize("after_headers", [False, True])
async def test_the_time_out_is_for_the_whole_exchange(
    after_headers: bool, open_client: OpenClient
) -> None:
    never = asyncio.Event()

    async def stall(seen: Seen, wire: Wire) -> None:
        if after_headers:
            await wire.answer(200, b"[1,", content_length=100)
        await never.wait()

    async with raw_server(stall) as server:
        client = open_client(server.url, timeout=0.05)
        with pytest.raises(Transient, match=r"no complete answer within 0\.05 s"):
            await client.send(READ)
        with pytest.raises(Ambiguous, match="no complete answer"):
            await client.send(WRITE)


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"Retry-After": "12"}, 12),
        (
            {
                "Retry-After": "Mon, 02 Mar 2026 09:00:40 GMT",
                "Date": "Mon, 02 Mar 2026 09:00:10 GMT",
            },
            30,
        ),
        ({"Retry-After": "Mon, 02 Mar 2026 09:00:25 GMT"}, 25),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_obeyed_by_every_caller(
    status: int, headers: dict[str, str], waits: float, open_client: OpenClient
) -> None:
    clock = FakeClock()

    async def refuse_once(seen: Seen, wire: Wire) -> None:
        if len(server.seen) == 1:
            await wire.answer(status, {}, headers)
        else:
            arrivals.append(clock.seconds)
            await wire.answer(200, {})

    arrivals: list[float] = []
    async with raw_server(refuse_once) as server:
        client = open_client(server.url, clock=clock)
        with pytest.raises(Transient) as raised:
            await client.send(READ)
        refused = await asyncio.gather(
            *(client.send(READ) for _ in range(10)), return_exceptions=True
        )
        assert not arrivals
        clock.seconds += waits
        await asyncio.gather(*(client.send(READ) for _ in range(10)))

    assert raised.value.retry_after == waits
    assert "try again later after" in str(raised.value)
    assert {type(error) for error in refused} == {Transient}
    assert all(isinstance(error, Transient) and error.retry_after for error in refused)
    assert min(arrivals) >= 1000 + waits


async def test_a_short_pause_is_waited_for(open_client: OpenClient) -> None:
    clock = FakeClock()

    async def refuse_once(seen: Seen, wire: Wire) -> None:
        if len(server.seen) == 1:
            await wire.answer(429, {}, {"Retry-After": "3"})
        else:
            arrivals.append(clock.seconds)
            await wire.answer(200, {})

    arrivals: list[float] = []
    async with raw_server(refuse_once) as server:
        client = open_client(server.url, clock=clock)
        with pytest.raises(Transient):
            await client.send(READ)
        await asyncio.gather(*(client.send(READ) for _ in range(10)))

    assert min(arrivals) >= 1003


async def test_a_429_that_does_not_say_how_long_still_pauses(open_client: OpenClient) -> None:
    clock = FakeClock()
    async with raw_server(answering(429)) as server:
        client = open_client(server.url, clock=clock)
        for _ in range(2):
            with pytest.raises(Transient):
                await client.send(READ)

    assert clock.slept == [pytest.approx(1.0)]


async def test_a_cancelled_call_leaves_no_slot_taken(open_client: OpenClient) -> None:
    never = asyncio.Event()

    async def hang_for_post(seen: Seen, wire: Wire) -> None:
        if seen.method == "POST":
            await never.wait()
        await wire.answer(200, {})

    async with raw_server(hang_for_post) as server:
        client = open_client(server.url, limits=Limits(10_000, 2))
        hanging = [asyncio.create_task(client.send(WRITE)) for _ in range(20)]
        await server.wait_for(2)
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)

        assert all(task.cancelled() for task in hanging)
        async with asyncio.timeout(5):
            await asyncio.gather(*(client.send(READ) for _ in range(5)))


async def test_compressed_answers_are_unpacked(open_client: OpenClient) -> None:
    handler = answering(200, gzip.compress(b'{"a":1}'), {"Content-Encoding": "gzip"})
    async with raw_server(handler) as server:
        assert (await open_client(server.url).send(READ)).body == {"a": 1}


async def test_a_byte_order_mark_is_no_error(open_client: OpenClient) -> None:
    async with raw_server(answering(200, b'\xef\xbb\xbf{"a":1}')) as server:
        client = open_client(server.url)
        assert (await client.send(READ)).body == {"a": 1}
        exact = Call("read_it", "GET", "/it", decoding="exact json")
        assert (await client.send(exact)).body == {"a": 1}


@pytest.mark.parametrize("url", ["ftp://provider.test", "provider.test", "https://", ""])
def test_a_base_url_that_leads_nowhere_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="test: base_url must begin with https"):
        HttpClient(connection="test", base_url=url)


def test_a_base_url_with_credentials_is_refused_without_showing_them() -> None:
    with pytest.raises(ValueError, match="must not hold a user name") as raised:
        HttpClient(connection="test", base_url="https://me:hush-hush@provider.test")

    assert "hush" not in str(raised.value)
