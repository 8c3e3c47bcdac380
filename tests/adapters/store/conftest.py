"""A store for each test: an SQLite file of its own, and a PostgreSQL database where one is named.

TIEBEAM_TEST_POSTGRES (a URL whose user may create databases) adds PostgreSQL; it needs asyncpg.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.store import Store
from adapters.store.trips import TripConnection

POSTGRES = os.environ.get("TIEBEAM_TEST_POSTGRES")
BACKENDS = ["sqlite", "postgresql"] if POSTGRES else ["sqlite"]


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


@pytest.fixture(params=BACKENDS)
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of a new store, on each database that there is."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """A new store with all tables, on each database that there is."""
    async with Store.open(store_url) as store:
        await store.upgrade()
        yield store


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The URL of a new, empty PostgreSQL database, dropped afterwards."""
    assert POSTGRES is not None
    admin = make_url(POSTGRES).set(drivername="postgresql+asyncpg")
    name = f"tiebeam_test_{uuid4().hex[:12]}"

    async def run(statement: str) -> None:
        engine = create_async_engine(admin, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(statement))
        await engine.dispose()

    asyncio.run(run(f"CREATE DATABASE {name}"))
    yield admin.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    asyncio.run(run(f"DROP DATABASE {name} WITH (FORCE)"))


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
