"""The kinds that the model drives: how each is made, changed and shown at its provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deploy.sandbox import SandboxState
from deploy.sandbox.collection import Collection
from deploy.sandbox.essensys import stored
from deploy.sandbox.essensys.document import documented
from deploy.sandbox.facilitee import kinds as facilitee_kinds
from deploy.sandbox.facilitee import records as facilitee_records
from deploy.sandbox.facilitee.formats import spelled
from deploy.sandbox.planiso import records as planiso_records
from deploy.sandbox.planiso.resources import PROJECT
from deploy.sandbox.plentific import invoices, work_order_progress, work_orders
from tests.workers.detect.model.truth import Life
from workers.detect import essensys, facilitee, planiso, plentific
from workers.detect.stream import Stream

Values = dict[str, Any]
"""Fields as the provider stores them."""
Make = Callable[[SandboxState, str | None, datetime, Values], object]
Change = Callable[[SandboxState, Life, Values], object]
Records = Callable[[SandboxState, str | None], Collection]


@dataclass(frozen=True)
class Field:
    """A field that changes: its name at the provider, and its values in events and there.

    `thin` says that rows do not show it.
    """

    stored: str
    values: Mapping[Any, Any]
    thin: bool = False


@dataclass(frozen=True)
class Kind:
    """One kind; `make` returns the new id, `listing` is its name in rules of page drift.

    `dated` says that it shows when it was made, so that what is old is told as history; `quick`
    whether a look between two sweeps shows it when it was changed; `settled` are the statuses of
    which it shows when it took them.
    """

    stream: Stream
    fields: Mapping[str, Field]
    make: Make
    change: Change
    records: Records
    listing: str | None = None
    dated: bool = True
    quick: bool = False
    settled: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return self.stream.entity

    def remove(self, state: SandboxState, life: Life) -> None:
        self.records(state, life.parent).remove(life.id)

    def hide(self, state: SandboxState, life: Life) -> None:
        """Leave it out of lists; it can still be read by its id."""
        self.records(state, life.parent).hide(life.id)

    def show(self, state: SandboxState, life: Life) -> None:
        """List it again, at its place by its creation."""
        records = self.records(state, life.parent)
        records.add(life.id, life.created, records.remove(life.id))


def same(*values: str) -> dict[str, str]:
    """Values that events and the provider write alike."""
    return {value: value for value in values}


def _make_order(state: SandboxState, _parent: str | None, created: datetime, values: Values) -> Any:
    fields = {"created": created.isoformat(), **values}
    return work_orders.create_work_order(state.plentific, state.now(), fields)["uuid"]


def _change_order(state: SandboxState, life: Life, values: Values) -> object:
    return work_orders.change_work_order(state.plentific, life.id, state.now(), values)


def _make_invoice(state: SandboxState, _: str | None, created: datetime, values: Values) -> Any:
    fields = {"created": created.isoformat(), **values}
    return invoices.create_invoice(state.plentific, state.now(), fields)["uuid"]


def _change_invoice(state: SandboxState, life: Life, values: Values) -> object:
    return invoices.change_invoice(state.plentific, life.id, state.now(), values)


def _below(kind: str) -> tuple[Make, Change, Records]:
    def make(state: SandboxState, parent: str | None, created: datetime, values: Values) -> Any:
        fields = {"created": created.isoformat(), **values}
        data, order = state.plentific, str(parent)
        return work_order_progress.create_child(data, kind, order, state.now(), fields)["_uuid"]

    def change(state: SandboxState, life: Life, values: Values) -> object:
        data, now = state.plentific, state.now()
        if "status" in values and kind == "completion_reports":
            values = {"status_date": now.isoformat(), **values}
        return work_order_progress.change_child(data, kind, life.key, life.id, now, values)

    return make, change, lambda state, parent: state.plentific.below(kind, str(parent))


def _facilitee(kind: facilitee_kinds.Kind) -> tuple[Make, Change, Records]:
    def make(state: SandboxState, _: str | None, created: datetime, values: Values) -> Any:
        if kind is facilitee_kinds.ISSUE:
            times = {"created": spelled(created), "modified": spelled(state.now())}
            values = times | values
        return facilitee_records.add(state.facilitee, kind, values, state.now())["id"]

    def change(state: SandboxState, life: Life, values: Values) -> object:
        record = state.facilitee.records[kind.name][life.id]
        return facilitee_records.change(state.facilitee, kind, record, values, state.now())

    return make, change, lambda state, _: state.facilitee.records[kind.name]


def _essensys(path: str) -> tuple[Make, Change, Records]:
    resource = documented()[path]

    def make(state: SandboxState, _: str | None, created: datetime, values: Values) -> Any:
        values = {"creationdate": stored.moment(created), **values}
        return stored.add(state.essensys, resource, values, state.now())[resource.id_field]

    def change(state: SandboxState, life: Life, values: Values) -> object:
        return stored.change(state.essensys, path, life.id, values, state.now())

    return make, change, lambda state, _: state.essensys.collection(path)


def _make_project(state: SandboxState, _: str | None, _created: datetime, values: Values) -> Any:
    return planiso_records.add(state.planiso, PROJECT, values, state.now())["no"]


def _change_project(state: SandboxState, life: Life, values: Values) -> object:
    record = state.planiso.records[PROJECT.plural][life.id]
    return planiso_records.change(state.planiso, PROJECT, record, values, state.now())


WORK_ORDERS = Kind(
    plentific.WORK_ORDERS,
    {
        "status": Field(
            "status", same("new", "hired", "booked", "done", "signed_off", "invoice_paid")
        ),
        "external_reference": Field("external_reference", same("A-1", "A-2")),
        "account_code": Field("account_code", same("MAINT", "WORKS", "GOODS"), thin=True),
    },
    _make_order,
    _change_order,
    lambda state, _: state.plentific.work_orders,
    listing="work-orders",
)
BOOKINGS = Kind(
    plentific.BOOKINGS,
    {
        "status": Field("status", {None: None, **same("attended", "no_access", "cancelled")}),
        "start": Field(
            "start_datetime",
            same("2026-05-01T09:00:00Z", "2026-05-02T09:00:00Z", "2026-05-03T09:00:00Z"),
            thin=True,
        ),
    },
    *_below("bookings"),
)
REPORTS = Kind(
    plentific.COMPLETION_REPORTS,
    {"status": Field("status", same("new", "updated", "declined", "accepted"))},
    *_below("completion_reports"),
    settled=frozenset({"declined", "accepted"}),
)
INVOICES = Kind(
    plentific.INVOICES,
    {
        "status": Field("status", same("outstanding", "overdue", "paid", "cancelled")),
        "external_reference": Field("external_reference", same("B-1", "B-2")),
        "account_code": Field(
            "account_code", {"23100": 23100, "23200": 23200, "23300": 23300}, thin=True
        ),
    },
    _make_invoice,
    _change_invoice,
    lambda state, _: state.plentific.invoices,
    listing="invoices",
)
ISSUES = Kind(
    facilitee.ISSUES,
    {
        "status": Field("status", {"new": "New", "assigned": "Assigned", "closed": "Closed"}),
        "name": Field("name", same("Broken blind", "Broken door", "Blocked drain")),
    },
    *_facilitee(facilitee_kinds.ISSUE),
    listing="issues",
    quick=True,
)
OWNERS = Kind(
    facilitee.OWNERS,
    {
        "name": Field("name", same("Pat Example", "Sam Example")),
        "company_name": Field("companyName", same("Sample LLP", "Example Ltd")),
        "attention_to": Field("attentionTo", same("Pat", "Sam", "Kim"), thin=True),
    },
    *_facilitee(facilitee_kinds.OWNER),
    listing="owners",
    dated=False,
)
CALENDAR = Kind(
    essensys.BOOKINGS,
    {
        "status": Field("statusname", {"confirmed": "1", "provisional": "2", "cancelled": "4"}),
        "title": Field("bookingtitle", same("Breakfast", "Board")),
    },
    *_essensys("calendar"),
    listing="calendar",
    quick=True,
)
LEADS = Kind(
    essensys.LEADS,
    {
        "converted": Field("leadconverted", {False: "false", True: "true"}),
        "dead": Field("deadlead", {False: "false", True: "true"}),
        "town": Field("town", same("Testwick", "Exampleton")),
    },
    *_essensys("lead"),
    listing="lead",
    quick=True,
)
PROJECTS = Kind(
    planiso.PROJECTS,
    {
        "active": Field("active", {True: True, False: False}),
        "name": Field("name", same("Refit", "Roof", "Lift")),
    },
    _make_project,
    _change_project,
    lambda state, _: state.planiso.records[PROJECT.plural],
    dated=False,
)

PROVIDERS: Mapping[str, tuple[Kind, ...]] = {
    "plentific": (WORK_ORDERS, BOOKINGS, REPORTS, INVOICES),
    "facilitee": (ISSUES, OWNERS),
    "essensys": (CALENDAR, LEADS),
    "planiso": (PROJECTS,),
}
