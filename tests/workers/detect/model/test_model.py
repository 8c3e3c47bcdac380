"""Detection against a model: whatever happens, all of it is told once, in order, and no more."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.workers.detect.model.driver import identities, running
from tests.workers.detect.model.kinds import PROVIDERS

EACH_PROVIDER = pytest.mark.parametrize("provider", PROVIDERS)
SHORT, LONG = 40, 400
SEEDS = range(2)


@EACH_PROVIDER
async def test_what_happens_is_told_once_and_in_order(
    provider: str, upgraded_file: Path, tmp_path: Path
) -> None:
    path = shutil.copy(upgraded_file, tmp_path / "store.db")
    async with running(1, provider, path) as run:
        await run.take(SHORT)
    assert run.told
