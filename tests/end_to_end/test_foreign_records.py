"""Records on our topics that we did not write, or that are not meant for reactions."""

from __future__ import annotations

from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from adapters.store import inbox
from tests.end_to_end import told
from tests.end_to_end.told import DEAD_LETTERS, Told, of_type
from tests.end_to_end.world import World, until

pytestmark = pytest.mark.kafka

Headers = list[tuple[str, bytes]]


async def produce(
    world: World, *records: tuple[bytes | None, bytes | None, Headers], topic: str
) -> None:
    producer: Any = AIOKafkaProducer(bootstrap_servers=world.kafka)
    await producer.start()
    try:
        for key, value, headers in records:
            await producer.send_and_wait(world.prefix + topic, value, key=key, headers=headers)
    finally:
        await producer.stop()


def encoded(headers: dict[str, str]) -> Headers:
    return [(name, text.encode()) for name, text in headers.items()]


async def dead_letters(world: World) -> list[Any]:
    return await told.records(world.kafka, world.prefix, DEAD_LETTERS)


async def first_paid(world: World) -> Told:
    """Pay an invoice, wait until all is done, and return its event as it stands on the topic."""
    world.pay_new()
    await world.settled()
    events = await told.on_topics(world.kafka, world.prefix)
    (paid,) = of_type(events, "plentific.invoice.paid")
    return paid


async def test_poison_ends_in_the_dead_letters_with_its_reason_and_stops_nothing(
    world: World,
) -> None:
    paid = await first_paid(world)
    good = encoded(paid.headers)
    binary = [(name, b"\xff\xfe\x00" if name == "ce_subject" else text) for name, text in good]
    poison: dict[str, tuple[bytes | None, bytes | None, Headers]] = {
        "header ce_specversion is missing": (b"k1", b"{}", []),
        "header ce_subject is not UTF-8": (b"k2", paid.value, binary),
        "the value is not JSON": (b"k3", b"\x00\x01 not JSON", good),
        "the value is JSON but not an object": (b"k4", b"[1, 2]", good),
        "the record has no key": (None, paid.value, good),
        "the record has no value": (b"k6", None, good),
    }
    await produce(world, *poison.values(), topic="plentific.invoices")

    async def buried() -> bool:
        return len(await dead_letters(world)) >= len(poison)

    await until(buried, "dead letters")
    world.pay_new()
    await world.settled()  # the consumer goes on behind the poison
    letters = await dead_letters(world)
    await world.stop()

    reasons = {dict(one.headers)["tiebeam-dead-reason"].decode(): one for one in letters}
    assert len(letters) == len(poison)
    for expected, (key, value, headers) in poison.items():
        reason = next(text for text in reasons if text.startswith(expected))
        letter = reasons[reason]
        kept = [header for header in letter.headers if not header[0].startswith("tiebeam-dead")]
        place = dict(letter.headers)["tiebeam-dead-from"].decode()
        assert (letter.value or None, kept) == (value, headers)
        assert key is None or letter.key == key
        assert place.startswith(f"{world.prefix}plentific.invoices/")


async def test_events_that_no_reaction_is_meant_to_answer_are_passed_over(world: World) -> None:
    paid = await first_paid(world)
    others = {
        "of a later release": {"ce_type": "plentific.invoice.framed"},
        "of another connection": {"ce_source": "/plentific/elsewhere"},
        "history that was asked for": {"ce_backfill": "true"},
    }
    records = [
        (b"k", paid.value, encoded(paid.headers | changes | {"ce_id": name}))
        for name, changes in others.items()
    ]
    await produce(world, *records, topic="plentific.invoices")
    await until(world.all_consumed, "the other events")
    await world.settled()

    async with world.store.read() as tx:
        assert [row.event_id for row in await inbox.find(tx)] == [paid.id]
    assert len(world.truth.writes()) == 1
    assert await dead_letters(world) == []


async def test_an_event_that_comes_again_is_not_acted_on_again(world: World) -> None:
    paid = await first_paid(world)
    again = (paid.key.encode(), paid.value, encoded(paid.headers))
    await produce(world, *[again] * 3, topic="plentific.invoices")
    world.pay_new()
    await world.closed()
