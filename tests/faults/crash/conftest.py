"""The stage on which a scenario is disturbed, and what comes of it undisturbed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.faults.crash.cases import undisturbed
from tests.faults.crash.points import Point
from tests.faults.crash.scenarios import Scenario
from tests.faults.crash.stage import Outcome, Stage, set_up


class Begun(NamedTuple):
    """A stage on which the last act begins, to be copied; how that ends, and by which points."""

    stage: Stage
    normal: Outcome
    points: list[Point]


@pytest.fixture
async def begun(scenario: Scenario, empty_store: Path, tmp_path: Path) -> AsyncIterator[Begun]:
    async with set_up(scenario, empty_store, tmp_path / "begun") as stage:
        normal, points = await undisturbed(stage, tmp_path / "undisturbed")
        yield Begun(stage, normal, points)
