"""The last moment at which a request may leave, looked at when it is about to.

A time-out alone does not hold it back: in a process that stood still (a frozen container, a
suspended machine) what is ready goes on before the time-out is heard.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def sending_before(moment: float) -> Iterator[None]:
    """Let no request leave within once the event loop's clock, in seconds, is at the moment."""
    before = _deadline.set(moment)
    try:
        yield
    finally:
        _deadline.reset(before)


def is_over() -> bool:
    """Whether it is too late to send anything, here and now."""
    moment = _deadline.get()
    return moment is not None and asyncio.get_running_loop().time() >= moment
