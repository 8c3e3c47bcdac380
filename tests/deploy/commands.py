"""Tries what the files of a deployment start: does the command line take it?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.command import tiebeam

PROGRAMS: Final = Path(sys.executable).parent
"""Where the environment of the tests has its programs."""
NOWHERE: Final = "/nowhere/tiebeam.toml"


def is_understood(arguments: Sequence[str]) -> bool:
    """Whether the command line takes these arguments: all that it then lacks is a configuration."""
    done = tiebeam(*arguments, TIEBEAM_CONFIG=NOWHERE)
    return done.code == 2 and f"{NOWHERE}: no such file" in done.err
