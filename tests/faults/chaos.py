"""Chaos: three replicas of each role on PostgreSQL and three brokers, and all of them die at times.

What happens meanwhile is ordinary business. In the end the books must balance: what is due by the
simulated providers' own record was told and done, each once.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from deploy.kafka.cluster import Cluster
from tests.faults.crew import WorkerProcess
from tests.faults.plots import business, lines_of, slow_puts
from tests.faults.repairs import a_repair
from tests.faults.stage import Stage, staged
from tests.postgres import Server

ROLES = (("poll", "webhooks"), ("relay",), ("react",))
REPLICAS = 3
REPAIRS = 12
BROKERS = 3


@dataclass
class Chaos:
    """The stage, its replicas by role, and what was done to whom."""

    stage: Stage
    cluster: Cluster
    server: Server
    random: Random
    replicas: dict[tuple[str, ...], list[WorkerProcess]] = field(default_factory=dict)
    harmed: Counter[str] = field(default_factory=Counter)

    def start(self) -> WorkerProcess:
        """Start all replicas of all roles; returns one that looks."""
        for roles in ROLES:
            self.replicas[roles] = [self.stage.start(roles=roles) for _ in range(REPLICAS)]
        return self.replicas[ROLES[0]][0]

    async def rage(self, seconds: float) -> None:
        """Kill a replica every few seconds, and every minute or so a broker and the database."""
        end = asyncio.get_running_loop().time() + seconds
        period = min(seconds / 2, 60)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._now_and_then(self.kill_one, 1.5, 3.5, end))
            group.create_task(self._now_and_then(self.lose_a_broker, period / 2, period, end))
            group.create_task(self._now_and_then(self.lose_the_database, period, period, end))

    async def _now_and_then(
        self, harm: Callable[[], Awaitable[None]], shortest: float, longest: float, end: float
    ) -> None:
        loop = asyncio.get_running_loop()
        while (pause := self.random.uniform(shortest, longest)) + loop.time() < end:
            await asyncio.sleep(pause)
            await harm()

    async def kill_one(self) -> None:
        """Kill a replica, and start another in its place."""
        roles = self.random.choice(ROLES)
        number = self.random.randrange(REPLICAS)
        victim = self.replicas[roles][number]
        victim.kill()
        await self.stage.ended(victim)
        self.replicas[roles][number] = self.stage.start(roles=roles)
        self.harmed[roles[0]] += 1
        self.start_the_ended()

    def start_the_ended(self) -> None:
        """Start anew who has ended by himself, as whoever runs containers does."""
        for roles, replicas in self.replicas.items():
            for number, one in enumerate(replicas):
                if one.exit_code() is not None:
                    replicas[number] = self.stage.start(roles=roles)

    async def lose_a_broker(self) -> None:
        """Kill a broker, let business go on without it, and start it again."""
        number = self.random.randint(1, BROKERS)
        self.cluster.kill_broker(number)
        await asyncio.sleep(3)
        await asyncio.to_thread(self.cluster.start_broker, number)
        self.harmed["broker"] += 1

    async def lose_the_database(self) -> None:
        """Kill the database's server, let business go on without it, and start it again."""
        self.server.kill()
        await asyncio.sleep(2)
        await asyncio.to_thread(self.server.start)
        self.harmed["database"] += 1


@asynccontextmanager
async def chaos(cluster: Cluster, server: Server, folder: Path, seed: int) -> AsyncIterator[Chaos]:
    """Set the stage."""
    kafka, prefix = cluster.bootstrap_servers, f"chaos-{seed}."
    async with staged(
        kafka, prefix, folder, server.url(), lease="4s", replication_factor=BROKERS
    ) as set_:
        await set_.store.upgrade()
        yield Chaos(set_, cluster, server, Random(seed))


async def play(on: Chaos, seconds: float) -> list[str]:
    """Let it rage, wait until all is in order, and return all that is not."""
    stage, random = on.stage, on.random
    repairs = [a_repair(stage.sandbox.state, lines_of(random, n)) for n in range(REPAIRS)]
    await stage.baselined(on.start())
    slow_puts(stage)
    going_on = asyncio.create_task(business(stage, repairs, random))
    await on.rage(seconds)
    going_on.cancel()
    await asyncio.wait({going_on})
    on.start_the_ended()
    looking = on.replicas[ROLES[0]][0]
    others = [one for replicas in on.replicas.values() for one in replicas if one is not looking]
    events = await stage.closed(looking, *others)
    return [*await stage.discrepancies(events), *await stage.not_on_topics(events)]
