"""Writes `deploy/REACTIONS.md` from the docstrings of the reactions: `make reactions`."""

from __future__ import annotations

import inspect
import re
import sys
from textwrap import dedent

from tests.paths import ROOT
from workers.react.reaction import Reaction
from workers.react.registry import REACTIONS

PAGE = ROOT / "deploy" / "REACTIONS.md"
SECTIONS = ("Needs", "Example", "Writes", "Limits")
_SECTION = re.compile(rf"^({'|'.join(SECTIONS)}):\n((?:(?:    .*)?\n)+)", re.MULTILINE)

HEAD = """\
# Reactions

Written by `make reactions` from the docstrings in `workers/react/reactions`; do not edit. What all
have in common – modes, states, retries, the ledger – is told in [the README](../README.md); how to
add one, in [ADD_A_REACTION](ADD_A_REACTION.md).
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *map(_chapter, REACTIONS.values())])


def sections(text: str) -> dict[str, str]:
    """The sections of a docstring by their names, each as it stands, without its indentation."""
    return {name: dedent(body).strip() for name, body in _SECTION.findall(f"{text}\n")}


def docstring(reaction: Reaction) -> str:
    """The docstring of the module that declares a reaction."""
    return inspect.getdoc(sys.modules[reaction.plan.__module__]) or ""


def _chapter(reaction: Reaction) -> str:
    text = docstring(reaction)
    told = text.partition("\nNeeds:\n")[0].removeprefix(f"{reaction.name}: ").strip()
    events = ", ".join(f"`{name}`" for name in sorted(reaction.event_types))
    found = sections(text)
    lines = [
        f"## {reaction.name}\n",
        f"{told[0].upper()}{told[1:]}\n",
        f"Answers {events}.",
    ]
    if reaction.parks_key:
        lines.append("While one event waits for a person, later ones of its key wait behind it.")
    for name in SECTIONS:
        body = found[name]
        lines.append(f"\n**{name}**\n\n" + (f"```toml\n{body}\n```" if name == "Example" else body))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
