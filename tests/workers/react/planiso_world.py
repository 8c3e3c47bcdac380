"""The parts around a reaction that calls Planiso, and what Planiso looks like after."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from adapters.http.limits import Limits
from adapters.planiso import client as planiso
from adapters.plentific import client as plentific
from adapters.store.engine import Store
from deploy.sandbox import Sandbox
from deploy.sandbox.planiso.data import API_KEY
from deploy.sandbox.planiso.records import add, change
from deploy.sandbox.planiso.resources import RESOURCES
from deploy.sandbox.plentific import data as plentific_data
from deploy.sandbox.plentific.work_order_progress import change_child, create_child
from deploy.sandbox.plentific.work_orders import add_status, create_work_order
from deploy.sandbox.recording import RecordedRequest
from events.envelope import Event
from events.essensys import LeadData
from events.plentific import BookingData, CompletionReportData, WorkOrderData
from tests.events import samples
from tests.events.samples import essensys as essensys_samples
from tests.events.samples import plentific as plentific_samples
from tests.workers.fake_clock import FakeClock
from tests.workers.react.world import HttpClock, World
from workers.react.means import Means
from workers.react.reaction import Configured, Place, Reaction
from workers.react.reactions import (
    onboard_converted_lead,
    register_contractor,
    schedule_work_order,
)

SCHEDULE, ONBOARD, REGISTER = (
    schedule_work_order.REACTION,
    onboard_converted_lead.REACTION,
    register_contractor.REACTION,
)
ORDER = samples.WORK_ORDER_UUID
CONTRACTOR = "15791638-f098-49ca-b1a6-40da5bc47255"
DAY, LATER = "2026-03-10", "2026-03-12"
MORNING = (f"{DAY}T08:00:00Z", f"{DAY}T12:00:00Z")
LATER_MORNING = (f"{LATER}T08:00:00Z", f"{LATER}T12:00:00Z")
PLACE = Place("planiso", None, "GBP", "Europe/London")
_transitions = count(1)


def settings(reaction: Reaction, **changes: Any) -> Any:
    """The reaction's table as the configuration has it."""
    source = "operate" if reaction is ONBOARD else "plentific"
    table = {"mode": "live", "from": source, "to": "planiso"}
    return reaction.settings.model_validate(table | changes)


def order_event(status: str, *, uuid: str = ORDER, **changes: Any) -> Event:
    """A work order that took a status, as its event; each one is another."""
    order = plentific_samples.work_order(uuid=uuid, status=status, **changes)
    return _event("plentific.work_order.status_changed", uuid, WorkOrderData(work_order=order))


def booking_event(happened: str = "created", *, uuid: str = ORDER) -> Event:
    """That something is true of a booking, as its event; its times are old news on purpose."""
    booking = plentific_samples.booking(work_order_uuid=uuid)
    return _event(f"plentific.booking.{happened}", uuid, BookingData(booking=booking))


def report_event(happened: str = "status_changed", *, uuid: str = ORDER) -> Event:
    """That something is true of a completion report, as its event."""
    report = plentific_samples.completion_report(work_order_uuid=uuid)
    data = CompletionReportData(completion_report=report)
    return _event(f"plentific.completion_report.{happened}", uuid, data)


def lead_event(**changes: Any) -> Event:
    """A lead that was converted, as its event."""
    lead = essensys_samples.lead(**{"converted": True} | changes)
    return _event("essensys.lead.converted", lead.lead_id, LeadData(lead=lead), "operate")


def _event(name: str, key: str, data: Any, connection: str = "plentific") -> Event:
    transition = str(next(_transitions))
    given = {"entity_id": key, "key": key, "data": data, "connection": connection}
    return samples.event(name, transition=transition, **given)


