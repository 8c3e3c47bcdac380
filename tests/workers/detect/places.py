"""The simulated Facilitee beside the simulated Plentific: properties, and units below them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from deploy.sandbox.facilitee import kinds, records
from deploy.sandbox.facilitee.kinds import Kind
from tests.workers.detect.world import Watch, World
from workers.detect import facilitee
from workers.detect.cycle import Progress


@dataclass
class Places:
    """A world whose client is one of Facilitee."""

    world: World

    @property
    def owners(self) -> Watch:
        return self.world.watch(facilitee.OWNERS)

    @property
    def properties(self) -> Watch:
        return self.world.watch(facilitee.PROPERTIES)

    @property
    def units(self) -> Watch:
        return self.world.watch(facilitee.PROPERTY_UNITS)

    def add(self, kind: Kind, **values: Any) -> str:
        """Make a record; returns its id."""
        state = self.world.sandbox.state
        return str(records.add(state.facilitee, kind, values, state.now())["id"])

    def add_property(self, **values: Any) -> str:
        """Make a property; returns its id."""
        return self.add(kinds.PROPERTY, name="Rosengarten", **values)

    def add_unit(self, property_id: str, **values: Any) -> str:
        """Make a unit of a property; returns its id."""
        return self.add(kinds.UNIT, propertyId=int(property_id), **values)

    def change(self, kind: Kind, record_id: str, **values: Any) -> None:
        """Change a record."""
        state = self.world.sandbox.state
        record = records.existing(state.facilitee, kind, record_id)
        records.change(state.facilitee, kind, record, values, state.now())

    def remove(self, kind: Kind, *record_ids: str) -> list[dict[str, Any]]:
        """Delete records; returns them, to be put back."""
        collection = self.world.sandbox.state.facilitee.records[kind.name]
        return [collection.remove(record_id) for record_id in record_ids]

    def put_back(self, kind: Kind, *gone: dict[str, Any]) -> None:
        """Let deleted records be there again."""
        state = self.world.sandbox.state
        for record in gone:
            state.facilitee.records[kind.name].add(str(record["id"]), state.now(), record)

    def hide(self, kind: Kind, *record_ids: str) -> None:
        """Leave records out of lists; they can still be read."""
        for record_id in record_ids:
            self.world.sandbox.state.facilitee.records[kind.name].hide(record_id)

    def calls(self, operation: str) -> int:
        """How often an operation of Facilitee was called."""
        return self.world.sandbox.state.requests.counts[f"facilitee {operation}"]

    async def look(self, **later: float) -> Progress:
        """Look at the properties and then below them, at once or later."""
        await self.properties.look(**later)
        return await self.units.look()

    async def baseline(self) -> None:
        """Look at both for the first time, which must be silent, and read all details."""
        await self.look()
        await self.look(minutes=1)
        assert await self.world.news() == []
