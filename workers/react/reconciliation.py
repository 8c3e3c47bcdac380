"""What a reaction may compare: the two systems themselves, without what we believe to have done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Wrong = Literal["missing", "double", "different", "orphan"]


@dataclass(frozen=True)
class Finding:
    """Something wrong between two systems.

    Attributes:
        wrong: `missing`: it should be there; `double`: more than once; `different`: with other
            values; `orphan`: it is there, and nothing in the source asks for it.
        about: The effect's key; of an orphan, what the target system shows of it.
        found: The target system's ids of what is there.
        detail: What is wrong, in a few words.
    """

    wrong: Wrong
    about: str
    found: Sequence[str]
    detail: str


@dataclass(frozen=True)
class Reconciliation:
    """How many effects should be there, and what is wrong."""

    compared: int
    findings: Sequence[Finding]
