"""The operations endpoints answer whatever somebody has left in the store."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.store import cursors
from tests.workers.configuration import PLENTIFIC, Write
from workers import ops, settings
from workers.detect.poller import overview
from workers.wiring import Parts, assemble

CONFIGURATION = """
[kafka]
bootstrap_servers = "127.0.0.1:9"
[store]
url = "sqlite:///{store}"
"""
NO_CURSORS = [None, 7, "far", ["no", "cursor"], {"succeeded_at": 7, "failures": "many"}]
SUCCEEDED = "tiebeam_stream_succeeded_timestamp_seconds"


@pytest.fixture
async def parts(write: Write, upgraded_file: Path, tmp_path: Path) -> AsyncIterator[Parts]:
    store = tmp_path / "store.db"
    shutil.copy(upgraded_file, store)
    config = write(CONFIGURATION.format(store=store) + PLENTIFIC)
    async with assemble(settings.load(config, environ={}), config) as assembled:
        yield assembled


async def asked(parts: Parts, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(ops.app(parts))
    async with httpx.AsyncClient(transport=transport, base_url="http://ops") as http:
        return await http.get(path)


async def note(parts: Parts, stream: str, value: Any) -> None:
    """Leave this in the store where the stream's cursor belongs."""
    async with parts.store.write() as tx:
        await cursors.put(tx, "plentific", stream, value, parts.clock.now())


@pytest.mark.parametrize("value", NO_CURSORS)
async def test_metrics_are_told_beside_a_cursor_that_is_none(parts: Parts, value: Any) -> None:
    before = {"succeeded_at": "2026-03-02T09:30:00+00:00", "failures": 3}
    for stream in ("invoices", "work-orders"):
        await note(parts, stream, before)
    await asked(parts, "/metrics")
    await note(parts, "invoices", value)

    answer = await asked(parts, "/metrics")

    assert answer.status_code == 200
    lines = answer.text.splitlines()
    assert f'{SUCCEEDED}{{connection="plentific",stream="invoices"}} 0.0' in lines
    assert f'{SUCCEEDED}{{connection="plentific",stream="work-orders"}} 1.7724438e+09' in lines
    assert 'tiebeam_stream_failures{connection="plentific",stream="invoices"} 0.0' in lines


@pytest.mark.parametrize("value", NO_CURSORS[:-1])
async def test_readiness_is_told_beside_a_cursor_that_is_none(parts: Parts, value: Any) -> None:
    await note(parts, "invoices", value)

    answer = await asked(parts, "/health/ready")

    assert answer.json()["streams"] == "ok"
    looks = {source.stream.name: looked for source, looked in await overview(parts.sources)}
    assert looks["work-orders"].error is None
    assert looks["invoices"].error == (
        "what the store notes of it is not readable: `tiebeam streams reset plentific invoices`"
    )


@pytest.mark.parametrize("value", NO_CURSORS)
async def test_totals_of_hints_that_are_none_begin_anew(parts: Parts, value: Any) -> None:
    await note(parts, "@hints/invoices", value)

    looks = {source.stream.name: looked for source, looked in await overview(parts.sources)}

    assert (looks["invoices"].error, looks["invoices"].events) == (None, 0)
