"""What we will say."""

from __future__ import annotations

from datetime import timedelta

from adapters.store import Store, outbox
from tests.adapters.store.examples import LATER, NOW, SOON, a_record

IDS = [f"event-{number}" for number in range(2_500, 0, -1)]


async def test_records_come_out_as_they_went_in_and_in_their_order(store: Store) -> None:
    async with store.write() as tx:
        assert await outbox.add(tx, [a_record(event_id) for event_id in IDS]) == len(IDS)

    async with store.read() as tx:
        rows = await outbox.unpublished(tx, 5_000)
    assert [row.event_id for row in rows] == IDS
    assert [row.id for row in rows] == sorted(row.id for row in rows)
    given = a_record(IDS[0])
    assert rows[0] == outbox.OutboxRow(
        rows[0].id,
        given.event_id,
        given.topic,
        given.key,
        given.value,
        given.headers,
        given.created_at,
        None,
    )


async def test_an_event_is_said_once_however_often_it_is_added(store: Store) -> None:
    first, again = a_record(value=b"first"), a_record(value=b"again")

    async with store.write() as tx:
        assert await outbox.add(tx, [first, a_record("event-2"), again]) == 2
        assert await outbox.add(tx, [again]) == 0
        assert await outbox.add(tx, []) == 0

        rows = await outbox.unpublished(tx, 10)
    assert [(row.event_id, row.value) for row in rows] == [
        ("event-1", b"first"),
        ("event-2", a_record().value),
    ]


async def test_what_was_said_is_known_until_it_is_purged(store: Store) -> None:
    async with store.write() as tx:
        await outbox.add(tx, [a_record(), a_record("event-2")])
        (first, _) = await outbox.unpublished(tx, 10)
        await outbox.mark_published(tx, [first.id], NOW)
        assert await outbox.known(tx, ["event-1", "event-2", "event-3"]) == {"event-1", "event-2"}

        await outbox.purge(tx, SOON)
        assert await outbox.known(tx, ["event-1", "event-2", "event-3"]) == {"event-2"}


async def test_an_event_said_and_purged_may_be_said_again_under_a_new_id(store: Store) -> None:
    async with store.write() as tx:
        await outbox.add(tx, [a_record()])
        (row,) = await outbox.unpublished(tx, 10)
        await outbox.mark_published(tx, [row.id], NOW)
        assert await outbox.purge(tx, SOON) == 1
        await outbox.add(tx, [a_record("event-2")])
        (later,) = await outbox.unpublished(tx, 10)

    assert later.id > row.id


async def test_published_records_are_not_seen_again(store: Store) -> None:
    async with store.write() as tx:
        await outbox.add(tx, [a_record(event_id) for event_id in IDS])
        rows = await outbox.unpublished(tx, 2_100)
        await outbox.mark_published(tx, [row.id for row in rows[:2_000]], NOW)

        left = await outbox.unpublished(tx, 3)
        further = await outbox.unpublished(tx, 3, after=left[-1].id)

    assert [row.event_id for row in left] == IDS[2_000:2_003]
    assert [row.event_id for row in further] == IDS[2_003:2_006]


async def test_the_backlog_says_how_much_waits_and_since_when(store: Store) -> None:
    async with store.write() as tx:
        assert await outbox.backlog(tx) == outbox.Backlog(0, None)
        await outbox.add(tx, [a_record("a", created_at=NOW), a_record("b", created_at=SOON)])
        assert await outbox.backlog(tx) == outbox.Backlog(2, NOW)
        (first, _) = await outbox.unpublished(tx, 10)
        await outbox.mark_published(tx, [first.id], LATER)
        assert await outbox.backlog(tx) == outbox.Backlog(1, SOON)


async def test_a_purge_takes_the_oldest_published_ones_in_batches(store: Store) -> None:
    async with store.write() as tx:
        await outbox.add(tx, [a_record(f"event-{number}") for number in range(10)])
        rows = await outbox.unpublished(tx, 10)
        for number, row in enumerate(rows[:8]):
            await outbox.mark_published(tx, [row.id], NOW + timedelta(minutes=number))

    gone = []
    for _ in range(3):
        async with store.write() as tx:
            gone.append(await outbox.purge(tx, NOW + timedelta(minutes=5), limit=3))
    async with store.write() as tx:
        waiting = await outbox.unpublished(tx, 10)
        told_again = await outbox.add(tx, [a_record(row.event_id) for row in rows])

    assert gone == [3, 2, 0]
    assert [row.event_id for row in waiting] == ["event-8", "event-9"]
    assert told_again == 5
