from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from adapters.http.errors import NotFound
from tests.adapters.plentific.answering import Prepared, answering

UPLOADED = Prepared({"uuid": "f-1"}, 201, {"X-Resource-Id": "f-1"})


async def test_a_file_is_sent_as_it_is_and_described_in_headers() -> None:
    async with answering(UPLOADED) as (client, asked):
        detail = await client.upload_file(
            b"\x00\xff%PDF", name='Zähler "1".pdf', content_type="application/pdf"
        )

    assert detail.model.uuid == "f-1"
    (seen,) = asked
    assert (seen.method, seen.target, seen.body) == ("POST", "/files", b"\x00\xff%PDF")
    assert seen.headers["content-type"] == "application/pdf"
    assert json.loads(seen.headers["x-plentific-file"]) == {"name": 'Zähler "1".pdf'}
    assert seen.headers["accept"] == "application/json"


async def test_a_file_that_is_not_at_hand_is_sent_piece_by_piece() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    async with answering(UPLOADED) as (client, asked):
        await client.upload_file(pieces, name="a.txt", content_type="text/plain", length=7)

    assert asked[0].body == b"one two"
    assert asked[0].headers["content-length"] == "7"


async def test_a_file_is_read_piece_by_piece_under_its_own_name() -> None:
    answer = Prepared(
        b"\xff\xd8 a picture",
        headers={
            "Content-Type": "image/jpeg",
            "Content-Disposition": 'attachment; filename="leak.jpg"',
        },
    )
    async with answering(answer) as (client, asked), client.get_file("f-1") as download:
        content = b"".join([chunk async for chunk in download])

    assert content == b"\xff\xd8 a picture"
    assert (download.filename, download.content_type) == ("leak.jpg", "image/jpeg")
    assert download.length == len(content)
    assert asked[0].target == "/files/f-1"
    assert asked[0].headers["accept"] == "application/octet-stream"


async def test_an_invoice_is_asked_for_as_a_pdf() -> None:
    async with (
        answering(Prepared(b"%PDF-1.7")) as (client, asked),
        client.get_invoice_pdf("i-1") as download,
    ):
        assert [chunk async for chunk in download] == [b"%PDF-1.7"]

    assert asked[0].target == "/invoices/i-1/pdf"
    assert asked[0].headers["accept"] == "application/pdf"


async def test_a_file_that_is_not_there_is_not_found() -> None:
    async with answering(Prepared(status=404)) as (client, _):
        with pytest.raises(NotFound, match=r"plentific: get_file: Not Found \(404\)"):
            async with client.get_file("f-2"):
                pass
