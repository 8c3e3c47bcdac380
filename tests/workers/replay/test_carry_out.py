"""A replay carried out: what is new is done once, and what was done is left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from adapters.store import cursors, inbox, retention
from adapters.store.ledger import REBUILT
from tests.workers.react.invoices import line, paid
from tests.workers.react.world import SETTLE, World
from tests.workers.replay.stage import replayed, replaying, topics
from workers.replay.carry_out import Refused, carry_out
from workers.replay.prospect import prospect

KEY = "charge-sheet/plentific/invoice-1/1"


async def test_an_event_that_never_came_is_answered_and_then_left_alone(world: World) -> None:
    event = paid()

    assert await replayed(world, event) == 1
    row = await world.work()

    assert (row.state, row.event_id, row.traceparent) == ("succeeded", event.id, event.traceparent)
    assert await replayed(world, event) == 0
    world.assert_once()
    await world.assert_told_once()


async def test_a_dead_answer_is_pending_again_and_goes_on_where_it_stopped(world: World) -> None:
    event = paid(line(), line("2"))
    world.fault("status", status=400, skip=1)
    await world.take(event)
    await world.work()

    assert await replayed(world, event) == 1
    assert (await world.work()).state == "succeeded"

    world.assert_once(lines=2)
    assert len(await world.rows()) == 1


async def test_what_succeeded_without_effects_is_answered_with_the_settings_of_now(
    world: World,
) -> None:
    event = paid(line(recharge="0"))
    await world.take(event)
    await world.work()
    everything = world.configured(lines="all")

    assert await replayed(world, event, by=replaying(world, everything)) == 1
    assert (await world.work(world.executor(everything))).state == "succeeded"

    world.assert_once()


async def test_a_dry_run_is_carried_out_once_its_reaction_is_live(world: World) -> None:
    event = paid()
    dry = world.configured(mode="dry-run")
    await world.take(event, configured=dry)
    await world.work(world.executor(dry))

    assert await replayed(world, event) == 1
    row = await world.work()

    assert (row.state, row.mode) == ("succeeded", "live")
    world.assert_once()


async def test_an_answer_whose_event_is_forgotten_is_given_to_the_replayed_one(
    world: World,
) -> None:
    event = paid()
    dry = world.configured(mode="dry-run")
    await world.take(event, configured=dry)
    await world.work(world.executor(dry))
    async with world.store.write() as tx:
        assert await retention.forget_events(tx, [1], datetime.max.replace(tzinfo=UTC)) == 1

    assert await replayed(world, event) == 1
    row = await world.work()

    assert (row.state, row.reason, row.value) == ("succeeded", None, event.data)
    world.assert_once()


async def test_a_forced_effect_is_made_again_and_no_other(world: World) -> None:
    event = paid(line(), line("2"))
    await world.take(event)
    await world.work()
    first = await world.effects()

    with capture_logs() as logged:
        assert await replayed(world, event, by=replaying(world, forced=frozenset({KEY}))) == 1
    assert (await world.work()).state == "succeeded"

    again = await world.effects()
    assert [one.effect_key for one in again] == [one.effect_key for one in first]
    assert [one.provider_id == was.provider_id for one, was in zip(again, first, strict=True)] == [
        False,
        True,
    ]
    assert len(world.sheets()) == 3
    (said,) = [entry for entry in logged if entry["event"].startswith("effect taken back")]
    assert (said["effect_key"], said["provider_id"]) == (KEY, first[0].provider_id)
    assert await replayed(world, event) == 0


async def test_a_forced_effect_whose_answer_is_lost_is_not_taken_for_the_one_before(
    world: World,
) -> None:
    event = paid()
    await world.take(event)
    await world.work()
    forcing = replaying(world, forced=frozenset({KEY}))
    assert await replayed(world, event, by=forcing) == 1
    world.fault("drop_before")
    await world.work()
    world.clock.advance(seconds=SETTLE.total_seconds())

    row = await world.work()
    assert row.state == "blocked"
    assert "is from before charge-sheet/plentific/invoice-1/1 was to be made again" in (
        row.reason or ""
    )

    assert await replayed(world, event, by=forcing) == 1
    assert (await world.work()).state == "succeeded"
    assert len(world.sheets()) == 2


async def test_a_forced_effect_is_made_again_after_a_rebuild_too(world: World) -> None:
    event = paid()
    await world.take(event)
    await world.work()
    async with world.store.write() as tx:
        await cursors.put(tx, *REBUILT, {}, event.detected_at + timedelta(days=1))

    assert await replayed(world, event, by=replaying(world, forced=frozenset({KEY}))) == 1
    row = await world.work()

    assert row.state == "succeeded"
    assert len(world.sheets()) == 2


async def test_forcing_what_no_chosen_event_makes_is_refused(world: World) -> None:
    event = paid()
    await world.take(event)
    await world.work()
    other = "charge-sheet/plentific/invoice-9/1"

    with pytest.raises(Refused, match=f"makes {other}$"):
        await replayed(world, event, by=replaying(world, forced=frozenset({KEY, other})))

    assert [one.state for one in await world.effects()] == ["done"]
    assert await world.states() == ["succeeded"]


async def test_a_forced_effect_of_a_reaction_that_began_meanwhile_is_left_in_the_ledger(
    world: World,
) -> None:
    event = paid(line(), line("2"))
    world.fault("status", status=400, skip=1)
    await world.take(event)
    await world.work()
    forcing = replaying(world, forced=frozenset({KEY}))
    found = await prospect(forcing, topics([event]))
    await world.retry(1)
    await world.claim(world.executor())

    with pytest.raises(Refused, match="reaction 1 is under way"):
        await carry_out(forcing, found, topics([event]))

    assert KEY in [one.effect_key for one in await world.effects()]


async def test_after_a_rebuild_an_effect_that_nothing_tells_of_is_looked_for_before_it_is_made(
    world: World,
) -> None:
    """The store was lost after the call was made and before anything of it was published."""
    event = paid(line(), line("2"))
    await world.take(event)
    world.fault("status", status=400, skip=1)
    await world.work()
    made = world.sheets()
    async with world.store.write() as tx:
        for table in ("reactions", "effects", "outbox"):
            await tx.exec_driver_sql(f"DELETE FROM {table}")
        await cursors.put(tx, *REBUILT, {}, event.detected_at)

    assert await replayed(world, event) == 1
    row = await world.work()

    assert (row.state, row.reason) == ("succeeded", None)
    assert world.sheets()[: len(made)] == made
    world.assert_once(lines=2)


async def test_after_a_rebuild_what_could_not_be_planned_yet_is_looked_for_all_the_same(
    world: World,
) -> None:
    event = paid()
    world.fault("drop_after")
    await world.take(event)
    await world.work()
    async with world.store.write() as tx:
        for table in ("reactions", "effects", "outbox"):
            await tx.exec_driver_sql(f"DELETE FROM {table}")
        await cursors.put(tx, *REBUILT, {}, event.detected_at)

    unmapped = world.configured(account={"OTHER": "1"})
    assert await replayed(world, event, by=replaying(world, unmapped)) == 1
    row = await world.work(world.executor(unmapped))
    assert row.state == "blocked"
    await world.retry(row.id)
    row = await world.work()

    assert row.state == "succeeded"
    world.assert_once()


async def test_what_is_cancelled_while_the_question_waits_stays_cancelled(world: World) -> None:
    event = paid()
    world.fault("status", status=400)
    await world.take(event)
    assert (await world.work()).state == "dead"
    asking = replaying(world)
    found = await prospect(asking, topics([event]))
    async with world.store.write() as tx:
        await inbox.cancel(tx, [1], "a double", world.clock.now())

    assert await carry_out(asking, found, topics([event])) == 0
    assert await world.states() == ["cancelled"]


async def test_after_a_rebuild_newer_events_are_answered_as_ever(world: World) -> None:
    event = paid()
    async with world.store.write() as tx:
        await cursors.put(tx, *REBUILT, {}, event.detected_at - timedelta(seconds=1))

    await replayed(world, event)
    await world.work()

    assert world.reads() == []
    world.assert_once()
