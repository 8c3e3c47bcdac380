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

**What may still happen twice.** No provider of these takes a key by which it would know a call that
it had before, but for names that must be unique. So these windows remain:

- A call whose answer was lost, and that takes effect more than `react.settle` (30 s) later, when it
  was looked for and not found. It is sent again. Not where a name must be unique (all that is made
  in Planiso).
- A process that stands still (a frozen container, a suspended machine) between two steps of the
  turn of its event loop in which it writes a request, for longer than the lease. Another one takes
  over, and the request leaves when the first one goes on. The turn takes milliseconds; at all other
  moments the process looks at two clocks before it sends: the time of day, which goes on while a
  machine is suspended, and one that nobody sets. The processes' times of day must agree to within
  a fifth of the lease (12 s), as with NTP they do.
- After `tiebeam store rebuild`, an effect that no audit tells of any more. It is looked for before
  it is made, as after a lost answer; where the same thing is to be done under a new event, it is
  not. Audits are kept for ever unless you say otherwise (`kafka.audit_retention`).
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
