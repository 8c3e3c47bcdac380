"""Each reaction, its process killed or frozen wherever it waits: each effect is made once.

`EVERY_POINT=1` takes all points in place of the boundaries and a few: half an hour in all.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.crash.cases import (
    boundaries,
    drawn,
    frozen,
    killed,
    killed_twice,
    where_effects_are_made,
)
from tests.faults.crash.conftest import Begun
from tests.faults.crash.points import Point
from tests.faults.crash.scenarios import RECHARGE, SCENARIOS, Scenario
from workers.react.registry import REACTIONS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a frozen process is seen in /proc")
every_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=str)

EVERY_POINT = "EVERY_POINT" in os.environ
OTHERS, PAIRS, FREEZES = 3, 1, 3
SUCCEEDED = "tiebeam.reaction.succeeded"


def at_random(begun: Begun, number: int) -> list[Point]:
    """So many points by lot, others for each scenario; or all."""
    return begun.points if EVERY_POINT else drawn(begun.points, number, begun.stage.scenario.name)


def of_kills(begun: Begun) -> list[Point]:
    """The boundaries, those that are the same for all reactions once; and others at random."""
    whole = begun.stage.scenario == RECHARGE
    points = begun.points if whole else where_effects_are_made(begun.points)
    return list(dict.fromkeys([*boundaries(points), *at_random(begun, OTHERS)]))


def of_freezes(begun: Begun) -> list[Point]:
    """The boundaries of calls: all of one reaction, some of the others; or all points."""
    if EVERY_POINT:
        return begun.points
    points = boundaries(where_effects_are_made(begun.points))
    whole = begun.stage.scenario == RECHARGE
    return points if whole else drawn(points, FREEZES, begun.stage.scenario.name)


def test_every_reaction_has_a_scenario() -> None:
    untold = set(REACTIONS) - {name for scenario in SCENARIOS for name in scenario.reactions}
    assert not untold, f"add a scenario to tests/faults/crash/scenarios.py for {untold}"


@every_scenario
async def test_a_kill_wherever_it_waits_loses_nothing_and_doubles_nothing(
    scenario: Scenario, begun: Begun, tmp_path: Path
) -> None:
    normal = begun.normal
    assert normal.writes == Counter(scenario.writes)
    assert {state for *_, state, _reason in normal.rows} == {"succeeded"}
    assert sum(kind == SUCCEEDED for kind, _ in normal.told) == len(normal.rows)
    assert normal.untold == set()

    wrong, known = [], set[str]()
    for point in of_kills(begun):
        different, found_by = await killed(begun.stage, tmp_path / "killed", normal, point)
        wrong += [f"killed at {point}: {one}" for one in different]
        known.update(found_by)

    assert wrong == []
    assert known == scenario.known, "some crash was looked after, and none in a way not meant"


@every_scenario
async def test_a_kill_in_the_middle_of_the_recovery_changes_nothing(
    begun: Begun, tmp_path: Path
) -> None:
    wrong = []
    for first in at_random(begun, PAIRS):
        second, different = await killed_twice(
            begun.stage, tmp_path / "killed", begun.normal, first
        )
        wrong += [f"killed at {first}, then at {second}: {one}" for one in different]

    assert wrong == []


@every_scenario
async def test_a_process_that_stood_still_past_its_lease_sends_and_writes_nothing(
    begun: Begun, tmp_path: Path
) -> None:
    wrong = []
    for point in of_freezes(begun):
        different = await frozen(begun.stage, tmp_path / "frozen", begun.normal, point)
        wrong += [f"frozen at {point}: {one}" for one in different]

    assert wrong == []
