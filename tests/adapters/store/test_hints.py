"""Where to look soon."""

from __future__ import annotations

from adapters.store import Store, hints
from adapters.store.hints import Hint
from tests.adapters.store.examples import LATER, NOW, SOON, a_hint


async def _take(store: Store, limit: int = 10) -> list[Hint]:
    async with store.write() as tx:
        return await hints.take(tx, "plentific", NOW, SOON, limit)


async def test_hints_are_taken_oldest_first(store: Store) -> None:
    async with store.write() as tx:
        await hints.add(tx, [a_hint("b", received_at=SOON), a_hint("a", received_at=LATER)])
        await hints.add(tx, [a_hint("c", received_at=NOW), a_hint("d", connection="other")])

    first = await _take(store, 1)
    rest = await _take(store)

    assert [hint.entity_id for hint in first] == ["c"]
    assert [hint.entity_id for hint in rest] == ["b", "a"]
    assert rest[0].received_at == SOON


async def test_many_hints_about_one_entity_are_one(store: Store) -> None:
    async with store.write() as tx:
        await hints.add(tx, [a_hint(), a_hint("e-2"), a_hint(received_at=SOON)])
        await hints.add(tx, [a_hint(received_at=LATER)])

    (hint, _) = await _take(store)

    assert (hint.entity_id, hint.count, hint.received_at) == ("e-1", 3, NOW)


async def test_a_hint_is_of_the_span_that_brought_the_newest(store: Store) -> None:
    older, newer = (f"00-{one * 32}-{one * 16}-01" for one in "12")
    async with store.write() as tx:
        await hints.add(tx, [a_hint("a"), a_hint("b")], traceparent=older)
        await hints.add(tx, [a_hint("b"), a_hint("c")], traceparent=newer)
        await hints.add(tx, [a_hint("c")])

    assert [hint.traceparent for hint in await _take(store)] == [older, newer, None]


async def test_a_hint_that_is_handled_is_gone(store: Store) -> None:
    async with store.write() as tx:
        await hints.add(tx, [a_hint()])
        assert await hints.backlog(tx) == {"plentific": 1}

    (hint,) = await _take(store)
    async with store.write() as tx:
        assert await hints.complete(tx, hint)
        assert await hints.backlog(tx) == {}


async def test_a_hint_that_comes_while_one_is_handled_is_not_lost(store: Store) -> None:
    async with store.write() as tx:
        await hints.add(tx, [a_hint(), a_hint()])
    (hint,) = await _take(store)

    async with store.write() as tx:
        await hints.add(tx, [a_hint(received_at=SOON)])
    assert await _take(store) == []  # one at a time about an entity
    async with store.write() as tx:
        assert not await hints.complete(tx, hint)

    (again,) = await _take(store)
    assert (again.entity_id, again.count, again.received_at) == ("e-1", 1, SOON)
    async with store.write() as tx:
        assert await hints.complete(tx, again)


async def test_a_taken_hint_is_free_again_when_its_taker_dies(store: Store) -> None:
    async with store.write() as tx:
        await hints.add(tx, [a_hint()])
    (hint,) = await _take(store)

    async with store.write() as tx:
        (again,) = await hints.take(tx, "plentific", SOON, LATER, 10)
    assert again == hint
    async with store.write() as tx:
        assert await hints.complete(tx, again)
        assert await hints.complete(tx, hint)  # gone already: nothing left to do


async def test_a_late_end_of_an_old_hint_does_not_end_a_new_one(store: Store) -> None:
    async with store.write() as tx:
        await hints.add(tx, [a_hint()])
    (old,) = await _take(store)
    async with store.write() as tx:
        await hints.take(tx, "plentific", SOON, LATER, 10)
        await hints.complete(tx, old)
        await hints.add(tx, [a_hint()])

        assert await hints.complete(tx, old)

        assert await hints.backlog(tx) == {"plentific": 1}


async def test_a_postponed_hint_waits_for_its_time(store: Store) -> None:
    async with store.write() as tx:
        await hints.add(tx, [a_hint()])
    (hint,) = await _take(store)

    async with store.write() as tx:
        await hints.postpone(tx, hint, LATER)

    async with store.write() as tx:
        assert await hints.take(tx, "plentific", SOON, LATER, 10) == []
        assert await hints.take(tx, "plentific", LATER, LATER, 10) == [hint]
