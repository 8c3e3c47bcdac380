"""The points at which a process can be stopped: wherever one of its tasks waits for something.

Nothing of this is in the product: the coroutine of each task is run by one that counts how often it
gives way to the event loop. Between two points nothing happens that another process could see in
parts: what was asked of SQLite's thread is done before the harm is, and what was written to a
socket is the kernel's to deliver. So these are all the crashes that differ.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import os
import signal
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass, field
from pathlib import Path
from types import AsyncGeneratorType, CodeType, CoroutineType, FrameType, GeneratorType
from typing import Any

from adapters.store.trips import TripConnection

ROOT = Path(__file__).resolve().parents[3]
PRODUCT = ("adapters", "workers")
HTTP = "adapters/http/"
SUSPENDED = (CoroutineType, GeneratorType, AsyncGeneratorType)


@dataclass(frozen=True, order=True)
class Point:
    """A line of the product that waits, and which time a process does so there, from 1."""

    place: str
    passage: int

    def __str__(self) -> str:
        return f"{self.place} #{self.passage}"


@dataclass
class Points:
    """Counts the points that this process passes, and harms it at one of them.

    A process that is to stand still does so outside of write transactions, soon after the point:
    else it would hold SQLite's only lock, and nobody could work meanwhile. And within the HTTP
    client it does so when the event loop has nothing more to do: a request that is under way in a
    turn of the loop leaves in the next one, before any time-out is heard.
    """

    stop_at: Point | None = None
    harm: signal.Signals = signal.SIGKILL
    passed: list[Point] = field(default_factory=list)
    _passages: Counter[str] = field(default_factory=Counter)
    _connections: list[TripConnection] = field(default_factory=list)
    _due: bool = False

    def install(self, loop: asyncio.AbstractEventLoop) -> None:
        """Count in all tasks that are made from now on, save those of `Uncounted` coroutines."""
        loop.set_task_factory(self._task)
        trips: Any = TripConnection
        made = trips.__init__

        def noted(connection: TripConnection, *args: Any, **options: Any) -> None:
            self._connections.append(connection)
            made(connection, *args, **options)

        trips.__init__ = noted

    def nothing_to_do(self) -> None:
        """Note that the event loop is about to wait."""
        if self._due:
            self._do_harm()

    def _task(
        self, loop: asyncio.AbstractEventLoop, work: Any, **options: Any
    ) -> asyncio.Task[Any]:
        counts = not isinstance(work, Uncounted)
        counted = Counted(work, self._pass) if counts else work
        return asyncio.Task(counted, loop=loop, **options)

    def _pass(self, work: Any) -> None:
        place = place_of(work)
        self._passages[place] += 1
        point = Point(place, self._passages[place])
        self.passed.append(point)
        self._due = self._due or point == self.stop_at
        if self._due and not self._when_idle():
            self._do_harm()

    def _when_idle(self) -> bool:
        within_http = self.stop_at is not None and HTTP in self.stop_at.place
        return within_http and self.harm != signal.SIGKILL

    def _do_harm(self) -> None:
        self._let_sqlite_end()
        if self.harm == signal.SIGKILL or not self._is_writing():
            self._due = False
            os.kill(os.getpid(), self.harm)

    def _let_sqlite_end(self) -> None:
        """Wait until all that was asked of SQLite's threads is done, though nobody heard of it."""
        for connection in self._connections:
            if connection._connection._running:
                done = threading.Event()
                connection._connection._tx.put_nowait((None, done.set))
                done.wait()

    def _is_writing(self) -> bool:
        return any(one._writes and _in_transaction(one._connection) for one in self._connections)


def _in_transaction(driver: Any) -> bool:
    try:
        return bool(driver.in_transaction)
    except (ValueError, sqlite3.ProgrammingError):
        return False  # it is not open yet, or not any more


class Wrapped(Coroutine[Any, Any, Any]):
    """A coroutine around another one."""

    def __init__(self, work: Coroutine[Any, Any, Any]) -> None:
        self._work = work

    def send(self, value: Any) -> Any:
        return self._work.send(value)

    def throw(self, *error: Any) -> Any:
        return self._work.throw(*error)

    def close(self) -> None:
        self._work.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._work.__await__()


class Uncounted(Wrapped):
    """One whose waiting is no point."""


class Counted(Wrapped):
    """One that tells each time it waits."""

    def __init__(self, work: Coroutine[Any, Any, Any], waits: Callable[[Any], None]) -> None:
        super().__init__(work)
        self._waits = waits

    def send(self, value: Any) -> Any:
        waited_for = super().send(value)
        self._waits(self._work)
        return waited_for

    def throw(self, *error: Any) -> Any:
        waited_for = super().throw(*error)
        self._waits(self._work)
        return waited_for


def place_of(work: Any) -> str:
    """Where a suspended coroutine waits.

    The innermost of the workers' lines, and the innermost of the adapters' below it; elsewhere, the
    innermost line of all.
    """
    lines: dict[str, str] = {}
    while work is not None:
        frame = _frame(work)
        if frame is not None:
            part, line = _line(frame.f_code, frame.f_lineno)
            if part == "workers":
                lines.clear()
            lines[part] = line
        work = _awaited(work)
    ours = [lines[part] for part in ("workers", "adapters") if part in lines]
    return " > ".join(ours or lines.values())


@functools.cache
def _line(code: CodeType, number: int) -> tuple[str, str]:
    """Which part of the program a line belongs to, and how it is called."""
    file, where = Path(code.co_filename), f"{number} {code.co_qualname}"
    for part in PRODUCT:
        if file.is_relative_to(ROOT / part):
            return part, f"{file.relative_to(ROOT)}:{where}"
    return "library", f"{file.parent.name}/{file.name}:{where}"


def _frame(work: Any) -> FrameType | None:
    match work:
        case CoroutineType():
            return work.cr_frame
        case GeneratorType():
            return work.gi_frame
        case AsyncGeneratorType():
            return work.ag_frame
    return None


def _awaited(work: Any) -> Any:
    match work:
        case CoroutineType():
            return work.cr_await
        case GeneratorType():
            return work.gi_yieldfrom
        case AsyncGeneratorType():
            return work.ag_await
    # such as what `async with` awaits of a generator, which does not say of which
    return next((one for one in gc.get_referents(work) if isinstance(one, SUSPENDED)), None)
