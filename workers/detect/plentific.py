"""Plentific's streams: work orders with every transition of their history, and invoices.

Neither listing can be filtered by change, and their rows are thin: an invoice row shows no amounts,
a work order row no contractor. What rows do not show is found by reading details in rotation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from adapters.plentific import models
from adapters.plentific.client import PlentificClient
from adapters.plentific.operations import Detail, Page
from events.base import format_instant, json_form, parse_instant
from events.plentific import Invoice, InvoiceStatus, WorkOrder, WorkOrderStatus
from workers.detect.stream import (
    Cadence,
    Change,
    Facts,
    Json,
    Known,
    Stream,
    Told,
    Transition,
    history_before,
)

RECENT = timedelta(days=2)
"""The date filters name neither their zone nor whether their ends belong: look further back."""

ENDED_WORK_ORDERS = frozenset(
    {
        "cancelled",
        "customer_cancelled",
        "declined",
        "expired",
        "invalid",
        "invoice_paid",
        "lost",
        "paid_off_platform",
        "refunded",
        "signed_off",
    }
)
ENDED_INVOICES = frozenset({"paid", "cancelled"})


# --- invoices ---------------------------------------------------------------------------------


def list_invoices(client: PlentificClient, filters: Mapping[str, Any]) -> AsyncIterable[Page]:
    """List invoices (document: "List all invoices")."""
    return client.list_invoices(**filters)


def recent_invoices(now: datetime) -> Sequence[Mapping[str, date]]:
    """Return the filters that show new and newly paid invoices."""
    day = (now - RECENT).date()
    return ({"paid_from": day}, {"created_from": day})


async def read_invoice(client: PlentificClient, uuid: str) -> Detail[models.Invoice]:
    """Read one invoice (document: "Retrieve invoice details")."""
    return await client.get_invoice(uuid)


def invoice_row_state(row: Json) -> Json:
    """Return what a listing row says of an invoice, in the words of its events."""
    status, raw = InvoiceStatus.read(row.get("status"))
    return {
        "uuid": row["uuid"],
        "status": status.value,
        "status_raw": raw,
        "created": _instant(row.get("created")),
        "due_date": row.get("due_date"),
        "paid_on": _instant(row.get("paid_on")),
        "service_date": _instant(row.get("service_date")),
        "external_reference": row.get("external_reference"),
        "work_order_uuid": row.get("work_order_uuid"),
    }


def invoice_state(detail: Detail[models.Invoice], facts: Facts) -> Json:
    """Return an invoice as its events carry it.

    Raises:
        pydantic.ValidationError: The detail lacks what an event must have, such as an amount.
    """
    read = detail.model
    job, order = read.job_address, read.work_order
    billed = read.recipient.billing_address if read.recipient else None
    invoice = Invoice.model_validate(
        {
            "uuid": read.uuid,
            "number": read.id,
            "invoice_type": read.invoice_type,
            "status": read.status,
            "created": read.created,
            "due_date": read.due_date,
            "paid_on": read.paid_on,
            "service_date": read.service_date,
            "approval_completion_date": read.approval_completion_date,
            "external_reference": read.external_reference,
            "account_code": read.account_code,
            "payment_reference": read.payment_reference,
            "currency": facts.currency,
            "items": [_item(line, item) for line, item in enumerate(read.items, start=1)],
            "total_excluding_tax": read.total_excluding_tax,
            "total_tax": read.total_tax,
            "total_including_tax": read.total_including_tax,
            "tax_withheld": read.tax_withheld,
            "outstanding_amount": read.outstanding_amount,
            "property_uuid": job.property_uuid if job else None,
            "property_external_reference": job.external_reference if job else None,
            "work_order_uuid": order.uuid if order else None,
            "work_order_external_reference": order.external_reference if order else None,
            "organisation_uuid": billed.organisation_uuid if billed else None,
            "sender_name": read.sender.name if read.sender else None,
        }
    )
    return json_form(invoice)


def _item(line: int, item: models.InvoiceItem) -> Json:
    metadata = _plain(item.metadata or {})
    return {
        "line": line,
        "type": item.type,
        "description": item.description,
        "quantity": item.quantity,
        "unit_price": item.unit_price,
        "vat_percent": item.vat,
        "amount_including_tax": item.amount_including_tax,
        "account_code": metadata.get("account_code"),
        "resident_recharge": metadata.get("resident_recharge"),
        "metadata": metadata,
    }


def _plain(value: Any) -> Any:
    """Return custom data as JSON has it: details are read with exact decimals."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return float(value) if isinstance(value, Decimal) else value


def invoice_told(change: Change) -> Told:
    """Tell that an invoice was received, paid, became overdue or was edited.

    One seen for the first time was received, and if it is paid or overdue it became so as well.
    A payment that is shown, taken back and shown again under the same date is told once.
    """
    if change.before is None:
        return _first_sight_of_invoice(change)
    payments = _payments_known(change.before)
    marks = {"payments": payments} if payments else {}
    now, previous = change.after, change.edits
    if not previous:
        return Told([], marks)
    turned = "status" in previous or "status_raw" in previous
    if turned and now["status"] == "paid" and _second(now["paid_on"]) not in payments:
        return Told([_paid(change, previous)], marks)
    if turned and now["status"] == "overdue":
        return Told([_overdue(change, previous)], marks)
    edited = Transition("plentific.invoice.updated", change.next_version, None, now, previous)
    return Told([edited], marks)


