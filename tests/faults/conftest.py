"""All plots are played once, side by side; each test reads what its own left behind."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from adapters.store import Store
from tests.faults.plots import Histories, History, Plot, Storm, play_all


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("store") / "empty.db"

    async def upgrade() -> None:
        async with Store.open(f"sqlite:///{path}") as store:
            await store.upgrade()

    asyncio.run(upgrade())
    return path


@pytest.fixture(scope="session")
def histories(
    request: pytest.FixtureRequest,
    kafka: str,
    empty_store: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Histories:
    """The histories of all plots that a test of this run asks for."""
    given = (getattr(item, "callspec", None) for item in request.session.items)
    plots = [spec.params["plot"] for spec in given if spec and "plot" in spec.params]
    longest_first = sorted(set(plots), key=lambda plot: not isinstance(plot, Storm))
    folder = tmp_path_factory.mktemp("crashes")
    return asyncio.run(play_all(longest_first, kafka, folder, empty_store))


@pytest.fixture
def history(histories: Histories, plot: Plot) -> History:
    """What this test's plot left behind."""
    played = histories[plot.name]
    if isinstance(played, BaseException):
        raise played
    return played
