"""A mapping that lacks an entry: the reason is the line to add, and once it is read all goes on."""

from __future__ import annotations

import re
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.store.engine import Store
from deploy.sandbox import Sandbox
from tests.workers.fake_clock import FakeClock
from tests.workers.react import invoices, plentific_world
from tests.workers.react.stories import RECHARGE, STORIES, Story
from tests.workers.react.test_after_rebuild import published
from tests.workers.react.world import World
from tests.workers.rebuild.topics import rebuilt
from workers.react import attempt

UNRELATED = {"another": plentific_world.PROPERTY_UUID}
LINES = [
    ("recharge", "account", UNRELATED, invoices.ACCOUNT),
    ("recharge", "product", {}, "73"),
    ("recharge", "tax", {}, "5"),
    ("raise", "category", UNRELATED, plentific_world.CATEGORY),
    ("raise", "service", UNRELATED, plentific_world.SERVICE),
    ("raise", "property", UNRELATED, plentific_world.PROPERTY),
]
"""The tables of the configuration, what they hold before, and what is to be added."""
ADD = re.compile(r"reactions\.([\w-]+)\.(\w+): add (.+?)(?: \(or .+\))?")
BY_NAME = {story.name: story for story in STORIES}


def line_of(reason: str | None) -> tuple[str, str, str]:
    """The reaction, the table and the line that a reason says."""
    found = ADD.fullmatch(reason or "")
    assert found is not None, reason
    return found[1], found[2], found[3]


async def blocked(world: World, tables: dict[str, Any]) -> tuple[str, str, str]:
    """Make an attempt with these tables; return what its reason says."""
    executor = world.executor(world.configured(**tables))
    await attempt.look_again(world.store, world.clock)
    for row in await world.claim(executor):
        await attempt.carry_out(executor, row)
    (row,) = await world.rows()
    assert row.state == "blocked"
    return line_of(row.reason)


async def goes_on(story: Story, world: World, tables: dict[str, Any]) -> None:
    """Read the configuration again: what waited for it is done, once."""
    assert await attempt.look_again(world.store, world.clock) == 1
    await world.work(world.executor(world.configured(**tables)))
    assert await world.states() == ["succeeded"]
    assert story.made(world, 1) == 1


@pytest.mark.parametrize(
    ("name", "table", "before", "value"), LINES, ids=[f"{line[0]}: {line[1]}" for line in LINES]
)
async def test_the_line_that_is_missing_can_be_copied_and_the_reaction_goes_on(
    name: str,
    table: str,
    before: dict[str, str],
    value: str,
    sandbox: Sandbox,
    store: Store,
    clock: FakeClock,
) -> None:
    story = BY_NAME[name]
    async with story.world(sandbox, store, clock) as world:
        if table != "property":  # which would be found by its reference, were it there
            await story.before(world, 1)
        await story.take(world, story.event(1, 0))

        reaction, where, line = await blocked(world, {table: before})

        assert (reaction, where) == (story.reaction.name, table)
        added = tomllib.loads(line.replace("…", value))
        await goes_on(story, world, {table: before | added})


async def test_of_several_missing_lines_each_is_named_in_its_turn(
    sandbox: Sandbox, store: Store, clock: FakeClock
) -> None:
    story = BY_NAME["recharge"]
    assert story.reaction is RECHARGE
    values = {"account": invoices.ACCOUNT, "product": "73", "tax": "5"}
    tables: dict[str, Any] = {"account": UNRELATED, "product": {}, "tax": {}}
    async with story.world(sandbox, store, clock) as world:
        await story.take(world, story.event(1, 0))
        for expected in ("account", "product", "tax"):
            _, table, line = await blocked(world, tables)
            assert table == expected
            tables[table] = tables[table] | tomllib.loads(line.replace("…", values[table]))

        await goes_on(story, world, tables)


async def test_a_line_that_is_missing_holds_up_nobody_else(
    sandbox: Sandbox, store: Store, clock: FakeClock
) -> None:
    story = BY_NAME["recharge"]
    async with story.world(sandbox, store, clock) as world:
        elsewhere = invoices.paid(key="order 1", property_external_reference="PROP-9")
        await story.take(world, elsewhere, story.event(1, 0), story.event(2, 0))
        for _ in range(2):
            await story.work(world)

        assert await world.states() == ["blocked", "succeeded", "succeeded"]
        assert await attempt.look_again(store, clock) == 1, "only what waits for a line"


async def test_after_a_rebuild_it_waits_for_its_line_as_before_and_nothing_else_does(
    sandbox: Sandbox, store: Store, clock: FakeClock, upgraded_file: Path, tmp_path: Path
) -> None:
    story = BY_NAME["recharge"]
    event, elsewhere = story.event(1, 0), invoices.paid(key="order 2", currency="CHF")
    async with story.world(sandbox, store, clock) as world:
        await story.take(world, event, elsewhere)
        executor = world.executor(world.configured(account=UNRELATED))
        for row in await world.claim(executor):
            await attempt.carry_out(executor, row)
        events = await published(world, event, elsewhere)
        shutil.copy(upgraded_file, tmp_path / "rebuilt.db")
        async with Store.open(f"sqlite:///{tmp_path / 'rebuilt.db'}") as empty:
            after = replace(world, store=empty)
            await rebuilt(empty, clock, events)
            assert await after.states() == ["blocked", "blocked"]

            assert await attempt.look_again(empty, clock) == 1
            await story.work(after)

            assert sorted(await after.states()) == ["blocked", "succeeded"]
            assert story.made(after, 1) == 1
