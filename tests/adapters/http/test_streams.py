from __future__ import annotations

import asyncio
import gzip
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import REGISTRY

from adapters.http.auth import BearerAuth, Grant
from adapters.http.call import Call
from adapters.http.errors import (
    MalformedAnswer,
    NotFound,
    ProviderError,
    Transient,
)
from adapters.http.limits import Limits
from adapters.http.streams import Download, safe_filename
from tests.adapters.http.conftest import OpenClient, PassTime
from tests.adapters.http.servers import Seen, Wire, raw_server

FILE = Call("get_file", "GET", "/file")
MEGABYTE = bytes(1024 * 1024)


async def whole(download: Download) -> bytes:
    return b"".join([chunk async for chunk in download])


async def test_a_file_is_read_with_what_its_headers_say_of_it(open_client: OpenClient) -> None:
    async def answer(seen: Seen, wire: Wire) -> None:
        about = {
            "Content-Type": "application/pdf",
            "Content-Disposition": 'attachment; filename="invoice 7.pdf"',
        }
        await wire.answer(200, b"%PDF-1.7", about)

    async with raw_server(answer) as server, open_client(server.url).stream(FILE) as download:
        assert download.status == 200
        assert download.content_type == "application/pdf"
        assert download.filename == "invoice 7.pdf"
        assert download.length == 8
        assert await whole(download) == b"%PDF-1.7"

    assert server.seen[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("", None),
        ("attachment", None),
        ("attachment; filename=report.pdf", "report.pdf"),
        ('inline; filename="a \\"b\\".pdf"', 'a "b".pdf'),
        ("attachment; filename=x.pdf; filename*=UTF-8''Pl%C3%A4ne%20%E2%82%AC.pdf", "Pläne €.pdf"),
        ("attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd", "passwd"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\\\temp\\\\evil.exe"', "evil.exe"),
        ('attachment; filename="/"', None),
        ('attachment; filename=".."', None),
        ('attachment; filename=".bashrc"', "bashrc"),
        ("attachment; filename*=UTF-8''a%00b%0Ac%E2%80%AEfdp.exe", "abcfdp.exe"),
        ("attachment; filename*=no-such-charset''a.pdf", "a.pdf"),
        ("attachment; filename*=iso-8859-1'de'Gr%FCn.pdf", "Grün.pdf"),
        ("attachment; filename*=UTF-8''%FF", "\N{REPLACEMENT CHARACTER}"),
        ("attachment; FileName = report.pdf; size=3", "report.pdf"),
        (f"attachment; filename={'x' * 5000}.pdf", "x" * 200),
    ],
)
def test_a_files_name_is_one_that_can_stand_in_any_one_folder(
    disposition: str, name: str | None
) -> None:
    assert safe_filename(disposition) == name


@pytest.mark.parametrize("start", ["attachment; filename=", "attachment; filename*="])
@given(text=st.text(max_size=60))
def test_whatever_a_disposition_holds_its_name_is_safe_or_none(start: str, text: str) -> None:
    name = safe_filename(start + text)

    assert name is None or (name and name.isprintable() and not set(name) & set("/\\"))


def test_no_disposition_takes_long_to_read() -> None:
    for piece in ("filename=", ';filename="\\"', "; filename*=utf-8'", " ", ";"):
        started = time.process_time()
        safe_filename(f"attachment; filename{piece * 10_000}")
        assert time.process_time() - started < 0.5


@pytest.mark.parametrize("status", [404, 500])
async def test_a_bad_status_of_a_stream_is_the_error_that_it_is_elsewhere(
    status: int, open_client: OpenClient
) -> None:
    async def refuse(seen: Seen, wire: Wire) -> None:
        await wire.answer(status, {"detail": "so it is"})

    async with raw_server(refuse) as server:
        with pytest.raises(NotFound if status == 404 else Transient) as raised:
            async with open_client(server.url).stream(FILE):
                raise AssertionError("there is nothing to read")

    assert "so it is" in raised.value.response_excerpt


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_a_download_that_breaks_off_is_transient(
    encoding: str, open_client: OpenClient
) -> None:
    async def half(seen: Seen, wire: Wire) -> None:
        await wire.answer(200, b"%PDF-", {"Content-Encoding": encoding}, content_length=500)
        wire.drop()

    async with raw_server(half) as server:
        with pytest.raises(Transient, match="get_file: the "):
            async with open_client(server.url).stream(FILE) as download:
                await whole(download)


async def test_a_compressed_download_cut_short_within_its_length_is_transient(
    open_client: OpenClient,
) -> None:
    async def cut(seen: Seen, wire: Wire) -> None:
        await wire.answer(200, gzip.compress(b"%PDF")[:-9], {"Content-Encoding": "gzip"})

    async with raw_server(cut) as server:
        with pytest.raises(Transient, match="cut short"):
            async with open_client(server.url).stream(FILE) as download:
                await whole(download)


async def test_the_length_of_a_compressed_form_is_not_taken_for_the_files(
    open_client: OpenClient,
) -> None:
    async def answer(seen: Seen, wire: Wire) -> None:
        await wire.answer(200, gzip.compress(b"%PDF"), {"Content-Encoding": "gzip"})

    async with raw_server(answer) as server, open_client(server.url).stream(FILE) as download:
        assert download.length is None
        assert await whole(download) == b"%PDF"


