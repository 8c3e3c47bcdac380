"""What nobody can read is kept aside; what cannot be stored is never committed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from aiokafka.errors import CommitFailedError, IllegalStateError, NodeNotReadyError

from adapters.kafka.errors import KafkaRefused, KafkaUnavailable, NotSent
from adapters.kafka.records import SendResult
from adapters.store import inbox
from adapters.store.errors import StoreUnavailable
from events.envelope import to_headers
from tests.workers.react.invoices import paid
from tests.workers.react.taking import FIRST, SECOND, numbered, taken
from tests.workers.react.world import (
    FakeConsumer,
    FakeProducer,
    World,
    raw_record,
    record_of,
)
from workers.react import intake as intake_module
from workers.react.intake import take

DONE = SendResult(0, 0)


# --- what nobody can read -----------------------------------------------------------------------


def without(name: str) -> list[tuple[str, bytes]]:
    return [(header, text) for header, text in to_headers(paid()) if header != name]


def with_header(name: str, text: Any) -> list[tuple[str, Any]]:
    return [*without(name), (name, text)]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (raw_record(b"k", b"{}", []), "header ce_specversion is missing"),
        (raw_record(b"k", b"{}", without("ce_id")), "header ce_id is missing"),
        (raw_record(b"k", b"{}", with_header("ce_id", b"\xff")), "header ce_id is not UTF-8"),
        (raw_record(b"k", b"{}", with_header("ce_id", None)), "header ce_id is missing"),
        (raw_record(None, b"{}", without("")), "the record has no key"),
        (raw_record(b"\xff", b"{}", without("")), "the record key is not UTF-8"),
        (raw_record(b"k", None, without("")), "the record has no value"),
        (raw_record(b"k", b"[]", without("")), "the value is JSON but not an object"),
        (raw_record(b"k", b"\xff\x00", without("")), "the value is not JSON"),
        (
            raw_record(b"k", b"{}", with_header("ce_sequence", "½".encode())),
            "header ce_sequence is '½', not a number from 1 on",
        ),
    ],
)
async def test_a_record_that_cannot_be_read_is_kept_with_the_reason_and_committed(
    record: ConsumerRecord, reason: str, world: World
) -> None:
    letters = FakeProducer()

    consumer = await taken(world.intake(dead_letters=letters), [record], FakeConsumer())

    (letter,) = letters.records
    headers = dict(letter.headers)
    assert letter.topic == "tiebeam.dead-letters"
    assert headers["tiebeam-dead-reason"].decode().startswith(reason)
    assert headers["tiebeam-dead-from"] == b"plentific.invoices/0/0"
    assert letter.value == (record.value or b"")
    assert letter.key == (record.key or b"plentific.invoices/0/0")
    original = [header for header in record.headers if isinstance(header[1], bytes)]
    assert list(letter.headers)[: len(original)] == original
    assert consumer.calls == [("commit", {FIRST: 1})]


async def test_the_readable_records_around_it_are_taken(world: World) -> None:
    letters = FakeProducer()
    records = [record_of(numbered(1), 0), raw_record(b"k", b"?", [], 1), record_of(numbered(2), 2)]

    consumer = await taken(world.intake(dead_letters=letters), records, FakeConsumer())

    assert [row.subject for row in await world.rows()] == ["invoice-1", "invoice-2"]
    assert len(letters.records) == 1
    assert consumer.calls == [("commit", {FIRST: 3})]


async def test_dead_letters_go_to_the_topic_with_the_prefix(world: World) -> None:
    letters = FakeProducer()
    intake = replace(world.intake(dead_letters=letters), topic_prefix="test.")

    await take(intake, [raw_record(b"k", b"?", [])], FakeConsumer())

    assert [letter.topic for letter in letters.records] == ["test.tiebeam.dead-letters"]


async def test_nothing_is_committed_that_could_not_be_kept_as_a_dead_letter(world: World) -> None:
    letters = FakeProducer(results=[[SendResult(error=KafkaUnavailable("away"))]])
    records = [record_of(numbered(1), 4), raw_record(b"k", b"?", [], 5)]
    intake = world.intake(dead_letters=letters)

    first = await taken(intake, records, FakeConsumer())
    assert first.calls == [("seek", FIRST, 4)]

    again = await taken(intake, records, FakeConsumer())
    assert again.calls == [("commit", {FIRST: 6})]
    assert [row.subject for row in await world.rows()] == ["invoice-1"]


async def test_a_dead_letter_too_large_to_send_is_kept_without_its_value(world: World) -> None:
    refused = SendResult(error=KafkaRefused("1048700 bytes, more than the 1048576 allowed"))
    held = SendResult(error=NotSent("an earlier record of the same key was not acknowledged"))
    letters = FakeProducer(results=[[refused, DONE, held]])
    huge = b"?" * 1_048_576
    records = [
        raw_record(b"k", huge, [("x", b"y" * 90)], 0),
        raw_record(b"l", b"?", [], 1),
        raw_record(b"k", b"!", [], 2),
    ]

    consumer = await taken(world.intake(dead_letters=letters), records, FakeConsumer())

    stubs = letters.records[3:]
    assert [dict(stub.headers)["tiebeam-dead-from"] for stub in stubs] == [
        b"plentific.invoices/0/0",
        b"plentific.invoices/0/2",
    ]
    assert dict(stubs[0].headers)["tiebeam-dead-value"] == b"left out, 1048576 bytes"
    assert all(stub.size < 1_000 for stub in stubs)
    assert consumer.calls == [("commit", {FIRST: 3})]


async def test_dead_letters_that_are_refused_altogether_are_not_committed(world: World) -> None:
    refused = [SendResult(error=KafkaRefused("not authorised"))]
    letters = FakeProducer(results=[refused, refused])

    consumer = await taken(
        world.intake(dead_letters=letters), [raw_record(b"k", b"?", [], 3)], FakeConsumer()
    )

    assert consumer.calls == [("seek", FIRST, 3)]


# --- what goes wrong ----------------------------------------------------------------------------


def break_store(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, times: int
) -> None:
    """Make the next inserts into the inbox fail."""
    add = inbox.add

    async def failing(*args: Any) -> int:
        nonlocal times
        times -= 1
        if times >= 0:
            raise error
        return await add(*args)

    monkeypatch.setattr(inbox, "add", failing)


@pytest.mark.parametrize("error", [StoreUnavailable("here", "pulled out"), TypeError("a mistake")])
async def test_what_the_store_cannot_take_is_not_committed_but_read_again(
    error: Exception, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_store(world, monkeypatch, error, times=2)
    records = [
        record_of(numbered(1), 11, 0),
        record_of(numbered(2), 10, 0),
        record_of(numbered(3), 6, 1),
    ]
    for _ in range(2):
        consumer = await taken(world.intake(), records, FakeConsumer())
        assert consumer.calls == [("seek", FIRST, 10), ("seek", SECOND, 6)]
        assert await world.rows() == []

    consumer = await taken(world.intake(), records, FakeConsumer())

    assert consumer.calls == [("commit", {FIRST: 12, SECOND: 7})]
    assert len(await world.rows()) == 3


async def test_a_pause_comes_before_reading_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_store(world, monkeypatch, StoreUnavailable("here", "pulled out"), times=1)
    start = world.clock.now()

    await taken(world.intake(), [record_of(numbered(1))], FakeConsumer())

    assert world.clock.now() - start == timedelta(seconds=intake_module.STORE_PAUSE)


async def test_dead_letters_are_not_doubled_while_the_store_is_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_store(world, monkeypatch, StoreUnavailable("here", "pulled out"), times=3)
    letters = FakeProducer()
    records = [record_of(numbered(1), 0), raw_record(b"k", b"?", [], 1)]

    for _ in range(4):
        await taken(world.intake(dead_letters=letters), records, FakeConsumer())

    assert len(letters.records) == 1


async def test_a_partition_that_was_taken_away_does_not_matter_when_going_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_store(world, monkeypatch, StoreUnavailable("here", "pulled out"), times=1)
    consumer = FakeConsumer(failure=IllegalStateError("not assigned"))

    await taken(world.intake(), [record_of(numbered(1), 3)], consumer)

    assert consumer.calls == [("seek", FIRST, 3)]


@pytest.mark.parametrize(
    "failure",
    [IllegalStateError("not assigned"), CommitFailedError("rebalanced"), NodeNotReadyError("away")],
)
async def test_a_commit_that_fails_loses_nothing_and_doubles_nothing(
    failure: Exception, world: World
) -> None:
    records = [record_of(numbered(1), 3)]

    failed = await taken(world.intake(), records, FakeConsumer(failure=failure))
    again = await taken(world.intake(), records, FakeConsumer())

    assert [call[0] for call in failed.calls] == ["commit"]
    assert again.calls == [("commit", {FIRST: 4})]
    assert len(await world.rows()) == 1


async def test_a_stop_during_the_pause_commits_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_store(world, monkeypatch, StoreUnavailable("here", "pulled out"), times=1)
    consumer = FakeConsumer()
    task = asyncio.create_task(take(world.intake(), [record_of(numbered(1))], consumer))
    await world.clock.until_asleep()

    task.cancel()
    await asyncio.wait([task])

    assert task.cancelled()
    assert consumer.calls == []
