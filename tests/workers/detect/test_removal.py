"""Removals: told once, when a complete sweep and a direct question both say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from structlog.typing import EventDict

from deploy.sandbox.facilitee import kinds
from events.envelope import Event
from tests.workers.detect.places import Places
from tests.workers.detect.world import CONNECTION, Watch, entity_of
from workers.detect.removal import FEW
from workers.telemetry import metrics

QUARTER = {"minutes": 15}


async def owners(places: Places, number: int) -> list[str]:
    """Make owners who are known, all details read."""
    made = [
        places.add(kinds.OWNER, name=f"Owner {one}", email=f"owner-{one}@example.com")
        for one in range(number)
    ]
    await places.owners.baseline()
    for _ in range(1 + number // 50):
        assert await places.owners.news(minutes=1) == []
    return made


def allowing(places: Places, share: float) -> Watch:
    """The owners, of whom this share may be gone at once."""
    source = replace(places.owners.source, largest_removal=share)
    return Watch(places.world, source)


def told(events: Sequence[Event]) -> list[tuple[str, str]]:
    return [(event.type.removeprefix("facilitee.owner."), event.subject) for event in events]


async def test_an_owner_that_is_really_gone_is_told_once_with_all_that_was_known(
    places: Places,
) -> None:
    first, _ = await owners(places, 2)
    places.remove(kinds.OWNER, first)

    gone = await places.owners.news(**QUARTER)
    later = [await places.owners.news(**QUARTER) for _ in range(3)]

    assert told(gone) == [("removed", first)]
    assert entity_of(gone[0])["name"] == "Owner 0"
    assert gone[0].sequence == 1
    assert later == [[], [], []]


async def test_an_owner_that_came_back_is_created_again_and_may_go_again(places: Places) -> None:
    owner, _ = await owners(places, 2)
    events = []
    for _ in range(3):
        gone = places.remove(kinds.OWNER, owner)
        events += await places.owners.news(**QUARTER)
        places.put_back(kinds.OWNER, *gone)
        events += await places.owners.news(**QUARTER)

    assert told(events) == [("removed", owner), ("created", owner)] * 3
    assert [event.sequence for event in events] == [1, 2, 3, 4, 5, 6]
    assert len({event.id for event in events}) == 6


async def test_a_new_owner_that_goes_and_comes_back_has_two_creations(places: Places) -> None:
    await owners(places, 1)
    owner = places.add(kinds.OWNER, name="New", email="new@example.com")
    events = await places.owners.news(**QUARTER)
    gone = places.remove(kinds.OWNER, owner)
    events += await places.owners.news(**QUARTER)
    places.put_back(kinds.OWNER, *gone)
    events += await places.owners.news(**QUARTER)

    assert [kind for kind, _ in told(events)] == ["created", "removed", "created"]
    assert len({event.id for event in events}) == 3


async def test_an_owner_that_is_hidden_on_a_moving_page_is_not_told(places: Places) -> None:
    places.world.sandbox.state.facilitee.settings.max_page_size = 20
    known = await owners(places, 25)
    rule = places.world.sandbox.state.drift.add(
        "facilitee", "owners", "remove_earlier", rows=1, times=2
    )

    assert await places.owners.news(**QUARTER) == []
    assert rule.applied == 2  # each time, the first row of the second page slipped past

    assert told(await places.owners.news(**QUARTER)) == [
        ("removed", known[0]),
        ("removed", known[1]),
    ]


async def test_an_owner_that_is_hidden_and_still_readable_is_not_told(places: Places) -> None:
    hidden, _ = await owners(places, 2)
    places.hide(kinds.OWNER, hidden)

    assert [await places.owners.news(**QUARTER) for _ in range(2)] == [[], []]

    places.remove(kinds.OWNER, hidden)
    assert told(await places.owners.news(**QUARTER)) == [("removed", hidden)]


async def test_a_few_may_go_at_once_whatever_their_share(places: Places) -> None:
    known = await owners(places, FEW + 1)
    places.remove(kinds.OWNER, *known[:FEW])

    assert len(await places.owners.news(**QUARTER)) == FEW


async def test_too_many_at_once_are_held_back_and_a_person_is_told(
    places: Places, logged: list[EventDict]
) -> None:
    known = await owners(places, FEW + 2)
    gone = places.remove(kinds.OWNER, *known[: FEW + 1])
    gauge = metrics.REMOVALS_HELD.labels(CONNECTION, "owners")

    held = await places.owners.look(**QUARTER)
    assert (held.held, gauge._value.get(), held.failures) == (FEW + 1, FEW + 1, 0)
    assert await places.world.news() == []
    assert places.calls("get_owner") == len(known)
    (alarm,) = [entry for entry in logged if entry["event"] == "too many gone at once"]
    assert f"connections.{CONNECTION}.streams.owners.largest_removal = 0.86" in alarm["todo"]

    places.put_back(kinds.OWNER, *gone)
    back = await places.owners.look(**QUARTER)
    assert (back.held, gauge._value.get()) == (0, 0)
    assert await places.world.news() == []


async def test_many_that_are_really_gone_are_told_once_their_share_is_allowed_until_then(
    places: Places,
) -> None:
    known = await owners(places, 4 * FEW)
    places.remove(kinds.OWNER, *known[: FEW + 1])
    assert await places.owners.news(**QUARTER) == []

    gone = await allowing(places, 0.3).news(**QUARTER)
    places.remove(kinds.OWNER, known[-1])
    later = await places.owners.news(**QUARTER)

    assert sorted(told(gone)) == sorted(("removed", one) for one in known[: FEW + 1])
    assert told(later) == [("removed", known[-1])]


async def test_all_may_go_at_once_where_that_is_allowed(places: Places) -> None:
    known = await owners(places, FEW + 1)
    places.remove(kinds.OWNER, *known)

    assert len(await allowing(places, 1).news(**QUARTER)) == FEW + 1


async def test_the_share_that_may_go_is_of_those_that_are_still_there(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.detect.removal.FEW", 1)
    known = await owners(places, 8)
    sizes = []
    for first, last in pairwise((0, 4, 6, 8)):
        places.remove(kinds.OWNER, *known[first:last])
        sizes.append(len(await allowing(places, 0.5).news(**QUARTER)))

    assert sizes == [4, 2, 0]


async def test_a_direct_question_that_fails_is_asked_again(places: Places) -> None:
    first, second, _ = await owners(places, 3)
    places.remove(kinds.OWNER, first, second)
    places.world.sandbox.state.faults.add("status", path=first, status=500)

    failed = await places.owners.look(**QUARTER)
    events = await places.world.news()
    again = await places.owners.news(minutes=1)

    assert (failed.failures, failed.unusable) == (0, 1)
    assert (told(events), told(again)) == ([("removed", second)], [("removed", first)])


async def test_an_owner_that_is_kept_from_us_is_neither_gone_nor_a_failure(
    places: Places,
) -> None:
    owner, _ = await owners(places, 2)
    places.hide(kinds.OWNER, owner)
    places.world.sandbox.state.faults.add("status", path=owner, status=403, times=None)

    looked = await places.owners.look(**QUARTER)

    assert (looked.failures, looked.unusable) == (0, 1)
    assert await places.world.news() == []


async def test_many_hidden_ones_do_not_hide_one_that_is_gone(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.detect.removal.ASKED_AT_ONCE", 2)
    known = await owners(places, 6)
    places.hide(kinds.OWNER, *known[:4])
    places.remove(kinds.OWNER, known[4])

    events = [event for _ in range(3) for event in await places.owners.news(**QUARTER)]

    assert told(events) == [("removed", known[4])]


async def test_an_owner_that_was_never_read_goes_without_a_word_and_may_come_back(
    places: Places,
) -> None:
    places.add(kinds.OWNER, name="Other", email="other@example.com")
    owner = places.add(kinds.OWNER, name="Unread", email="unread@example.com")
    await places.owners.baseline()
    gone = places.remove(kinds.OWNER, owner)

    looked = await places.owners.look()
    assert (looked.unusable, looked.events) == (1, 0)
    places.put_back(kinds.OWNER, *gone)
    back = await places.owners.news(**QUARTER)

    assert [(kind, subject) for kind, subject in told(back)] == [("created", owner)]
    assert back[0].sequence == 1


async def test_a_sweep_that_fails_removes_nobody(places: Places) -> None:
    places.world.sandbox.state.facilitee.settings.max_page_size = 20
    known = await owners(places, 25)
    places.remove(kinds.OWNER, known[24])
    places.world.sandbox.state.faults.add("status", operation="list_owners", skip=1, status=500)

    failed = await places.owners.look(**QUARTER)

    assert failed.failures == 1
    assert await places.world.news() == []
    assert told(await places.owners.news(minutes=1)) == [("removed", known[24])]


async def test_whoever_is_gone_is_not_asked_for_again(places: Places) -> None:
    owner, _ = await owners(places, 2)
    places.remove(kinds.OWNER, owner)
    await places.owners.news(**QUARTER)
    asked = places.world.sandbox.state.requests

    for _ in range(5):
        await places.owners.look(hours=7)

    assert len(asked.find(operation="get_owner", path=f"/{owner}$")) == 2  # read, and asked once
