"""Every documented 4xx of every call of every reaction: told, out of nobody's way, mended by hand.

Each is answered once in place of the provider's own answer. Then the next events come, of another
key and of the same one; and then a person retries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from adapters.store import inbox
from adapters.store.engine import Store
from adapters.store.inbox import InboxRow
from adapters.store.narrowing import Narrowed
from deploy.sandbox import Sandbox
from events.envelope import Event
from tests.adapters.contract import catalogue
from tests.workers.fake_clock import FakeClock
from tests.workers.react.stories import STORIES, Story
from workers.react.registry import REACTIONS

STATUSES = (400, 401, 403, 404, 405, 409, 410, 415, 422, 429)
"""What a provider may answer whose document does not say what it answers."""
PATIENT = frozenset({401, 402, 403, 429})
"""Not for this request's sake: the credentials, or the moment. 402 is Planiso's "failed"."""
GONE = frozenset({404, 410})
GONE_IS_NEWS: dict[tuple[str, str], str] = {
    ("raise", "get_property"): "blocked",
    **{
        ("mirror", operation): "succeeded"
        for operation in ("get_property_unit", "get_property", "get_owner", "get_property_user")
    },
}
"""Where something that is gone from the source is no refusal."""
CASES = [(story, call) for story in STORIES for call in sorted(story.calls)]


def expected(story: Story, operation: str, status: int) -> str:
    """The state in which an attempt ends that was answered so."""
    if operation == "get_bulk_import":
        return "retrying"  # the import was accepted before
    if status in GONE and (story.name, operation) in GONE_IS_NEWS:
        return GONE_IS_NEWS[story.name, operation]
    return "retrying" if status in PATIENT else "dead"


def statuses(provider: str, operation: str, *, write: bool) -> list[int]:
    """The 4xx that a document states for an operation, and those that any server may answer."""
    documented = set(_documented(provider, operation))
    return sorted(documented | set(STATUSES if write or not documented else (429,)))


def _documented(provider: str, operation: str) -> Iterator[int]:
    if not catalogue.PRESENT or provider == "essensys":
        return
    document = catalogue.document(provider)
    (one,) = [one for one in document["endpoints"] if one["name"] == operation]
    stated = [*(one.get("error_statuses") or ()), *(one.get("errors") or ())]
    if provider == "planiso":
        stated += document["error_format"]["universal_codes"]
    for error in stated:
        status = error if isinstance(error, int) else error["status"]
        if 400 <= status < 500:
            yield status


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
async def test_the_calls_of_the_stories_are_all_that_their_reactions_make(
    story: Story, sandbox: Sandbox, store: Store, clock: FakeClock
) -> None:
    async with story.world(sandbox, store, clock) as world:
        await story.before(world, 1)
        sandbox.state.requests.clear()
        await story.take(world, story.event(1, 0))
        await story.work(world)

        assert (await world.states())[-1] == "succeeded"
        made = {one.operation for one in sandbox.state.requests.find()}
        assert made - {"create_token"} == story.calls
        assert story.made(world, 1) == 1


@pytest.mark.parametrize(
    ("story", "operation"), CASES, ids=[f"{story.name}: {call}" for story, call in CASES]
)
async def test_refusals_are_told_and_mended_and_in_nobodys_way(
    story: Story, operation: str, sandbox: Sandbox, store: Store, clock: FakeClock
) -> None:
    async with story.world(sandbox, store, clock) as world:
        await story.before(world, OTHER)
        await story.take(world, story.event(OTHER, 0))
        await story.work(world)
        call = sandbox.state.requests.find(operation=operation)[-1]
        known = statuses(call.provider, operation, write=call.method != "GET")
        refusals = [
            Refusal(story, world, operation, status, thing)
            for thing, status in enumerate(known, start=10)
        ]

        for one in refusals:
            await story.before(world, one.thing)
        await story.take(world, *(one.first for one in refusals))
        await _refuse(refusals, has_tokens=call.provider != "planiso")
        for one in refusals:
            await one.is_told()

        await story.before(world, OTHER + 1)
        # One for each state; of those that ended well, only a later event shows what comes of them.
        examples = {
            (one.state, one.thing if one.state == "succeeded" else None): one for one in refusals
        }.values()
        await story.take(world, *(one.later for one in examples), story.event(OTHER + 1, 0))
        await story.work(world)
        assert (await world.states())[-1] == "succeeded", "another key"
        assert story.made(world, OTHER + 1) == 1
        for one in examples:
            await one.holds_up_its_own_key_or_nobody()

        await _retry(story, world)
        for one in refusals:
            await one.is_mended()
        assert set(await world.states()) == {"succeeded"}, "what came after them too"


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
async def test_a_look_for_a_lost_answer_that_is_refused_is_told_and_mended(
    story: Story, sandbox: Sandbox, store: Store, clock: FakeClock
) -> None:
    async with story.world(sandbox, store, clock) as world:
        provider = story.reaction.target_provider
        known = statuses(provider, story.look, write=False)
        refusals = [
            Refusal(story, world, story.look, status, thing)
            for thing, status in enumerate(known, start=10)
        ]
        for one in refusals:
            await story.before(world, one.thing)
        sandbox.state.faults.add("drop_after", operation=story.write, times=len(refusals))
        await story.take(world, *(one.first for one in refusals))
        await story.work(world)
        assert [await one.state_of(one.first) for one in refusals] == ["retrying"] * len(refusals)

        clock.advance(minutes=5)
        await _refuse(refusals, has_tokens=provider != "planiso")
        for one in refusals:
            await one.is_told()

        await _retry(story, world)
        for one in refusals:
            await one.is_mended()


OTHER = 900
"""A thing about which nothing is refused."""


async def _refuse(refusals: Sequence[Refusal], *, has_tokens: bool) -> None:
    """Make an attempt about each thing, in which its call is answered by its status."""
    story, world = refusals[0].story, refusals[0].world
    faults = world.sandbox.state.faults
    faults.clear()
    for one in refusals:
        times = 2 if one.status == 401 and has_tokens else 1  # another token is tried
        faults.add("status", operation=one.operation, status=one.status, times=times)
    await story.work(world)
    assert [fault.times for fault in faults.active] == [fault.applied for fault in faults.active]
    faults.clear()


async def _retry(story: Story, world: Any) -> None:
    """Let a person retry all that has not succeeded, and what waits behind it go on."""
    async with world.store.read() as tx:
        ids = await inbox.ids_in(tx, ["retrying", "blocked", "dead"])
    if ids:
        await world.retry(*ids)
    world.clock.advance(minutes=5)
    for _ in range(2):
        await story.work(world)


class Refusal:
    """A thing about whose first event one call is answered by a status."""

    def __init__(self, story: Story, world: Any, operation: str, status: int, thing: int) -> None:
        self.story, self.world = story, world
        self.operation, self.status, self.thing = operation, status, thing
        self.first, self.later = (story.event(thing, number) for number in range(2))
        self.state = expected(story, operation, status)

    async def is_told(self) -> None:
        """The row ends in the right state, with one line that says why."""
        row = await self._row(self.first)
        reason = row.reason or ""
        assert row.state == self.state, f"{self}: {reason}"
        if self.state == "succeeded":
            return
        assert len(reason.splitlines()) == 1, self
        assert len(reason) < 300, self
        if self.state == "blocked":
            assert ': add "' in reason, f"{self}: {reason}"
            return
        assert self.operation.replace(" ", "_") in reason, f"{self}: {reason}"
        assert f"({self.status})" in reason, f"{self}: {reason}"
        if self.state == "dead":
            assert row.outcome["status"] == self.status, self

    async def holds_up_its_own_key_or_nobody(self) -> None:
        """The next event of its key waits, or does not, as its reaction says."""
        parks = self.state in ("dead", "blocked") and self.story.reaction.parks_key
        waits = parks or self.state == "retrying"
        assert await self.state_of(self.later) == ("pending" if waits else "succeeded"), self

    async def is_mended(self) -> None:
        """All is done once."""
        assert await self.state_of(self.first) == "succeeded", self
        assert self.story.made(self.world, self.thing) == 1, self

    async def state_of(self, event: Event) -> str:
        """Where the reaction to an event stands."""
        return (await self._row(event)).state

    async def _row(self, event: Event) -> InboxRow:
        name = self.story.reaction.name
        async with self.world.store.read() as tx:
            (row,) = await inbox.find(
                tx, such=Narrowed(event_id=event.id).conditions(), names=[name]
            )
        return row

    def __repr__(self) -> str:
        return f"{self.story.name}: {self.operation} answered by {self.status}"


def test_the_statuses_are_those_of_the_documents() -> None:
    if not catalogue.PRESENT:
        pytest.skip("the documents are not here")
    assert statuses("planiso", "find_project", write=False) == [400, 401, 402, 403, 404, 409, 429]
    assert statuses("facilitee", "get_owner", write=False) == [400, 401, 403, 404, 405, 429]
    assert statuses("essensys", "put chargesheet", write=True) == list(STATUSES)


def test_every_reaction_has_a_story() -> None:
    untold = REACTIONS.keys() - {story.reaction.name for story in STORIES}
    assert not untold, f"add a Story to tests/workers/react/stories.py for {', '.join(untold)}"
