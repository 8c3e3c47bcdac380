"""A stage for one history: simulated providers, a store and topics of its own, workers that die."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from adapters.store import Store, cursors, inbox
from adapters.store.tables import outbox
from deploy.sandbox import Sandbox, running_sandbox
from deploy.sandbox.essensys import data as essensys
from deploy.sandbox.essensys.records import create_account
from deploy.sandbox.plentific import data as plentific
from tests.end_to_end import books, told
from tests.end_to_end.configuration import ACCOUNT, PRODUCT, TAX, table
from tests.end_to_end.told import Told
from tests.end_to_end.truth import Truth
from tests.faults.crew import Crew, WorkerProcess
from workers.react import intake

PATIENCE = 60.0  # seconds; only what never happens takes them
LOOK = 0.1  # seconds between two looks at whether a condition holds
STREAMS = ("invoices", "work-orders")  # those that the stories are about
PARTITIONS = 2

CONFIGURATION = """\
[kafka]
bootstrap_servers = "{kafka}"
topic_prefix = "{prefix}"
partitions = {partitions}
replication_factor = {replication_factor}
[store]
url = "{store_url}"
[http]
host = "127.0.0.1"
ops_port = 0
webhook_port = 0
[poll]
lease = "1s"
[relay]
lease = "1s"
[react]
lease = "{lease}"
settle = "1s"
[connections.plentific]
provider = "plentific"
base_url = "{plentific_url}"
client_id = "{plentific.CLIENT_ID}"
client_secret = "{plentific.CLIENT_SECRET}"
limits = {{ requests_per_second = 200, max_in_flight = 8, timeout = "{timeout}" }}
[connections.plentific.streams.work-orders]
every = "300ms"
[connections.plentific.streams.invoices]
every = "300ms"
[connections.operate]
provider = "essensys"
base_url = "{essensys_url}"
client_id = "{essensys.CLIENT_ID}"
client_secret = "{essensys.CLIENT_SECRET}"
username = "{essensys.USERNAME}"
password = "{essensys.PASSWORD}"
limits = {{ requests_per_second = 200, max_in_flight = 8, timeout = "{timeout}" }}
[reactions.recharge-paid-invoice]
mode = "live"
from = "plentific"
to = "operate"
product = {product}
tax = {tax}
account = {account}
"""


@dataclass
class Stage:
    """Where a history plays; `truth` says what is due of what happens on it."""

    kafka: str
    prefix: str
    folder: Path
    sandbox: Sandbox
    store: Store
    crew: Crew
    truth: Truth
    workers: list[WorkerProcess] = field(default_factory=list)

    @property
    def config(self) -> Path:
        return self.folder / "tiebeam.toml"

    # --- workers ------------------------------------------------------------------------------

    def start(
        self,
        *,
        die_at: str = "",
        freeze_at: str = "",
        home: Path | None = None,
        roles: Sequence[str] = (),
    ) -> WorkerProcess:
        """Start a worker with all roles, or some, by a command of its own where `home` is given.

        One that dies or freezes at a boundary if one is named.
        """
        log = self.folder / f"worker-{len(self.workers)}.log"
        arguments = ["--config", str(self.config), "--spans", str(self.folder / "spans")]
        if die_at:
            arguments += ["--die-at", die_at]
        if freeze_at:
            arguments += ["--freeze-at", freeze_at]
        begin = self.crew.start if home is None else partial(self.crew.start_fresh, home)
        self.workers.append(worker := begin(log, [*arguments, *roles]))
        return worker

    async def killed(self, worker: WorkerProcess) -> None:
        """Wait until a worker was ended by SIGKILL, its own or ours."""
        assert await self.ended(worker) == -signal.SIGKILL, worker.last_words()

    async def stopped(self, worker: WorkerProcess) -> float:
        """Ask a worker to end and wait until it has, in good order; returns the seconds it took."""
        began = time.monotonic()
        worker.stop()
        assert await self.ended(worker) == 0, worker.last_words()
        return time.monotonic() - began

    async def asleep(self, worker: WorkerProcess) -> None:
        """Wait until a worker has frozen itself."""

        async def frozen() -> bool:
            return worker.frozen()

        await self.until(frozen, "the worker's freezing", worker)

    async def ended(self, worker: WorkerProcess) -> int | None:
        """Wait for the end of a worker; returns its exit code."""

        async def ended() -> bool:
            return worker.exit_code() is not None

        await self.until(ended, "the end of the worker")
        return worker.exit_code()

    # --- waiting ------------------------------------------------------------------------------

    async def until(
        self,
        condition: Callable[[], Awaitable[bool]],
        what: str,
        worker: WorkerProcess | None = None,
        patience: float = PATIENCE,
    ) -> None:
        """Wait for a condition, for which a worker is needed if one is given."""
        deadline = time.monotonic() + patience
        while not await condition():
            if worker is not None and worker.exit_code() is not None:
                raise AssertionError(f"the worker ended before {what}: {worker.last_words()}")
            if time.monotonic() > deadline:
                said = self.workers[-1].last_words()
                raise AssertionError(f"within {patience:g} s: {what}; the worker said: {said}")
            await asyncio.sleep(LOOK)

    async def baselined(self, worker: WorkerProcess) -> None:
        """Wait for the silent first look and the details; what changes from now on is due."""

        async def done() -> bool:
            looks = await self._looks()
            return len(looks) == len(STREAMS) and all(one["baseline_at"] for one in looks)

        await self.until(done, "the baseline", worker)
        await self.looked_again(worker)
        self.truth.begin()

    async def looked_again(self, worker: WorkerProcess) -> None:
        """Wait until every stream has had a whole look that began after now."""
        began = datetime.now(UTC).isoformat()

        async def done() -> bool:
            return all((one["succeeded_at"] or "") > began for one in await self._looks())

        await self.until(done, "another look at every stream", worker)

    async def settled(self, worker: WorkerProcess) -> None:
        """Wait until all that is due is told and done, by the store's own account."""
        left: list[str] = []

        async def balanced() -> bool:
            published = await told.in_outbox(self.store)
            left[:] = await books.discrepancies([self.truth], published, self.store)
            return not left

        try:
            await self.until(balanced, "all that is due", worker)
        except AssertionError as error:
            raise AssertionError("\n".join([*left, str(error)])) from None

    async def closed(self, *workers: WorkerProcess) -> list[Told]:
        """Wait until all is settled, look once more, stop; returns the events on the topics.

        The first of the workers must not end before.
        """
        await self.settled(workers[0])
        await self.looked_again(workers[0])
        await self.caught_up(workers[0])
        await asyncio.gather(*map(self.stopped, workers))
        return await told.on_topics(self.kafka, self.prefix)

    async def caught_up(self, worker: WorkerProcess) -> None:
        """Wait until the consumer group has committed every record of the invoices' topic."""

        async def done() -> bool:
            topic = "plentific.invoices"
            return await told.consumed(self.kafka, self.prefix, topic, intake.GROUP)

        await self.until(done, "all offsets committed", worker)

    async def _looks(self) -> list[dict[str, Any]]:
        async with self.store.read() as tx:
            found = await cursors.everywhere(tx)
        return [
            one.value for one in found if one.connection == "plentific" and one.stream in STREAMS
        ]

    # --- evidence -----------------------------------------------------------------------------

    async def reactions_running(self) -> int:
        """How many reactions the store says are being worked on."""
        async with self.store.read() as tx:
            return len(await inbox.find(tx, states=["running"]))

    async def discrepancies(self, events: list[Told]) -> list[str]:
        """Everything in which providers, topics and store disagree, one line each."""
        dead = await told.records(self.kafka, self.prefix, told.DEAD_LETTERS)
        found = await books.discrepancies([self.truth], events, self.store)
        return found + [f"a dead letter: {record.headers}" for record in dead]

    async def not_on_topics(self, events: list[Told]) -> list[str]:
        """The events that stand in the outbox, and on no topic."""
        there = {event.id for event in events}
        async with self.store.read() as tx:
            rows = (await tx.execute(select(outbox.c.event_id, outbox.c.topic))).all()
        return [f"{topic}: {event_id}" for event_id, topic in rows if event_id not in there]

    def spans(self, after: int = 0) -> list[dict[str, Any]]:
        """The spans that ended, of all workers, but for so many at the beginning."""
        lines = (self.folder / "spans").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines[after:]]


