"""Collecting garbage less often: a process of ours makes much that dies at once, and no cycles."""

from __future__ import annotations

import gc

YOUNG = 20_000
"""Objects made, less those gone, between two collections. Python's own 700 cost a tenth of all."""


def collect_seldom() -> None:
    """Leave alone what was loaded so far, and look at the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 50)
