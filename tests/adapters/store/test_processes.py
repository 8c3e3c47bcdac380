"""Several processes on one SQLite file, and one of them killed."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.store import Store, outbox
from tests.adapters.store.examples import a_record
from tests.adapters.store.writing_process import BATCH

pytestmark = pytest.mark.slow  # each starts processes of its own

ROOT = Path(__file__).resolve().parents[3]
IN_TIME = 60.0  # seconds; only a broken store takes them
FOR_EVER = 1_000_000


@asynccontextmanager
async def _writer(url: str, name: str, batches: int, *more: str) -> AsyncIterator[Process]:
    arguments = ["-W", "error", "-m", "tests.adapters.store.writing_process", url, name]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, str(batches), *more, cwd=ROOT, stdout=PIPE, stderr=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def _finish(process: Process) -> None:
    _, said = await process.communicate()
    assert (process.returncode, said.decode()) == (0, "")


async def _batches(url: str) -> Counter[str]:
    """How many records of each batch the store holds."""
    async with Store.open(url) as store, store.read() as tx:
        rows = await outbox.unpublished(tx, FOR_EVER)
    return Counter(row.event_id.rsplit("-", 1)[0] for row in rows)


async def test_processes_may_start_and_write_on_a_new_file_at_the_same_time(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    async with (
        asyncio.timeout(IN_TIME),
        _writer(url, "a", 30, "upgrade") as a,
        _writer(url, "b", 30, "upgrade") as b,
        _writer(url, "c", 30, "upgrade") as c,
    ):
        async with Store.open(url) as store:
            await store.upgrade()
            for batch in range(30):
                async with store.write() as tx:
                    for record in range(BATCH):
                        await outbox.add(tx, [a_record(f"d-{batch}-{record}")])
        for process in (a, b, c):
            await _finish(process)

    expected = {f"{name}-{batch}": BATCH for name in "abcd" for batch in range(30)}
    assert await _batches(url) == expected


async def test_a_reader_is_served_while_another_process_writes(sqlite_url: str) -> None:
    async with (
        asyncio.timeout(IN_TIME),
        _writer(sqlite_url, "a", FOR_EVER) as process,
        Store.open(sqlite_url) as store,
    ):
        seen = 0
        while seen < 20 * BATCH:
            async with store.read() as tx:
                rows = (await outbox.backlog(tx)).rows
            assert rows >= seen
            assert rows % BATCH == 0
            seen = rows
        assert process.returncode is None


@pytest.mark.parametrize("committed", [1, 25])
async def test_a_killed_writer_leaves_all_that_it_committed_and_nothing_half(
    sqlite_url: str, committed: int
) -> None:
    async with asyncio.timeout(IN_TIME), _writer(sqlite_url, "a", FOR_EVER) as process:
        assert process.stdout is not None
        for _ in range(committed):
            await process.stdout.readline()
        process.kill()  # SIGKILL, wherever it is
        rest, _ = await process.communicate()
    said = committed + len(rest.split())

    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    file.close()
    found = await _batches(sqlite_url)
    assert set(found.values()) == {BATCH}
    assert len(found) in (said, said + 1)  # the last one may not have been said any more
    async with Store.open(sqlite_url) as store, store.write() as tx:
        assert await outbox.add(tx, [a_record("after")]) == 1
