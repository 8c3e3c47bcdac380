"""The parts around a reaction that calls Plentific, and what Plentific looks like after."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from adapters.facilitee import client as facilitee
from adapters.http.limits import Limits
from adapters.plentific import client as plentific
from adapters.plentific.client import PlentificClient
from adapters.store.engine import Store
from deploy.sandbox import Sandbox
from deploy.sandbox.facilitee import data as facilitee_data
from deploy.sandbox.facilitee import kinds, records
from deploy.sandbox.plentific import data, work_order_progress
from deploy.sandbox.plentific.identity import ORGANISATION_UUID, uuid_of
from deploy.sandbox.plentific.work_orders import create_work_order
from deploy.sandbox.recording import RecordedRequest
from events.envelope import Event
from events.essensys import BookingData
from events.facilitee import IssueData
from tests.events import samples
from tests.events.samples import essensys as essensys_samples
from tests.events.samples import facilitee as facilitee_samples
from tests.workers.fake_clock import FakeClock
from tests.workers.react.world import HttpClock, World
from workers.react.means import Means
from workers.react.reaction import Configured, Place, Reaction
from workers.react.reactions import prepare_booked_room, raise_work_order, sign_off_completion

CATEGORY = uuid_of("category/plumber")
SERVICE = uuid_of("service/plumbing")
PROPERTY = "PROP-001"
PROPERTY_UUID = uuid_of(f"property/{PROPERTY}")
ISSUE, ROOM = "77", "150"
RAISE, SIGN_OFF, PREPARE = (
    raise_work_order.REACTION,
    sign_off_completion.REACTION,
    prepare_booked_room.REACTION,
)
SETTINGS: dict[str, dict[str, Any]] = {
    RAISE.name: {
        "mode": "live",
        "from": "facilitee",
        "to": "plentific",
        "organisation_uuid": ORGANISATION_UUID,
        "account_code": "MAINT",
        "property": {"55": PROPERTY_UUID},
        "category": {"Plumbing": CATEGORY},
        "service": {"Plumbing": SERVICE},
    },
    SIGN_OFF.name: {"mode": "live", "from": "facilitee", "to": "plentific"},
    PREPARE.name: {
        "mode": "live",
        "from": "operate",
        "to": "plentific",
        "organisation_uuid": ORGANISATION_UUID,
        "account_code": "ROOMS",
        "room": {ROOM: {"property": PROPERTY, "category": CATEGORY, "service": SERVICE}},
    },
}
PLACE = Place("plentific", None, "GBP", "Europe/London")


def settings(reaction: Reaction, **changes: Any) -> Any:
    """The reaction's table as the configuration has it; a change to None leaves a key out."""
    table = SETTINGS[reaction.name] | changes
    return reaction.settings.model_validate({k: v for k, v in table.items() if v is not None})


def issue_event(
    status: str = "ToBeAssigned",
    *,
    happened: str = "status_changed",
    again: int = 1,
    **changes: Any,
) -> Event:
    """An issue in a status, as its event; `again` tells events of one issue apart."""
    issue = facilitee_samples.issue(
        **{"status": status, "custom_property_id": None, "id": ISSUE} | changes
    )
    return samples.event(
        f"facilitee.issue.{happened}",
        connection="facilitee",
        entity_id=issue.id,
        transition=f"{status}/{again}",
        key=issue.id,
        sequence=again,
        data=IssueData(issue=issue, previous={"status": "new"}),
    )


def booking_event(happened: str, sequence: int, **changes: Any) -> Event:
    """A booking that was confirmed or cancelled, as its event."""
    booking = essensys_samples.booking(**{"status": happened} | changes)
    return samples.event(
        f"essensys.booking.{happened}",
        connection="operate",
        entity_id=booking.booking_id,
        transition=str(sequence),
        key=booking.booking_id,
        sequence=sequence,
        data=BookingData(booking=booking, previous={}),
    )


