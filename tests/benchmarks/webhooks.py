"""W2: webhook deliveries received, checked and stored, beside a server that only checks them."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from adapters.store import hints
from adapters.store.engine import Store
from adapters.store.hints import NewHint
from tests.benchmarks.deliveries import BYTES, CONNECTIONS, Load, Sender, sender
from tests.benchmarks.rounds import Goal, Moment, Sample, Workload
from tests.benchmarks.stores import CountingStore, new_store
from workers.clock import SystemClock
from workers.serving import serve_app
from workers.webhooks.receiver import Endpoint, Receiver, answer, read_body
from workers.webhooks.signature import is_signed
from workers.webhooks.writer import HintWriter

CONNECTION = "plentific"
SECRET, HEADER = "a-webhook-secret", "X-Plentific-Signature"
ENDPOINT = Endpoint(SECRET.encode(), HEADER.lower())
LIMIT = 0.025
"""Seconds that the 99th percentile of answers may take at half load."""
IN_A_ROW = 100
"""Answers that the rows about latency are of."""
INSERT = """
INSERT INTO hints (connection, kind, entity_id, generation, handled, received_at, last_received_at)
VALUES (?, ?, ?, 1, 0, ?, ?)
ON CONFLICT (connection, kind, entity_id) DO UPDATE SET
    generation = generation + 1, last_received_at = excluded.last_received_at
