"""Events that nobody should have sent: each ends visibly, and none holds up what comes after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson
import pytest

from adapters.store import inbox
from adapters.store.engine import Store
from adapters.store.inbox import InboxRow
from deploy.sandbox import Sandbox
from events import catalogue
from events.envelope import Event, to_headers
from tests.events import samples
from tests.workers.fake_clock import FakeClock
from tests.workers.react.stories import STORIES, Story
from tests.workers.react.taking import FIRST, taken
from tests.workers.react.world import FakeConsumer, FakeProducer, raw_record, record_of
from workers.react.attempt import LONGEST_REASON

HUGE = "x" * 300_000
"""A text that fits into a record, and into little else."""
OF_EACH_REACTION = {story.reaction.name: story for story in reversed(STORIES)}
IDENTITIES = ("id", "uuid", "lead_id", "booking_id")
GOOD = 900
"""A thing about which all is well."""


def kinds(story: Story) -> Iterator[str]:
    """One event type of each data model that a reaction answers."""
    names = sorted(story.reaction.event_types)
    models = {catalogue.event_type(name).model: name for name in names}
    yield from sorted(models.values())


CASES = [(story, kind) for story in OF_EACH_REACTION.values() for kind in kinds(story)]


def poisoned(story: Story, kind: str) -> dict[str, Event]:
    """Events of a type of which one field is not as it should be, by what is wrong."""
    data = orjson.loads(samples.event(kind).data)
    ((entity, fields),) = [part for part in data.items() if part[0] != "previous"]
    events = {}
    for number, (what, changed) in enumerate(_changes(fields), start=1000):
        one = {name: str(number) for name in IDENTITIES if name in changed and name in fields}
        given = changed | {
            name: text for name, text in one.items() if changed[name] == fields[name]
        }
        events[what] = replace(
            samples.event(
                kind,
                connection=story.event(1, 0).source.rpartition("/")[2],
                entity_id=str(number),
                key=str(number),
            ),
            data=orjson.dumps({entity: given, "previous": {}}),
        )
    return events


def _changes(fields: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, value in fields.items():
        yield f"{name} missing", {key: one for key, one in fields.items() if key != name}
        yield f"{name} of another type", {**fields, name: [{"strange": 1}]}
        if isinstance(value, str):
            yield f"{name} unheard of", {**fields, name: "such ½ word"}
            yield f"{name} huge", {**fields, name: HUGE}


@pytest.mark.parametrize(
    ("story", "kind"), CASES, ids=[f"{story.reaction.name}: {kind}" for story, kind in CASES]
)
async def test_whatever_is_wrong_with_a_field_its_event_ends_and_says_why(
    story: Story, kind: str, sandbox: Sandbox, store: Store, clock: FakeClock
) -> None:
    async with story.world(sandbox, store, clock) as world:
        await story.before(world, GOOD)
        events = poisoned(story, kind)
        await story.take(world, *events.values(), story.event(GOOD, 0))
        await story.work(world, limit=len(events) + 1)

        assert story.made(world, GOOD) == 1, "what comes after them goes on"
        rows = await _rows(store, story)
        ended = {what: rows[event.id] for what, event in events.items()}
        for what, row in ended.items():
            assert row.state in ("succeeded", "blocked", "dead"), f"{what}: {row.state}"
            _says_why(what, row)
        told = {one["trigger_ce_id"]: one["state"] for one in await world.audits()}
        assert {row.event_id: row.state for row in ended.values()}.items() <= told.items()


def _says_why(what: str, row: InboxRow) -> None:
    reason = row.reason or ""
    assert "mistake" not in reason, f"{what}: {reason}"
    assert (row.state == "succeeded") != bool(reason), what
    assert len(reason.splitlines()) <= 1, what
    assert len(reason) <= LONGEST_REASON, f"{what}: {len(reason)}"
    if "another type" in what and row.state == "dead" and row.reason and "event " in row.reason:
        assert what.split()[0] in row.reason, f"{what}: {reason}"


async def _rows(store: Store, story: Story) -> dict[str, InboxRow]:
    async with store.read() as tx:
        found = await inbox.find(tx, names=[story.reaction.name], limit=10_000)
    return {row.event_id: row for row in found}


@pytest.mark.parametrize("story", OF_EACH_REACTION.values(), ids=lambda story: story.reaction.name)
async def test_records_that_are_no_events_are_dead_letters_and_the_offsets_move_on(
    story: Story, sandbox: Sandbox, store: Store, clock: FakeClock
) -> None:
    async with story.world(sandbox, store, clock) as world:
        await story.before(world, GOOD)
        good = story.event(GOOD, 0)
        headers = to_headers(good)
        letters, consumer = FakeProducer(), FakeConsumer()
        bad = [
            raw_record(b"k", value, headers, offset)
            for offset, value in enumerate([b"", b"{", b"null", b"[1]", b"\xff\xfe", b'{"a": NaN}'])
        ]
        intake = world.intake(story.configured(world), dead_letters=letters)

        await taken(intake, [*bad, record_of(good, len(bad))], consumer)

        assert consumer.calls == [("commit", {FIRST: len(bad) + 1})]
        assert [letter.value for letter in letters.records] == [one.value for one in bad]
        for letter in letters.records:
            reason = dict(letter.headers)["tiebeam-dead-reason"].decode()
            assert reason.startswith("the value is "), reason
        await story.work(world)
        assert story.made(world, GOOD) == 1


@pytest.mark.parametrize("story", OF_EACH_REACTION.values(), ids=lambda story: story.reaction.name)
async def test_an_event_of_a_type_nobody_knows_is_nobodys_and_of_a_later_version_is_read(
    story: Story, sandbox: Sandbox, store: Store, clock: FakeClock
) -> None:
    async with story.world(sandbox, store, clock) as world:
        await story.before(world, GOOD)
        good = story.event(GOOD, 0)
        unknown = replace(good, id="another", type=f"{good.type.rpartition('.')[0]}.teleported")
        later = replace(good, dataschema=f"{good.dataschema.rpartition('/')[0]}/v9")

        await story.take(world, unknown, later)
        await story.work(world)

        assert list(await _rows(store, story)) == [later.id]
        assert story.made(world, GOOD) == 1


@pytest.mark.parametrize("name", ["mirror-assets", "raise-work-order"])
async def test_an_id_that_is_no_number_at_facilitee_is_not_asked_for(
    name: str, sandbox: Sandbox, store: Store, clock: FakeClock
) -> None:
    story = OF_EACH_REACTION[name]
    async with story.world(sandbox, store, clock) as world:
        strange = replace(story.event(GOOD, 0), subject="seven")
        data = strange.data.replace(b'"property_id":"1900"', b'"property_id":"seven"')
        await story.take(world, replace(strange, data=data))
        await story.work(world)

        (row,) = await world.rows()
        assert (row.state, row.reason) == {
            "mirror-assets": (
                "dead",
                f"event {row.event_id} ({row.event_type}): the subject is not a number",
            ),
            "raise-work-order": (
                "blocked",
                'reactions.raise-work-order.property: add "seven" = "…"',
            ),
        }[name]
