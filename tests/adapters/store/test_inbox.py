"""What we have to do: adding, ending, giving back, retrying, looking."""

from __future__ import annotations

from typing import get_args

import pytest

from adapters.store import Store, inbox
from adapters.store.bulk import run_one
from adapters.store.inbox import InboxRow, Outcome, State
from adapters.store.narrowing import Narrowed
from tests.adapters.store.examples import LATER, NOW, SOON, a_reaction, within

IDS = [f"event-{number}" for number in range(2_500, 0, -1)]


async def _add(store: Store, *events: inbox.NewReaction) -> int:
    async with store.write() as tx:
        return await inbox.add(tx, events)


async def _claim(store: Store, owner: str = "a", limit: int = 10) -> list[InboxRow]:
    async with store.write() as tx:
        return await inbox.claim(within(tx), owner, NOW, SOON, limit, ["recharge"])


async def _finish(store: Store, row: InboxRow, state: Outcome) -> None:
    later = SOON if state == "retrying" else None
    async with store.write() as tx:
        assert await run_one(
            tx,
            inbox.finishing(
                row.id, "a", state, token=row.lease_token, now=NOW, next_attempt_at=later
            ),
        )


async def _one(store: Store) -> InboxRow:
    async with store.read() as tx:
        (row,) = await inbox.find(tx)
    return row


async def test_events_come_out_as_they_went_in_and_in_their_order(store: Store) -> None:
    given = a_reaction(IDS[0], traceparent="00-1-2-01", mode="dry-run", headers=[("a", "ü")])
    assert await _add(store, given, *(a_reaction(event_id) for event_id in IDS[1:])) == len(IDS)

    async with store.read() as tx:
        rows = await inbox.find(tx, limit=5_000)
    assert [row.event_id for row in reversed(rows)] == IDS
    row = rows[-1]
    assert row == InboxRow(
        id=row.id,
        reaction=given.reaction,
        event_id=given.event_id,
        event_type=given.event_type,
        subject=given.subject,
        ordering_key=given.ordering_key,
        sequence=given.sequence,
        value=given.value,
        headers=given.headers,
        mode="dry-run",
        state="pending",
        attempts=0,
        next_attempt_at=None,
        lease_owner=None,
        lease_token=0,
        lease_until=None,
        reason=None,
        outcome=None,
        received_at=NOW,
        updated_at=NOW,
        traceparent="00-1-2-01",
    )


async def test_an_event_is_added_once_for_each_reaction(store: Store) -> None:
    event, other = a_reaction(), a_reaction(reaction="mirror")

    assert await _add(store, event, other, event) == 2
    assert await _add(store, event, other, a_reaction("event-2")) == 1
    assert await _add(store) == 0

    async with store.read() as tx:
        assert await inbox.counts(tx) == {("recharge", "pending"): 2, ("mirror", "pending"): 1}


async def test_an_event_delivered_again_after_it_was_answered_is_not_answered_again(
    store: Store,
) -> None:
    await _add(store, a_reaction())
    (row,) = await _claim(store)
    await _finish(store, row, "succeeded")

    assert await _add(store, a_reaction()) == 0
    assert await _claim(store) == []


async def test_a_claimed_row_runs_under_the_lease_of_its_owner(store: Store) -> None:
    await _add(store, a_reaction())

    (row,) = await _claim(store)

    assert (row.state, row.attempts) == ("running", 1)
    assert (row.lease_owner, row.lease_token, row.lease_until) == ("a", 1, SOON)
    assert row == await _one(store)


@pytest.mark.parametrize("state", ["succeeded", "blocked", "dead"])
async def test_a_finished_row_says_how_it_ended(store: Store, state: Outcome) -> None:
    await _add(store, a_reaction())
    (row,) = await _claim(store)

    async with store.write() as tx:
        ended = await run_one(
            tx,
            inbox.finishing(
                row.id,
                "a",
                state,
                token=row.lease_token,
                now=LATER,
                reason="no account for P-1",
                outcome={"effects": ["charge/1"]},
            ),
        )

    assert ended
    found = await _one(store)
    assert (found.state, found.reason) == (state, "no account for P-1")
    assert found.outcome == {"effects": ["charge/1"]}
    assert (found.lease_owner, found.lease_until, found.updated_at) == (None, None, LATER)


