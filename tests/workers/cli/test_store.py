from __future__ import annotations

import sqlite3

import pytest

from tests.workers.cli.conftest import Refused, Shell


def test_upgrade_makes_the_tables_and_says_so_once(shell: Shell) -> None:
    first, second = shell.tiebeam("store", "upgrade"), shell.tiebeam("store", "upgrade")

    assert (first.code, first.out, first.err) == (0, "store upgraded\n", "")
    assert (second.code, second.out, second.err) == (0, "store is up to date\n", "")


@pytest.mark.parametrize(
    "command",
    [("status",), ("reactions", "list"), ("reactions", "retry", "1")],
    ids=" ".join,
)
def test_a_store_without_tables_ends_a_command_with_what_to_run(
    shell: Shell, one_line: Refused, command: tuple[str, ...]
) -> None:
    line = one_line(shell.tiebeam(*command), 1)
    assert line.startswith(f"store sqlite:///{shell.database}: its tables are not up to date")
    assert line.endswith("run `tiebeam store upgrade`")


def test_a_store_in_a_folder_that_is_not_there_is_named(shell: Shell, one_line: Refused) -> None:
    shell.change(str(shell.database), "/nowhere/tiebeam.db")
    line = one_line(shell.tiebeam("store", "upgrade"), 1)
    assert line.startswith("store sqlite:////nowhere/tiebeam.db: unable to open database file")


def test_a_file_that_is_no_database_is_named(shell: Shell, one_line: Refused) -> None:
    shell.database.write_text("Dear diary, " * 100)
    line = one_line(shell.tiebeam("status"), 1)
    assert "file is not a database" in line


def test_a_store_made_by_a_newer_version_is_not_touched(shell: Shell, one_line: Refused) -> None:
    shell.upgrade()
    with sqlite3.connect(shell.database) as database:
        database.execute("UPDATE alembic_version SET version_num = 'm9999'")
    line = one_line(shell.tiebeam("store", "upgrade"), 1)
    assert line.endswith("newer than this program (m9999); install the newer tiebeam")
