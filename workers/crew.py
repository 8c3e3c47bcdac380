"""The crew: the replicas that do the same work, and which share of the work is whose.

Each replica holds a lease in its own name while it lives. Who is there decides, without anybody
being asked, to whom a piece of work belongs: the one whose name and the work's make the highest
hash. When a replica comes or goes, only its own share moves, within the time of a lease. Who does
what is decided by the leases of the work itself; the crew only keeps replicas out of each other's
way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

from adapters.store import leases
from adapters.store.errors import StoreError
from workers.lease import Lessee
from workers.telemetry import logs, pulse

PLACES = "crew/"
"""What the names of the leases of all replicas, of all roles, begin with."""

log = logs.logger("crew")


@dataclass
class Crew:
    """The replicas of a role, as this one of them sees it.

    Attributes:
        members: The owners' names; before the first look, and while the store is away, as last
            seen.
    """

    role: str
    lessee: Lessee
    members: tuple[str, ...] = ()
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def is_ours(self, work: str) -> bool:
        """Whether a piece of work is this replica's."""
        owner = self.lessee.owner
        return max({*self.members, owner}, key=lambda one: _weight(one, work)) == owner

    def ours(self, works: Iterable[str]) -> list[str]:
        """Those pieces of work that are this replica's."""
        return [work for work in works if self.is_ours(work)]

    async def join(self) -> None:
        """Say that this replica is there, and see who else is."""
        lessee = self.lessee
        await lessee.take(f"{self._prefix}{lessee.owner}")
        async with lessee.store.read() as tx:
            members = tuple(await leases.owners(tx, self._prefix, lessee.clock.now()))
        if members != self.members:
            self.members = members
            log.info("crew", role=self.role, members=len(members))
            self.changed.set()
            self.changed = asyncio.Event()

    async def keep(self) -> None:
        """Stay in the crew until cancelled, then leave it."""
        every = self.lessee.duration.total_seconds() / 3
        try:
            with pulse.of(f"crew of {self.role}") as turned:
                while True:
                    turned()
                    try:
                        await self.join()
                    except StoreError as error:
                        log.error("store not usable", why=str(error))
                    await self.lessee.clock.sleep(every)
        finally:
            await self._leave()

    async def _leave(self) -> None:
        try:
            await self.lessee.release(await self.lessee.take(f"{self._prefix}{self.lessee.owner}"))
        except StoreError as error:  # it is missed when its lease has run out
            log.warning("store not usable", why=str(error))

    @property
    def _prefix(self) -> str:
        return f"{PLACES}{self.role}/"


def _weight(owner: str, work: str) -> bytes:
    return blake2b(f"{owner}\n{work}".encode(), digest_size=8).digest()
