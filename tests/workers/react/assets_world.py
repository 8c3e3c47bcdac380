"""The parts around mirror-assets: what is at Facilitee, and what Plentific has of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from adapters.store.engine import Store
from deploy.sandbox import Sandbox
from deploy.sandbox.facilitee import kinds, records
from deploy.sandbox.plentific.identity import ORGANISATION_UUID
from deploy.sandbox.recording import RecordedRequest
from events.base import EventModel
from events.envelope import Event
from events.facilitee import OwnerData, PropertyData, PropertyUnitData, PropertyUserData
from tests.events import samples
from tests.events.samples import facilitee
from tests.workers.fake_clock import FakeClock
from tests.workers.react.plentific_world import PlentificWorld, plentific_world
from tests.workers.react.world import HttpClock, hooked
from workers.react.effects import asset_import
from workers.react.reaction import Configured, Place, Reaction
from workers.react.reactions import mirror_assets
from workers.react.reactions.mirror_assets import Settings

MIRROR = mirror_assets.REACTION
BUILDING, UNIT, OWNER, USER = 55, 66, 468, 610
KINDS = {
    "property": kinds.PROPERTY,
    "property_unit": kinds.UNIT,
    "owner": kinds.OWNER,
    "property_user": kinds.PROPERTY_USER,
}
ADDRESS = {
    "street": "Javastraat",
    "streetNumber": "1",
    "postCode": "1094 EM",
    "city": "Amsterdam",
    "country": "Netherlands",
}
PERSON = {"name": "Tessa Tulp", "countryCode": "31", "phoneNumber": "984356578"}
TABLE: dict[str, Any] = {
    "mode": "live",
    "from": "facilitee",
    "to": "plentific",
    "organisation_uuid": ORGANISATION_UUID,
}
PLACE = Place("plentific", None, "GBP", "Europe/London")


def settings(**changes: Any) -> Settings:
    """The reaction's table as the configuration has it."""
    return Settings.model_validate(TABLE | changes)


def asset_event(kind: str, entity_id: int, happened: str = "updated", again: int = 1) -> Event:
    """Something happened to one of Facilitee's; `again` tells events of one thing apart."""
    data: dict[str, EventModel] = {
        "property": PropertyData(property=facilitee.building(id=entity_id), previous={}),
        "property_unit": PropertyUnitData(
            property_unit=facilitee.property_unit(id=entity_id), previous={}
        ),
        "owner": OwnerData(owner=facilitee.owner(id=entity_id), previous={}),
        "property_user": PropertyUserData(
            property_user=facilitee.property_user(id=entity_id), previous={}
        ),
    }
    return samples.event(
        f"facilitee.{kind}.{happened}",
        connection="facilitee",
        entity_id=str(entity_id),
        transition=f"{happened}/{again}",
        key=str(entity_id),
        sequence=again,
        data=data[kind],
    )


@dataclass
class AssetsWorld(PlentificWorld):
    """Facilitee with its places and people, and the questions that the tests ask of Plentific."""

    def configured(
        self, client: Any = None, *, reaction: Reaction | None = None, **changes: Any
    ) -> Configured:
        """The reaction as configured; its waiting takes no time."""
        if reaction not in (None, MIRROR):
            return super().configured(client, reaction=reaction, **changes)
        own = settings(**changes)
        source = Place(own.source, self.facilitee, "GBP", "Europe/London")
        target = Place("plentific", client or self.client, "GBP", "Europe/London")
        send = partial(asset_import.send, clock=HttpClock(self.clock))
        return hooked(Configured(MIRROR, own, source, target), send=send)

    def fault(self, kind: str, **options: Any) -> Any:
        """A fault on what is imported, once unless told otherwise."""
        return super().fault(kind, **({"operation": "create_bulk_import"} | options))

    def enter(self, kind: str, entity_id: int, **values: Any) -> None:
        """Let Facilitee have something."""
        state = self.sandbox.state
        records.add(state.facilitee, KINDS[kind], {"id": entity_id, **values}, state.now())

    def edit(self, kind: str, entity_id: int, **values: Any) -> None:
        """Somebody changes something at Facilitee."""
        state = self.sandbox.state
        record = records.existing(state.facilitee, KINDS[kind], entity_id)
        records.change(state.facilitee, KINDS[kind], record, values, state.now())

    def remove(self, kind: str, entity_id: int) -> None:
        """Somebody removes something at Facilitee."""
        self.sandbox.state.facilitee.records[KINDS[kind].name].remove(str(entity_id))

    def enter_all(self) -> None:
        """Let Facilitee have a building with one unit, its owner, and somebody who lives there."""
        self.enter("property", BUILDING, name="The Building", address=ADDRESS)
        self.enter("owner", OWNER, **PERSON | {"name": "Otto von Owen"}, address=ADDRESS)
        self.enter("property_user", USER, **PERSON, email="tessa.tulp@example.com")
        self.enter_unit(UNIT, propertyUserIds=[USER])

    def enter_unit(self, unit_id: int, **values: Any) -> None:
        """Let the building have a unit."""
        own = {"propertyId": BUILDING, "ownerId": OWNER, "customUnitId": f"Flat {unit_id}"}
        self.enter("property_unit", unit_id, **own | values)

    def of(self, name: str) -> dict[str, dict[str, Any]]:
        """What Plentific has of a kind and was mirrored, by external reference."""
        found = self.sandbox.state.plentific.of(name)
        ours = [one for one in found if one["external_reference"] != "PROP-001"]
        by_reference = {one["external_reference"]: one for one in ours}
        assert len(by_reference) == len(ours), "nothing is there twice"
        return by_reference

    def uuid(self, name: str, reference: str) -> str:
        """The uuid that Plentific gave to something."""
        return str(self.of(name)[reference]["uuid"])

    def imports(self) -> list[RecordedRequest]:
        """The imports that reached Plentific."""
        return [one for one in self.writes() if one.operation == "create_bulk_import"]

    def imported(self) -> list[list[str]]:
        """What each of them was about, such as estates."""
        return [list(orjson.loads(one.body or "{}")) for one in self.imports()]


@asynccontextmanager
async def assets_world(
    sandbox: Sandbox, store: Store, clock: FakeClock
) -> AsyncIterator[AssetsWorld]:
    """The parts around mirror-assets, with one unit and all about it at Facilitee."""
    async with plentific_world(MIRROR, sandbox, store, clock) as made:
        world = AssetsWorld(**vars(made))
        world.enter_all()
        yield world
