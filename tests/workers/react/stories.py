"""Stories of the reactions, each told of as many things as wanted: what is there, what happens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from adapters.store.engine import Store
from deploy.sandbox import Sandbox
from deploy.sandbox.facilitee import kinds
from deploy.sandbox.facilitee import records as facilitee_records
from deploy.sandbox.plentific import records
from deploy.sandbox.plentific.identity import ORGANISATION_UUID
from deploy.sandbox.plentific.work_order_progress import create_child
from deploy.sandbox.plentific.work_orders import add_status, create_work_order
from events.envelope import Event
from tests.workers.fake_clock import FakeClock
from tests.workers.react import assets_world, invoices, planiso_world, plentific_world
from tests.workers.react.assets_world import ADDRESS, MIRROR, PERSON, AssetsWorld
from tests.workers.react.planiso_world import ONBOARD, REGISTER, SCHEDULE, PlanisoWorld
from tests.workers.react.plentific_world import PREPARE, RAISE, SIGN_OFF, PlentificWorld
from tests.workers.react.world import World, connected
from workers.react import attempt
from workers.react.reaction import Configured, Reaction
from workers.react.reactions import recharge_paid_invoice

RECHARGE = recharge_paid_invoice.REACTION

ACCEPT = "update_work_order_completion_report"


async def nothing(_world: Any, _thing: int) -> None:
    """Nothing is there before."""


@dataclass(frozen=True)
class Story:
    """What a reaction does about a thing, which is known by a number of its own.

    Attributes:
        calls: The operations that it calls, source and target together.
        event: The event of a thing with this number, from 0: all of one key.
        made: How often the target has what the first event asks for.
        write: The call that brings it about, or the first of them.
        look: The call by which it is looked for after a lost answer, or the first of them.
        before: Lets the systems have what the first event is about.
        changes: What its table has besides.
    """

    name: str
    reaction: Reaction
    calls: frozenset[str]
    event: Callable[[int, int], Event]
    made: Callable[[Any, int], int]
    write: str
    look: str
    before: Callable[[Any, int], Awaitable[None]] = nothing
    changes: dict[str, Any] = field(default_factory=dict)

    def configured(self, world: Any) -> Configured:
        """The reaction as the story has it configured."""
        configured: Configured = world.configured(**self.changes)
        return configured

    async def take(self, world: World, *events: Event) -> None:
        """Put the events into the inbox."""
        await world.take(*events, configured=self.configured(world))

    async def work(self, world: World, limit: int = 100) -> None:
        """Make one attempt at everything that is due, the oldest first."""
        executor = world.executor(self.configured(world))
        for row in await world.claim(executor, limit):
            await attempt.carry_out(executor, row)

    @asynccontextmanager
    async def world(self, sandbox: Sandbox, store: Store, clock: FakeClock) -> AsyncIterator[Any]:
        """The parts that it happens in."""
        if self.reaction is RECHARGE:
            async with connected(sandbox, clock) as client:
                yield World(sandbox, client, store, clock)
        elif self.reaction is MIRROR:
            async with assets_world.assets_world(sandbox, store, clock) as assets:
                yield assets
        elif self.reaction in (SCHEDULE, ONBOARD, REGISTER):
            async with planiso_world.planiso_world(self.reaction, sandbox, store, clock) as planiso:
                yield planiso
        else:
            async with plentific_world.plentific_world(
                self.reaction, sandbox, store, clock
            ) as plentific:
                yield plentific


def uuid_of(thing: int) -> str:
    """The uuid of a thing."""
    return str(UUID(int=thing + 1))


def done(world: World, operation: str, about: str = "") -> int:
    """How often the provider did an operation, about something that the path or body names."""
    found = world.sandbox.state.requests.find(operation=operation)
    return sum(
        200 <= (one.handled_status or 0) < 300 and about in f"{one.path} {one.body}"
        for one in found
    )


# --- recharge-paid-invoice --------------------------------------------------------------------


def _paid(thing: int, number: int) -> Event:
    uuid = f"invoice-{thing}-{number}"
    return invoices.paid(uuid=uuid, number=uuid, key=f"order {thing}")


def _charges(world: World, thing: int) -> int:
    wanted = f"Repair invoice invoice-{thing}-0 line"
    return sum(sheet["referencetext"].startswith(wanted) for sheet in world.sheets())


# --- raise-work-order, sign-off-completion ----------------------------------------------------


async def _known_as_an_estate(world: PlentificWorld, thing: int) -> None:
    state = world.sandbox.state
    values = {"id": thing + 1000, "name": "The Building", "customPropertyId": f"EST-{thing}"}
    facilitee_records.add(state.facilitee, kinds.PROPERTY, values, state.now())
    named = {"external_reference": f"EST-{thing}", "organisation_uuid": ORGANISATION_UUID}
    records.add(state.plentific, "estates", state.now(), named)


def _to_be_assigned(thing: int, number: int) -> Event:
    issue = {"id": str(thing), "property_id": str(thing + 1000)}
    return plentific_world.issue_event(again=number + 1, **issue)


def _raised(world: PlentificWorld, thing: int) -> int:
    texts = [order["external_reference"] for order in world.orders()]
    return sum(text.startswith(f"Facilitee issue {thing} (") for text in texts)


async def _reported(world: PlentificWorld, thing: int) -> None:
    await world.answer(plentific_world.issue_event(id=str(thing)), reaction=RAISE)
    world.report(uuid=uuid_of(thing))


def _settled(thing: int, number: int) -> Event:
    status = ("Resolved", "Closed")[number]
    return plentific_world.issue_event(status, again=number + 2, id=str(thing))


def _accepted(world: PlentificWorld, thing: int) -> int:
    return done(world, ACCEPT, uuid_of(thing))


# --- prepare-booked-room ----------------------------------------------------------------------


def _booking(first: int, *happened: str) -> Callable[[int, int], Event]:
    def event(thing: int, number: int) -> Event:
        return plentific_world.booking_event(
            happened[number], number + first, booking_id=str(thing)
        )

    return event


def _orders_of(world: PlentificWorld, thing: int) -> list[dict[str, Any]]:
    wanted = f"essensys booking {thing} ("
    return [one for one in world.orders() if one["external_reference"].startswith(wanted)]


async def _confirmed(world: PlentificWorld, thing: int) -> None:
    await world.answer(plentific_world.booking_event("confirmed", 1, booking_id=str(thing)))


def _cancelled(world: PlentificWorld, thing: int) -> int:
    return done(world, "update_work_order", _orders_of(world, thing)[0]["uuid"])


# --- the ones that call Planiso ---------------------------------------------------------------


def _converted(thing: int, _number: int) -> Event:
    return planiso_world.lead_event(lead_id=str(thing), name=f"Lead {thing}")


def _hired_contractor(thing: int, _number: int) -> Event:
    contractor = {"uuid": f"contractor-{thing}", "name": f"Contractor {thing}"}
    return planiso_world.order_event("hired", uuid=uuid_of(thing), contractor=contractor)


def _carrying(plural: str, custom_no: str) -> Callable[[PlanisoWorld, int], int]:
    def made(world: PlanisoWorld, thing: int) -> int:
        wanted = custom_no.format(thing=thing, uuid=uuid_of(thing))
        return sum(one["custom_no"] == wanted for one in world.records(plural))

    return made


async def _hired_and_booked(world: PlanisoWorld, thing: int) -> None:
    state = world.sandbox.state
    order = {"uuid": uuid_of(thing), "status": "hired"}
    create_work_order(state.plentific, state.now(), order)
    start, end = planiso_world.MORNING
    visit = {"start_datetime": start, "end_datetime": end}
    create_child(state.plentific, "bookings", uuid_of(thing), state.now(), visit)


def _scheduled(thing: int, number: int) -> Event:
    uuid = uuid_of(thing)
    if number:
        return planiso_world.booking_event(uuid=uuid)
    return planiso_world.order_event("hired", uuid=uuid)


async def _scheduled_then_over(world: PlanisoWorld, thing: int) -> None:
    await _hired_and_booked(world, thing)
    await world.answer(_scheduled(thing, 0))
    state = world.sandbox.state
    add_status(state.plentific, uuid_of(thing), "customer_cancelled", state.now())


def _over(thing: int, number: int) -> Event:
    uuid = uuid_of(thing)
    if number:
        return planiso_world.report_event(uuid=uuid)
    return planiso_world.order_event("customer_cancelled", uuid=uuid)


def _inactive(world: PlanisoWorld, thing: int) -> int:
    wanted = f"plentific/{uuid_of(thing)}"
    (project,) = [one for one in world.records("projects") if one["custom_no"] == wanted]
    return 0 if project["active"] else done(world, "delete_project", f"/{project['no']} ")


# --- mirror-assets ----------------------------------------------------------------------------


async def _let(world: AssetsWorld, thing: int) -> None:
    number = 1000 + thing
    world.enter("property", number, name=f"Building {thing}", address=ADDRESS)
    world.enter("owner", number, **PERSON, address=ADDRESS)
    world.enter("property_user", number, **PERSON)
    unit = {"propertyId": number, "ownerId": number, "propertyUserIds": [number]}
    world.enter("property_unit", number, customUnitId=f"Flat {thing}", **unit)


def _unit(thing: int, number: int) -> Event:
    return assets_world.asset_event("property_unit", 1000 + thing, again=number + 1)


def _mirrored(world: AssetsWorld, thing: int) -> int:
    return int(f"facilitee-property_unit-{1000 + thing}" in world.of("properties"))


STORIES = (
    Story(
        "recharge",
        RECHARGE,
        frozenset({"put chargesheet"}),
        _paid,
        _charges,
        "put chargesheet",
        "query chargesheet",
    ),
    Story(
        "raise",
        RAISE,
        frozenset(
            {"get_property", "list_properties", "list_blocks", "list_estates", "create_work_order"}
        ),
        _to_be_assigned,
        _raised,
        "create_work_order",
        "list_work_orders",
        _known_as_an_estate,
        {"property": {}},
    ),
    Story(
        "sign off",
        SIGN_OFF,
        frozenset({"list_work_order_completion_reports", ACCEPT}),
        _settled,
        _accepted,
        ACCEPT,
        "get_work_order_completion_report",
        _reported,
    ),
    Story(
        "prepare",
        PREPARE,
        frozenset({"create_work_order"}),
        _booking(1, "confirmed", "cancelled"),
        lambda world, thing: len(_orders_of(world, thing)),
        "create_work_order",
        "list_work_orders",
    ),
    Story(
        "prepare no more",
        PREPARE,
        frozenset({"get_work_order", "update_work_order"}),
        _booking(2, "cancelled", "confirmed"),
        _cancelled,
        "update_work_order",
        "get_work_order",
        _confirmed,
    ),
    Story(
        "onboard",
        ONBOARD,
        frozenset({"create_customer"}),
        _converted,
        _carrying("customers", "operate/{thing}"),
        "create_customer",
        "list_customers",
    ),
    Story(
        "register",
        REGISTER,
        frozenset({"create_subcontractor"}),
        _hired_contractor,
        _carrying("subcontractors", "plentific/contractor-{thing}"),
        "create_subcontractor",
        "list_subcontractors",
    ),
    Story(
        "schedule",
        SCHEDULE,
        frozenset(
            {
                "get_work_order",
                "list_work_order_completion_reports",
                "list_work_order_bookings",
                "get_work_order_booking",
                "create_project",
                "update_project",
            }
        ),
        _scheduled,
        _carrying("projects", "plentific/{uuid}"),
        "create_project",
        "list_projects",
        _hired_and_booked,
    ),
    Story(
        "schedule no more",
        SCHEDULE,
        frozenset({"get_work_order", "delete_project"}),
        _over,
        _inactive,
        "delete_project",
        "find_project",
        _scheduled_then_over,
    ),
    Story(
        "mirror",
        MIRROR,
        frozenset(
            {
                "get_property_unit",
                "get_property",
                "get_owner",
                "get_property_user",
                "create_bulk_import",
                "get_bulk_import",
            }
        ),
        _unit,
        _mirrored,
        "create_bulk_import",
        "list_estates",
        _let,
    ),
)
