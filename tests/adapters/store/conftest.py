"""A store for each test: an SQLite file or a PostgreSQL database of its own."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.store import Store
from adapters.store.trips import TripConnection

URLS = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}


@pytest.fixture(scope="session")
def upgraded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("store") / "upgraded.db"

    async def upgrade() -> None:
        async with Store.open(f"sqlite:///{path}") as store:
            await store.upgrade()

    asyncio.run(upgrade())
    return path


@pytest.fixture
def sqlite_url(upgraded_file: Path, tmp_path: Path) -> str:
    """The URL of a new SQLite store with all tables."""
    path = tmp_path / "store.db"
    shutil.copy(upgraded_file, path)
    return f"sqlite:///{path}"


@pytest.fixture
async def sqlite_store(sqlite_url: str) -> AsyncIterator[Store]:
    """A new SQLite store with all tables, for what only SQLite does."""
    async with Store.open(sqlite_url) as store:
        yield store


@pytest.fixture(params=URLS)
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of a new store with all tables, on each database."""
    return str(request.getfixturevalue(URLS[request.param]))


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """A new store with all tables, on each database."""
    async with Store.open(store_url) as store:
        yield store


@pytest.fixture
async def postgres_store(postgres_url: str) -> AsyncIterator[Store]:
    """A new PostgreSQL store with all tables, for what only PostgreSQL does."""
    async with Store.open(postgres_url) as store:
        yield store


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each commit."""
    counted: list[int] = []
    commit = TripConnection.commit

    def counting(self: TripConnection) -> None:
        counted.append(1)
        commit(self)

    monkeypatch.setattr(TripConnection, "commit", counting)
    return counted
