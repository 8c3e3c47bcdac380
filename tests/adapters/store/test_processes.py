"""Several processes on one store, and one of them killed."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from adapters.store import Store, inbox, outbox
from tests.adapters.store.examples import a_reaction, a_record
from tests.adapters.store.writing_process import BATCH

pytestmark = pytest.mark.slow  # each starts processes of its own

ROOT = Path(__file__).resolve().parents[3]
IN_TIME = 60.0  # seconds; only a broken store takes them
FOR_EVER = 1_000_000
WRITING = "tests.adapters.store.writing_process"
CLAIMING = "tests.adapters.store.claiming_process"


def _writer(url: str, name: str, batches: int, *more: str) -> AbstractAsyncContextManager[Process]:
    return _process(WRITING, url, name, str(batches), *more)


@asynccontextmanager
async def _process(module: str, *arguments: str) -> AsyncIterator[Process]:
    command = [sys.executable, "-W", "error", "-m", module, *arguments]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=PIPE, stderr=PIPE)
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


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a store without tables, on each database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new.db"
    return str(request.getfixturevalue("empty_postgres_url"))


async def test_processes_may_start_and_write_on_a_new_store_at_the_same_time(new_url: str) -> None:
    url = new_url
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


async def test_a_reader_is_served_while_another_process_writes(store_url: str) -> None:
    async with (
        asyncio.timeout(IN_TIME),
        _writer(store_url, "a", FOR_EVER) as process,
        Store.open(store_url) as store,
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
    store_url: str, committed: int
) -> None:
    async with asyncio.timeout(IN_TIME), _writer(store_url, "a", FOR_EVER) as process:
        assert process.stdout is not None
        for _ in range(committed):
            await process.stdout.readline()
        process.kill()  # SIGKILL, wherever it is
        rest, _ = await process.communicate()
    said = committed + len(rest.split())

    if store_url.startswith("sqlite"):
        with sqlite3.connect(store_url.removeprefix("sqlite:///")) as file:
            assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        file.close()
    found = await _batches(store_url)
    assert set(found.values()) == {BATCH}
    assert len(found) in (said, said + 1)  # the last one may not have been said any more
    async with Store.open(store_url) as store, store.write() as tx:
        assert await outbox.add(tx, [a_record("after")]) == 1


async def test_processes_claim_each_row_once_and_one_row_of_a_key_at_a_time(store_url: str) -> None:
    rows = [a_reaction(f"event-{number}", key=f"wo-{number % 7}") for number in range(140)]
    async with Store.open(store_url) as store:
        async with store.write() as tx:
            await inbox.add(tx, rows)
        async with asyncio.timeout(IN_TIME), AsyncExitStack() as stack:
            for process in [
                await stack.enter_async_context(_process(CLAIMING, store_url, name))
                for name in "abc"
            ]:
                await _finish(process)
        async with store.read() as tx:
            ended = await inbox.find(tx, states=["succeeded"], limit=1_000)
            told = await outbox.unpublished(tx, 1_000)

    assert {row.attempts for row in ended} == {1}
    assert len(told) == len(ended) == len(rows)
    in_order = sorted(told, key=lambda one: (one.key, int(one.event_id)))
    assert sorted(told, key=lambda one: (one.key, one.id)) == in_order
    assert len({one.topic for one in told}) > 1  # no process has done it all
