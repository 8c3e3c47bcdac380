"""Several relays: each topic is moved by one of them, and by another when that one is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.kafka.records import Record, SendResult
from adapters.store import leases, outbox
from adapters.store.engine import Store
from adapters.store.outbox import NewRecord
from events import catalogue
from tests.workers.fake_clock import FakeClock
from workers import relay
from workers.crew import Crew
from workers.lease import Lessee
from workers.relay import PARTS, Relay

LEASE = timedelta(seconds=10)
TOPICS = catalogue.all_topics("")
START = FakeClock().now()


@dataclass
class Producer:
    """Takes every record, when the gate is open."""

    records: list[Record] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def send_all(self, records: Sequence[Record]) -> list[SendResult]:
        self.asked.set()
        await self.gate.wait()
        self.records += records
        return [SendResult(0, 0) for _ in records]


@dataclass
class Replica:
    """A relay and what it has published."""

    relay: Relay
    producer: Producer

    @property
    def crew(self) -> Crew:
        return self.relay.crew

    @property
    def topics(self) -> set[str]:
        return {record.topic for record in self.producer.records}


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        await opened.upgrade()
        yield opened


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "IDLE", 0.005)


async def replicas(store: Store, clock: FakeClock, *owners: str) -> list[Replica]:
    """Relays that have all seen each other, with open gates."""
    made = []
    for owner in owners:
        producer: Any = Producer()
        producer.gate.set()
        crew = Crew("relay", Lessee(store, clock, owner, LEASE))
        made.append(Replica(Relay(store, producer, clock, "", crew), producer))
    for replica in [*made, *made]:
        await replica.crew.join()
    return made


@asynccontextmanager
async def running(clock: FakeClock, *some: Replica) -> AsyncIterator[None]:
    """Relays at work until the block ends; the clock stands still but for their pauses."""
    tasks = [asyncio.create_task(relay.run(one.relay)) for one in some]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def write(store: Store, name: str) -> None:
    """One record for each topic."""
    records = [NewRecord(f"{name}/{topic}", topic, "k", b"{}", [], START) for topic in TOPICS]
    async with store.write("outbox") as tx:
        await outbox.add(tx, records)


async def until(condition: Callable[[], Awaitable[bool]], clock: FakeClock) -> None:
    async with asyncio.timeout(10):
        while not await condition():
            clock.advance(seconds=0.005)
            await asyncio.sleep(0.001)


def all_published(store: Store) -> Callable[[], Awaitable[bool]]:
    async def published() -> bool:
        async with store.read() as tx:
            return not await outbox.unpublished(tx, 1)

    return published


async def test_each_topic_is_moved_by_one_relay_and_every_relay_moves_some(store: Store) -> None:
    clock = FakeClock()
    some = await replicas(store, clock, "a", "b", "c")
    async with running(clock, *some):
        for round_ in range(3):
            await write(store, str(round_))
            await until(all_published(store), clock)

    published = [record.topic for one in some for record in one.producer.records]
    assert sorted(published) == sorted(TOPICS * 3)
    assert all(one.topics for one in some)
    assert sum(len(one.topics) for one in some) == len(TOPICS)


async def test_one_relay_alone_moves_all(store: Store) -> None:
    clock = FakeClock()
    (only,) = await replicas(store, clock, "a")
    async with running(clock, only):
        await write(store, "x")
        await until(all_published(store), clock)

    assert only.topics == set(TOPICS)


async def test_the_share_of_a_silent_relay_moves_within_its_lease(store: Store) -> None:
    clock = FakeClock()
    here, silent = await replicas(store, clock, "a", "silent")
    await silent.crew.lessee.take(*silent.crew.ours(PARTS))
    await write(store, "x")
    async with running(clock, here):
        await until(lambda: _some(here), clock)
        assert here.topics != set(TOPICS)

        clock.advance(seconds=LEASE.total_seconds())
        await here.crew.join()
        await until(all_published(store), clock)

    assert here.topics == set(TOPICS)


async def _some(one: Replica) -> bool:
    return bool(one.topics)


async def test_who_comes_gets_his_share_without_anybody_being_stopped(store: Store) -> None:
    clock = FakeClock()
    (first,) = await replicas(store, clock, "a")
    async with running(clock, first):
        await write(store, "x")
        await until(all_published(store), clock)
        (second,) = await replicas(store, clock, "b")
        await first.crew.join()
        async with running(clock, second):
            for round_ in range(1_000):
                await write(store, str(round_))
                await until(all_published(store), clock)
                if second.topics:
                    break
            assert second.topics == {topic for topic in TOPICS if _is_of(second, topic)}


def _is_of(replica: Replica, topic: str) -> bool:
    return replica.crew.is_ours(relay._part_of(topic))


async def test_a_relay_that_stood_still_marks_nothing(store: Store) -> None:
    clock = FakeClock()
    frozen, heir = await replicas(store, clock, "frozen", "heir")
    frozen.producer.gate.clear()
    await write(store, "x")
    async with running(clock, frozen):
        await frozen.producer.asked.wait()
        clock.advance(seconds=LEASE.total_seconds())
        await heir.crew.join()
        async with running(clock, heir):
            await until(all_published(store), clock)
            assert heir.topics == set(TOPICS)
            before = await _marks(store)
            clock.advance(minutes=1)
            frozen.producer.gate.set()
            await until(lambda: _some(frozen), clock)
            assert await _marks(store) == before


async def _marks(store: Store) -> list[Any]:
    async with store.read() as tx:
        return list(await tx.exec_driver_sql("SELECT id, published_at FROM outbox ORDER BY id"))


async def test_topics_that_this_version_does_not_know_are_moved_by_one_relay(store: Store) -> None:
    clock = FakeClock()
    some = await replicas(store, clock, "a", "b", "c")
    later = [NewRecord(f"later/{n}", f"later.topic-{n}", "k", b"{}", [], START) for n in range(5)]
    async with store.write("outbox") as tx:
        await outbox.add(tx, later)
    async with running(clock, *some):
        await until(all_published(store), clock)

    (mover,) = [one for one in some if one.topics]
    assert len(mover.producer.records) == 5


async def test_a_long_backlog_keeps_no_relay_from_its_share(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "BATCH", 1)
    monkeypatch.setattr(relay, "LONGEST_PASS", timedelta(seconds=-1))  # a batch a pass
    clock = FakeClock()
    (first,) = await replicas(store, clock, "a")
    await write(store, "x")

    assert await relay.move_all(first.relay) == 1
    async with running(clock, first):
        await until(all_published(store), clock)
    assert sorted(record.topic for record in first.producer.records) == sorted(TOPICS)


async def test_a_relay_that_cannot_let_its_share_go_ends_in_order_and_another_has_it_in_time(
    store: Store, tmp_path: Path
) -> None:
    clock = FakeClock()
    async with Store.open(f"sqlite:///{tmp_path / 'store.db'}", busy_timeout=0.05) as refused:
        (leaver,) = await replicas(refused, clock, "leaver")
        working = asyncio.create_task(relay.run(leaver.relay))
        await write(store, "x")
        await until(all_published(store), clock)
        with capture_logs() as lines:
            async with store.write() as tx:  # somebody else keeps writing
                await leases.acquire(tx, "written", "b", clock.now(), clock.now() + LEASE)
                working.cancel()
                await asyncio.wait({working}, timeout=10)

    assert working.cancelled()
    assert [line["event"] for line in lines] == ["leases not released"]
    heir = Lessee(store, clock, "heir", LEASE)
    assert await heir.take(*PARTS) == []
    clock.advance(seconds=LEASE.total_seconds())
    assert {one.name for one in await heir.take(*PARTS)} == {*PARTS}
