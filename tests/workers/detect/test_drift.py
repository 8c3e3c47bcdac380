"""Drift as the poll role keeps it."""

from __future__ import annotations

import asyncio

import pytest

from adapters.http import drift
from adapters.http.drift import Watch
from adapters.store import Store, cursors
from tests.workers.fake_clock import FakeClock
from workers.detect.drift import EVERY, findings, keep, save


def counting(*connections: str) -> Watch:
    """A watch that has counted a new field at each of these."""
    watch = Watch()
    for connection in connections:
        watch.unknown(connection, "WorkOrder", "new_field", drift.NEW_FIELD)
    return watch


async def test_what_several_processes_count_adds_up(store: Store, clock: FakeClock) -> None:
    await save(store, counting("one", "two"), clock.now())
    clock.advance(minutes=1)
    await save(store, counting("one"), clock.now())

    async with store.write() as tx:
        await cursors.put(tx, "one", "invoices", {"seen": 1}, clock.now())
        found = await findings(tx)
    assert [(connection, one.field, one.count) for connection, one in found] == [
        ("one", "new_field", 2),
        ("two", "new_field", 1),
    ]


async def test_it_is_saved_every_minute_also_after_the_store_was_away(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drift, "WATCH", counting("lost"))
    async with Store.open("sqlite:////nowhere/at/all.db") as away:
        keeping = asyncio.create_task(keep(away, clock))
        await clock.until_asleep()
        clock.advance(seconds=EVERY)
        await clock.until_asleep()
        keeping.cancel()

    monkeypatch.setattr(drift, "WATCH", counting("kept"))
    keeping = asyncio.create_task(keep(store, clock))
    for _ in range(2):
        await clock.until_asleep()
        clock.advance(seconds=EVERY)
    await clock.until_asleep()
    keeping.cancel()

    async with store.read() as tx:
        assert [connection for connection, _ in await findings(tx)] == ["kept"]
