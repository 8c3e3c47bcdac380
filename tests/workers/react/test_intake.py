"""The intake: first into the inbox, then committed, exactly; what nobody can read is kept aside."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from aiokafka import TopicPartition
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512
from prometheus_client import REGISTRY

from adapters.kafka.settings import KafkaSettings
from events.envelope import Event
from tests.events import samples
from tests.workers.react.invoices import paid
from tests.workers.react.taking import FIRST, SECOND, TOPIC, numbered, taken
from tests.workers.react.world import (
    NAME,
    FakeConsumer,
    FakeProducer,
    World,
    record_of,
)
from workers.react.intake import consumer, security, take, topics
from workers.react.row import event_of
from workers.telemetry import metrics


class Watching(FakeConsumer):
    """A consumer that looks into the inbox when it is told to commit."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.seen: list[str] = []

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        self.seen = [row.subject for row in await self.world.rows()]
        await super().commit(offsets)


# --- stored, then committed ---------------------------------------------------------------------


async def test_events_stand_in_the_inbox_before_exactly_their_offsets_are_committed(
    world: World,
) -> None:
    consumer = Watching(world)
    records = [
        record_of(numbered(1), 40, 0),
        record_of(numbered(2), 41, 0),
        record_of(numbered(3), 7, 1),
    ]

    await take(world.intake(), records, consumer)

    assert consumer.seen == ["invoice-1", "invoice-2", "invoice-3"]
    assert consumer.calls == [("commit", {FIRST: 42, SECOND: 8})]


async def test_the_highest_offset_counts_whatever_the_order_of_the_batch(world: World) -> None:
    records = [record_of(numbered(number), offset) for number, offset in enumerate([9, 12, 3])]

    consumer = await taken(world.intake(), records, FakeConsumer())

    assert consumer.calls == [("commit", {FIRST: 13})]


async def test_what_stands_in_the_inbox_is_the_event_as_it_came(world: World) -> None:
    event = numbered(1, key="work order 1")

    await take(world.intake(), [record_of(event)], FakeConsumer())

    (row,) = await world.rows()
    assert event_of(row) == event
    assert (row.reaction, row.event_id, row.event_type) == (NAME, event.id, event.type)
    assert (row.subject, row.ordering_key, row.sequence) == ("invoice-1", "work order 1", 7)
    assert (row.mode, row.state, row.received_at) == ("live", "pending", world.clock.now())
    assert (row.traceparent or "").split("-")[1] == (event.traceparent or "").split("-")[1]


async def test_events_of_a_batch_keep_their_order(world: World) -> None:
    events = [numbered(number, key="one") for number in range(50)]

    await take(
        world.intake(), [record_of(one, at) for at, one in enumerate(events)], FakeConsumer()
    )

    assert [row.event_id for row in await world.rows()] == [event.id for event in events]


@pytest.mark.parametrize(("configured", "mode"), [("live", "live"), ("dry-run", "dry-run")])
async def test_the_mode_is_the_one_when_it_was_taken(
    configured: str, mode: str, world: World
) -> None:
    await world.take(numbered(1), configured=world.configured(mode=configured))

    assert [row.mode for row in await world.rows()] == [mode]


async def test_an_event_that_comes_again_is_taken_once_and_committed_each_time(
    world: World,
) -> None:
    event = numbered(1)

    again = await taken(world.intake(), [record_of(event, 1), record_of(event, 2)], FakeConsumer())
    later = await taken(world.intake(), [record_of(event, 3)], FakeConsumer())

    assert [row.event_id for row in await world.rows()] == [event.id]
    assert again.calls == [("commit", {FIRST: 3})]
    assert later.calls == [("commit", {FIRST: 4})]


async def test_an_event_that_comes_again_after_it_was_answered_is_not_answered_again(
    world: World,
) -> None:
    await world.take(numbered(1))
    await world.work()

    await world.take(numbered(1))

    assert await world.states() == ["succeeded"]


