"""After a rebuild, what reactions have done is not done again, and how they ended is known."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.store import ledger
from adapters.store.engine import Store
from events.envelope import Event, from_record
from tests.workers.react.invoices import OTHER_PROPERTY, line, paid
from tests.workers.react.world import CREATED, SETTLE, World
from tests.workers.rebuild.topics import rebuilt

KEY = "charge-sheet/plentific/invoice-1/1"


@pytest.fixture
async def after(world: World, upgraded_file: Path, tmp_path: Path) -> AsyncIterator[World]:
    """The same provider and time with an empty store."""
    path = tmp_path / "after.db"
    shutil.copy(upgraded_file, path)
    async with Store.open(f"sqlite:///{path}") as opened:
        yield replace(world, store=opened)


async def published(world: World, *triggers: Event) -> list[Event]:
    """The events that were answered, and what was told of it."""
    told = [
        from_record(
            row.key.encode(), row.value, [(name, text.encode()) for name, text in row.headers]
        )
        for row in await world.told()
    ]
    return [*triggers, *told]


async def test_an_event_that_was_answered_is_not_answered_again(world: World, after: World) -> None:
    event = paid(line(), line("2"))
    await world.take(event)
    await world.work()
    before = (await world.rows())[0]

    report = await rebuilt(after.store, after.clock, await published(world, event))
    await after.take(event)
    assert await after.claim(after.executor()) == []

    (row,) = await after.rows()
    assert (report.ended, report.effects) == (1, 2)
    assert (row.state, row.value, row.headers) == ("succeeded", before.value, before.headers)
    assert (row.lease_token, row.attempts, row.mode) == (1, 1, "live")
    assert (row.sequence, row.ordering_key) == (event.sequence, event.key)
    effects = {effect.effect_key: effect for effect in await after.effects()}
    assert {key: (e.state, e.provider_id, e.found_by) for key, e in effects.items()} == {
        effect.effect_key: ("done", effect.provider_id, "answer")
        for effect in await world.effects()
    }
    world.assert_once(lines=2)


async def test_an_effect_whose_reaction_had_not_ended_is_known_from_its_outcome(
    world: World, after: World
) -> None:
    event = paid()
    await world.take(event)
    await world.work()
    events = [one for one in await published(world, event) if one.type in (event.type, CREATED)]

    await rebuilt(after.store, after.clock, events)
    await after.take(event)
    row = await after.work()

    async with after.store.read() as tx:
        (effect,) = (await ledger.get(tx, [KEY])).values()
    assert (effect.reaction, effect.state) == ("unknown", "done")
    assert row.state == "succeeded"
    world.assert_once()


async def test_a_blocked_reaction_can_be_retried_and_its_next_audit_is_a_new_event(
    world: World, after: World
) -> None:
    event = paid(property_external_reference="NOWHERE", property_uuid="none")
    await world.take(event)
    await world.work()
    assert await world.states() == ["blocked"]
    events = await published(world, event)

    await rebuilt(after.store, after.clock, events)
    (row,) = await after.rows()
    assert (row.state, row.reason) == ("blocked", (await world.rows())[0].reason)
    await after.retry(row.id)
    mapped = after.configured(account={"NOWHERE": "277754", OTHER_PROPERTY: "277755"})
    row = await after.work(after.executor(mapped))

    assert row.state == "succeeded"
    known = {one.id for one in events}
    assert [one.id for one in await published(after) if one.id in known] == []
    world.assert_once()


async def test_a_dry_run_is_known_as_one(world: World, after: World) -> None:
    event = paid()
    dry = world.configured(mode="dry-run")
    await world.take(event, configured=dry)
    await world.work(world.executor(dry))

    await rebuilt(after.store, after.clock, await published(world, event))

    (row,) = await after.rows()
    assert (row.mode, row.state) == ("dry-run", "succeeded")
    assert row.outcome == {"dry_run": True, "planned": []}


async def test_the_last_end_counts_whatever_the_order_and_an_event_that_is_gone_is_left_out(
    world: World, after: World
) -> None:
    event = paid(property_external_reference="NOWHERE", property_uuid="none")
    await world.take(event)
    await world.work()
    await world.retry(1)
    mapped = world.executor(world.configured(account={"NOWHERE": "277754"}))
    await world.work(mapped)
    blocked, created, succeeded = await published(world)

    await rebuilt(after.store, after.clock, [succeeded, created, blocked])

    (row,) = await after.rows()
    assert (row.state, row.reason, row.lease_token, row.value) == ("succeeded", None, 2, b"")


async def test_an_event_that_comes_again_after_its_answer_was_lost_is_looked_for_first(
    world: World, after: World
) -> None:
    event = paid()
    world.fault("drop_after")
    await world.take(event)
    await world.work()
    assert await world.states() == ["retrying"]

    await rebuilt(after.store, after.clock, await published(world, event))
    await after.take(event)
    row = await after.work()

    assert row.state == "succeeded"
    assert [effect.found_by for effect in await after.effects()] == ["reference"]
    world.assert_once()


async def test_what_blocked_after_its_answer_was_lost_is_looked_for_when_it_is_retried(
    world: World, after: World
) -> None:
    event = paid()
    world.fault("drop_after")
    await world.take(event)
    await world.work()
    await world.retry(1)
    unmapped = world.configured(account={"OTHER": "1"})
    assert (await world.work(world.executor(unmapped))).state == "blocked"

    await rebuilt(after.store, after.clock, await published(world, event))
    await after.retry(1)
    row = await after.work()

    assert row.state == "succeeded"
    world.assert_once()


async def test_what_cannot_be_told_apart_stays_with_a_person_when_it_is_retried(
    world: World, after: World
) -> None:
    world.hide_references()
    first, second = paid(uuid="a"), paid(uuid="b")
    world.fault("drop_after", times=2)
    await world.take(first, second)
    await world.work()
    world.clock.advance(seconds=SETTLE.total_seconds())
    await world.work()
    assert await world.states() == ["blocked", "blocked"]

    await rebuilt(after.store, after.clock, await published(world, first, second))
    await after.retry(1, 2)
    await after.work()

    assert await after.states() == ["blocked", "blocked"]
    assert len(world.sheets()) == 2


async def test_a_call_that_never_left_is_made_once_it_was_looked_for(
    world: World, after: World
) -> None:
    event = paid()
    world.fault("drop_before")
    await world.take(event)
    await world.work()

    await rebuilt(after.store, after.clock, await published(world, event))
    await after.take(event)
    row = await after.work()

    assert row.state == "succeeded"
    assert [effect.attempts for effect in await after.effects()] == [2]
    assert len(world.sheets()) == 1
