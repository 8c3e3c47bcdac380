"""One writer for all deliveries: many in a commit, and each is told what became of it."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store import Store
from adapters.store.errors import StoreUnavailable
from adapters.store.hints import NewHint
from tests.workers.webhooks.conftest import stored
from workers.webhooks.writer import MOST_AT_ONCE, HintWriter

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class WatchedStore(Store):
    """A store whose transactions are counted, and begin only while its gate is open."""

    commits = 0

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.gate = asyncio.Event()
        self.gate.set()
        self.busy = asyncio.Event()

    @asynccontextmanager
    async def write(self, *topics: str) -> AsyncIterator[AsyncConnection]:
        """As Store.write."""
        self.busy.set()
        await self.gate.wait()
        async with super().write(*topics) as tx:
            yield tx
        self.commits += 1


@pytest.fixture
async def watched(store: Store, tmp_path: Path) -> AsyncIterator[WatchedStore]:
    """The store, watched; other processes that write to it are not waited for."""
    place = f"sqlite:///{tmp_path}/store.db"
    async with WatchedStore.open(place, busy_timeout=0.01) as opened:
        yield opened


@asynccontextmanager
async def running(writer: HintWriter) -> AsyncIterator[asyncio.Task[None]]:
    """Let the writer run; gives its task, which may be ended."""
    task = asyncio.create_task(writer.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})


def hint(name: str) -> NewHint:
    return NewHint("plentific", "invoice", name, NOW)


def delivered(writer: HintWriter, count: int, name: str = "one") -> list[asyncio.Task[None]]:
    """So many deliveries about different invoices, all at once."""
    hints = [hint(f"{name}-{number}") for number in range(count)]
    return [asyncio.create_task(writer.store_hints([one])) for one in hints]


async def outcomes(deliveries: list[asyncio.Task[None]]) -> list[str]:
    """What each delivery was told: the type of the error, or `stored`."""
    async with asyncio.timeout(5):
        ends = await asyncio.gather(*deliveries, return_exceptions=True)
    return [type(end).__name__ if end else "stored" for end in ends]


async def names(store: Store) -> set[str]:
    return {one.entity_id for one in await stored(store)}


async def test_many_deliveries_are_one_commit(watched: WatchedStore) -> None:
    writer = HintWriter(watched)
    deliveries = delivered(writer, 100)
    await asyncio.sleep(0)  # they wait now
    async with running(writer):
        assert await outcomes(deliveries) == ["stored"] * 100

    assert watched.commits == 1
    assert len(await names(watched)) == 100


async def test_deliveries_during_a_commit_gather_for_the_next_one(watched: WatchedStore) -> None:
    writer = HintWriter(watched)
    watched.gate.clear()
    async with running(writer):
        first = delivered(writer, 1, "first")
        await watched.busy.wait()
        later = delivered(writer, 50, "later")
        await asyncio.sleep(0)
        assert not any(one.done() for one in first + later)
        watched.gate.set()
        assert await outcomes(first + later) == ["stored"] * 51

    assert watched.commits == 2


async def test_a_commit_is_of_limited_size(watched: WatchedStore) -> None:
    writer = HintWriter(watched)
    deliveries = delivered(writer, MOST_AT_ONCE + 1)
    await asyncio.sleep(0)
    async with running(writer):
        await outcomes(deliveries)

    assert watched.commits == 2


async def test_what_is_told_as_stored_can_be_read_at_once(watched: WatchedStore) -> None:
    writer = HintWriter(watched)
    async with running(writer):
        for number in range(10):
            await writer.store_hints([hint(f"{number}")])
            assert f"{number}" in await names(watched)


async def test_a_full_queue_refuses(watched: WatchedStore) -> None:
    writer = HintWriter(watched, asyncio.Queue(2))
    waiting = delivered(writer, 2)
    await asyncio.sleep(0)
    with pytest.raises(StoreUnavailable, match="too many deliveries wait for it"):
        await writer.store_hints([hint("one too many")])

    async with running(writer):
        assert await outcomes(waiting) == ["stored"] * 2
        await writer.store_hints([hint("once more")])
    assert await names(watched) == {"one-0", "one-1", "once more"}


async def test_a_commit_that_fails_is_told_to_all_of_its_batch_and_the_next_one_is_tried(
    watched: WatchedStore, tmp_path: Path
) -> None:
    writer = HintWriter(watched)
    deliveries = delivered(writer, 20)
    await asyncio.sleep(0)
    with contextlib.closing(sqlite3.connect(tmp_path / "store.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        async with running(writer):
            assert await outcomes(deliveries) == ["StoreUnavailable"] * 20
            other.rollback()
            assert await outcomes(delivered(writer, 1, "later")) == ["stored"]

    assert await names(watched) == {"later-0"}


async def test_the_end_is_told_to_those_who_wait_and_to_those_who_come_later(
    watched: WatchedStore,
) -> None:
    writer = HintWriter(watched)
    watched.gate.clear()
    async with running(writer) as task:
        in_commit = delivered(writer, 1, "in commit")
        await watched.busy.wait()
        waiting = delivered(writer, 5, "waiting")
        await asyncio.sleep(0)
        task.cancel()
        assert await outcomes(in_commit + waiting) == ["StoreUnavailable"] * 6
        assert await outcomes(delivered(writer, 1, "late")) == ["StoreUnavailable"]


async def test_the_end_is_told_to_those_for_whom_a_commit_was_about_to_begin(
    watched: WatchedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.webhooks.writer.TURNS", 1_000)
    writer = HintWriter(watched)
    async with running(writer) as task:
        gathering = delivered(writer, 1)
        for _ in range(5):
            await asyncio.sleep(0)
        assert writer.waiting.empty()  # it was taken
        task.cancel()
        assert await outcomes(gathering) == ["StoreUnavailable"]
    assert watched.commits == 0


async def test_deliveries_that_come_one_after_the_other_are_one_commit(
    watched: WatchedStore,
) -> None:
    writer = HintWriter(watched)
    deliveries = []
    async with running(writer):
        for number in range(20):
            deliveries += delivered(writer, 1, f"{number}")
            await asyncio.sleep(0)
        assert await outcomes(deliveries) == ["stored"] * 20

    assert watched.commits == 1


async def test_hints_know_the_span_that_took_them(
    watched: WatchedStore, spans: InMemorySpanExporter
) -> None:
    writer = HintWriter(watched)
    deliveries = delivered(writer, 3)
    await asyncio.sleep(0)
    async with running(writer):
        await outcomes(deliveries)

    (span,) = spans.get_finished_spans()
    assert span.context is not None
    assert (span.name, dict(span.attributes or {})) == ("take webhooks", {"tiebeam.hints": 3})
    expected = f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-"
    assert [(one.traceparent or "")[: len(expected)] for one in await stored(watched)] == [
        expected
    ] * 3


async def test_a_sender_that_hangs_up_is_not_missed(watched: WatchedStore) -> None:
    writer = HintWriter(watched)
    impatient, patient = delivered(writer, 2)
    await asyncio.sleep(0)
    impatient.cancel()
    async with running(writer):
        assert await outcomes([impatient, patient]) == ["CancelledError", "stored"]
        assert await outcomes(delivered(writer, 1, "next")) == ["stored"]


async def test_a_mistake_of_ours_ends_the_writer_and_leaves_nobody_waiting(
    watched: WatchedStore,
) -> None:
    writer = HintWriter(watched)
    nameless: Any = None
    async with running(writer) as task:
        mistaken = asyncio.create_task(writer.store_hints([hint(nameless)]))
        assert await outcomes([mistaken]) == ["StoreUnavailable"]
        with pytest.raises(IntegrityError):
            await task
