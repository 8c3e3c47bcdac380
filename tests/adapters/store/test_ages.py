"""Since when the oldest has waited: of what could begin, of what is not known, of hints."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from adapters.store import Store, ages, hints, inbox, ledger
from adapters.store.ages import Unknown
from adapters.store.tables import reactions
from tests.adapters.store import intents
from tests.adapters.store.examples import LATER, NOW, SOON, a_hint, a_reaction, within

NAMES = ["recharge", "raise"]
HALF_AN_HOUR = NOW + timedelta(minutes=30)


async def due(store: Store, now: datetime = LATER) -> dict[str, datetime]:
    async with store.read() as tx:
        return await ages.due(tx, NAMES, now)


async def unknown(store: Store) -> dict[str, Unknown]:
    async with store.read() as tx:
        return await ages.unknown(tx)


async def add(store: Store, *events: inbox.NewReaction) -> None:
    async with store.write() as tx:
        await inbox.add(tx, events)


async def claimed(store: Store, until: datetime = HALF_AN_HOUR) -> inbox.InboxRow:
    """The oldest row, at work."""
    async with store.write() as tx:
        (row,) = await inbox.claim(within(tx), "a", NOW, until, 1, ["recharge"])
    return row


async def test_the_oldest_that_could_begin_counts_for_each_reaction(store: Store) -> None:
    await add(
        store,
        a_reaction("1", key="one", received_at=SOON),
        a_reaction("2", key="two", received_at=NOW),
        a_reaction("3", key="three", reaction="raise", received_at=HALF_AN_HOUR),
        a_reaction("4", key="four", reaction="off"),
    )

    assert await due(store) == {"recharge": NOW, "raise": HALF_AN_HOUR}


async def test_where_nothing_waits_nothing_is_told(store: Store) -> None:
    assert await due(store) == {}
    async with store.read() as tx:
        assert await ages.due(tx, [], NOW) == {}


async def test_what_is_at_work_and_what_waits_behind_it_is_not_due(store: Store) -> None:
    await add(store, a_reaction("1"), a_reaction("2"))
    await claimed(store)

    assert await due(store, SOON) == {}


async def test_what_a_dead_process_left_is_due_since_its_lease_ran_out(store: Store) -> None:
    await add(store, a_reaction("1"))
    await claimed(store, until=HALF_AN_HOUR)

    assert await due(store) == {"recharge": HALF_AN_HOUR}


async def test_what_is_to_be_tried_again_is_due_once_its_time_has_come(store: Store) -> None:
    await add(store, a_reaction("1"), a_reaction("2"))
    row = await claimed(store)
    again = inbox.finishing(
        row.id, "a", "retrying", token=row.lease_token, now=NOW, next_attempt_at=HALF_AN_HOUR
    )
    await store.run([again])

    assert await due(store, SOON) == {}
    assert await due(store) == {"recharge": HALF_AN_HOUR}


async def test_what_waits_behind_one_that_waits_for_a_person_is_not_due(store: Store) -> None:
    await add(store, a_reaction("1", parks=True), a_reaction("2"))
    row = await claimed(store)
    await store.run([inbox.finishing(row.id, "a", "blocked", token=row.lease_token, now=NOW)])

    assert await due(store) == {}


async def test_what_a_person_retries_is_due_from_then_on(store: Store) -> None:
    await add(store, a_reaction("1"))
    row = await claimed(store)
    await store.run([inbox.finishing(row.id, "a", "dead", token=row.lease_token, now=NOW)])
    async with store.write() as tx:
        await inbox.retry(tx, [row.id], HALF_AN_HOUR)

    assert await due(store) == {"recharge": HALF_AN_HOUR}


async def test_a_look_is_no_dearer_for_all_that_came_after_the_oldest(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ages, "WINDOW", 2)
    await add(store, *(a_reaction(f"{number}", key=f"{number}") for number in range(3)))
    await add(store, a_reaction("last", key="last", reaction="raise"))

    assert await due(store) == {"recharge": NOW}


async def begin(
    store: Store, key: str, now: datetime, reaction_id: int | None = None, at: str = "operate"
) -> None:
    async with store.write() as tx:
        await intents.begin(tx, key, "recharge", reaction_id, at, None, now)


async def test_effects_are_not_known_from_their_first_call_until_they_are_done(
    store: Store,
) -> None:
    assert await unknown(store) == {}
    await begin(store, "one", NOW)
    await begin(store, "two", SOON)
    await begin(store, "three", LATER, at="plentific")
    async with store.write() as tx:
        await ledger.mark_sent(tx, "one", request=None, now=LATER)
    assert await unknown(store) == {
        "operate": Unknown(2, NOW),
        "plentific": Unknown(1, LATER),
    }

    done = [ledger.finishing(key, None, None, "answer", LATER) for key in ("one", "three")]
    await store.run(done)
    assert await unknown(store) == {"operate": Unknown(1, SOON)}


@pytest.mark.parametrize(("state", "number"), [("cancelled", 0), ("blocked", 1), ("retrying", 1)])
async def test_effects_that_a_person_has_decided_on_are_not_asked_about(
    store: Store, state: str, number: int
) -> None:
    await add(store, a_reaction("1"))
    row = await claimed(store)
    await begin(store, "one", NOW, row.id)
    async with store.write() as tx:
        await tx.execute(update(reactions).values(state=state))

    assert sum(one.effects for one in (await unknown(store)).values()) == number


async def test_the_oldest_hint_that_nobody_looked_into_counts_for_each_connection(
    store: Store,
) -> None:
    async with store.write() as tx:
        await hints.add(tx, [a_hint("1", received_at=NOW), a_hint("2", received_at=SOON)])
        await hints.add(tx, [a_hint("3", received_at=LATER, connection="operate")])
        assert await ages.hinted(tx) == {"plentific": NOW, "operate": LATER}

        (first,) = await hints.take(tx, "plentific", LATER, LATER, 1)
        assert (await ages.hinted(tx))["plentific"] == NOW

        await hints.complete(tx, first, LATER, again_at=LATER)  # its row stays
        assert (await ages.hinted(tx))["plentific"] == SOON
