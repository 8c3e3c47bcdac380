"""How far each stream has come."""

from __future__ import annotations

from adapters.store import Store, cursors
from tests.adapters.store.examples import LATER, NOW


async def test_a_stream_that_never_ran_has_no_cursor(store: Store) -> None:
    async with store.read() as tx:
        assert await cursors.get(tx, "plentific", "invoices") is None


async def test_the_last_value_put_is_the_one_found(store: Store) -> None:
    async with store.write() as tx:
        await cursors.put(tx, "plentific", "invoices", {"since": "2025-01-01"}, NOW)
        await cursors.put(tx, "plentific", "invoices", {"since": "2025-02-01"}, LATER)

    async with store.read() as tx:
        found = await cursors.get(tx, "plentific", "invoices")
    assert found == cursors.Cursor("plentific", "invoices", {"since": "2025-02-01"}, LATER)


async def test_streams_and_connections_have_their_own(store: Store) -> None:
    async with store.write() as tx:
        await cursors.put(tx, "two", "invoices", 1, NOW)
        await cursors.put(tx, "one", "work-orders", 2, NOW)
        await cursors.put(tx, "one", "invoices", 3, NOW)

    async with store.read() as tx:
        found = await cursors.everywhere(tx)
    assert [(cursor.connection, cursor.stream, cursor.value) for cursor in found] == [
        ("one", "invoices", 3),
        ("one", "work-orders", 2),
        ("two", "invoices", 1),
    ]


async def test_a_cursor_that_was_forgotten_is_gone_and_no_other(store: Store) -> None:
    async with store.write() as tx:
        await cursors.put(tx, "one", "invoices", 1, NOW)
        await cursors.put(tx, "two", "invoices", 2, NOW)
        assert await cursors.forget(tx, "one", "invoices")
        assert not await cursors.forget(tx, "one", "invoices")

    async with store.read() as tx:
        assert [cursor.connection for cursor in await cursors.everywhere(tx)] == ["two"]
