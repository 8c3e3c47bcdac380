"""Faults that can be put between a client and a simulated provider."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.sandbox.exchange import JSON_TYPE, Answer
from deploy.sandbox.recording import RecordedRequest
from deploy.sandbox.wire import Wire

KINDS = (
    "status",  # this status instead of the provider's answer
    "delay",  # wait `seconds`, or `hold` until released
    "drop_before",  # connection closed, the provider never saw the request
    "drop_after",  # the provider did it, connection closed without an answer
    "expire_tokens",  # all tokens of the provider become invalid, then the request is handled
    "half_body",  # the provider did it, half of its body arrives
    "html",  # 200 text/html instead of the provider's answer
)
CUTS = (
    "length",  # full Content-Length, half of the bytes, close
    "chunked",  # chunked encoding, half of the bytes, close without the last chunk
    "json",  # well-formed HTTP around half a JSON text
)
HTML = b"<!doctype html><title>Sign in</title><p>Please sign in to continue.</p>"


@dataclass(slots=True)
class Fault:
    """One fault: hits requests that match all that is given, after `skip` of them, `times` times.

    `path` is a regular expression searched in the path below the provider's base URL.
    `when` ("before" or "after" the effect) is for status, delay and html.
    """

    kind: str
    provider: str | None = None
    method: str | None = None
    path: str | None = None
    operation: str | None = None
    times: int | None = 1  # None: without end
    skip: int = 0
    when: str = "before"
    status: int = 503
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    seconds: float = 0.0
    hold: bool = False
    cut: str = "length"
    reset: bool = False  # drop by TCP reset instead of an orderly close
    id: int = 0
    matched: int = 0
    applied: int = 0
    held: int = 0  # requests that wait right now

    def __post_init__(self) -> None:
        """Refuse what no fault can mean."""
        for name, value, allowed in (
            ("kind", self.kind, KINDS),
            ("when", self.when, ("before", "after")),
            ("cut", self.cut, CUTS),
        ):
            if value not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
        for name in ("times", "skip", "status"):
            value = getattr(self, name)
            if type(value) is not int and not (name == "times" and value is None):
                raise ValueError(f"{name} must be a whole number, not {value!r}")
        if self.path is not None:
            try:
                re.compile(self.path)
            except re.error as error:
                raise ValueError(f"path is not a regular expression: {error}") from error

    def matches(self, entry: RecordedRequest) -> bool:
        """Whether the fault is meant for this request."""
        return (
            (self.provider is None or self.provider == entry.provider)
            and (self.method is None or self.method == entry.method)
            and (self.operation is None or self.operation == entry.operation)
            and (self.path is None or re.search(self.path, entry.path) is not None)
        )


class ShuttingDownError(Exception):
    """The sandbox shuts down while a request was held."""


class Faults:
    """The faults in force, first added first asked."""

    def __init__(self) -> None:
        self.active: list[Fault] = []
        self._last_id = 0
        self._news = asyncio.Event()  # set, and replaced, at every change
        self._release: dict[int, asyncio.Event] = {}
        self._closing = False

    def add(self, kind: str, **settings: Any) -> Fault:
        """Add a fault (see Fault for the settings); raises ValueError or TypeError if wrong."""
        self._last_id += 1
        fault = Fault(kind, id=self._last_id, **settings)
        self.active.append(fault)
        self._release[fault.id] = asyncio.Event()
        return fault

    def clear(self) -> None:
        """Remove all faults and let held requests go on."""
        for fault in self.active:
            self.release(fault)
        self.active.clear()

    def release(self, fault: Fault) -> None:
        """Let the requests that this fault holds right now go on."""
        waiting = self._release[fault.id]
        self._release[fault.id] = asyncio.Event()
        waiting.set()

    def open(self) -> None:
        """Allow requests to be held (again)."""
        self._closing = False

    def close(self) -> None:
        """Let nobody wait any more: held requests end without an answer."""
        self._closing = True
        for fault_id, waiting in list(self._release.items()):
            self._release[fault_id] = asyncio.Event()
            waiting.set()

    def take(self, entry: RecordedRequest) -> Fault | None:
        """The fault that hits this request, if any; it is counted as applied."""
        for fault in self.active:
            if not fault.matches(entry):
                continue
            fault.matched += 1
            if fault.matched > fault.skip and (fault.times is None or fault.applied < fault.times):
                fault.applied += 1
                entry.fault = fault.kind
                self._tell()
                return fault
        return None

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition about faults holds, e.g. `lambda: fault.held == 1`."""
        while not condition():
            await self._news.wait()

    async def pause(self, fault: Fault, wire: Wire | None = None) -> bool:
        """Wait as the fault says; False when the client of `wire` left meanwhile.

        Raises:
            ShuttingDownError: the sandbox shuts down.
        """
        if self._closing:
            raise ShuttingDownError
        fault.held += 1
        self._tell()
        waits: set[asyncio.Future[Any]] = {asyncio.ensure_future(self._release[fault.id].wait())}
        gone = asyncio.ensure_future(wire.client_gone()) if wire else None
        if gone is not None:
            waits.add(gone)
        try:
            await asyncio.wait(
                waits,
                timeout=None if fault.hold else fault.seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            for task in waits:
                task.cancel()
            fault.held -= 1
            self._tell()
        if self._closing:
            raise ShuttingDownError
        return gone is None or not gone.done()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


async def apply(
    faults: Faults,
    fault: Fault,
    handle: Callable[[], Answer],
    expire: Callable[[], None],
    wire: Wire,
) -> None:
    """Serve one request under a fault; `handle` is the effect, `expire` ends the tokens."""
    if fault.kind == "expire_tokens":
        expire()
        await wire.send(handle())
    elif fault.kind == "drop_before":
        await wire.drop(reset=fault.reset)
    elif fault.kind == "drop_after":
        handle()
        await wire.drop(reset=fault.reset)
    elif fault.kind == "half_body":
        await _cut(fault, handle(), wire)
    elif fault.kind == "delay":
        await _delay(faults, fault, handle, wire)
    else:
        if fault.when == "after":
            handle()
        await wire.send(_instead(fault))


async def _cut(fault: Fault, answer: Answer, wire: Wire) -> None:
    if fault.cut == "json":
        half = answer.body[: len(answer.body) // 2]
        await wire.send(Answer(answer.status, half, answer.headers))
    else:
        await wire.send_part(answer, chunked=fault.cut == "chunked")


async def _delay(faults: Faults, fault: Fault, handle: Callable[[], Answer], wire: Wire) -> None:
    try:
        if fault.when == "before":
            # A server does not notice that its client gave up: the effect still comes, late.
            await faults.pause(fault)
            await wire.send(handle())
            return
        answer = handle()
        if await faults.pause(fault, wire):
            await wire.send(answer)
    except ShuttingDownError:
        await wire.drop()


def _instead(fault: Fault) -> Answer:
    if fault.kind == "html":
        return Answer(200, HTML, (("content-type", "text/html; charset=utf-8"),))
    headers = {name.lower(): value for name, value in fault.headers.items()}
    if fault.body:
        headers.setdefault("content-type", JSON_TYPE)
    return Answer(fault.status, fault.body.encode(), tuple(headers.items()))
