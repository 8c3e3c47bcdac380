"""A relay that Kafka does not let in: it tries again at leisure, and goes on when it is let in."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.kafka.errors import KafkaUnavailable, NotLetIn
from adapters.kafka.records import Record, SendResult
from adapters.store import outbox
from adapters.store.engine import Store
from adapters.store.outbox import NewRecord
from tests.workers.fake_clock import START, HurryingClock
from workers import relay
from workers.crew import Crew
from workers.lease import Lessee
from workers.relay import LOGIN_PAUSE, Relay

TOPIC = "plentific.invoices"


@dataclass
class Producer:
    """Takes records once it has failed as often as it is to, and notes when it was asked."""

    clock: HurryingClock
    failures: list[KafkaUnavailable]
    asked_at: list[datetime] = field(default_factory=list)

    async def send_all(self, records: Sequence[Record]) -> list[SendResult]:
        self.asked_at.append(self.clock.now())
        error = self.failures.pop(0) if self.failures else None
        return [SendResult(error=error) if error else SendResult(0, 0) for _ in records]


async def all_moved(store: Store, *failures: KafkaUnavailable) -> list[float]:
    """The pauses between the tries that it took a relay to move two rows."""
    clock = HurryingClock()
    producer: Any = Producer(clock, list(failures))
    lessee = Lessee(store, clock, "me", timedelta(minutes=1))
    rows = [NewRecord(f"event-{one}", TOPIC, "key", b"{}", [], START) for one in range(2)]
    async with store.write() as tx:
        await outbox.add(tx, rows)
    running = asyncio.create_task(
        relay.run(Relay(store, producer, clock, "", Crew("relay", lessee)))
    )
    try:
        async with asyncio.timeout(10):
            while await waiting(store):
                assert not running.done(), running
    finally:
        running.cancel()
        await asyncio.wait({running})
    times = producer.asked_at
    return [(after - before).total_seconds() for before, after in itertools.pairwise(times)]


async def waiting(store: Store) -> int:
    async with store.read() as tx:
        return (await outbox.backlog(tx)).rows


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "IDLE", 0.005)


async def test_a_login_that_fails_is_tried_again_after_a_pause_each_and_then_all_is_moved(
    store: Store,
) -> None:
    with capture_logs() as lines:
        pauses = await all_moved(store, *[NotLetIn("the login me is refused")] * 3)

    assert len(pauses) == 3
    assert min(pauses) >= LOGIN_PAUSE
    told = [line["why"] for line in lines if line["event"] == "broker did not take all"]
    assert told == ["the login me is refused"] * 3


async def test_a_broker_that_is_only_away_is_asked_again_at_once(store: Store) -> None:
    pauses = await all_moved(store, *[KafkaUnavailable("nobody answers")] * 3)

    assert len(pauses) == 3
    assert max(pauses) < 1