@dataclass
class PlentificWorld(World):
    """Plentific as the target, with the questions that the tests ask of it."""

    client: Any
    facilitee: Any
    reaction: Reaction

    def configured(
        self, client: Any = None, *, reaction: Reaction | None = None, **changes: Any
    ) -> Configured:
        """The reaction as configured; changes are keys of its table."""
        chosen = reaction or self.reaction
        own = settings(chosen, **changes)
        source = Place(own.source, self.facilitee, "GBP", "Europe/London")
        target = Place("plentific", client or self.client, "GBP", "Europe/London")
        return Configured(chosen, own, source, target)

    def executor(self, *configured: Configured, **changes: Any) -> Means:
        """An executor of these reactions (as configured, if none is given)."""
        return super().executor(*configured, **({"slots": {"plentific": 8}} | changes))

    async def answer(self, *events: Event, reaction: Reaction | None = None, **changes: Any) -> str:
        """Take each event and make an attempt at it; return the state of the last."""
        configured = self.configured(reaction=reaction, **changes)
        for event in events:
            await self.take(event, configured=configured)
            await self.work(self.executor(configured))
        return (await self.states())[-1]

    async def again(self, **changes: Any) -> str:
        """Let the settling time pass, make another attempt; return the state it ends in."""
        self.clock.advance(minutes=5)
        return (await self.work(self.executor(self.configured(**changes)))).state

    def fault(self, kind: str, **options: Any) -> Any:
        """A fault on what is written to Plentific, once unless told otherwise."""
        where = {"provider": "plentific", "operation": "create_work_order"}
        return self.sandbox.state.faults.add(kind, **(where | options))

    def orders(self) -> list[dict[str, Any]]:
        """Every work order that Plentific really has, oldest first."""
        return list(self.sandbox.state.plentific.work_orders)

    def statuses(self) -> list[str]:
        """The statuses of the work orders, oldest first."""
        return [order["status"] for order in self.orders()]

    def writes(self) -> list[RecordedRequest]:
        """Every write that reached Plentific, without signing in."""
        found = self.sandbox.state.requests.find(provider="plentific")
        return [one for one in found if one.method != "GET" and one.operation != "create_token"]

    def reads(self) -> list[RecordedRequest]:
        """Every read that reached Plentific."""
        return self.sandbox.state.requests.find(provider="plentific", method="GET")

    def report(self, **fields: Any) -> str:
        """A completion report of the newest work order; returns its uuid."""
        state = self.sandbox.state
        order = self.orders()[-1]["uuid"]
        made = work_order_progress.create_child(
            state.plentific, "completion_reports", order, state.now(), fields
        )
        return str(made["_uuid"])

    def report_statuses(self) -> list[str]:
        """The statuses of the newest work order's completion reports, oldest first."""
        order = self.orders()[-1]["uuid"]
        reports = self.sandbox.state.plentific.below("completion_reports", order)
        return [report["status"] for report in reports]

    def property_named(self, custom: str | None) -> None:
        """Let Facilitee have the property of the issue, with an own reference."""
        values = {"id": 55, "name": "The Building", "customPropertyId": custom}
        state = self.sandbox.state
        records.add(state.facilitee, kinds.PROPERTY, values, state.now())

    def entered(self, **fields: Any) -> str:
        """Somebody enters a work order in Plentific; returns its uuid."""
        state = self.sandbox.state
        return str(create_work_order(state.plentific, state.now(), fields)["uuid"])


@asynccontextmanager
async def plentific_world(
    reaction: Reaction, sandbox: Sandbox, store: Store, clock: FakeClock
) -> AsyncIterator[PlentificWorld]:
    """The parts around a reaction, with one property in Plentific; closed at the end."""
    common: dict[str, Any] = {"limits": Limits(1_000_000, 50), "clock": HttpClock(clock)}
    target: PlentificClient = plentific.connect(
        connection="plentific",
        base_url=sandbox.plentific_url,
        client_id=data.CLIENT_ID,
        client_secret=data.CLIENT_SECRET,
        **common,
    )
    source = facilitee.connect(
        connection="facilitee",
        base_url=sandbox.facilitee_url,
        client_id=facilitee_data.CLIENT_ID,
        client_secret=facilitee_data.CLIENT_SECRET,
        **common,
    )
    made = create_work_order(sandbox.state.plentific, clock.now(), {})
    sandbox.state.plentific.work_orders.remove(made["uuid"])  # its property stays
    try:
        yield PlentificWorld(sandbox, target, store, clock, source, reaction)
    finally:
        await target.aclose()
        await source.aclose()
