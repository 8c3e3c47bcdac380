"""Before anything is sent, a replay says which effects would be new."""

from __future__ import annotations

from dataclasses import replace

from adapters.store import inbox
from tests.events import samples
from tests.workers.react.invoices import line, paid
from tests.workers.react.world import NAME, World
from tests.workers.rebuild.topics import Records, record_of
from tests.workers.replay.stage import new, replaying, would
from workers.replay.choice import Choice
from workers.replay.prospect import prospect

KEY = "charge-sheet/plentific/invoice-1/1"


async def test_an_event_that_never_came_shows_its_effects_and_nothing_is_written(
    world: World,
) -> None:
    found = await would(world, paid(line(), line("2")))

    assert new(found) == [KEY, "charge-sheet/plentific/invoice-1/2"]
    assert (found.count.read, found.new, found.answered) == (1, 2, 0)
    assert await world.rows() == []
    assert world.puts() == []


async def test_an_event_that_was_answered_shows_none(world: World) -> None:
    event = paid()
    await world.take(event)
    assert (await would(world, event)).waiting == 1
    await world.work()

    found = await would(world, event, event)

    assert (new(found), found.answered, found.waiting) == ([], 1, 0)


async def test_of_an_answer_that_stopped_halfway_only_the_rest_is_new(world: World) -> None:
    event = paid(line(), line("2"))
    world.fault("status", status=400, skip=1)
    await world.take(event)
    await world.work()
    assert await world.states() == ["dead"]

    assert new(await would(world, event)) == ["charge-sheet/plentific/invoice-1/2"]


async def test_what_succeeded_without_effects_is_looked_at_with_the_settings_of_now(
    world: World,
) -> None:
    event = paid(line(recharge="0"))
    await world.take(event)
    await world.work()
    assert new(await would(world, event)) == []

    changed = replaying(world, world.configured(lines="all"))

    assert new(await would(world, event, by=changed)) == [KEY]


async def test_a_missing_mapping_is_said_as_it_would_be_by_the_reaction(world: World) -> None:
    found = await would(world, paid(property_external_reference="NOWHERE", property_uuid=None))

    (answer,) = found.answers.values()
    assert answer.problem == f'reactions.{NAME}.account: add "NOWHERE" = "…"'
    assert found.new == 0


async def test_what_no_reaction_answers_and_what_tells_history_is_counted(world: World) -> None:
    other = samples.event("plentific.invoice.received")
    elsewhere = replace(paid(), source="/plentific/elsewhere")
    history = replace(paid(), backfill=True)

    found = await would(world, other, elsewhere, history)
    asked = await would(world, history, by=replaying(world, world.configured(backfill=True)))

    assert (found.unanswered, found.backfill, new(found)) == (2, 1, [])
    assert new(asked) == [KEY]


async def test_only_what_is_chosen_is_looked_at(world: World) -> None:
    events = [paid(uuid=f"invoice-{number}") for number in (1, 2)]
    by_subject = replaying(world, choice=Choice(subjects=frozenset({"invoice-2"})))
    by_type = replaying(world, choice=Choice(types=frozenset({"plentific.invoice.received"})))

    found = await would(world, *events, by=by_subject)

    assert new(found) == ["charge-sheet/plentific/invoice-2/1"]
    assert (found.count.read, found.count.chosen) == (2, 1)
    assert new(await would(world, *events, by=by_type)) == []


async def test_a_dry_run_shows_new_effects_once_its_reaction_is_live(world: World) -> None:
    event = paid()
    dry = world.configured(mode="dry-run")
    await world.take(event, configured=dry)
    await world.work(world.executor(dry))

    still = await would(world, event, by=replaying(world, dry))
    live = await would(world, event)

    assert (new(still), still.answered) == ([], 1)
    assert new(live) == [KEY]


async def test_a_cancelled_answer_is_left_out_with_the_reason_unless_asked_for(
    world: World,
) -> None:
    event = paid()
    await world.take(event)
    async with world.store.write() as tx:
        await inbox.cancel(tx, [1], "cancelled: not this one", world.clock.now())

    found = await would(world, event, event)
    asked = await would(world, event, by=replaying(world, choice=Choice(cancelled=True)))

    assert (new(found), found.answered) == ([], 0)
    assert [(one.row, one.cancelled) for one in found.cancelled.values()] == [
        (1, "cancelled: not this one")
    ]
    assert (new(asked), asked.cancelled) == ([KEY], {})
    assert [one.cancelled for one in asked.answers.values()] == ["cancelled: not this one"]


async def test_a_record_that_is_no_event_is_counted(world: World) -> None:
    broken = record_of(paid(), 0)
    broken.headers = ()

    found = await prospect(replaying(world), Records([broken]))

    assert (found.count.unusable, found.answers) == (1, {})


async def test_a_mistake_of_a_reaction_does_not_hide_what_others_would_do(world: World) -> None:
    def mistaken(*_: object) -> None:
        raise KeyError("secret")

    good = world.configured()
    bad = replace(good, reaction=replace(good.reaction, name="bad", plan=mistaken))  # type: ignore[arg-type]

    found = await would(world, paid(), by=replaying(world, bad, good))

    assert new(found) == [KEY]
    assert found.answers["bad", paid().id].problem == (
        "a mistake in the program: KeyError, see the log"
    )
