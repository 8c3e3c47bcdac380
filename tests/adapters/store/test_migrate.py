"""Migrations: from nothing to today's tables, from wherever the package lies."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

import adapters
from adapters.store import MigrationsPending, Store, StoreTooNew, cursors, migrate
from adapters.store.tables import metadata
from tests.adapters.store.examples import NOW

ALL = ["0001", "0002", "0003", "0004", "0005", "0006", "0007"]
HEAD = ALL[-1]


@pytest.fixture
def empty_url(tmp_path: Path) -> str:
    """The URL of an SQLite store that is not there yet."""
    return f"sqlite:///{tmp_path}/new.db"


async def test_a_new_store_needs_all_migrations_and_then_none(empty_url: str) -> None:
    async with Store.open(empty_url) as store:
        assert (await store.pending_migrations())[-1] == HEAD
        with pytest.raises(MigrationsPending, match=rf"{HEAD}.*`tiebeam store upgrade`"):
            await store.require_upgraded()

        assert (await store.upgrade())[-1] == HEAD

        assert await store.pending_migrations() == []
        assert await store.upgrade() == []
        await store.require_upgraded()


async def test_several_may_upgrade_at_the_same_time(empty_url: str) -> None:
    stores = [Store.open(empty_url) for _ in range(4)]

    applied = await asyncio.gather(*(store.upgrade() for store in stores))

    assert sorted(applied) == [[], [], [], ALL]
    for store in stores:
        await store.aclose()


async def test_an_upgrade_that_fails_changes_nothing(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_upgrade = migrate.upgrade

    def upgrade_and_fail(connection: Connection, place: str) -> list[str]:
        real_upgrade(connection, place)
        raise LookupError

    monkeypatch.setattr(migrate, "upgrade", upgrade_and_fail)
    async with Store.open(empty_url) as store:
        with pytest.raises(LookupError):
            await store.upgrade()

        async with store.read() as tx:
            assert (await tx.execute(text("SELECT * FROM sqlite_master"))).all() == []


async def test_a_program_works_on_beside_a_newer_one_that_has_only_added(
    sqlite_store: Store,
) -> None:
    async with sqlite_store.write() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        await tx.execute(text("ALTER TABLE cursors ADD COLUMN later TEXT"))

    assert await sqlite_store.pending_migrations() == []
    assert await sqlite_store.upgrade() == []
    async with sqlite_store.write() as tx:
        await cursors.put(tx, "c", "s", 1, NOW)
        assert await cursors.get(tx, "c", "s") == cursors.Cursor("c", "s", 1, NOW)


async def test_a_store_of_a_newer_program_that_took_something_away_is_left_alone(
    sqlite_store: Store,
) -> None:
    async with sqlite_store.write() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        await tx.execute(text("UPDATE compatibility SET oldest = '9999'"))

    for ask in (sqlite_store.upgrade, sqlite_store.pending_migrations):
        with pytest.raises(StoreTooNew, match=r"\(9999\); install the newer tiebeam"):
            await ask()


async def test_the_migrations_build_the_tables_that_we_use(store: Store) -> None:
    def differences(connection: Connection) -> object:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, metadata)

    async with store.read() as tx:
        assert await tx.run_sync(differences) == []


async def test_the_migrations_build_the_indexes_to_the_letter(
    sqlite_store: Store, tmp_path: Path
) -> None:
    query = text("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%'")
    engine = create_engine(f"sqlite:///{tmp_path}/expected.db")
    metadata.create_all(engine)
    with engine.connect() as connection:
        expected: dict[str, str] = dict(connection.execute(query).all())
    engine.dispose()

    async with sqlite_store.read() as tx:
        found: dict[str, str] = dict((await tx.execute(query)).all())

    indexes = {name for name in expected if name.startswith("ix_")}
    assert {name: found.get(name) for name in indexes} == {name: expected[name] for name in indexes}
    assert found.keys() - {"sqlite_autoindex_alembic_version_1"} == expected.keys()
    for name in ("outbox", "reactions", "hints"):
        assert "AUTOINCREMENT" in found[name]


@pytest.mark.parametrize("folder", ["plain", "50% of a läden"])
def test_a_copy_of_the_package_upgrades_from_any_working_directory(
    tmp_path: Path, folder: str
) -> None:
    source = Path(adapters.__file__).parent
    copy = tmp_path / folder / "adapters"
    shutil.copytree(source / "store", copy / "store", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(source / "__init__.py", copy)
    program = (
        "import asyncio\n"
        "from adapters.store import Store, __file__ as here\n"
        f"assert here.startswith({str(copy)!r}), here\n"
        "async def main():\n"
        "    async with Store.open('sqlite:///new.db') as store:\n"
        "        print(*await store.upgrade())\n"
        "asyncio.run(main())\n"
    )

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(copy.parent)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.stdout.strip(), done.stderr) == (" ".join(ALL), "")
