"""What all that is listed below a work order shares: its place, and how its status is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from adapters.http.models import Detail, M
from events.base import OpenEnum, changed_fields, parse_instant
from events.plentific import WorkOrderStatus
from workers.detect.stream import Change, Json, Told, Transition, history_before

QUOTED_IN = (
    WorkOrderStatus.JOB_LEADS_SENT,
    WorkOrderStatus.CUSTOMER_ENGAGED,
    WorkOrderStatus.PRO_ENGAGED,
    WorkOrderStatus.CUSTOMER_PRO_ENGAGED,
    WorkOrderStatus.PRO_CLAIMED_JOB,
    WorkOrderStatus.QUOTED,
    WorkOrderStatus.QUOTE_ACCEPTED,
)
"""From the offer to the contractors until one of them is taken."""
WORKED_IN = (WorkOrderStatus.HIRED, WorkOrderStatus.BOOKED, WorkOrderStatus.DEPOSIT_PAID)
"""From then until the work is said to be done."""

WALKED_EVERY = timedelta(days=7)
"""How long the walk below all work orders takes: below 50,000, five calls a minute and kind."""


def while_order_is(*hot: WorkOrderStatus) -> Callable[[Json], bool]:
    """A function that says whether a work order has one of these statuses, or one unknown to us."""
    cold = {one.value for one in WorkOrderStatus} - {*hot, WorkOrderStatus.OTHER}
    return lambda order: order.get("status") not in cold


def placed(detail: Detail[M], uuid: str, work_order_uuid: str) -> Detail[M]:
    """The same detail with what only its path says, as rows below a work order have it."""
    return Detail({**detail.raw, "uuid": uuid, "work_order_uuid": work_order_uuid}, detail.model)


def place(raw: Mapping[str, Any]) -> Json:
    """Return whose row or detail this is, in the words of its events."""
    return {"uuid": raw["uuid"], "work_order_uuid": raw.get("work_order_uuid")}


def work_order_of(state: Json) -> str:
    """Return the ordering key: what is below a work order is kept in order with it."""
    return str(state["work_order_uuid"])


def words(name: str, enum: type[OpenEnum], value: object) -> Json:
    """Return an optional field of a row as events write it, with the text of an unknown value."""
    if value is None:
        return {name: None, f"{name}_raw": None}
    word, raw = enum.read(value)
    return {name: word.value, f"{name}_raw": raw}


def status_told(
    entity: str,
    *,
    created: str,
    created_at: str,
    status: tuple[str, ...],
    settled: Callable[[Json], bool],
    when: Callable[[Json], str | None],
) -> Callable[[Change], Told]:
    """A function that tells that something came, and each change of its status.

    What came with a settled status took it as well. What is known by its row alone may have taken
    its status after the baseline, as the time in its detail says. There is no event for other
    edits: they are kept as `untold`, and told in `previous` of the next change of status.

    Args:
        entity: The beginning of the event types, such as `plentific.quote`.
        created: The last part of the event type that tells that it came.
        created_at: The field with the time of that.
        status: The fields that show the status.
        settled: Whether a status is one that nothing has from the start.
        when: Since when the state has its status, where it says so. A time that was shown before
            is not that of a new change.
    """

    def told(change: Change) -> Told:
        marks = change.before.marks if change.before else {}
        times: list[str] = marks.get("times", [])
        shown = when(change.after)
        at = shown if shown not in times else None
        kept = {"times": [*times, at] if at else times}
        if change.before is None:
            steps = [_came(change, f"{entity}.{created}", created, created_at)]
            if settled(change.after):
                steps.append(_changed(change, entity, at, {status[0]: None}))
            undated = steps[0].time is None  # it is new as far as anybody can tell
            first = Told(steps) if undated else history_before(change.baseline, steps)
            return replace(first, marks=kept)
        previous = changed_fields(change.edits | marks.get("untold", {}), change.after)
        if previous.keys().isdisjoint(status) and _taken_since(change, at):
            return Told([_changed(change, entity, at, {status[0]: None})], kept)
        if previous.keys().isdisjoint(status):
            if any(change.before.state[name] != change.after[name] for name in status):
                kept = {"times": times}  # its row does not show it yet: it is told when it does
            return Told([], kept | {"untold": previous})
        return Told([_changed(change, entity, at, previous)], kept)

    return told


def _taken_since(change: Change, at: str | None) -> bool:
    """Whether what was recorded silently by its row took its status after the baseline."""
    known_by_row = change.version == 0 and change.before is not None and not change.before.complete
    return known_by_row and at is not None and parse_instant(at) > change.baseline


def _came(change: Change, event_type: str, identity: str, created_at: str) -> Transition:
    at = change.after[created_at]
    return Transition(event_type, identity, at and parse_instant(at), change.after, None)


def _changed(change: Change, entity: str, at: str | None, previous: Json) -> Transition:
    identity = at or change.next_version
    time = parse_instant(at) if at else None
    return Transition(f"{entity}.status_changed", identity, time, change.after, previous)