async def test_the_time_out_of_a_download_is_for_each_chunk(
    open_client: OpenClient, pass_time: PassTime
) -> None:
    read = asyncio.Semaphore(0)

    async def drip(seen: Seen, wire: Wire) -> None:
        await wire.answer(200, b"1", content_length=5)
        for _ in range(3):
            await read.acquire()
            pass_time(20)
            await wire.more(b"1")
        await read.acquire()
        pass_time(31)

    got = b""

    async def read_on(download: Download) -> None:
        nonlocal got
        async for chunk in download:
            got += chunk
            read.release()

    async with raw_server(drip) as server:
        client = open_client(server.url, timeout=30)
        with pytest.raises(Transient, match="nothing more came for 30 s"):
            async with client.stream(FILE) as download:
                await read_on(download)

    assert got == b"1111"


async def test_leaving_a_download_early_closes_its_connection_and_frees_its_slot(
    open_client: OpenClient,
) -> None:
    ended = asyncio.Event()

    async def endless(seen: Seen, wire: Wire) -> None:
        try:
            await wire.answer(200, b"", content_length=10**12)
            while True:
                await wire.more(MEGABYTE)
        finally:
            ended.set()

    async with raw_server(endless) as server:
        client = open_client(server.url, limits=Limits(10_000, 1))
        async with client.stream(FILE) as download:
            async for _ in download:
                break
        async with asyncio.timeout(5):
            await ended.wait()
            async with client.stream(FILE):
                pass


async def test_a_slot_is_held_while_a_download_is_read(open_client: OpenClient) -> None:
    async def answer(seen: Seen, wire: Wire) -> None:
        await wire.answer(200, b"{}")

    async with raw_server(answer) as server:
        client = open_client(server.url, limits=Limits(10_000, 1))
        async with client.stream(FILE) as download:
            waiting = asyncio.create_task(client.send(Call("read_it", "GET", "/waiting")))
            await whole(download)
            await open_client(server.url).send(Call("read_it", "GET", "/meanwhile"))
            assert [seen.target for seen in server.seen] == ["/file", "/meanwhile"]
        await waiting


async def test_a_download_fetches_a_new_token_in_its_own_slot(open_client: OpenClient) -> None:
    async def refuse_once(seen: Seen, wire: Wire) -> None:
        if seen.target == "/token":
            await wire.answer(200, {"access_token": f"T{len(server.seen)}"})
        else:
            await wire.answer(401 if len(server.seen) == 2 else 200, b"{}")

    async with raw_server(refuse_once) as server:
        auth, limits = BearerAuth(Grant("/token", {})), Limits(10_000, 1)
        async with (
            asyncio.timeout(5),
            open_client(server.url, auth=auth, limits=limits).stream(FILE) as download,
        ):
            assert await whole(download) == b"{}"

    assert [seen.target for seen in server.seen] == ["/token", "/file", "/token", "/file"]


async def test_a_download_is_one_span_and_counted_by_how_it_ended(
    open_client: OpenClient, spans: InMemorySpanExporter
) -> None:
    async def answer(seen: Seen, wire: Wire) -> None:
        await wire.answer(200, b"abc", content_length=3 if seen.target == "/file" else 5)
        wire.close()

    async with raw_server(answer) as server:
        client = open_client(server.url, connection="streaming")
        async with client.stream(FILE) as download:
            await whole(download)
        with pytest.raises(ProviderError):
            async with client.stream(replace(FILE, path="/half")) as download:
                await whole(download)
        async with client.stream(FILE):
            pass

    assert [(span.attributes or {}).get("error.type") for span in spans.get_finished_spans()] == [
        None,
        "lost",
        "aborted",
    ]
    for status in ("200", "lost", "aborted"):
        labels = {"connection": "streaming", "operation": "get_file", "status": status}
        assert REGISTRY.get_sample_value("tiebeam_api_calls_total", labels) == 1


async def test_a_compressed_bomb_is_handed_out_in_small_chunks(open_client: OpenClient) -> None:
    bomb = gzip.compress(bytes(5 * len(MEGABYTE)))

    async def answer(seen: Seen, wire: Wire) -> None:
        await wire.answer(200, bomb, {"Content-Encoding": "gzip"})

    async with raw_server(answer) as server, open_client(server.url).stream(FILE) as download:
        sizes = [len(chunk) async for chunk in download]

    assert sum(sizes) == 5 * len(MEGABYTE)
    assert max(sizes) <= 64 * 1024


async def test_an_encoding_that_was_not_asked_for_is_no_content(open_client: OpenClient) -> None:
    async def answer(seen: Seen, wire: Wire) -> None:
        await wire.answer(200, b"\x1b\x07", {"Content-Encoding": "br"})

    async with raw_server(answer) as server:
        client = open_client(server.url)
        with pytest.raises(Transient, match="encoding that was not asked for"):
            async with client.stream(FILE) as download:
                await whole(download)
        with pytest.raises(MalformedAnswer, match="encoding that was not asked for"):
            await client.send(replace(FILE, decoding="bytes"))


async def test_a_download_that_was_read_or_left_is_never_taken_for_an_empty_one(
    open_client: OpenClient,
) -> None:
    async def answer(seen: Seen, wire: Wire) -> None:
        await wire.answer(200, b"%PDF")

    async with raw_server(answer) as server:
        client = open_client(server.url)
        async with client.stream(FILE) as download:
            assert await whole(download) == b"%PDF"
            with pytest.raises(RuntimeError, match="read once"):
                await whole(download)
        async with client.stream(FILE) as left:
            pass
        with pytest.raises(RuntimeError, match="inside its"):
            await whole(left)
