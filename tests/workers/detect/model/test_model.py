"""Detection against a model: whatever happens, all of it is told once, in order, and no more."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as thorough
from hypothesis import strategies as some

from tests.workers.detect.model.driver import STEPS, Script, identities, running, script_of
from tests.workers.detect.model.kinds import PROVIDERS
from workers.detect import children, cycle

EACH_PROVIDER = pytest.mark.parametrize("provider", PROVIDERS)
SHORT, LONG = 25, 100
"""Steps."""
Identities = list[tuple[str, str, str, int]]

STEP = some.sampled_from([None, *(step for step, weight in STEPS for _ in range(weight))])
"""None leaves a step out: a script that fails is made as short as it can be."""
SEED = some.integers(0, 2**32 - 1)
SCRIPT = some.lists(some.tuples(STEP, SEED), min_size=LONG, max_size=LONG)


async def told_in(
    path: Path, provider: str, seed: int, script: Script, *, restarts: bool = False
) -> Identities:
    """What a run over an empty store at this path tells."""
    async with running(seed, provider, path, restarts=restarts) as run:
        await run.take(script)
        return identities(run.told)


@pytest.fixture
def path(upgraded_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(upgraded_file, tmp_path / "store.db"))


@pytest.fixture
def other_path(upgraded_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(upgraded_file, tmp_path / "other.db"))


@EACH_PROVIDER
async def test_all_that_happens_is_told_once_and_in_order(provider: str, path: Path) -> None:
    assert await told_in(path, provider, 1, script_of(1, SHORT))


@pytest.mark.slow
@EACH_PROVIDER
async def test_the_same_history_has_the_same_ids_though_the_detector_starts_anew_at_each_step(
    provider: str, path: Path, other_path: Path
) -> None:
    first = await told_in(path, provider, 2, script_of(2, SHORT))

    assert first
    assert await told_in(other_path, provider, 2, script_of(2, SHORT), restarts=True) == first


@pytest.mark.slow
@EACH_PROVIDER
@thorough(max_examples=6)
@given(seed=SEED, script=SCRIPT, cramped=some.booleans())
def test_whatever_happens_in_whatever_order_is_told_once_and_in_order(
    provider: str, seed: int, script: list[tuple[Any, int]], cramped: bool, upgraded_file: Path
) -> None:
    """Cramped, lists this short are read in windows, and below few parents in one look."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        if cramped:
            patch.setattr(cycle, "ROWS_A_CALL", 0)
            patch.setattr(children, "DUE_LISTS", 3)
        path = Path(shutil.copy(upgraded_file, folder))
        asyncio.run(told_in(path, provider, seed, [one for one in script if one[0]]))
