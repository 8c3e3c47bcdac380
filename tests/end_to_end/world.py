"""A world for one test: simulated providers over HTTP, a Kafka, a store, and the whole pipeline."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from adapters.store import Store
from adapters.store.tables import cursors, outbox
from deploy.sandbox import Sandbox, SandboxState, running_sandbox
from deploy.sandbox.plentific.invoices import create_invoice, pay_invoice
from deploy.sandbox.plentific.work_orders import add_status, create_work_order
from tests.end_to_end import books, told
from tests.end_to_end.configuration import Configuration
from tests.end_to_end.told import Told
from tests.end_to_end.truth import Truth
from workers import run, settings
from workers.detect.cycle import Progress
from workers.wiring import Parts, assemble

GROUP = "tiebeam-react"
PATIENCE = 30.0
LOOK = 0.05  # seconds between two looks at whether a condition holds

TWO_LINES, ONE_LINE, ANOTHER_LINE, NOT_RECHARGED = 1, 7, 6, 4
"""Unpaid invoices of the seed "demo", by their place."""


async def until(
    condition: Callable[[], Awaitable[bool]], what: str, within: float = PATIENCE
) -> None:
    """Wait for a condition; AssertionError says what did not happen."""
    deadline = time.monotonic() + within
    while not await condition():
        assert time.monotonic() < deadline, f"within {within:g} s: {what}"
        await asyncio.sleep(LOOK)


WATCHED = ("invoices", "work-orders")
"""The streams that the stories are about; the others look at what does not change in them."""


@dataclass
class World:
    """Starts, stops and checks the pipeline; `sandbox` is the first of its providers."""

    config: Path
    kafka: str
    prefix: str
    store: Store
    sandbox: Sandbox
    truths: tuple[Truth, ...]
    parts: Parts = field(init=False)
    _running: AsyncExitStack | None = None
    _serving: asyncio.Task[None] | None = None
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def truth(self) -> Truth:
        """What is due of the first connection."""
        return self.truths[0]

    # --- the pipeline -------------------------------------------------------------------------

    async def start(self, roles: Iterable[str] = run.ROLES) -> None:
        """Start the workers in this process."""
        self._running = AsyncExitStack()
        loaded = settings.load(self.config, environ={})
        self.parts = await self._running.enter_async_context(assemble(loaded, self.config))
        self._stopping = asyncio.Event()
        work = run.serve(self.parts, tuple(roles), self._stopping)
        self._serving = asyncio.create_task(work, name="workers")

    async def stop(self) -> None:
        """Stop the workers in good order; what went wrong in them is raised."""
        if self._running is None or self._serving is None:
            return
        running, serving = self._running, self._serving
        self._running = self._serving = None
        self._stopping.set()
        try:
            await serving
        finally:
            await running.aclose()

    async def baselined(self) -> None:
        """Wait for the silent first look; what changes from now on is due."""

        async def done() -> bool:
            self.fail_if_ended()
            looks = await self.looks()
            all_of_them = len(looks) == len(WATCHED) * len(self.truths)
            return all_of_them and all(one.baseline_at for one in looks.values())

        await until(done, "the baseline")
        for truth in self.truths:
            truth.begin()

    async def looks(self) -> dict[str, Progress]:
        """How far each watched stream is, by connection and name, as the store has it."""
        async with self.store.read() as tx:
            found = list(await tx.execute(select(cursors)))
        repairs = {one.connection for one in found if one.stream == "work-orders"}
        streams = [one for one in found if one.stream in WATCHED and one.connection in repairs]
        return {f"{one.connection}/{one.stream}": Progress(**one.value) for one in streams}

    def fail_if_ended(self) -> None:
        """Raise what ended the workers, if they ended."""
        if self._serving is not None and self._serving.done():
            self._serving.result()
            raise AssertionError("the workers ended")

    # --- what happens at Plentific ------------------------------------------------------------

    def invoice(self, place: int) -> dict[str, Any]:
        """An invoice of the first Plentific by its place, as it holds it."""
        return list(self.sandbox.state.plentific.invoices)[place]

    def pay(self, place: int, state: SandboxState | None = None) -> str:
        """Pay an invoice, of the first Plentific or another; returns its uuid."""
        state = state or self.sandbox.state
        uuid = str(list(state.plentific.invoices)[place]["uuid"])
        pay_invoice(state.plentific, uuid, state.now())
        return uuid

    def pay_new(self) -> str:
        """A new invoice of one line comes in, paid already; returns its uuid."""
        state = self.sandbox.state
        fields = {"status": "paid", "property_external_reference": "PROP-002"}
        return str(create_invoice(state.plentific, state.now(), fields)["uuid"])

    def busy_day(self) -> None:
        """A bit of everything: orders move and come in, invoices are paid, received and overdue."""
        state = self.sandbox.state
        data, now = state.plentific, state.now()
        hired = next(order["uuid"] for order in data.work_orders if order["status"] == "hired")
        add_status(data, hired, "booked", now)
        add_status(data, hired, "done", now)
        place = {"external_reference": "EX-2001", "property_external_reference": "PROP-002"}
        order = create_work_order(data, now, place)
        fields = {"work_order_uuid": order["uuid"], "external_reference": "EX-INV-2001"}
        create_invoice(data, now, fields)
        self.invoice(NOT_RECHARGED)["status"] = "overdue"
        self.pay(TWO_LINES)
        self.pay(ONE_LINE)

    # --- what follows -------------------------------------------------------------------------

    async def settled(self, within: float = PATIENCE, **due: Any) -> None:
        """Wait until all that is due is told and done, by the store's own account.

        Then every stream looks once more, so that what would happen twice has its chance.
        """
        left: list[str] = []

        async def balanced() -> bool:
            self.fail_if_ended()
            published = await told.in_outbox(self.store)
            left[:] = await books.discrepancies(self.truths, published, self.store, **due)
            return not left

        try:
            await until(balanced, "all that is due", within)
        except AssertionError as error:
            raise AssertionError("\n".join([str(error), *left])) from None
        await self.looked_again()

    async def looked_again(self) -> None:
        """Wait until every stream has had a whole look that began after now."""
        began = datetime.now(UTC).isoformat()

        async def done() -> bool:
            self.fail_if_ended()
            return all((one.succeeded_at or "") > began for one in (await self.looks()).values())

        await until(done, "another look at every stream")

    async def published(self) -> bool:
        """Whether there are events and all of them are published."""
        async with self.store.read() as tx:
            rows = (await tx.execute(select(outbox.c.published_at))).scalars().all()
        return bool(rows) and None not in rows

    async def all_consumed(self) -> bool:
        """Whether the reactions' group has committed every record of the invoices' topic."""
        return await told.consumed(self.kafka, self.prefix, "plentific.invoices", GROUP)

    async def closed(self, within: float = PATIENCE, **due: Any) -> list[Told]:
        """Wait until all is settled, stop, and check the books against the real topics.

        Returns every event on the topics, repetitions included.
        """
        await self.settled(within, **due)
        await self.stop()
        on_topics = await told.on_topics(self.kafka, self.prefix)
        if left := await books.discrepancies(self.truths, on_topics, self.store, **due):
            raise AssertionError("\n".join(["the books do not balance", *left]))
        return on_topics


@asynccontextmanager
async def opened(
    folder: Path,
    empty_store: Path,
    kafka: str,
    prefix: str,
    *,
    store: str | None = None,
    seed: str = "demo",
    **given: Any,
) -> AsyncIterator[World]:
    """Open a world whose workers are not started yet; `given` is for its `Configuration`.

    Its store is a copy of `empty_store`, unless `store` is the URL of another one.

    `more` gives it a second sandbox under connection names of its own: {"north": "annexe"} is a
    Plentific "north" and an essensys "annexe", to which nothing is recharged.
    """
    more: Mapping[str, str] = given.pop("more", {})
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(running_sandbox(seed=seed))
        others = {
            pair: await stack.enter_async_context(running_sandbox(seed=seed))
            for pair in more.items()
        }
        shutil.copy(empty_store, folder / "tiebeam.db")
        url = store or f"sqlite:///{folder}/tiebeam.db"
        configuration = Configuration(
            kafka=kafka,
            prefix=prefix,
            store=url,
            sources={"plentific": sandbox} | {name: one for (name, _), one in others.items()},
            targets={"operate": sandbox} | {name: one for (_, name), one in others.items()},
            **given,
        )
        world = World(
            config=configuration.write(folder / "tiebeam.toml"),
            kafka=kafka,
            prefix=prefix,
            store=await stack.enter_async_context(Store.open(url)),
            sandbox=sandbox,
            truths=(
                Truth(sandbox.state, charged=configuration.mode == "live"),
                *(Truth(one.state, *pair, charged=False) for pair, one in others.items()),
            ),
        )
        try:
            yield world
        finally:
            await world.stop()
