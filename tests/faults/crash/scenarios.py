"""What the reactions are given to do: events, what the providers have, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from deploy.sandbox import SandboxState
from deploy.sandbox.essensys.records import charge_sheets, create_account
from deploy.sandbox.facilitee import kinds
from deploy.sandbox.facilitee import records as facilitee
from deploy.sandbox.plentific.work_order_progress import change_child, create_child
from deploy.sandbox.plentific.work_orders import add_status, create_work_order
from events.envelope import Event
from tests.workers.react import assets_world, invoices, planiso_world, plentific_world
from tests.workers.react.assets_world import ADDRESS, BUILDING, OWNER, PERSON, UNIT, USER
from tests.workers.react.invoices import line, paid
from tests.workers.react.planiso_world import CONTRACTOR, LATER_MORNING, MORNING, ORDER
from tests.workers.react.plentific_world import ISSUE, PROPERTY

Happening = Callable[[SandboxState, datetime], None]
"""Something that happens at the providers, at a time."""

BY_REFERENCE = frozenset({"answer", "reference"})
BY_VALUE = frozenset({"answer", "value"})


@dataclass(frozen=True)
class Act:
    """Something happens at the providers, and events tell of it."""

    happens: Happening
    events: Sequence[Event]


@dataclass(frozen=True)
class Scenario:
    """Acts, the last of which is disturbed.

    Attributes:
        reactions: The tables of the reactions, as in the configuration.
        writes: The calls that the last act makes, by operation: no more, no less, whatever happens.
        seen: What the providers have in the end, by business keys.
        known: All the ways in which effects are known to have happened, after one crash or another.
        repeats: Calls that may be made again after a crash, for they change nothing then.
    """

    name: str
    reactions: Mapping[str, Mapping[str, Any]]
    acts: Sequence[Act]
    writes: Mapping[str, int]
    seen: Callable[[SandboxState], Any]
    known: frozenset[str]
    repeats: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return self.name


# --- recharge-paid-invoice --------------------------------------------------------------------


def _account(state: SandboxState, now: datetime) -> None:
    create_account(state.essensys, {"accountid": invoices.ACCOUNT, "clientname": "Example"}, now)


def _account_that_hides_references(state: SandboxState, now: datetime) -> None:
    _account(state, now)
    state.essensys.settings.current_charge_shows_reference = False


def _charges(state: SandboxState) -> Any:
    names = ("account", "product", "quantity", "unitprice", "referencetext")
    return [[sheet.get(name) for name in names] for sheet in charge_sheets(state.essensys)]


RECHARGE = Scenario(
    name="recharge-paid-invoice",
    reactions={"recharge-paid-invoice": invoices.SETTINGS},
    acts=[Act(_account, [paid(line(), line())])],
    writes={"put chargesheet": 2},
    seen=_charges,
    known=BY_REFERENCE,
)
RECHARGE_BY_VALUE = replace(
    RECHARGE,
    name="recharge-paid-invoice, no reference to be read",
    acts=[Act(_account_that_hides_references, [paid(line(), line())])],
    known=BY_VALUE,
)

# --- schedule-work-order ----------------------------------------------------------------------


def _hired_and_booked(state: SandboxState, now: datetime) -> None:
    create_work_order(state.plentific, now, {"uuid": ORDER, "status": "hired"})
    start, end = MORNING
    times = {"start_datetime": start, "end_datetime": end}
    create_child(state.plentific, "bookings", ORDER, now, times)


def _moved(state: SandboxState, now: datetime) -> None:
    (booking,) = state.plentific.below("bookings", ORDER)
    start, end = LATER_MORNING
    changes = {"start_datetime": start, "end_datetime": end}
    change_child(state.plentific, "bookings", ORDER, booking["_uuid"], now, changes)


def _cancelled(state: SandboxState, now: datetime) -> None:
    add_status(state.plentific, ORDER, "cancelled", now)


def _projects(state: SandboxState) -> Any:
    names = ("custom_no", "start_date", "end_date", "active")
    return [[one[name] for name in names] for one in state.planiso.records["projects"]]


BOOKED = Act(
    _hired_and_booked, [planiso_world.order_event("hired"), planiso_world.booking_event("created")]
)
MOVED = Act(_moved, [planiso_world.booking_event("updated")])
CANCELLED = Act(_cancelled, [planiso_world.order_event("cancelled")])
SCHEDULE = Scenario(
    name="schedule-work-order, booked",
    reactions={"schedule-work-order": {"mode": "live", "from": "plentific", "to": "planiso"}},
    acts=[BOOKED],
    writes={"create_project": 1, "update_project": 1},
    seen=_projects,
    known=BY_REFERENCE | BY_VALUE,
)
SCHEDULE_MOVED = replace(
    SCHEDULE,
    name="schedule-work-order, moved",
    acts=[BOOKED, MOVED],
    writes={"update_project": 1},
    known=BY_VALUE,
)
SCHEDULE_CANCELLED = replace(
    SCHEDULE,
    name="schedule-work-order, cancelled",
    acts=[BOOKED, CANCELLED],
    writes={"delete_project": 1},
    known=BY_VALUE,
)

# --- onboard-converted-lead, register-contractor ----------------------------------------------


def _nothing(_state: SandboxState, _now: datetime) -> None:
    """Whatever the reaction needs stands in the event."""


def _planiso(resource: str) -> Callable[[SandboxState], Any]:
    def seen(state: SandboxState) -> Any:
        records = state.planiso.records
        named = [one["name"] for one in records["organizations"]]
        return [one["custom_no"] for one in records[resource]], named

    return seen


def _hired(order: str) -> Event:
    contractor = {"uuid": CONTRACTOR, "name": "Boyer and Sons"}
    return planiso_world.order_event("hired", uuid=order, contractor=contractor)


ONBOARD = Scenario(
    name="onboard-converted-lead",
    reactions={"onboard-converted-lead": {"mode": "live", "from": "operate", "to": "planiso"}},
    acts=[Act(_nothing, [planiso_world.lead_event()])],
    writes={"create_customer": 1},
    seen=_planiso("customers"),
    known=BY_REFERENCE,
)
REGISTER = Scenario(
    name="register-contractor, hired twice at once",
    reactions={"register-contractor": {"mode": "live", "from": "plentific", "to": "planiso"}},
    acts=[Act(_nothing, [_hired("one"), _hired("two")])],
    writes={"create_subcontractor": 1},
    seen=_planiso("subcontractors"),
    known=BY_REFERENCE,
)

# --- raise-work-order, sign-off-completion, prepare-booked-room -------------------------------


def _property(state: SandboxState, now: datetime) -> None:
    made = create_work_order(state.plentific, now, {})
    state.plentific.work_orders.remove(made["uuid"])  # its property stays
    building = {"id": 55, "name": "The Building", "customPropertyId": PROPERTY}
    facilitee.add(state.facilitee, kinds.PROPERTY, building, now)


def _reported(state: SandboxState, now: datetime) -> None:
    (order,) = state.plentific.work_orders
    create_child(state.plentific, "completion_reports", order["uuid"], now, {"status": "new"})


def _orders(state: SandboxState) -> Any:
    return [
        (
            order["external_reference"],
            order["status"],
            [report["status"] for report in _reports(state, order["uuid"])],
        )
        for order in state.plentific.work_orders
    ]


def _reports(state: SandboxState, order: str) -> Any:
    return state.plentific.below("completion_reports", order)


RAISING = plentific_world.SETTINGS["raise-work-order"] | {"property": {}}
RAISED = Act(
    _property,
    [
        plentific_world.issue_event(id=ISSUE),
        plentific_world.issue_event(id=ISSUE, again=2),
    ],
)
RAISE = Scenario(
    name="raise-work-order",
    reactions={"raise-work-order": RAISING},
    acts=[RAISED],
    writes={"create_work_order": 1},
    seen=_orders,
    known=BY_REFERENCE,
)
SIGN_OFF = Scenario(
    name="sign-off-completion",
    reactions={
        "raise-work-order": RAISING,
        "sign-off-completion": plentific_world.SETTINGS["sign-off-completion"],
    },
    acts=[RAISED, Act(_reported, [plentific_world.issue_event("Resolved")])],
    writes={"update_work_order_completion_report": 1},
    seen=_orders,
    known=BY_REFERENCE,
)
PREPARE = Scenario(
    name="prepare-booked-room, cancelled and confirmed again",
    reactions={"prepare-booked-room": plentific_world.SETTINGS["prepare-booked-room"]},
    acts=[
        Act(
            _property,
            [
                plentific_world.booking_event("confirmed", 1),
                plentific_world.booking_event("cancelled", 2),
                plentific_world.booking_event("confirmed", 3),
            ],
        )
    ],
    writes={"create_work_order": 2, "update_work_order": 1},
    seen=_orders,
    known=BY_REFERENCE,
)

# --- mirror-assets ----------------------------------------------------------------------------


def _unit_with_all_about_it(state: SandboxState, now: datetime) -> None:
    building = {"id": BUILDING, "name": "The Building", "address": ADDRESS}
    owner = {"id": OWNER, **PERSON, "name": "Otto von Owen", "address": ADDRESS}
    unit = {"propertyId": BUILDING, "ownerId": OWNER, "customUnitId": "Flat", "id": UNIT}
    facilitee.add(state.facilitee, kinds.PROPERTY, building, now)
    facilitee.add(state.facilitee, kinds.OWNER, owner, now)
    facilitee.add(state.facilitee, kinds.PROPERTY_USER, {"id": USER, **PERSON}, now)
    facilitee.add(state.facilitee, kinds.UNIT, unit | {"propertyUserIds": [USER]}, now)


def _renamed(state: SandboxState, now: datetime) -> None:
    unit = facilitee.existing(state.facilitee, kinds.UNIT, UNIT)
    facilitee.change(state.facilitee, kinds.UNIT, unit, {"customUnitId": "Flat 1a"}, now)


def _assets(state: SandboxState) -> Any:
    shown = ("estates", "landlords", "tenants", "properties")
    times = {"created", "updated", "created_at", "updated_at"}
    return {
        name: [{k: v for k, v in one.items() if k not in times} for one in state.plentific.of(name)]
        for name in shown
    }


MIRRORED = Act(
    _unit_with_all_about_it, [assets_world.asset_event("property_unit", UNIT, "created")]
)
MIRROR = Scenario(
    name="mirror-assets, a unit and all about it",
    reactions={"mirror-assets": assets_world.TABLE},
    acts=[MIRRORED],
    writes={"create_bulk_import": 4},
    seen=_assets,
    known=BY_VALUE,
    # a landlord of no property cannot be seen in Plentific, and is sent again
    repeats=frozenset({"create_bulk_import"}),
)
MIRROR_RENAMED = replace(
    MIRROR,
    name="mirror-assets, renamed",
    acts=[
        MIRRORED,
        Act(_renamed, [assets_world.asset_event("property_unit", UNIT, "updated", again=2)]),
    ],
    writes={"create_bulk_import": 1},
    repeats=frozenset(),
)

SCENARIOS = (
    RECHARGE,
    RECHARGE_BY_VALUE,
    SCHEDULE,
    SCHEDULE_MOVED,
    SCHEDULE_CANCELLED,
    ONBOARD,
    REGISTER,
    RAISE,
    SIGN_OFF,
    PREPARE,
    MIRROR,
    MIRROR_RENAMED,
)
