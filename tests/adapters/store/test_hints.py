"""Where to look soon."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from adapters.store import Store, hints, tables
from adapters.store.hints import Hint
from tests.adapters.store.examples import LATER, NOW, SOON, a_hint

SECOND = timedelta(seconds=1)


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


async def test_a_hint_that_is_handled_keeps_others_out_until_its_window_ends(store: Store) -> None:
    async with store.write() as tx:
        await hints.add(tx, [a_hint()])
    (hint,) = await _take(store)
    async with store.write() as tx:
        assert await hints.complete(tx, hint, SOON)
        assert await hints.backlog(tx) == {}
        await hints.add(tx, [a_hint(received_at=NOW + SECOND)])
        assert await hints.backlog(tx) == {"plentific": 1}

    async with store.write() as tx:
        assert await hints.take(tx, "plentific", SOON - SECOND, LATER, 10) == []
        assert await hints.next_free(tx, "plentific", SOON - SECOND) == SOON
        (again,) = await hints.take(tx, "plentific", SOON, LATER, 10)
    assert (again.count, again.received_at) == (1, NOW + SECOND)


async def test_what_comes_while_one_is_handled_waits_for_the_window_too(store: Store) -> None:
    async with store.write() as tx:
        await hints.add(tx, [a_hint()])
    (hint,) = await _take(store)

    async with store.write() as tx:
        await hints.add(tx, [a_hint()])
        assert not await hints.complete(tx, hint, SOON)

        assert await hints.take(tx, "plentific", SOON - SECOND, LATER, 10) == []
        assert await hints.take(tx, "plentific", SOON, LATER, 10) != []


async def test_nothing_is_left_of_a_hint_after_its_window(store: Store) -> None:
    async with store.write() as tx:
        await hints.add(tx, [a_hint()])
    (hint,) = await _take(store)
    async with store.write() as tx:
        await hints.complete(tx, hint, SOON)
        assert await hints.next_free(tx, "plentific", NOW) is None

        assert await hints.take(tx, "plentific", SOON, LATER, 10) == []

        assert await tx.scalar(select(func.count()).select_from(tables.hints)) == 0


async def test_a_hint_can_wait_to_be_taken_once_more(store: Store) -> None:
    async with store.write() as tx:
        await hints.add(tx, [a_hint()])
    (hint,) = await _take(store)
    async with store.write() as tx:
        assert await hints.complete(tx, hint, NOW + SECOND, again_at=SOON)
        assert await hints.backlog(tx) == {"plentific": 1}

        assert await hints.take(tx, "plentific", SOON - SECOND, LATER, 10) == []
        (again,) = await hints.take(tx, "plentific", SOON, LATER, 10)

        assert again.count == 0
        assert await hints.complete(tx, again, LATER)
        assert await hints.backlog(tx) == {}


async def test_a_hint_that_waits_to_be_taken_once_more_holds_up_no_other(store: Store) -> None:
    async with store.write() as tx:
        await hints.add(tx, [a_hint()])
    (hint,) = await _take(store)
    async with store.write() as tx:
        await hints.complete(tx, hint, NOW + SECOND, again_at=LATER)
        await hints.add(tx, [a_hint(received_at=SOON)])

        (again,) = await hints.take(tx, "plentific", SOON, LATER, 10)

        assert (again.count, again.received_at) == (1, SOON)
        assert await hints.complete(tx, again)


async def test_who_ends_an_older_hint_late_does_not_bring_back_what_was_handled_since(
    store: Store,
) -> None:
    async with store.write() as tx:
        await hints.add(tx, [a_hint()])
    (old,) = await _take(store)
    async with store.write() as tx:
        await hints.add(tx, [a_hint()])
        (new,) = await hints.take(tx, "plentific", SOON, LATER, 10)
        assert await hints.complete(tx, new, LATER)

        assert await hints.complete(tx, old, SOON)

        assert await hints.backlog(tx) == {}
