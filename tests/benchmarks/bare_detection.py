"""Change detection without the product: a bare script over aiohttp, orjson and sqlite3.

It does what detection must: list, compare, read the details of what changed, save state and events.
It has no spans, metrics, rate limits, retries, leases, models, or notion of a moving list.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from tests.benchmarks.listing_server import PAGE, PREFIX

AT_ONCE = 8
"""Requests in flight."""
ASKED = 4 * AT_ONCE
"""Pages asked for before the first of them is looked at."""
TABLES = """
CREATE TABLE entities (id TEXT PRIMARY KEY, fingerprint TEXT, state TEXT);
CREATE TABLE outbox (id INTEGER PRIMARY KEY, key TEXT, value BLOB);
"""
Row = dict[str, Any]


async def fetch(session: aiohttp.ClientSession, count: int) -> AsyncIterator[list[Row]]:
    """Every page, decoded; many are asked for at a time, and as many are in flight as may be."""
    offsets = range(0, count, PAGE)
    for start in range(0, len(offsets), ASKED):
        asked = (_page(session, offset) for offset in offsets[start : start + ASKED])
        for page in await asyncio.gather(*asked):
            yield page


def session(url: str) -> aiohttp.ClientSession:
    """A client with so many connections."""
    return aiohttp.ClientSession(url, connector=aiohttp.TCPConnector(limit=AT_ONCE))


async def detect(url: str, count: int, file: Path, *, baseline: bool) -> int:
    """Look at the list once; returns how many events were told. The baseline tells nothing."""
    told = 0
    async with session(url) as client:
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            if baseline:
                connection.executescript("PRAGMA journal_mode = WAL;" + TABLES)
            connection.execute("PRAGMA synchronous = FULL")
            async for rows in fetch(client, count):
                changed = _changed(connection, rows)
                if not changed:
                    continue
                details = [] if baseline else await _details(client, changed)
                _save(connection, changed, details)
                told += len(details)
    return told


def _changed(connection: sqlite3.Connection, rows: Sequence[Row]) -> list[tuple[Row, str]]:
    marks = ",".join("?" * len(rows))
    known = dict(
        connection.execute(
            f"SELECT id, fingerprint FROM entities WHERE id IN ({marks})",
            [row["uuid"] for row in rows],
        )
    )
    shown = [(row, blake2b(orjson.dumps(row), digest_size=16).hexdigest()) for row in rows]
    return [(row, digest) for row, digest in shown if known.get(row["uuid"]) != digest]


def _save(
    connection: sqlite3.Connection, changed: Sequence[tuple[Row, str]], details: Sequence[bytes]
) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT OR REPLACE INTO entities VALUES (?, ?, ?)",
        [(row["uuid"], digest, orjson.dumps(row).decode()) for row, digest in changed],
    )
    keys = [row["uuid"] for row, _ in changed]
    connection.executemany(
        "INSERT INTO outbox (key, value) VALUES (?, ?)", zip(keys, details, strict=False)
    )
    connection.execute("COMMIT")


async def _details(
    session: aiohttp.ClientSession, changed: Sequence[tuple[Row, str]]
) -> list[bytes]:
    paths = (f"{PREFIX}/work-orders/{row['uuid']}" for row, _ in changed)
    return await asyncio.gather(*(_body(session, path, {}) for path in paths))


async def _page(session: aiohttp.ClientSession, offset: int) -> list[Row]:
    headers = {"X-Pagination-Limit": str(PAGE), "X-Pagination-Offset": str(offset)}
    rows: list[Row] = orjson.loads(await _body(session, f"{PREFIX}/work-orders", headers))
    return rows


async def _body(session: aiohttp.ClientSession, path: str, headers: dict[str, str]) -> bytes:
    async with session.get(path, headers=headers) as answer:
        answer.raise_for_status()
        return await answer.read()
