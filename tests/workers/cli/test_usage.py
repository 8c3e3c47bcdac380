"""What is typed wrong ends with code 2 and says what there is."""

from __future__ import annotations

import pytest

from tests.command import tiebeam
from tests.workers.cli.conftest import Shell


def words(text: str) -> str:
    return " ".join(text.replace("│", " ").split())


@pytest.mark.parametrize(
    "command", [("fly",), ("topics", "fly"), ("status", "--fly"), ("reactions", "show", "fly")]
)
def test_what_does_not_exist_is_a_mistake_in_the_command(
    command: tuple[str, ...],
) -> None:
    done = tiebeam(*command)
    assert done.code == 2
    assert done.out == ""
    assert "fly" in done.err or "Invalid value for 'ID'" in done.err
    assert "Traceback" not in done.err


def test_an_unknown_role_is_named_with_those_that_there_are(shell: Shell) -> None:
    done = shell.tiebeam("run", "relay", "dance")
    assert (done.code, done.out) == (2, "")
    assert "'dance' is no role; there are poll, webhooks, relay, react" in words(done.err)
    assert not shell.database.exists()


def test_without_a_command_help_is_shown() -> None:
    done = tiebeam()
    assert done.code == 2
    for command in ("run", "check", "status", "topics", "reactions", "store", "schemas", "demo"):
        assert command in done.out + done.err


@pytest.mark.parametrize("command", [(), ("run",), ("reactions",), ("reactions", "retry")])
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    done = tiebeam(*command, "--help")
    assert (done.code, done.err) == (0, "")
    assert "Usage: tiebeam" in done.out