async def test_who_waits_for_reactions_is_woken_after_they_are_stored(world: World) -> None:
    seen = world.store.notified("reactions")

    await world.take(numbered(1))

    assert world.store.notified("reactions") == seen + 1


async def test_two_reactions_to_one_event_are_two_rows(world: World) -> None:
    one = world.configured()
    other = replace(one, reaction=replace(one.reaction, name="another"))

    await take(world.intake(one, other), [record_of(numbered(1))], FakeConsumer())

    assert sorted(row.reaction for row in await world.rows()) == ["another", NAME]


# --- what is not answered -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "event",
    [
        replace(paid(), backfill=True),
        replace(paid(), source="/plentific/another"),
        replace(paid(), source="/essensys/plentific"),
        replace(paid(), type="plentific.invoice.overdue"),
        replace(paid(), type="plentific.invoice.invented"),
        samples.event("plentific.work_order.created"),
    ],
    ids=["history", "another connection", "another provider", "another type", "unknown", "order"],
)
async def test_what_no_reaction_answers_is_committed_and_left(event: Event, world: World) -> None:
    letters = FakeProducer()

    consumer = await taken(
        world.intake(dead_letters=letters), [record_of(event, 5)], FakeConsumer()
    )

    assert consumer.calls == [("commit", {FIRST: 6})]
    assert await world.rows() == []
    assert letters.records == []


async def test_history_is_answered_by_a_reaction_that_is_told_to(world: World) -> None:
    told_to = world.configured(backfill=True)
    other = world.configured()
    other = replace(other, reaction=replace(other.reaction, name="another"))
    past = replace(numbered(1), backfill=True)

    await take(world.intake(told_to, other), [record_of(past)], FakeConsumer())

    assert [row.reaction for row in await world.rows()] == [NAME]


async def test_a_reaction_that_is_off_answers_nothing(world: World) -> None:
    await world.take(numbered(1), configured=world.configured(mode="off"))

    assert await world.rows() == []


# --- where it listens ---------------------------------------------------------------------------


def test_it_listens_to_the_topics_of_what_is_answered(world: World) -> None:
    assert topics(world.intake()) == [TOPIC]
    assert topics(replace(world.intake(), topic_prefix="test.")) == [f"test.{TOPIC}"]
    assert topics(replace(world.intake(), reactions={})) == []


@pytest.mark.parametrize(
    ("mechanism", "kind"),
    [("PLAIN", SASLPlaintext), ("SCRAM-SHA-256", SASLScram256), ("SCRAM-SHA-512", SASLScram512)],
)
@pytest.mark.parametrize(("protocol", "encrypted"), [("SASL_SSL", True), ("SASL_PLAINTEXT", False)])
def test_a_login_is_passed_on(
    mechanism: Any, kind: type[BaseSecurity], protocol: Any, encrypted: bool
) -> None:
    login = security(
        KafkaSettings(
            bootstrap_servers="kafka:9092",
            security_protocol=protocol,
            sasl_mechanism=mechanism,
            sasl_username="us",
            sasl_password="secret",
        )
    )

    assert type(login) is kind
    assert (login.username, login.password) == ("us", "secret")  # type: ignore[attr-defined]
    assert login.use_ssl is encrypted


def test_encryption_without_a_login_is_passed_on() -> None:
    plain = KafkaSettings(bootstrap_servers="kafka:9092")

    assert security(plain) is None
    encrypted = security(replace(plain, security_protocol="SSL"))
    assert encrypted is not None
    assert encrypted.use_ssl


# --- how many came -----------------------------------------------------------------------------


async def test_types_that_are_answered_are_counted_from_0_before_one_comes(world: World) -> None:
    metrics.EVENTS_RECEIVED.clear()

    consumer(world.intake(), KafkaSettings("127.0.0.1:9"))

    labels = {"type": "plentific.invoice.paid"}
    assert REGISTRY.get_sample_value("tiebeam_events_received_total", labels) == 0
