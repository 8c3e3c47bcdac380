"""The fence: who works under a lease writes nothing any more once the lease is another's.

Every write transaction that is begun behind a fence looks at the lease in that very transaction, so
a process that stood still meanwhile and wakes up changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from adapters.store.errors import Fenced
from adapters.store.leases import Held
from adapters.store.trips import Ran

_HELD: ContextVar[tuple[Held, ...]] = ContextVar("held", default=())


@contextmanager
def behind(*held: Held) -> Iterator[None]:
    """Let all writes of this task, and of those that it begins, need these leases."""
    token = _HELD.set((*_HELD.get(), *held))
    try:
        yield
    finally:
        _HELD.reset(token)


def present() -> tuple[Held, ...]:
    """The leases that a write of this task needs."""
    return _HELD.get()


def check(place: str, held: Sequence[Held], ran: Sequence[Ran]) -> None:
    """Look at what `leases.holding` of each lease left.

    Raises:
        Fenced: A lease is another's.
    """
    for lease, looked in zip(held, ran, strict=True):
        if not looked.rows:
            raise Fenced(place, lease.name)
