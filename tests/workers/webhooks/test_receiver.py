from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from structlog.typing import EventDict

from adapters.store import Store
from tests.workers.webhooks.conftest import HEADER, SECRET, Receiving
from workers.webhooks.payload import ANY
from workers.webhooks.receiver import LARGEST, Endpoint

INVOICE = "967fb16f-0273-45bb-9cce-45ef747526cf"
PAID = {"event": "invoice.paid", "data": {"uuid": INVOICE}}


async def test_a_signed_delivery_is_stored_before_it_is_answered(receiver: Receiving) -> None:
    assert await receiver.deliver(PAID) == 202

    (hint,) = await receiver.stored()
    assert (hint.connection, hint.kind, hint.entity_id) == ("plentific", "invoice", INVOICE)


async def test_a_storm_about_one_thing_is_one_hint(receiver: Receiving) -> None:
    answers = await asyncio.gather(*(receiver.deliver(PAID) for _ in range(200)))

    assert set(answers) == {202}
    assert [hint.entity_id for hint in await receiver.stored()] == [INVOICE]


@pytest.mark.parametrize(
    ("expected", "payload", "given"),
    [
        (401, PAID, {"X-Plentific-Signature": "0" * 64}),
        (401, PAID, {"X-Plentific-Signature": None}),
        (401, b"x" * 10, {"X-Plentific-Signature": "0" * 64, "Content-Type": "text/plain"}),
        (404, PAID, {"connection": "somewhere"}),
        (404, PAID, {"connection": ""}),
        (404, PAID, {"connection": "plentific/more"}),
        (413, b"[" + b"1," * (LARGEST // 2) + b"1]", {}),
        (415, PAID, {"Content-Type": "text/plain"}),
        (400, b'{"event":', {}),
        (202, b"[]", {}),
    ],
)
async def test_each_wrong_delivery_is_told_what_is_wrong_with_it(
    receiver: Receiving, expected: int, payload: object, given: dict[str, str | None]
) -> None:
    connection = given.pop("connection", "plentific") or ""
    status = await receiver.deliver(payload, connection=connection, **given)

    assert status == expected
    assert bool(await receiver.stored()) == (expected == 202)


async def test_a_body_of_no_announced_length_is_cut_off_too(receiver: Receiving) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65_536

    url = f"{receiver.url}/webhooks/plentific"
    async with receiver.client.post(url, data=endless()) as answer:
        assert answer.status == 413


async def test_other_methods_are_not_for_webhooks(receiver: Receiving) -> None:
    async with receiver.client.get(f"{receiver.url}/webhooks/plentific") as answer:
        assert answer.status == 405


async def test_a_delivery_without_a_known_meaning_asks_to_look_at_everything(
    receiver: Receiving,
) -> None:
    assert await receiver.deliver({"hello": "there"}) == 202
    assert {hint.entity_id for hint in await receiver.stored()} == {ANY}


async def test_a_store_that_is_away_asks_the_sender_to_come_again(
    receiver: Receiving, store: Store
) -> None:
    await store.aclose()
    assert await receiver.deliver(PAID) == 503


async def test_where_a_delivery_comes_from_and_through_which_proxy_makes_no_difference(
    receiver: Receiving,
) -> None:
    forwarded = {"Host": "hooks.example.com", "X-Forwarded-For": "x", "X-Forwarded-Proto": "https"}
    assert await receiver.deliver(PAID, **forwarded) == 202


async def test_neither_the_secret_nor_what_was_delivered_is_told(
    receiver: Receiving, logged: list[EventDict]
) -> None:
    await receiver.deliver(PAID, **{"X-Plentific-Signature": "0" * 64})

    assert [entry["event"] for entry in logged] == ["delivery with a wrong signature"]
    told = repr(logged) + repr(Endpoint(SECRET, HEADER))
    assert SECRET.decode() not in told
    assert INVOICE not in told
