"""What is said of the reactions that are meant, and names that nothing has."""

from __future__ import annotations

import json

import pytest

from tests.workers.cli import shelves
from tests.workers.cli.conftest import Refused, Shell

KEY = "charge-sheet/plentific/invoice-1/1"


@pytest.fixture
def filled(shell: Shell) -> Shell:
    shell.upgrade()
    shelves.fill(shell.url)
    return shell


@pytest.mark.parametrize("command", [("list",), ("retry", "--dead"), ("cancel", "--dead")])
def test_a_name_that_nothing_has_is_a_mistake_that_says_which_there_are(
    filled: Shell, one_line: Refused, command: tuple[str, ...]
) -> None:
    before = shelves.states(filled.url)

    typo = one_line(filled.tiebeam("reactions", *command, "--reaction", "recharge-payed"), 2)
    place = one_line(filled.tiebeam("reactions", *command, "--connection", "operata"), 2)

    assert typo == f"there is no reaction 'recharge-payed'; there are: {shelves.NAME}"
    assert place == "there is no connection 'operata'; there are: operate, plentific"
    assert shelves.states(filled.url) == before


def test_a_reaction_that_is_not_configured_any_more_is_known_by_what_it_left(
    filled: Shell,
) -> None:
    text = filled.config.read_text(encoding="utf-8")
    filled.config.write_text(text[: text.index("[reactions.")], encoding="utf-8")

    done = filled.tiebeam("reactions", "list", "--json", "--reaction", shelves.NAME)

    assert len(json.loads(done.out)) == 6


def test_reactions_are_found_by_effect_connection_and_time(filled: Shell) -> None:
    def ids(*options: str) -> list[int]:
        done = filled.tiebeam("reactions", "list", "--json", *options)
        assert (done.code, done.err) == (0, "")
        return [row["id"] for row in json.loads(done.out)]

    everything = [6, 5, 4, 3, 2, 1]
    assert ids("--effect", KEY) == [1]
    assert ids("--connection", "plentific") == ids("--connection", "operate") == everything
    assert ids("--since", "2025-03-01T12:00:00Z") == everything
    assert ids("--until", "2025-03-01T12:00:00Z") == []


def test_a_period_without_time_is_a_mistake_in_the_command(filled: Shell) -> None:
    done = filled.tiebeam("reactions", "list", "--since", "2026-03-02", "--until", "2026-03-02")

    assert done.code == 2
    assert "it is not after --since" in done.err