"""

OURS, PEER, EACH = "tiebeam webhooks", "HMAC only", "commit per request"
BOUND, LATE = "limit: p99", "tiebeam p99"


@asynccontextmanager
async def workload(folder: Path, count: int = 10_000) -> AsyncIterator[Workload]:
    """The workload; a smaller one for a try has less of a `count`."""
    ours, senders = _cores()
    async with AsyncExitStack() as stack:
        with _on(senders):
            sending = await stack.enter_async_context(sender(SECRET, HEADER))  # it stays there
        stack.enter_context(_on(ours))
        bench = Bench(folder, count, sending)
        yield Workload(
            name="W2 webhooks",
            about=(
                f"{count:,} signed deliveries of {BYTES:,} bytes about as many invoices, over "
                f"{CONNECTIONS} connections from another process on a core of its own, each "
                "answered when its hint is stored. "
                f"The rows named p99 are {IN_A_ROW} answers of which each takes as long as "
                "the 99th percentile at half the rate just measured, counted from when a delivery "
                f"was due; the limit is {LIMIT * 1000:g} ms. Proven in each round: every delivery "
                "answered with 202, and every hint stored."
            ),
            unit="deliveries",
            rows={
                PEER: "the same server: body read, signature checked, answered; keeps nothing",
                OURS: (
                    "receiver and hint writer: checked, parsed, hints written in groups, a commit "
                    "for each group (synchronous=FULL), measured"
                ),
                EACH: (
                    "the same receiver with the standard library's sqlite3 instead of the hint "
                    "writer: a commit for each delivery (synchronous=FULL)"
                ),
                BOUND: f"arithmetic: {LIMIT * 1000:g} ms an answer",
                LATE: "as tiebeam webhooks, at half its rate",
            },
            contenders={PEER: bench.hmac_only, OURS: bench.ours, EACH: bench.commit_each},
            goals=[
                Goal(OURS, PEER, 0.6, _cause),
                Goal(OURS, EACH, 3.0, _cause),
                Goal(LATE, BOUND, 1.0, _late),
            ],
            warm_up=partial(bench.ours, 500),
            smaller={LATE: bench.ours},
        )


def _cores() -> tuple[set[int], set[int]]:
    """The processor cores of the server, and the one of the sender; none where nobody can say."""
    if sys.platform != "linux":
        return set(), set()
    every = os.sched_getaffinity(0)
    last = {max(every)}
    return every - last or every, last


@contextmanager
def _on(cores: set[int]) -> Iterator[None]:
    """Stay on these cores, with all threads and processes started meanwhile."""
    if sys.platform != "linux":
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@dataclass(frozen=True)
class Bench:
    """What the contenders share."""

    folder: Path
    count: int
    sender: Sender

    async def hmac_only(self) -> Mapping[str, Sample]:
        """Nothing but the check."""
        async with _served(_check_only) as url:
            return {PEER: (await self._load(url, self.count))[0]}

    async def ours(self, count: int = 0) -> Mapping[str, Sample]:
        """The product: as fast as it can, and then at half that rate."""
        count = count or self.count
        async with (
            new_store(self.folder) as store,
            _writing(HintWriter(store)) as writer,
            _served(Receiver({CONNECTION: ENDPOINT}, writer, SystemClock())) as url,
        ):
            store.forget()
            full, _ = await self._load(url, count)
            facts = {"commits": store.writes, "writing": store.writing}
            await _check_stored(store, count)
            half, load = await self._load(url, count, full.rate / 2)
        late = {"p50": load.p50, "p99": load.p99, "rate": half.rate}
        return {
            OURS: Sample(full.items, full.seconds, full.cpu, facts),
            BOUND: Sample(IN_A_ROW, IN_A_ROW * LIMIT, 0.0),
            LATE: Sample(IN_A_ROW, IN_A_ROW * load.p99, half.cpu, late),
        }

    async def commit_each(self) -> Mapping[str, Sample]:
        """What is written without a second thought; fewer deliveries, for each takes as long."""
        count = max(self.count // 4, 1)
        async with new_store(self.folder) as store:
            place = store.place.removeprefix("sqlite:///")
            with closing(sqlite3.connect(place, isolation_level=None)) as connection:
                connection.execute("PRAGMA synchronous = FULL")
                writer = _CommitEach(store, connection)
                app = Receiver({CONNECTION: ENDPOINT}, writer, SystemClock())
                async with _served(app) as url:
                    sample, _ = await self._load(url, count)
            await _check_stored(store, count)
            return {EACH: sample}

    async def _load(self, url: str, count: int, rate: float = 0) -> tuple[Sample, Load]:
        await self.sender.prepare(f"{url}/webhooks/{CONNECTION}", count, rate)
        began = Moment.start()
        load = await self.sender.send()
        sample = began.sample(count)
        assert load.statuses == {"202": count}, f"not all were taken: {load.statuses}"
        return sample, load


class _CommitEach(HintWriter):
    """Writes each delivery's hints in a transaction of their own."""

    def __init__(self, store: Store, connection: sqlite3.Connection) -> None:
        super().__init__(store)
        self._connection = connection

    async def store_hints(self, new: Sequence[NewHint]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for one in new:
            at = one.received_at.replace(tzinfo=None).isoformat(" ")
            self._connection.execute(INSERT, (one.connection, one.kind, one.entity_id, at, at))
        self._connection.execute("COMMIT")


async def _check_only(scope: Scope, receive: Receive, send: Send) -> None:
    headers = dict(scope["headers"])
    body = await read_body(headers, receive)
    signature = headers.get(ENDPOINT.header.encode())
    signed = body is not None and is_signed(ENDPOINT.secret, body, signature)
    await answer(send, 202 if signed else 401)


@asynccontextmanager
async def _served(app: ASGIApp) -> AsyncIterator[str]:
    """The app as the product serves it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    serving = asyncio.create_task(serve_app(app, "127.0.0.1", port))
    await asyncio.sleep(0)  # it listens now
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        serving.cancel()
        await asyncio.wait({serving})


@asynccontextmanager
async def _writing(writer: HintWriter) -> AsyncIterator[HintWriter]:
    running = asyncio.create_task(writer.run())
    try:
        yield writer
    finally:
        running.cancel()
        await asyncio.wait({running})


async def _check_stored(store: CountingStore, deliveries: int) -> None:
    async with store.read() as tx:
        stored = (await hints.backlog(tx))[CONNECTION]
    assert stored == deliveries, f"{stored} of {deliveries} hints are stored"


def _cause(sample: Sample) -> str:
    facts = sample.facts
    return (
        f"{sample.cpu:.1f} of the {sample.seconds:.1f} s were CPU time "
        f"({sample.cpu / sample.items * 1e6:.0f} µs a delivery); SQLite was being written to for "
        f"{facts['writing']:.1f} s in {facts['commits']:.0f} commits, of "
        f"{sample.items / facts['commits']:.0f} deliveries each"
    )


def _late(sample: Sample) -> str:
    facts = sample.facts
    return (
        f"at {facts['rate']:.0f} deliveries a second the median was {facts['p50'] * 1000:.1f} ms, "
        f"the 99th percentile {facts['p99'] * 1000:.1f} ms"
    )
