"""Plentific lists: filters, pages by headers, thin rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from deploy.sandbox.collection import Collection, Record
from deploy.sandbox.exchange import Answer, json_answer
from deploy.sandbox.plentific.formats import zulu
from deploy.sandbox.plentific.requests import Request
from deploy.sandbox.settings import PlentificSettings
from deploy.sandbox.state import SandboxState

API_VERSION = ("x-api-version", "2021-10-28")
TO_THE_SECOND = len("2023-01-19T08:10:58")

Row = Callable[[Record], Record]
Condition = Callable[[Record], bool]


def list_answer(
    state: SandboxState, request: Request, listing: str, records: Collection, row: Row
) -> Answer:
    """One page of a list; filters are the query parameters, paging is by headers."""
    ids = records.listing()
    for holds in _conditions(request.query, row, state.plentific.settings):
        ids = [record_id for record_id in ids if holds(records[record_id])]
    start, end = request.offset, request.offset + request.limit
    page = [row(records[record_id]) for record_id in ids[start:end]]
    state.drift.page_served("plentific", listing, records, ids, start, end)
    headers = (
        API_VERSION,
        ("x-pagination-count", str(len(ids))),
        ("x-pagination-limit", str(request.limit)),
        ("x-pagination-offset", str(request.offset)),
    )
    return json_answer(200, page, headers)


def detail_answer(record: Record | None) -> Answer:
    """A record's details, or 404 without a body."""
    return Answer(404) if record is None else json_answer(200, record, (API_VERSION,))


def _conditions(
    query: Mapping[str, Any], row: Row, settings: PlentificSettings
) -> Iterator[Condition]:
    for name, value in query.items():
        if name.endswith(("_from", "_to")):
            yield _date_condition(name, value, settings)
        else:
            yield _equality(name, value, row)


def _equality(name: str, value: str, row: Row) -> Condition:
    # Most filters name a key of the details; only for the others a row is made of every record.
    return lambda record: (record[name] if name in record else row(record)[name]) == value


def _date_condition(name: str, wanted: date, settings: PlentificSettings) -> Condition:
    field = "paid_on" if name.startswith("paid_") else "created"
    is_end = name.endswith("_to")
    day = wanted + timedelta(days=1) if is_end and settings.date_filter_includes_end else wanted
    midnight = datetime.combine(day, time(), ZoneInfo(settings.date_filter_zone))
    # Times are stored in UTC, so that text to the second compares as time does.
    bound = zulu(midnight)[:TO_THE_SECOND]
    if is_end:
        return lambda record: record[field] is not None and record[field][:TO_THE_SECOND] < bound
    return lambda record: record[field] is not None and record[field][:TO_THE_SECOND] >= bound
