"""What was done long ago is forgotten, but not that it was done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from adapters.store import Store, inbox, ledger, replaying, restoring, retention
from adapters.store.inbox import InboxRow, Outcome
from adapters.store.restoring import ItsEvent
from tests.adapters.store.examples import LATER, NOW, SOON, a_reaction, within
from tests.adapters.store.intents import begin

DONE = {"effects": [{"key": "sheet/1"}]}


async def ended(store: Store, event_id: str, state: Outcome = "succeeded", **event: Any) -> int:
    """A reaction that has ended now, with an effect; its id."""
    async with store.write() as tx:
        await inbox.add(tx, [a_reaction(event_id, key=event_id, **event)])
        (row,) = await inbox.claim(within(tx), "a", NOW, SOON, 1, ["recharge"])
    token, due = row.lease_token, SOON if state == "retrying" else None
    ending = inbox.finishing(
        row.id, "a", state, token=token, now=NOW, outcome=DONE, next_attempt_at=due
    )
    await store.run([ending])
    return row.id


async def forget(store: Store, before: datetime = LATER) -> int:
    async with store.write() as tx:
        ended, after = await retention.ended_before(tx, before, 0, 1_000)
        assert after is None
        return await retention.forget_events(tx, ended, before)


async def get(store: Store, row_id: int) -> InboxRow:
    async with store.read() as tx:
        row = await inbox.get(tx, row_id)
    assert row is not None
    return row


async def test_what_ended_long_ago_forgets_its_event_and_not_how_it_ended(store: Store) -> None:
    row_id = await ended(store, "event-1")
    before = await get(store, row_id)

    assert await forget(store) == 1

    after = await get(store, row_id)
    assert (after.value, after.headers) == (b"", [])
    assert (after.state, after.outcome, after.updated_at) == ("succeeded", DONE, before.updated_at)
    assert await forget(store) == 0


async def test_its_event_is_not_taken_again_and_its_effects_stay(store: Store) -> None:
    row_id = await ended(store, "event-1")
    async with store.write() as tx:
        await begin(tx, "sheet/1", "recharge", row_id, "operate", {"net": "1.00"}, NOW)
    await store.run([ledger.finishing("sheet/1", "7", None, "answer", NOW)])

    await forget(store)

    async with store.write() as tx:
        assert await inbox.add(tx, [a_reaction("event-1")]) == 0
        assert await inbox.claim(within(tx), "a", LATER, LATER, 1, ["recharge"]) == []
        (effect,) = await ledger.of_reaction(tx, row_id)
    assert (effect.effect_key, effect.state, effect.provider_id) == ("sheet/1", "done", "7")


@pytest.mark.parametrize("state", ["retrying", "blocked", "dead"])
async def test_what_waits_for_its_time_or_for_a_person_forgets_nothing(
    store: Store, state: Outcome
) -> None:
    row_id = await ended(store, "event-1", state)
    before = await get(store, row_id)

    assert await forget(store) == 0

    assert await get(store, row_id) == before


async def test_what_ended_a_short_while_ago_forgets_nothing(store: Store) -> None:
    await ended(store, "event-1")

    assert await forget(store, NOW) == 0


async def test_what_was_cancelled_forgets_its_event_and_is_not_retried_then(store: Store) -> None:
    row_id = await ended(store, "event-1", "dead")
    async with store.write() as tx:
        await inbox.cancel(tx, [row_id], "by hand", NOW)

    assert await forget(store) == 1

    async with store.write() as tx:
        assert await inbox.retry(tx, [row_id], NOW) == []
    assert (await get(store, row_id)).reason == "by hand"


async def test_a_dry_run_forgets_what_it_would_have_sent_and_is_not_carried_out_then(
    store: Store,
) -> None:
    row_id = await ended(store, "event-1", mode="dry-run")

    await forget(store)

    async with store.write() as tx:
        assert await inbox.make_live(tx, [row_id], ["recharge"], NOW) == []
    assert (await get(store, row_id)).outcome is None


async def test_an_event_that_was_forgotten_can_be_put_back(store: Store) -> None:
    row_id = await ended(store, "event-1")
    await forget(store)

    async with store.write() as tx:
        event = ItsEvent("recharge", "event-1", 3, b'{"invoice":{}}', [("ce_id", "event-1")], None)
        await restoring.fill(tx, [event])

    row = await get(store, row_id)
    assert (row.value, row.headers) == (b'{"invoice":{}}', [("ce_id", "event-1")])


async def test_one_that_is_to_be_answered_again_meanwhile_keeps_its_event(store: Store) -> None:
    row_id = await ended(store, "event-1")
    async with store.write() as tx:
        found, _ = await retention.ended_before(tx, LATER, 0, 1_000)
        await replaying.again(tx, [row_id], "live", NOW, cancelled=False)

        assert await retention.forget_events(tx, found, LATER) == 0


async def test_the_rows_are_walked_through_as_far_as_they_are_old(store: Store) -> None:
    ids = [await ended(store, f"event-{number}") for number in range(4)]
    young = await ended(store, "event-4", received_at=LATER)
    await ended(store, "event-5", received_at=LATER)

    async def look(after: int, limit: int) -> tuple[list[int], int | None]:
        async with store.read() as tx:
            return await retention.ended_before(tx, LATER, after, limit)

    assert await look(0, 2) == (ids[:2], ids[1])
    assert await look(ids[1], 3) == ([*ids[2:], young], None)
    assert await look(ids[1], 2) == (ids[2:], ids[3])
    assert await look(ids[3], 1) == ([young], None)
