"""Which migrations a store still needs, and applying them: Alembic without an alembic.ini.

The revisions are files of this package (`migrations/versions`), so an installed wheel has them.
Both functions run inside the caller's transaction, so an upgrade is all or nothing.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, literal_column, select

from adapters.store import dialects
from adapters.store.errors import StoreTooNew
from adapters.store.tables import compatibility

_SCRIPTS = Path(__file__).parent / "migrations"


def upgrade(connection: Connection, place: str) -> list[str]:
    """Apply what is pending, return its revisions, oldest first. Raises StoreTooNew."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer
        connection.execute(dialects.locking(literal_column("'tiebeam/upgrade'")))
    todo = pending(connection, place)
    if todo:
        config = _config()
        config.attributes["connection"] = connection  # migrations/env.py uses it
        command.upgrade(config, "head")
    return todo


def pending(connection: Connection, place: str) -> list[str]:
    """The revisions not applied yet, oldest first. Raises StoreTooNew."""
    scripts = ScriptDirectory.from_config(_config())
    known = [script.revision for script in scripts.walk_revisions()]  # newest first
    current = MigrationContext.configure(connection).get_current_revision()
    if current is None:
        return known[::-1]
    if current not in known:
        if _oldest(connection) not in known:
            raise StoreTooNew(place, current)
        return []  # a newer program has added something, and nothing that we use is gone
    return known[: known.index(current)][::-1]


def _oldest(connection: Connection) -> str | None:
    """The revision of the oldest program that may still work with these tables."""
    if not inspect(connection).has_table(compatibility.name):
        return None
    return connection.scalar(select(compatibility.c.oldest))


def _config() -> Config:
    config = Config()
    # A configuration value: a percent sign in the path would be read as a placeholder.
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config
