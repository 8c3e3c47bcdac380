"""A small set of obviously fictional records, always the same for the same time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from deploy.sandbox.essensys.records import (
    add_charge_sheet,
    bill,
    create_account,
    create_charge,
)
from deploy.sandbox.facilitee.kinds import ISSUE
from deploy.sandbox.facilitee.one_of_each import one_of_each as facilitee_records
from deploy.sandbox.facilitee.records import add as add_to_facilitee
from deploy.sandbox.planiso.one_of_each import one_of_each as planiso_records
from deploy.sandbox.planiso.records import add as add_to_planiso
from deploy.sandbox.planiso.resources import PROJECT
from deploy.sandbox.plentific.data import uuid_of
from deploy.sandbox.plentific.invoices import create_invoice
from deploy.sandbox.plentific.work_orders import create_work_order
from deploy.sandbox.state import SandboxState

# The statuses that each of the twelve work orders went through.
HISTORIES = (
    ("new",),
    ("new", "job_leads_sent"),
    ("new", "job_leads_sent", "quoted"),
    ("new", "job_leads_sent", "quoted", "quote_accepted", "hired"),
    ("new", "approval_pending", "declined"),
    ("new", "job_leads_sent", "hired", "booked", "done", "invoice_outstanding"),
    ("new", "job_leads_sent", "hired", "booked", "done", "invoice_outstanding"),
    ("new", "job_leads_sent", "hired", "booked", "done", "invoice_outstanding", "invoice_overdue"),
    ("new", "job_leads_sent", "hired", "booked", "done", "invoice_outstanding", "invoice_paid"),
    ("new", "job_leads_sent", "hired", "booked", "done", "signed_off"),
    ("new", "job_leads_sent", "expired"),
    ("new", "job_leads_sent", "hired", "booked", "done", "invoice_outstanding", "invoice_paid"),
)
PROPERTIES = ("PROP-001", "PROP-002", "PROP-003", "PROP-004")
# Accounts of the same four places; the ids are what a mapping refers to.
ACCOUNTS = {
    "277754": "Example Coffee Ltd",
    "277755": "Sample Studio LLP",
    "277756": "Fictional Films Ltd",
    "277757": "Placeholder Partners",
}
# (work order, status, lines): labour and materials, some recharged to the occupier.
INVOICES: tuple[tuple[int, str, tuple[Mapping[str, Any], ...]], ...] = (
    (5, "outstanding", ({"type": "LABOUR", "quantity": 2, "unit_price": "45.50", "vat": 20},)),
    (
        6,
        "outstanding",
        (
            {"type": "LABOUR", "quantity": "1.5", "unit_price": 60, "vat": 20},
            {"type": "MATERIALS", "quantity": 3, "unit_price": "12.35", "vat": 20},
        ),
    ),
    (7, "overdue", ({"type": "LABOUR", "quantity": 1, "unit_price": 150, "vat": 0},)),
    (8, "paid", ({"type": "LABOUR", "quantity": 1, "unit_price": 55, "vat": 20},)),
    (9, "outstanding", ({"type": "MATERIALS", "quantity": 10, "unit_price": "3.99", "vat": 20},)),
    (11, "paid", ({"type": "MATERIALS", "quantity": 2, "unit_price": "19.99", "vat": 20},)),
    (9, "outstanding", ({"type": "LABOUR", "quantity": "0.5", "unit_price": 80, "vat": 20},)),
    (5, "outstanding", ({"type": "LABOUR", "quantity": 4, "unit_price": "32.10", "vat": 20},)),
)


def seed_demo(state: SandboxState) -> None:
    """Fill a state: twelve work orders, eight invoices, four accounts, some charges; a building
    with its people and three issues; three projects and one of everything else that Planiso has.
    """
    start = state.now().replace(microsecond=0) - timedelta(days=21)
    orders = [_work_order(state, number, start) for number in range(len(HISTORIES))]
    for number, (order, status, lines) in enumerate(INVOICES):
        _invoice(state, number, orders[order], status, lines, start)
    for account_id, name in ACCOUNTS.items():
        values = {"accountid": account_id, "clientname": name}
        create_account(state.essensys, values, start)
    _charges(state, start)
    _issues(state)
    _projects(state)


def seed_empty(_state: SandboxState) -> None:
    """Leave a state without records; products, taxes and other lookups are there all the same."""


SEEDS: Mapping[str, Callable[[SandboxState], None]] = {"demo": seed_demo, "empty": seed_empty}


def _work_order(state: SandboxState, number: int, start: datetime) -> str:
    created = start + timedelta(days=number, hours=number % 5)
    history = [
        {"status": status, "created": (created + timedelta(hours=7 * step)).isoformat()}
        for step, status in enumerate(HISTORIES[number])
    ]
    contractor = {"name": "Example Plumbing and Sons", "uuid": uuid_of("contractor/plumbing")}
    fields: dict[str, Any] = {
        "created": created.isoformat(),
        "state_history": history,
        "external_reference": f"EX-{1000 + number}",
        "property_external_reference": PROPERTIES[number % 4],
        "contractor": contractor if "hired" in HISTORIES[number] else None,
        "is_emergency": number % 6 == 0,
        "work_order_type": ("MARKETPLACE", "CONTRACTED", "DLO")[number % 3],
        "metadata": {"floor": number, "wing": "east"} if number % 2 else None,
    }
    order = create_work_order(state.plentific, state.now(), fields)
    uuid: str = order["uuid"]
    return uuid


def _invoice(
    state: SandboxState,
    number: int,
    work_order_uuid: str,
    status: str,
    lines: tuple[Mapping[str, Any], ...],
    start: datetime,
) -> None:
    created = start + timedelta(days=10 + number, minutes=41, microseconds=538216)
    recharge = {"account_code": "8000", "resident_recharge": "0" if number == 4 else "1"}
    items = [
        {"description": f"Fictional work {number}", "metadata": recharge, **line} for line in lines
    ]
    fields: dict[str, Any] = {
        "created": created.isoformat(),
        "work_order_uuid": work_order_uuid,
        "external_reference": f"EX-INV-{number + 1}",
        "status": status,
        "items": items,
    }
    if status == "paid":
        fields["paid_on"] = (created + timedelta(days=2)).isoformat()
    create_invoice(state.plentific, state.now(), fields)


def _charges(state: SandboxState, start: datetime) -> None:
    values = {
        "accountname": "277754",
        "product": "145",
        "tax": "5",
        "quantity": "1",
        "unitprice": "25.0000",
        "datefrom": f"{start:%Y-%m-%d}T09:00:00",
        "dateto": f"{start:%Y-%m-%d}T10:00:00",
    }
    data = state.essensys
    add_charge_sheet(data, values, start)
    late = {**values, "accountname": "277755", "referencetext": "Late opening"}
    add_charge_sheet(data, late, start)
    create_charge(data, "batchchargesheet", {**values, "batchsheet": "1275"}, start)
    create_charge(data, "bookingcharge", {**values, "booking": "1275"}, start)
    twice = {**values, "accountname": "277756", "quantity": "2"}
    billed = add_charge_sheet(data, twice, start)
    bill(data, [billed["chargesheetid"]], start)


def _issues(state: SandboxState) -> None:
    unit = int(facilitee_records(state)["propertyUnitId"])
    for name, status in (("Broken blind", "New"), ("Blocked drain", "InProgress")):
        values = {"name": name, "category": "General", "status": status, "propertyUnitId": unit}
        add_to_facilitee(state.facilitee, ISSUE, values, state.now())


def _projects(state: SandboxState) -> None:
    planiso_records(state)
    for number, name in enumerate(("Fictional Refit", "Sample Roof"), 2):
        values = {"custom_no": f"EX-P{number}", "name": name, "location": "Exampleton"}
        add_to_planiso(state.planiso, PROJECT, values, state.now())
