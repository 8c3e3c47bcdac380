"""What we have done, each effect once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from adapters.store import Store, cursors, ledger, replaying
from adapters.store.bulk import Step, run_one
from adapters.store.ledger import Effect
from tests.adapters.store.examples import LATER, NOW, SOON
from tests.adapters.store.intents import begin

REQUEST = {"account": "277754", "unitprice": "66.00"}
INTENT = Effect("charge/1", "recharge", 7, "operate", REQUEST, NOW, NOW)


async def _begin(store: Store, key: str = "charge/1") -> Effect | None:
    async with store.write() as tx:
        return await begin(tx, key, "recharge", 7, "operate", REQUEST, NOW)


async def test_a_first_intent_is_new(store: Store) -> None:
    assert await _begin(store) is None

    async with store.read() as tx:
        assert await ledger.get(tx, ["charge/1", "charge/2"]) == {"charge/1": INTENT}


async def test_a_second_intent_finds_the_first_and_changes_nothing(store: Store) -> None:
    await _begin(store)

    async with store.write() as tx:
        found = await begin(tx, "charge/1", "other", 8, "elsewhere", {}, LATER)

    assert found == INTENT


async def test_an_effect_done_is_found_done_for_ever(store: Store) -> None:
    await _begin(store)
    async with store.write() as tx:
        assert await run_one(tx, ledger.finishing("charge/1", "4711", {"id": 4711}, "answer", SOON))

    found = await _begin(store)

    assert found is not None
    assert found.state == "done"
    assert (found.provider_id, found.response, found.found_by) == ("4711", {"id": 4711}, "answer")
    assert (found.done_at, found.attempts) == (SOON, 1)


async def test_an_effect_is_finished_once(store: Store) -> None:
    await _begin(store)

    async with store.write() as tx:
        assert await run_one(tx, ledger.finishing("charge/1", "4711", None, "reference", SOON))
        assert not await run_one(tx, ledger.finishing("charge/1", "4712", None, "value", LATER))
        assert not await ledger.mark_sent(tx, "charge/1", request=REQUEST, now=LATER)
        assert not await ledger.withdraw(tx, "charge/1")
        assert not await run_one(tx, ledger.finishing("charge/unknown", "1", None, "answer", SOON))
        found = await ledger.get(tx, ["charge/1"])

    assert (found["charge/1"].provider_id, found["charge/1"].done_at) == ("4711", SOON)


async def test_another_call_is_counted_and_the_first_ones_time_is_kept(store: Store) -> None:
    await _begin(store)

    async with store.write() as tx:
        corrected = REQUEST | {"account": "277755"}
        assert await ledger.mark_sent(tx, "charge/1", request=corrected, now=LATER)
        found = (await ledger.get(tx, ["charge/1"]))["charge/1"]

    assert (found.attempts, found.first_sent_at, found.sent_at) == (2, NOW, LATER)
    assert found.request == corrected


async def test_a_first_call_without_effect_can_be_taken_back(store: Store) -> None:
    await _begin(store)

    async with store.write() as tx:
        assert await ledger.withdraw(tx, "charge/1")

    assert await _begin(store) is None


async def test_a_later_call_cannot_be_taken_back_for_an_earlier_one_may_have_happened(
    store: Store,
) -> None:
    await _begin(store)

    async with store.write() as tx:
        await ledger.mark_sent(tx, "charge/1", request=REQUEST, now=SOON)
        assert not await ledger.withdraw(tx, "charge/1")

    found = await _begin(store)
    assert found is not None
    assert found.state == "sending"


async def test_a_call_whose_answer_is_lost_is_marked_until_the_next_call(store: Store) -> None:
    await _begin(store)

    async with store.write() as tx:
        assert await ledger.mark_lost(tx, "charge/1", SOON)
        lost = (await ledger.get(tx, ["charge/1"]))["charge/1"]
        await ledger.mark_sent(tx, "charge/1", request=REQUEST, now=LATER)
        again = (await ledger.get(tx, ["charge/1"]))["charge/1"]
        await run_one(tx, ledger.finishing("charge/1", "4711", None, "answer", LATER))
        assert not await ledger.mark_lost(tx, "charge/1", LATER)

    assert (lost.lost_at, again.lost_at) == (SOON, None)


async def test_ids_of_the_provider_that_are_taken_are_told(store: Store) -> None:
    for number in range(3):
        await _begin(store, f"charge/{number}")
        async with store.write() as tx:
            await run_one(
                tx, ledger.finishing(f"charge/{number}", f"id-{number}", None, "answer", NOW)
            )
    await _begin(store, "charge/unfinished")

    async with store.read() as tx:
        taken = await ledger.claimed_provider_ids(tx, "operate", ["id-0", "id-2", "id-9"])
        elsewhere = await ledger.claimed_provider_ids(tx, "other", ["id-0"])
    assert taken == {"id-0", "id-2"}
    assert elsewhere == set()


async def test_an_effect_is_finished_as_its_own_only_where_no_other_has_what_was_made(
    store: Store,
) -> None:
    for key in ("charge/1", "charge/2", "charge/3"):
        await _begin(store, key)

    def own(key: str, connection: str) -> Step:
        return ledger.finishing_own(connection, key, "4711", {"id": 4711}, "answer", SOON)

    async with store.write() as tx:
        assert await run_one(tx, own("charge/1", "operate"))
        assert not await run_one(tx, own("charge/2", "operate"))
        assert await run_one(tx, own("charge/3", "elsewhere"))
        assert not await run_one(tx, own("charge/1", "operate"))  # it is finished
        found = await ledger.get(tx, ["charge/1", "charge/2"])

    first = found["charge/1"]
    assert (first.state, first.provider_id, first.response) == ("done", "4711", {"id": 4711})
    assert (first.found_by, first.done_at) == ("answer", SOON)
    assert (found["charge/2"].state, found["charge/2"].provider_id) == ("sending", None)


async def test_the_effects_of_a_reaction_are_found_by_its_row(store: Store) -> None:
    await _begin(store, "charge/2")
    await _begin(store, "charge/1")
    async with store.write() as tx:
        await begin(tx, "charge/3", "recharge", None, "operate", None, NOW)

    async with store.read() as tx:
        found = await ledger.of_reaction(tx, 7)
    assert [effect.effect_key for effect in found] == ["charge/1", "charge/2"]


async def test_of_many_who_begin_the_same_effect_one_may_call(store: Store) -> None:
    found = [await _begin(store) for _ in range(5)]

    assert found.count(None) == 1


async def test_a_time_of_sending_survives_to_the_microsecond(store: Store) -> None:
    exact = NOW + timedelta(microseconds=1)
    async with store.write() as tx:
        await begin(tx, "k", "recharge", 1, "operate", None, exact)
        assert (await ledger.get(tx, ["k"]))["k"].sent_at == exact


async def test_after_a_rebuild_an_intent_for_an_event_from_before_may_have_happened(
    store: Store,
) -> None:
    async def begin(key: str, detected_at: datetime) -> bool:
        given = ("recharge", 7, "operate", REQUEST, LATER, detected_at)
        (begun,) = await store.run([ledger.beginning(key, *given)], lambda _: None)
        return ledger.is_new(begun)

    async with store.write() as tx:
        await cursors.put(tx, *ledger.REBUILT, {}, SOON)

    assert not await begin("charge/old", NOW)
    assert await begin("charge/new", SOON + timedelta(microseconds=1))
    async with store.read() as tx:
        found = await ledger.get(tx, ["charge/old", "charge/new"])
    old, new = found["charge/old"], found["charge/new"]
    assert (old.first_sent_at, old.sent_at, old.lost_at) == (NOW, LATER, NOW)
    assert (new.first_sent_at, new.sent_at, new.lost_at) == (LATER, LATER, None)


async def test_an_effect_that_was_taken_back_is_begun_again_once(store: Store) -> None:
    await _begin(store)
    async with store.write() as tx:
        assert await replaying.take_back(tx, "charge/1") is None, "it has not happened"
        await run_one(tx, ledger.finishing("charge/1", "4711", {"id": 4711}, "answer", SOON))
        was = await replaying.take_back(tx, "charge/1")
        assert was is not None
        assert (was.state, was.provider_id) == ("done", "4711")
        again = ledger.beginning_again("charge/1", 8, {"unitprice": "1"}, LATER)
        assert await run_one(tx, again)
        assert not await run_one(tx, again)

    found = await _begin(store)

    assert found == replace(
        INTENT,
        reaction_id=8,
        request={"unitprice": "1"},
        first_sent_at=LATER,
        sent_at=LATER,
        provider_id="4711",
    )
