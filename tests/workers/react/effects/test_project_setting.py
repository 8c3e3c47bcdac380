"""The dates of a project and its end are set until they are so, and not again when they are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import pytest

from adapters.http.errors import NotFound
from adapters.store.engine import Store
from deploy.sandbox import Sandbox
from tests.workers.fake_clock import FakeClock
from tests.workers.react.planiso_world import SCHEDULE, PlanisoWorld, planiso_world
from workers.react.effects.project_setting import (
    KIND,
    ProjectSetting,
    find,
    request,
    restore,
    send,
)
from workers.react.reaction import Absent, Done, Effect, Search

FIRST, LAST = date(2026, 3, 10), date(2026, 3, 12)
SETTINGS = [
    ProjectSetting(start=FIRST, end=LAST),
    ProjectSetting(start=FIRST),
    ProjectSetting(),
    ProjectSetting(active=False),
]


@pytest.fixture
async def world(sandbox: Sandbox, store: Store, clock: FakeClock) -> AsyncIterator[PlanisoWorld]:
    async with planiso_world(SCHEDULE, sandbox, store, clock) as made:
        made.entered("projects", name="A project", start_date="2025-01-01", end_date="2025-01-02")
        yield made


def effect(setting: ProjectSetting, basis: str = "project/1", number: int = 3) -> Effect:
    key = f"project-setting/plentific/uuid/{number}"
    return Effect(key, KIND, setting, needs="project/plentific/uuid", basis=basis)


async def look(world: PlanisoWorld, setting: ProjectSetting) -> object:
    async def claimed(_ids: set[str]) -> set[str]:
        return set()

    place = world.configured().place
    return await find(place, Search(effect(setting), world.clock.now(), claimed))


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
async def test_a_setting_is_found_when_it_is_so_and_not_before(
    setting: ProjectSetting, world: PlanisoWorld
) -> None:
    assert await look(world, setting) == Absent()

    done = await send(world.configured().place, effect(setting))

    found = await look(world, setting)
    assert isinstance(found, Done)
    assert found.provider_id == done.provider_id == "project/1/3"
    for other in SETTINGS:
        if other != setting:
            assert await look(world, other) == Absent()


async def test_a_setting_may_be_made_twice(world: PlanisoWorld) -> None:
    for setting in SETTINGS:
        for _ in range(2):
            await send(world.configured().place, effect(setting))

    assert world.project() == (None, None, False)


async def test_a_deactivation_leaves_the_dates_as_they_are(world: PlanisoWorld) -> None:
    await send(world.configured().place, effect(ProjectSetting(active=False)))

    assert world.project() == ("2025-01-01", "2025-01-02", False)


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
async def test_a_project_that_is_gone_is_a_refusal(
    setting: ProjectSetting, world: PlanisoWorld
) -> None:
    with pytest.raises(NotFound):
        await send(world.configured().place, effect(setting, basis="project/99"))


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_a_setting_comes_back_from_the_ledger_as_it_was(setting: ProjectSetting) -> None:
    assert restore(request(setting)) == setting


def test_what_does_not_belong_to_a_setting_is_not_taken_for_one() -> None:
    with pytest.raises(ValueError, match="Extra inputs"):
        restore({"start": "2026-03-10", "name": "A project"})
