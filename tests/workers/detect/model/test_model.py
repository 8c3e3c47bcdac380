"""Detection against a model: whatever happens, all of it is told once, in order, and no more."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.workers.detect.model.driver import identities, running
from tests.workers.detect.model.kinds import PROVIDERS
from workers.detect import cycle

EACH_PROVIDER = pytest.mark.parametrize("provider", PROVIDERS)
SHORT, LONG = 25, 250
"""Steps."""
Identities = list[tuple[str, str, str, int]]


async def told_in(
    path: Path, provider: str, seed: int, steps: int, *, restarts: bool = False
) -> Identities:
    """What a run over an empty store at this path tells."""
    async with running(seed, provider, path, restarts=restarts) as run:
        await run.take(steps)
        return identities(run.told)


@pytest.fixture
def path(upgraded_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(upgraded_file, tmp_path / "store.db"))


@pytest.fixture
def other_path(upgraded_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(upgraded_file, tmp_path / "other.db"))


@EACH_PROVIDER
async def test_all_that_happens_is_told_once_and_in_order(provider: str, path: Path) -> None:
    assert await told_in(path, provider, 1, SHORT)


@pytest.mark.slow
@EACH_PROVIDER
async def test_the_same_history_has_the_same_ids_though_the_detector_starts_anew_at_each_step(
    provider: str, path: Path, other_path: Path
) -> None:
    first = await told_in(path, provider, 2, SHORT)

    assert first
    assert await told_in(other_path, provider, 2, SHORT, restarts=True) == first


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 12))
@EACH_PROVIDER
async def test_all_that_happens_in_a_long_time_is_told_once_and_in_order(
    provider: str, seed: int, path: Path
) -> None:
    assert await told_in(path, provider, seed, LONG)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20, 21))
async def test_work_orders_that_are_listed_by_their_status_are_told_once_and_in_order(
    seed: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cycle, "ROWS_A_CALL", 0)  # else a list this short is read as a whole
    assert await told_in(path, "plentific", seed, LONG)
