"""The pulse: whether the loops of this process still turn, for the liveness check.

A loop takes its own pulse at each turn. One that has ended has none; one that stands still for
longer than any wait within a turn may take is stuck, and the process had better be started anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONGEST_TURN = 300.0
"""Seconds; what a turn waits for has time-outs far below."""

_last: dict[str, float] = {}


@contextmanager
def of(loop: str) -> Iterator[Callable[[], None]]:
    """Give a loop, by its name, the function to call at each turn, for as long as it goes on."""

    def turned() -> None:
        _last[loop] = time.monotonic()

    turned()
    try:
        yield turned
    finally:
        _last.pop(loop, None)


def stuck() -> list[str]:
    """Return the loops that have not turned for longer than any turn may take."""
    now = time.monotonic()
    return sorted(loop for loop, at in _last.items() if now - at > LONGEST_TURN)
