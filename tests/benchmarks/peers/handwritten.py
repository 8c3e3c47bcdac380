"""By hand: httpx and SQLite, each row compared with the one stored, what changed kept in a log.

As one writes it with care: eight requests in flight, a transaction for each page, a write-ahead
log, every commit on the disk.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from typing import Any

import httpx

from tests.benchmarks.peers.passes import Task, measure

AT_ONCE = 8
TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS work_orders (uuid TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS changes (uuid TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL);
"""
Row = dict[str, Any]


def main(task: Task) -> None:
    """Compare twice, and check that each change was noticed once."""
    file = task.folder / "listed.db"

    def look() -> int:
        with closing(sqlite3.connect(file)) as store:
            store.executescript(TABLES)
            return asyncio.run(_look(task, store))

    measure(task, look)
    with closing(sqlite3.connect(file)) as store:
        (noticed,) = store.execute("SELECT count(*) FROM changes").fetchone()
    assert noticed == task.rows // 100, f"{noticed} changes"


async def _look(task: Task, store: sqlite3.Connection) -> int:
    offsets = task.offsets()
    seen = 0
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=AT_ONCE)) as client:
        for start in range(0, len(offsets), AT_ONCE):
            asked = (_page(client, task, offset) for offset in offsets[start : start + AT_ONCE])
            for rows in await asyncio.gather(*asked):
                with store:
                    for row in rows:
                        _compare(store, row)
                seen += len(rows)
    return seen


async def _page(client: httpx.AsyncClient, task: Task, offset: int) -> list[Row]:
    answer = await client.get(f"{task.url}/work-orders", headers=task.headers(offset))
    answer.raise_for_status()
    rows: list[Row] = answer.json()
    return rows


def _compare(store: sqlite3.Connection, row: Row) -> None:
    uuid, body = row["uuid"], json.dumps(row, sort_keys=True)
    known = store.execute("SELECT body FROM work_orders WHERE uuid = ?", (uuid,)).fetchone()
    if known is None:
        store.execute("INSERT INTO work_orders VALUES (?, ?)", (uuid, body))
    elif known[0] != body:
        store.execute("UPDATE work_orders SET body = ? WHERE uuid = ?", (body, uuid))
        store.execute("INSERT INTO changes VALUES (?, ?, ?)", (uuid, known[0], body))


if __name__ == "__main__":
    main(Task.told())
