"""The last moment at which a request may leave, looked at when it is about to.

A time-out alone does not hold it back: in a process that stood still (a frozen container, a
suspended machine) what is ready goes on before the time-out is heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_too_late: ContextVar[Callable[[], bool] | None] = ContextVar("too_late", default=None)


@contextmanager
def sending_unless(too_late: Callable[[], bool]) -> Iterator[None]:
    """Let no request leave within once it is too late."""
    before = _too_late.set(too_late)
    try:
        yield
    finally:
        _too_late.reset(before)


def is_over() -> bool:
    """Whether it is too late to send anything, here and now."""
    too_late = _too_late.get()
    return too_late is not None and too_late()