@dataclass
class PlanisoWorld(World):
    """Planiso as the target, with the questions that the tests ask of it."""

    client: Any
    plentific: Any
    reaction: Reaction

    def configured(self, client: Any = None, **changes: Any) -> Configured:
        """The reaction as configured; changes are keys of its table."""
        timezone = changes.pop("timezone", "Europe/London")
        own = settings(self.reaction, **changes)
        source = None if self.reaction is ONBOARD else self.plentific
        origin = Place(own.source, source, "GBP", "Europe/Paris")
        target = Place("planiso", client or self.client, "GBP", timezone)
        return Configured(self.reaction, own, origin, target)

    def executor(self, *configured: Configured, **changes: Any) -> Means:
        """An executor of these reactions (as configured, if none is given)."""
        return super().executor(*configured, **({"slots": {"planiso": 8}} | changes))

    async def answer(self, *events: Event, **changes: Any) -> str:
        """Take each event and make an attempt at it; return the state of the last."""
        configured = self.configured(**changes)
        for event in events:
            await self.take(event, configured=configured)
            await self.work(self.executor(configured))
        return (await self.states())[-1]

    async def again(self, **changes: Any) -> str:
        """Let the settling time pass, make another attempt; return the state it ends in."""
        self.clock.advance(minutes=5)
        return (await self.work(self.executor(self.configured(**changes)))).state

    async def reason(self) -> str:
        """Why the last row stands where it stands."""
        return (await self.rows())[-1].reason or ""

    # --- Planiso

    def fault(self, kind: str, **options: Any) -> Any:
        """A fault on what is created in Planiso, once unless told otherwise."""
        where = {"provider": "planiso"} if "operation" in options else {"method": "POST"}
        return self.sandbox.state.faults.add(kind, **({"provider": "planiso"} | where | options))

    def records(self, plural: str) -> list[dict[str, Any]]:
        """Every record of a resource that Planiso really has, oldest first."""
        return list(self.sandbox.state.planiso.records[plural])

    def project(self) -> tuple[str | None, str | None, bool]:
        """From when to when the only project lasts, and whether it is active."""
        (one,) = self.records("projects")
        return one["start_date"], one["end_date"], one["active"]

    def entered(self, plural: str, **values: Any) -> None:
        """Somebody, or a store that is lost, made a record in Planiso."""
        state = self.sandbox.state
        add(state.planiso, RESOURCES[plural], values, state.now())

    def edited(self, plural: str, **values: Any) -> None:
        """Somebody edits the newest record of a resource in Planiso."""
        state = self.sandbox.state
        record = self.records(plural)[-1]
        change(state.planiso, RESOURCES[plural], record, values, state.now())

    def calls(self, *methods: str) -> list[str]:
        """The operations that reached Planiso, in order; of these methods, if any are given."""
        return [
            one.operation for one in self._seen("planiso") if not methods or one.method in methods
        ]

    def writes(self) -> list[str]:
        """The operations that reached Planiso and may have changed something, in order."""
        return self.calls("POST", "PUT", "DELETE")

    # --- Plentific

    def looks(self) -> list[str]:
        """The operations that reached Plentific, in order, without signing in."""
        return [one.operation for one in self._seen("plentific") if one.operation != "create_token"]

    def order(self, *statuses: str, **fields: Any) -> None:
        """Plentific has the work order, which took these statuses one after another."""
        state = self.sandbox.state
        first, *others = statuses
        given = {"uuid": ORDER, "status": first, **fields}
        create_work_order(state.plentific, state.now(), given)
        for status in others:
            self.becomes(status)

    def becomes(self, status: str) -> None:
        """The work order takes a status, a minute later."""
        self.clock.advance(minutes=1)
        add_status(self.sandbox.state.plentific, ORDER, status, self.clock.now())

    def booked(self, start: str | None, end: str | None, **fields: Any) -> str:
        """The contractor books a visit; returns its uuid."""
        times = {"start_datetime": start, "end_datetime": end}
        return self._below("bookings", times | fields)

    def reported(self, status: str, **fields: Any) -> str:
        """The contractor reports, a minute later; returns the report's uuid."""
        self.clock.advance(minutes=1)
        return self._below("completion_reports", {"status": status, **fields})

    def changed(self, kind: str, uuid: str, **fields: Any) -> None:
        """A booking or completion report changes."""
        state = self.sandbox.state
        change_child(state.plentific, kind, ORDER, uuid, state.now(), fields)

    def _below(self, kind: str, fields: dict[str, Any]) -> str:
        state = self.sandbox.state
        return str(create_child(state.plentific, kind, ORDER, state.now(), fields)["_uuid"])

    def _seen(self, provider: str) -> list[RecordedRequest]:
        return self.sandbox.state.requests.find(provider=provider)


@asynccontextmanager
async def planiso_world(
    reaction: Reaction, sandbox: Sandbox, store: Store, clock: FakeClock
) -> AsyncIterator[PlanisoWorld]:
    """The parts around a reaction, closed at the end."""
    common: dict[str, Any] = {"limits": Limits(1_000_000, 50), "clock": HttpClock(clock)}
    target = planiso.connect(
        connection="planiso", base_url=sandbox.planiso_url, api_key=API_KEY, **common
    )
    source = plentific.connect(
        connection="plentific",
        base_url=sandbox.plentific_url,
        client_id=plentific_data.CLIENT_ID,
        client_secret=plentific_data.CLIENT_SECRET,
        **common,
    )
    try:
        yield PlanisoWorld(sandbox, target, store, clock, source, reaction)
    finally:
        await target.aclose()
        await source.aclose()
