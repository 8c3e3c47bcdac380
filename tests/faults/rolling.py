"""A rolling upgrade: replicas of one version give way to those of the next, in ordinary business.

In the end the books must balance: what is due by the simulated providers' own record was told and
done, each once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from adapters.store import leases
from tests.end_to_end import books, told
from tests.faults.crew import WorkerProcess
from tests.faults.plots import business, lines_of, slow_puts
from tests.faults.repairs import a_repair
from tests.faults.stage import Stage
from tests.faults.versions import Version

Roles = tuple[str, ...]
POLL, RELAY, REACT = ("poll", "webhooks"), ("relay",), ("react",)
ROLES: tuple[Roles, ...] = (POLL, RELAY, REACT)
REPLICAS = 2
START_PATIENCE = 150.0
"""Seconds: a start takes a processor four, and on a busy machine several stand in line."""
REPAIRS = 70
"""So many that there is something to be paid until the end."""


@dataclass
class Rollout:
    """The stage, the two versions, and who runs now."""

    stage: Stage
    old: Version
    new: Version
    random: Random
    replicas: dict[tuple[Roles, int], WorkerProcess] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    """Seconds that those who gave way took to end."""

    def start(self, roles: Roles, number: int, version: Version) -> None:
        """Start a replica."""
        self.replicas[roles, number] = self.stage.start(home=version.home, roles=roles)

    async def replace(self, roles: Roles, number: int, version: Version) -> None:
        """Ask a replica to end, and start one of a version in its place."""
        self.took.append(await self.stage.stopped(self.replicas[roles, number]))
        self.start(roles, number, version)

    async def all_work(self) -> None:
        """Wait until every replica has a share of the work that is done from now on."""
        seen = len(self.stage.spans())

        async def done() -> bool:
            spans = self.stage.spans(after=seen)
            reacted = {one["process"] for one in spans if one["name"].startswith("react ")}
            working = {REACT: reacted, POLL: await self._crew(POLL), RELAY: await self._crew(RELAY)}
            return all(one.pid in working[roles] for (roles, _), one in self.replicas.items())

        await self.stage.until(done, "work of every replica", patience=START_PATIENCE)

    async def _crew(self, roles: Roles) -> set[int]:
        async with self.stage.store.read() as tx:
            owners = await leases.owners(tx, f"crew/{roles[0]}/", datetime.now(UTC))
        return {int(owner.split("/")[1]) for owner in owners}

    async def kept_up(self) -> None:
        """Wait until what is due by now is told and done, while business goes on.

        It would wait for ever for a topic that each version leaves to the other.
        """
        truth = self.stage.truth
        left = {*truth.transitions(), *map(str, truth.charges_due())}

        async def done() -> bool:
            published = await told.in_outbox(self.stage.store)
            left.difference_update(map(books.transition, books.only_news(published)))
            sheets = truth.new_charge_sheets()
            left.difference_update(str(books.as_charge(sheet)) for sheet in sheets)
            return not left

        try:
            await self.stage.until(done, "all that is due by now")
        except AssertionError as error:
            raise AssertionError("\n".join([*left, str(error)])) from None

    @asynccontextmanager
    async def in_business(self) -> AsyncIterator[None]:
        """Ordinary business while the block lasts."""
        state = self.stage.sandbox.state
        repairs = [a_repair(state, lines_of(self.random, number)) for number in range(REPAIRS)]
        going_on = asyncio.create_task(business(self.stage, repairs, self.random))
        try:
            yield
        finally:
            going_on.cancel()
            with suppress(asyncio.CancelledError):
                await going_on


async def play(on: Rollout) -> list[str]:
    """Roll the new version out, one replica back and out again; return all that is not in order."""
    for roles in ROLES:
        for number in range(REPLICAS):
            on.start(roles, number, on.old)
    await on.stage.baselined(on.replicas[POLL, 0])
    slow_puts(on.stage)
    async with on.in_business():
        await on.all_work()
        upgraded = await asyncio.to_thread(on.new.tiebeam, on.stage.config, "store", "upgrade")
        assert upgraded.stdout == "store upgraded\n", upgraded.stderr
        for roles in ROLES:
            await on.replace(roles, 0, on.new)
        await on.all_work()
        await on.kept_up()
        await on.replace(REACT, 0, on.old)  # back again
        await on.replace(POLL, 1, on.new)
        await on.replace(RELAY, 1, on.new)
        await on.all_work()
        for number in range(REPLICAS):
            await on.replace(REACT, number, on.new)
        await on.all_work()
    events = await on.stage.closed(*on.replicas.values())
    return [*await on.stage.discrepancies(events), *await on.stage.not_on_topics(events)]
