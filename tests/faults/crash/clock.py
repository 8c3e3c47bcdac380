"""One time for all processes of a case: a file tells it, and their event loops go by it."""

from __future__ import annotations

import asyncio
import mmap
import selectors
import struct
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from tests.workers.fake_clock import START

MICROSECOND = timedelta(microseconds=1)
_TIME = struct.Struct("q")


class SharedClock:
    """Stands still until somebody moves it, in whatever process: then it has moved for all."""

    def __init__(self, path: Path) -> None:
        """Tell the time that stands in the file, which `make` has made."""
        with path.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), _TIME.size)

    @staticmethod
    def make(path: Path) -> None:
        """Make a file that stands at the start."""
        path.write_bytes(_TIME.pack(0))

    def now(self) -> datetime:
        return START + self._ticks() * MICROSECOND

    def seconds(self) -> float:
        """Since the start."""
        return self._ticks() / 1_000_000

    def advance_to(self, time: datetime) -> None:
        """Move on, never back."""
        ticks = max((time - START) // MICROSECOND, self._ticks())
        _TIME.pack_into(self._page, 0, ticks)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def _ticks(self) -> int:
        ticks: int = _TIME.unpack_from(self._page)[0]
        return ticks


class ClockedLoop(asyncio.SelectorEventLoop):
    """An event loop whose time goes on by itself, and moves when the clock is moved.

    To a process that stood still while the clock was moved, its own time has passed as well.
    """

    def __init__(self, clock: SharedClock, waits: Callable[[], None]) -> None:
        """`waits` is called each time that it has nothing to do but to wait."""
        self._clock = clock
        super().__init__(_Selector(waits))

    def time(self) -> float:
        return self._clock.seconds() + super().time()


class _Selector(selectors.DefaultSelector):
    def __init__(self, waits: Callable[[], None]) -> None:
        super().__init__()
        self._waits = waits

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout > 0:
            self._waits()
        return super().select(timeout)
