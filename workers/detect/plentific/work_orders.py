"""The work orders of Plentific, with every transition of their history.

The listing cannot be filtered by change, but by status: one list for each status that is not ended
shows all live orders. Rows show no contractor: what they do not show is found by reading details in
rotation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, get_args

from adapters.http.models import Detail
from adapters.http.paging import Page
from adapters.plentific.client import PlentificClient
from adapters.plentific.models import work_orders
from events.base import json_form, parse_instant
from events.plentific import WorkOrder, WorkOrderStatus
from workers.detect.plentific.values import instant, latest_of, plain
from workers.detect.stream import (
    Cadence,
    Change,
    Facts,
    Json,
    Stream,
    Told,
    Transition,
    history_before,
)

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
LISTED_LIVE = tuple(
    status for status in get_args(work_orders.WorkOrderStatus) if status not in ENDED_WORK_ORDERS
)
"""The statuses of live orders by which the listing can be filtered."""

RECENT = timedelta(days=2)
"""The date filters name neither their zone nor whether their ends belong: look further back."""


def list_work_orders(client: PlentificClient, filters: Mapping[str, Any]) -> AsyncIterable[Page]:
    """List work orders (document: "List all work orders")."""
    return client.list_work_orders(**filters)


def live_work_orders(now: datetime) -> Sequence[Mapping[str, Any]]:
    """Return the filters that together show every live order, and the new ones whatever they are.

    An order that was in one of these lists and is in none any more has ended, or has a status that
    we do not know, by which nobody can filter: such a one counts as live, and what happens to it is
    found by its detail in rotation and by each sweep.
    """
    listed: list[Mapping[str, Any]] = [{"status": status} for status in LISTED_LIVE]
    return [*listed, {"created_from": (now - RECENT).date()}]


async def read_work_order(client: PlentificClient, uuid: str) -> Detail[work_orders.WorkOrder]:
    """Read one work order (document: "Retrieve work order details")."""
    return await client.get_work_order(uuid)


def work_order_row_state(row: Json) -> Json:
    """Return what a listing row says of a work order, in the words of its events."""
    status, raw = WorkOrderStatus.read(row.get("status"))
    return {
        "uuid": row["uuid"],
        "status": status.value,
        "status_raw": raw,
        "created": instant(row.get("created")),
        "due_date": instant(row.get("due_date")),
        "is_emergency": row.get("is_emergency"),
        "external_reference": row.get("external_reference"),
    }


def work_order_state(detail: Detail[work_orders.WorkOrder], facts: Facts) -> Json:
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
        "metadata": plain(read.metadata),
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
        previous = edits | _status_before(change, history, place)
        steps.append(
            Transition("plentific.work_order.status_changed", keys[place], at, then, previous)
        )
    return steps


def _created(state: Json, at: datetime) -> Transition:
    return Transition("plentific.work_order.created", "created", at, state, None)


def _step(change: Change, identity: str, at: datetime | None, state: Json) -> Transition:
    previous = _edits(change) if change.before else {"status": None}
    return Transition("plentific.work_order.status_changed", identity, at, state, previous)


def _status_before(change: Change, history: Sequence[Json], place: int) -> Json:
    known = change.before.state if change.before else {"status": None}
    was = history[place - 1] if place > 0 else known
    raw = was.get("status_raw")
    same = raw == history[place]["status_raw"]
    return {"status": was["status"]} if same else {"status": was["status"], "status_raw": raw}


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


WORK_ORDERS = Stream(
    name="work-orders",
    provider="plentific",
    entity="work_order",
    id_field="uuid",
    pages=list_work_orders,
    windows=live_work_orders,
    covered=lambda state: state.get("status") in LISTED_LIVE,
    read=read_work_order,
    row_state=work_order_row_state,
    happened=latest_of("created"),
    state=work_order_state,
    agree=("status", "status_raw"),
    live=lambda state: state["status"] not in ENDED_WORK_ORDERS,
    ordering_key=lambda state: state["uuid"],
    told=work_order_told,
    cadence=Cadence(
        every=timedelta(seconds=60),
        sweep_every=timedelta(minutes=30),
        details_every=timedelta(minutes=30),
    ),
)