@asynccontextmanager
async def stage(
    kafka: str, prefix: str, folder: Path, empty_store: Path, lease: str
) -> AsyncIterator[Stage]:
    """Set a stage with an SQLite store that has all tables."""
    shutil.copy(empty_store, folder / "tiebeam.db")
    async with staged(kafka, prefix, folder, f"sqlite:///{folder}/tiebeam.db", lease) as set_:
        yield set_


@asynccontextmanager
async def staged(
    kafka: str, prefix: str, folder: Path, store_url: str, lease: str, **settings: Any
) -> AsyncIterator[Stage]:
    """Set a stage: providers without records but accounts, and the store as it is.

    The settings are those of `_configuration`.
    """
    crew = Crew()
    async with running_sandbox() as sandbox, Store.open(store_url) as store:
        for account, place in zip(ACCOUNT.values(), ACCOUNT, strict=True):
            values = {"accountid": account, "clientname": f"Fictional tenant of {place}"}
            create_account(sandbox.state.essensys, values, sandbox.state.now())
        set_ = Stage(kafka, prefix, folder, sandbox, store, crew, Truth(sandbox.state))
        text = _configuration(set_, store_url, lease, **settings)
        set_.config.write_text(text, encoding="utf-8")
        try:
            yield set_
        finally:
            crew.dismiss()


def _configuration(
    on: Stage, store_url: str, lease: str, replication_factor: int = 1, timeout: str = "1s"
) -> str:
    """The configuration of the workers."""
    return CONFIGURATION.format(
        kafka=on.kafka,
        prefix=on.prefix,
        partitions=PARTITIONS,
        replication_factor=replication_factor,
        lease=lease,
        timeout=timeout,
        store_url=store_url,
        plentific=plentific,
        plentific_url=on.sandbox.plentific_url,
        essensys=essensys,
        essensys_url=on.sandbox.essensys_url,
        product=table(PRODUCT),
        tax=table(TAX),
        account=table(ACCOUNT),
    )
