"""Reads a Dockerfile as far as the tests need it: its stages and their instructions, in order."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.paths import ROOT

DOCKERFILE: Final = ROOT / "deploy" / "image" / "Dockerfile"
_CONTINUED = re.compile(r"\\\n\s*(#.*\n\s*)*")


@dataclass(frozen=True)
class Instruction:
    """A keyword in capitals and what stands after it, in one line."""

    keyword: str
    value: str

    def words(self) -> list[str]:
        """The words of the exec form, after its options; ValueError where it is in no exec form."""
        return [str(word) for word in json.loads(self.value[self.value.index("[") :])]


def stages(path: Path = DOCKERFILE) -> list[list[Instruction]]:
    """The stages, each beginning with its FROM; what stands before the first one is left out."""
    text = _CONTINUED.sub("", path.read_text(encoding="utf-8"))
    found: list[list[Instruction]] = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        keyword, _, value = line.partition(" ")
        if keyword == "FROM":
            found.append([])
        if found:
            found[-1].append(Instruction(keyword.upper(), value.strip()))
    return found


def only(stage: list[Instruction], keyword: str) -> Instruction:
    """The one instruction of a kind in a stage."""
    (instruction,) = [one for one in stage if one.keyword == keyword]
    return instruction