def _payments_known(before: Known) -> list[str]:
    """Return the dates of payments that were told, or were there before the baseline."""
    paid_on = _second(before.state["paid_on"]) if before.state["status"] == "paid" else None
    known: list[str] = before.marks.get("payments", [])
    return known if paid_on is None or paid_on in known else [*known, paid_on]


def _second(instant: str | None) -> str | None:
    # details show fractions of a second, rows do not
    return instant and instant[: len("2023-01-19T08:10:58")]


def _first_sight_of_invoice(change: Change) -> Told:
    now = change.after
    received = Transition(
        "plentific.invoice.received", "received", parse_instant(now["created"]), now, None
    )
    happened = [received]
    if now["status"] == "paid":
        happened.append(_paid(change, {"status": None, "paid_on": None}))
    if now["status"] == "overdue":
        happened.append(_overdue(change, {"status": None}))
    return history_before(change.baseline, happened)


def _paid(change: Change, previous: Json) -> Transition:
    paid_on = change.after["paid_on"]
    identity = f"paid/{paid_on}" if paid_on else f"paid/{change.next_version}"
    at = parse_instant(paid_on) if paid_on else None
    return Transition("plentific.invoice.paid", identity, at, change.after, previous)


def _overdue(change: Change, previous: Json) -> Transition:
    due = change.after["due_date"]
    day_after = date.fromisoformat(due) + timedelta(days=1) if due else None
    at = datetime.combine(day_after, time(), UTC) if day_after else None
    identity = f"overdue/{change.next_version}"
    return Transition("plentific.invoice.overdue", identity, at, change.after, previous)


# --- work orders ------------------------------------------------------------------------------


def list_work_orders(client: PlentificClient, filters: Mapping[str, Any]) -> AsyncIterable[Page]:
    """List work orders (document: "List all work orders")."""
    return client.list_work_orders(**filters)


async def read_work_order(client: PlentificClient, uuid: str) -> Detail[models.WorkOrder]:
    """Read one work order (document: "Retrieve work order details")."""
    return await client.get_work_order(uuid)


def work_order_row_state(row: Json) -> Json:
    """Return what a listing row says of a work order, in the words of its events."""
    status, raw = WorkOrderStatus.read(row.get("status"))
    return {
        "uuid": row["uuid"],
        "status": status.value,
        "status_raw": raw,
        "created": _instant(row.get("created")),
        "due_date": _instant(row.get("due_date")),
        "is_emergency": row.get("is_emergency"),
        "external_reference": row.get("external_reference"),
    }


def work_order_state(detail: Detail[models.WorkOrder], facts: Facts) -> Json:
    """Return a work order as its events carry it.

    Raises:
        pydantic.ValidationError: The detail lacks what an event must have, such as its property.
    """
    read = detail.model
    shown = read.model_dump(include=set(WorkOrder.model_fields) - {"faults", "is_emergency"})
    parts = {
        "is_emergency": bool(read.is_emergency),
        "faults": [{"uuid": one.uuid, "service_uuid": one.service_uuid} for one in read.faults],
        "state_history": [
            {"status": entry.status, "created": entry.created} for entry in read.state_history
        ],
        "property": read.property
        and read.property.model_dump(include={"uuid", "external_reference", "type"}),
        "service": read.service and read.service.model_dump(include={"uuid", "name"}),
        "contractor": read.contractor and read.contractor.model_dump(include={"uuid", "name"}),
        "metadata": _plain(read.metadata),
    }
    return json_form(WorkOrder.model_validate(shown | parts))


def work_order_told(change: Change) -> Told:
    """Tell every transition of the history that was not told yet; else that fields changed.

    A status may show before its entry in the history does. It is told at once, and noted as
    `loose`, so that its entry is not told a second time. Nor is an entry that was gone for a while.
    """
    history, status = change.after["state_history"], _status(change.after)
    keys = _entry_keys(history)
    fresh = _fresh(change, history, keys)
    loose = change.before.marks.get("loose") if change.before else None
    absorbed = bool(fresh) and loose is not None and _status(history[fresh[0]]) == loose
    steps = _steps(change, history, keys, fresh[1:] if absorbed else fresh)
    if _told_status(change, history, fresh) != status:
        steps.append(_step(change, f"loose/{status}/{change.next_version}", None, change.after))
    previous = _edits(change)
    if not steps and previous:
        steps.append(
            Transition(
                "plentific.work_order.updated", change.next_version, None, change.after, previous
            )
        )
    told = history_before(change.baseline, steps) if change.before is None else Told(steps)
    awaited = status if not history or _status(history[-1]) != status else None
    marks = {"told": _all_told(change, keys), "loose": awaited}
    return Told(told.transitions, marks, told.withheld)


