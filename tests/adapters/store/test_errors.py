"""What goes wrong is said in one line: what, where, what to do."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from adapters.store import MigrationsPending, Store, StoreUnavailable, outbox
from tests.adapters.store.examples import a_record


def _is_one_line(error: BaseException, *words: str) -> None:
    assert "\n" not in str(error)
    for word in words:
        assert word in str(error)


async def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/missing/store.db"
    async with Store.open(url) as store:
        with pytest.raises(StoreUnavailable) as caught:
            await store.ping()

    _is_one_line(caught.value, url, "check that its folder exists")


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary, " * 100)
    async with Store.open(f"sqlite:///{path}") as store:
        with pytest.raises(StoreUnavailable) as reading:
            await store.ping()
        with pytest.raises(StoreUnavailable) as writing:
            await store.upgrade()

    for caught in (reading, writing):
        _is_one_line(caught.value, str(path), "file is not a database", "another file")
    assert path.read_text().startswith("Dear diary")


async def test_a_store_that_another_process_holds_is_unavailable_after_a_while(
    sqlite_url: str,
) -> None:
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        async with Store.open(sqlite_url, busy_timeout=0.1) as store:
            with pytest.raises(StoreUnavailable) as caught:
                async with store.write():
                    pass
            _is_one_line(caught.value, sqlite_url, "database is locked", "another process")
            await store.ping()  # a reader does not mind

            other.execute("ROLLBACK")
            async with store.write() as tx:
                assert await outbox.add(tx, [a_record()]) == 1
    finally:
        other.close()


async def test_a_new_file_that_another_process_holds_is_waited_for(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "new.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # in the old journal mode, which has to be left
    async with asyncio.timeout(30), Store.open(f"sqlite:///{tmp_path}/new.db") as store:
        upgrading = asyncio.create_task(store.upgrade())
        await asyncio.wait([upgrading], timeout=0.2)
        assert not upgrading.done()

        other.close()
        assert await upgrading


async def test_a_full_disk_is_said_and_nothing_is_kept(sqlite_store: Store) -> None:
    async def write_much() -> None:
        async with sqlite_store.write() as tx:
            await tx.exec_driver_sql("PRAGMA max_page_count = 1")  # what there is and no more
            for number in range(200):
                await outbox.add(tx, [a_record(f"event-{number}", value=bytes(10_000))])

    with pytest.raises(StoreUnavailable, match="disk is full: free some space"):
        await write_much()

    async with sqlite_store.read() as tx:
        assert (await outbox.backlog(tx)).rows == 0


async def test_a_store_without_tables_says_what_to_run(tmp_path: Path) -> None:
    async with Store.open(f"sqlite:///{tmp_path}/new.db") as store:
        with pytest.raises(MigrationsPending) as caught:
            async with store.read() as tx:
                await outbox.backlog(tx)

    _is_one_line(caught.value, "not up to date", "run `tiebeam store upgrade`")


async def test_a_mistake_of_ours_is_not_dressed_up(store: Store) -> None:
    with pytest.raises(Exception, match="syntax error") as caught:
        async with store.read() as tx:
            await tx.execute(text("SELEKT 1"))

    assert isinstance(caught.value, SQLAlchemyError)


async def test_what_the_caller_raises_passes_through(store: Store) -> None:
    with pytest.raises(OSError, match="the provider hung up"):
        async with store.read():
            raise OSError("the provider hung up")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("tiebeam.db", "not a URL: write sqlite:///file.db"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("mysql://root:secret@host/db", "not mysql://"),
        ("postgresql+psycopg://host/db", "not postgresql+psycopg://"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_with_the_reason(url: str, words: str) -> None:
    with pytest.raises(ValueError) as caught:
        Store.open(url)

    _is_one_line(caught.value, words)
    assert "secret" not in str(caught.value)
