"""Facilitee's pages: numbered, in an envelope, of thin rows."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Any

from deploy.sandbox.collection import Record
from deploy.sandbox.facilitee.formats import spelled
from deploy.sandbox.facilitee.handlers import checked_parent
from deploy.sandbox.facilitee.kinds import ISSUE, PROPERTY, UNIT, Kind
from deploy.sandbox.facilitee.problems import bad_request, not_found
from deploy.sandbox.facilitee.requests import Request
from deploy.sandbox.state import SandboxState

Condition = Callable[[Record], bool]


def list_page(kind: Kind, state: SandboxState, request: Request) -> Any:
    """GET one page of a kind; those of one owner where the path names it."""
    parent = checked_parent(kind, state, request)
    return _page(kind, state, request, _all_equal(parent))


def list_units(state: SandboxState, request: Request) -> Any:
    """GET one page of a property's units."""
    number = request.query["propertyId"]
    if str(number) not in state.facilitee.records[PROPERTY.name]:
        raise not_found(PROPERTY.entity, number)
    return _page(UNIT, state, request, _all_equal({"propertyId": number}))


def list_issues(state: SandboxState, request: Request) -> Any:
    """GET one page of the issues that were modified (or created: a switch) in a period."""
    start, end = request.query["fromDateTime"], request.query["toDateTime"]
    if end < start:
        raise bad_request("toDateTime: is before fromDateTime.")
    field = state.facilitee.settings.issues_filter
    # Times are stored in one spelling, so that text compares as time does.
    first, last = spelled(start), spelled(end)
    return _page(ISSUE, state, request, lambda record: first <= record[field] <= last)


def _page(kind: Kind, state: SandboxState, request: Request, holds: Condition) -> Any:
    data, settings, now = state.facilitee, state.facilitee.settings, request.call.now
    records = data.records[kind.name]
    ids = [number for number in records.listing() if holds(records[number])]
    wanted = request.query.get("searchParameter")
    if wanted:
        ids = [one for one in ids if _contains(kind, kind.row(data, records[one], now), wanted)]
    number, size = _asked(request, settings.default_page_size, settings.max_page_size)
    start, end = (number - 1) * size, number * size
    rows = [kind.row(data, records[one], now) for one in ids[start:end]]
    state.drift.page_served("facilitee", kind.name, records, ids, start, end)
    counted = settings.counts_in_envelope
    return {
        "numberOfPages": ceil(len(ids) / size) if counted else 0,
        "totalItems": len(ids) if counted else 0,
        "pageSize": size,
        "currentPage": number if counted else 0,
        "items": rows,
    }


def _asked(request: Request, default: int, most: int) -> tuple[int, int]:
    number, size = request.query.get("pageNo", 1), request.query.get("pageSize", default)
    if number < 1 or size < 1:
        raise bad_request("pageNo and pageSize: must be at least 1.")
    return number, min(size, most) if most else size


def _all_equal(values: dict[str, int]) -> Condition:
    return lambda record: all(record[name] == value for name, value in values.items())


def _contains(kind: Kind, row: Record, wanted: str) -> bool:
    texts = (_text_at(row, path) for path in kind.search)
    return any(wanted.casefold() in text.casefold() for text in texts)


def _text_at(row: Record, path: str) -> str:
    value: Any = row
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return str(value) if value is not None else ""