def _all_told(change: Change, keys: Sequence[str]) -> list[str]:
    before = change.before.marks.get("told", ()) if change.before else ()
    return list(dict.fromkeys([*before, *keys]))


def _entry_keys(history: Sequence[Json]) -> list[str]:
    """Name each entry by time and status, and by number where two share both."""
    met: Counter[str] = Counter()
    keys = []
    for entry in history:
        key = f"{entry['created']}/{_status(entry)}"
        met[key] += 1
        keys.append(key if met[key] == 1 else f"{key}/{met[key]}")
    return keys


def _fresh(change: Change, history: Sequence[Json], keys: Sequence[str]) -> list[int]:
    """Return the places of the entries that were not told yet."""
    before = change.before
    if before is None:
        return list(range(len(history)))
    if told := set(before.marks.get("told", ())):
        return [place for place, key in enumerate(keys) if key not in told]
    return list(range(_first_since_baseline(change, history), len(history)))


def _first_since_baseline(change: Change, history: Sequence[Json]) -> int:
    """Of an order whose history was never seen: the entries after its status then, or of late."""
    assert change.before is not None
    was = _status(change.before.state)
    late = next(
        (i for i, entry in enumerate(history) if parse_instant(entry["created"]) > change.baseline),
        len(history),
    )
    if was == _status(change.after):
        return late
    seen = [i for i, entry in enumerate(history) if _status(entry) == was]
    return min(late, seen[-1] + 1) if seen else late


def _steps(
    change: Change, history: Sequence[Json], keys: Sequence[str], fresh: Sequence[int]
) -> list[Transition]:
    steps = []
    if change.before is None and not history:
        created = parse_instant(change.after["created"])
        return [_created(change.after, created)]
    for place in fresh:
        entry, last = history[place], place == len(history) - 1
        then = change.after | {
            "status": entry["status"],
            "status_raw": entry["status_raw"],
            "state_history": list(history[: place + 1]),
        }
        at = parse_instant(entry["created"])
        if change.before is None and place == 0:
            steps.append(_created(then, at))
            continue
        edits = _edits(change) if last else {}
        previous = edits | {"status": _status_before(change, history, place)}
        steps.append(
            Transition("plentific.work_order.status_changed", keys[place], at, then, previous)
        )
    return steps


def _created(state: Json, at: datetime) -> Transition:
    return Transition("plentific.work_order.created", "created", at, state, None)


def _step(change: Change, identity: str, at: datetime | None, state: Json) -> Transition:
    previous = _edits(change) if change.before else {"status": None}
    return Transition("plentific.work_order.status_changed", identity, at, state, previous)


def _status_before(change: Change, history: Sequence[Json], place: int) -> str | None:
    if place > 0:
        return str(history[place - 1]["status"])
    return str(change.before.state["status"]) if change.before else None


def _told_status(change: Change, history: Sequence[Json], fresh: Sequence[int]) -> str:
    """Return the status that a subscriber believes in after the fresh entries were told."""
    if fresh:
        return _status(history[fresh[-1]])
    return _status(change.before.state if change.before else change.after)


def _edits(change: Change) -> Json:
    """Return `previous`; the history is left out, for the state holds all of it."""
    return {name: value for name, value in change.edits.items() if name != "state_history"}


def _status(state: Json) -> str:
    return str(state.get("status_raw") or state["status"])


def _instant(text: Any) -> str | None:
    if not isinstance(text, str):
        return None
    try:
        return format_instant(parse_instant(text))
    except ValueError:
        return text


def _latest(*names: str) -> Callable[[Json], datetime | None]:
    """Return a function that finds the latest of these times in a row's state."""

    def latest(state: Json) -> datetime | None:
        found = []
        for name in names:
            with suppress(TypeError, ValueError):
                found.append(parse_instant(state[name]))
        return max(found, default=None)

    return latest


INVOICES = Stream(
    name="invoices",
    provider="plentific",
    entity="invoice",
    id_field="uuid",
    pages=list_invoices,
    windows=recent_invoices,
    read=read_invoice,
    row_state=invoice_row_state,
    happened=_latest("created", "paid_on"),
    state=invoice_state,
    agree=("status", "status_raw"),
    live=lambda state: state["status"] not in ENDED_INVOICES,
    ordering_key=lambda state: state["work_order_uuid"] or state["uuid"],
    told=invoice_told,
    cadence=Cadence(
        every=timedelta(seconds=60),
        sweep_every=timedelta(minutes=15),
        details_every=timedelta(hours=1),
    ),
)

WORK_ORDERS = Stream(
    name="work-orders",
    provider="plentific",
    entity="work_order",
    id_field="uuid",
    pages=list_work_orders,
    windows=lambda now: (),
    read=read_work_order,
    row_state=work_order_row_state,
    happened=_latest("created"),
    state=work_order_state,
    agree=("status", "status_raw"),
    live=lambda state: state["status"] not in ENDED_WORK_ORDERS,
    ordering_key=lambda state: state["uuid"],
    told=work_order_told,
    cadence=Cadence(
        every=timedelta(seconds=60),
        sweep_every=timedelta(seconds=60),
        details_every=timedelta(minutes=30),
    ),
)
