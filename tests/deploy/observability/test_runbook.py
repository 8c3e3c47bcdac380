"""The runbook: an entry for each alert and none for another, with commands that there are."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
import typer

from tests.deploy.observability.rules import ALERTS, FOLDER
from workers.cli.app import app

TEXT: Final = (FOLDER / "RUNBOOK.md").read_text()
ENTRIES: Final[dict[str, str]] = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", TEXT, re.M | re.S))
COMMANDS: Final = sorted(
    {" ".join(found.split()) for found in re.findall(r"`(tiebeam [^`]+)`", TEXT)}
    | set(re.findall(r"^(tiebeam [^#\n]+?) +#", TEXT, re.M))
)
each_entry = pytest.mark.parametrize(("name", "body"), ENTRIES.items(), ids=ENTRIES.keys())


def test_every_alert_has_its_entry_in_the_same_order_and_no_entry_is_left_over() -> None:
    assert list(ENTRIES) == list(ALERTS)


@each_entry
def test_an_entry_says_how_urgent_what_it_costs_and_what_to_do(name: str, body: str) -> None:
    assert body.startswith(f"{ALERTS[name]['labels']['severity']} · ")
    parts = re.findall(r"^- \*\*(.+?):\*\*", body, re.M)
    assert parts == ["If ignored", "Look", "Mend", "Call"]


def test_links_within_lead_somewhere() -> None:
    anchors = {heading.lower() for heading in re.findall(r"^#+ (.+)$", TEXT, re.M)}
    linked = set(re.findall(r"\]\(#(.+?)\)", TEXT))
    assert linked <= anchors
    files = set(re.findall(r"\]\(([^#)]+)\)", TEXT))
    assert all((FOLDER / file).exists() for file in files)


@pytest.mark.parametrize("line", COMMANDS)
def test_its_commands_are_those_of_the_program(line: str) -> None:
    command: Any = typer.main.get_command(app)
    words = line.split()[1:]
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    options = {name for param in command.params for name in param.opts}
    assert {word for word in words if word.startswith("--")} <= options, line
    needs_more = hasattr(command, "commands") and not command.invoke_without_command
    takes_more = any(param.param_type_name == "argument" for param in command.params)
    assert not needs_more, line
    assert takes_more or not words or words[0].startswith("--"), line
