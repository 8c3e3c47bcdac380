"""Where the tests find what lies outside this repository."""

from __future__ import annotations

from pathlib import Path
from typing import Final

# The providers' documents and their examples; tests that need them skip where they are absent.
SHARED: Final = Path(__file__).resolve().parents[2] / "shared"

ROOT: Final = Path(__file__).resolve().parents[1]
"""This repository."""