async def test_only_a_retrying_row_has_a_next_attempt(store: Store) -> None:
    async with store.write() as tx:
        with pytest.raises(ValueError, match="retrying with next_attempt_at=None"):
            await run_one(tx, inbox.finishing(1, "a", "retrying", token=1, now=NOW))
        with pytest.raises(ValueError, match="only retrying has one"):
            await run_one(
                tx, inbox.finishing(1, "a", "dead", token=1, now=NOW, next_attempt_at=SOON)
            )


async def test_a_lease_can_be_extended_while_it_is_held(store: Store) -> None:
    await _add(store, a_reaction())
    (row,) = await _claim(store)

    async with store.write() as tx:
        assert await run_one(tx, inbox.extending(row.id, "a", LATER, token=row.lease_token))
        assert await inbox.claim(within(tx), "b", SOON, LATER, 10, ["recharge"]) == []


@pytest.mark.parametrize("new_owner", ["a", "b"])
async def test_who_lost_his_lease_changes_nothing(store: Store, new_owner: str) -> None:
    await _add(store, a_reaction())
    (old,) = await _claim(store)
    async with store.write() as tx:
        (new,) = await inbox.claim(within(tx), new_owner, SOON, LATER, 10, ["recharge"])

    async with store.write() as tx:
        token = old.lease_token
        assert not await run_one(tx, inbox.extending(old.id, "a", LATER, token=token))
        assert not await run_one(tx, inbox.finishing(old.id, "a", "dead", token=token, now=SOON))
        assert not await inbox.release(tx, old.id, "a", token=token, now=SOON)

    assert await _one(store) == new
    assert (new.lease_owner, new.lease_token, new.attempts) == (new_owner, 2, 2)


async def test_who_has_finished_cannot_finish_again(store: Store) -> None:
    await _add(store, a_reaction())
    (row,) = await _claim(store)
    await _finish(store, row, "succeeded")

    async with store.write() as tx:
        token = row.lease_token
        assert not await run_one(tx, inbox.finishing(row.id, "a", "dead", token=token, now=NOW))
        assert not await run_one(tx, inbox.extending(row.id, "a", LATER, token=token))
    assert (await _one(store)).state == "succeeded"


async def test_a_row_given_back_is_due_at_once_and_has_lost_no_attempt(store: Store) -> None:
    await _add(store, a_reaction())
    (row,) = await _claim(store)

    async with store.write() as tx:
        assert await inbox.release(tx, row.id, "a", token=row.lease_token, now=NOW)

    (again,) = await _claim(store, "b")
    assert (again.attempts, again.lease_token) == (1, 2)


@pytest.mark.parametrize("state", ["retrying", "blocked", "dead"])
async def test_a_retry_by_hand_gives_all_attempts_again(store: Store, state: Outcome) -> None:
    await _add(store, a_reaction())
    (row,) = await _claim(store)
    await _finish(store, row, state)

    async with store.write() as tx:
        assert await inbox.retry(tx, [row.id, 999], LATER) == [row.id]

    found = await _one(store)
    assert (found.state, found.attempts, found.reason) == ("pending", 0, None)
    assert [row.id for row in await _claim(store, "b")] == [row.id]


async def test_a_retry_by_hand_leaves_alone_what_runs_or_is_done(store: Store) -> None:
    await _add(store, *(a_reaction(f"event-{key}", key=key) for key in "abc"))
    done, _running = await _claim(store, limit=2)
    await _finish(store, done, "succeeded")

    async with store.write() as tx:
        assert await inbox.retry(tx, [1, 2, 3], LATER) == []

    async with store.read() as tx:
        states = [row.state for row in await inbox.find(tx)]
    assert states == ["pending", "running", "succeeded"]


async def test_rows_are_found_by_what_is_known_of_them(store: Store) -> None:
    await _add(
        store,
        a_reaction("one", key="k1"),
        a_reaction("two", key="k2", subject="invoice-2"),
        a_reaction("one", key="k1", reaction="mirror"),
        a_reaction("four", key="k4"),
    )
    first, second = await _claim(store, limit=2)
    await _finish(store, first, "blocked")
    await _finish(store, second, "succeeded")

    async with store.read() as tx:
        blocked = await inbox.find(tx, states=["blocked", "dead"])
        waiting = await inbox.find(tx, states=["pending", "running"])
        mixed = await inbox.find(tx, states=["succeeded", "pending"], names=["recharge"])
        about = await inbox.find(tx, such=Narrowed(subject="invoice-2").conditions())
        of_event = await inbox.find(tx, such=Narrowed(event_id="one").conditions())
        page = await inbox.find(tx, before_id=4, limit=2)
        nothing = await inbox.find(tx, states=[])
    assert [row.event_id for row in blocked] == ["one"]
    assert [row.event_id for row in waiting] == ["four", "one"]
    assert [row.event_id for row in mixed] == ["four", "two"]
    assert [row.event_id for row in about] == ["two"]
    assert [row.reaction for row in of_event] == ["mirror", "recharge"]
    assert [row.id for row in page] == [3, 2]
    assert nothing == []


async def test_rows_are_counted_by_reaction_and_state(store: Store) -> None:
    await _add(store, *(a_reaction(f"event-{number}", key=f"k{number}") for number in range(6)))
    await _add(store, a_reaction(reaction="mirror"))
    ends: list[Outcome] = ["succeeded", "succeeded", "blocked", "dead", "retrying"]
    for row, end in zip(await _claim(store, limit=5), ends, strict=True):
        await _finish(store, row, end)

    not_over = {
        ("recharge", "blocked"): 1,
        ("recharge", "dead"): 1,
        ("recharge", "retrying"): 1,
        ("recharge", "pending"): 1,
        ("mirror", "pending"): 1,
    }
    async with store.read() as tx:
        assert await inbox.counts(tx) == {("recharge", "succeeded"): 2, **not_over}
        assert await inbox.counts(tx, over=False) == not_over


async def test_a_row_is_got_by_its_id(store: Store) -> None:
    await _add(store, a_reaction())

    async with store.read() as tx:
        row = await inbox.get(tx, 1)
        assert row is not None
        assert row.event_id == "event-1"
        assert await inbox.get(tx, 2) is None


async def test_all_ids_in_some_states_are_listed_oldest_first(store: Store) -> None:
    await _add(store, *(a_reaction(f"event-{number}", key=f"k{number}") for number in range(4)))
    ends: list[Outcome] = ["dead", "succeeded", "blocked"]
    for row, end in zip(await _claim(store, limit=3), ends, strict=True):
        await _finish(store, row, end)

    async with store.read() as tx:
        assert await inbox.ids_in(tx, ["blocked", "dead"]) == [1, 3]
        assert await inbox.ids_in(tx, ["pending"]) == [4]
        assert await inbox.ids_in(tx, get_args(State)) == [1, 2, 3, 4]


@pytest.mark.parametrize("end", ["succeeded", "blocked", "dead"])
async def test_ended_dry_runs_can_be_made_live(store: Store, end: Outcome) -> None:
    await _add(
        store,
        a_reaction("dry", key="a", mode="dry-run"),
        a_reaction("live", key="b"),
        a_reaction("waits", key="c", mode="dry-run"),
    )
    for row in await _claim(store, limit=2):
        await _finish(store, row, end)

    async with store.write() as tx:
        assert await inbox.make_live(tx, [1, 2, 3], ["mirror"], LATER) == []
        assert await inbox.make_live(tx, [1, 2, 3], ["recharge"], LATER) == [1]
        live = await inbox.get(tx, 1)

    assert live is not None
    assert (live.mode, live.state, live.attempts, live.outcome) == ("live", "pending", 0, None)
    assert live.updated_at == LATER
