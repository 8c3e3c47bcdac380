"""What the simulated Plentific answers: documented fields, pages by headers, thin rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from deploy.sandbox.collection import Collection, Record
from deploy.sandbox.documented import FieldRule
from deploy.sandbox.exchange import Answer, json_answer
from deploy.sandbox.plentific.data import PlentificData
from deploy.sandbox.plentific.formats import zulu
from deploy.sandbox.plentific.requests import RefusedError, Request
from deploy.sandbox.settings import PlentificSettings
from deploy.sandbox.state import SandboxState

API_VERSION = ("x-api-version", "2021-10-28")
IDENTITY = "uuid"
HIDDEN = "_"  # keys of a record that begin so are never served
TO_THE_SECOND = len("2023-01-19T08:10:58")

Row = Callable[[PlentificData, Record], Record]  # what a row shows otherwise than the record
Filter = Callable[[PlentificData, Record, Any], bool]
Condition = Callable[[Record], bool]


def no_changes(_data: PlentificData, _record: Record) -> Record:
    """A row that shows what the record holds."""
    return {}


def cut(rules: Mapping[str, FieldRule], record: Record) -> Record:
    """Exactly the documented fields of a record."""
    return {name: value_of(rule, record) for name, rule in rules.items()}


def value_of(rule: FieldRule, record: Record) -> Any:
    """A field of a record, hidden or not; what it has nothing for is null, or an empty array."""
    if rule.name in record:
        return record[rule.name]
    if HIDDEN + rule.name in record:
        return record[HIDDEN + rule.name]
    if rule.name == IDENTITY:
        raise KeyError(IDENTITY)  # never made up: a record that lost it breaks the answer
    return [] if rule.type == "array" else None


def answered(request: Request, value: Any, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """The documented success, with the headers that the document gives it."""
    operation = request.operation
    version = (API_VERSION,) if "X-Api-Version" in operation.headers else ()
    status = operation.status
    if value is None or status == 204:
        return Answer(status, headers=(*version, *headers))
    return json_answer(status, value, (*version, *headers))


def details(request: Request, record: Record) -> Answer:
    """A record's documented fields, then those that were given to it beyond the document."""
    shown = cut(request.operation.answer, record)
    more = {key: value for key, value in record.items() if not key.startswith(HIDDEN)}
    headers: tuple[tuple[str, str], ...] = ()
    if "X-Resource-Id" in request.operation.headers:
        headers = (("x-resource-id", record["uuid"]),)
    return answered(request, {**shown, **more} if shown else None, headers)


def page(
    state: SandboxState,
    request: Request,
    records: Collection,
    row: Row = no_changes,
    filters: Mapping[str, Filter] | None = None,
    listed: Condition | None = None,
) -> Answer:
    """One page of a list; the query filters and sorts, headers page."""
    data, rules = state.plentific, request.operation.answer
    ids = records.listing()
    if listed is not None:
        ids = [record_id for record_id in ids if listed(records[record_id])]
    ids = _selected(data, request, records, ids, filters or {})
    ids = _sorted(ids, records, request.query.get("sort_by"))
    start, end = request.offset, request.offset + request.limit
    rows = [
        cut(rules, {**records[record_id], **row(data, records[record_id])})
        for record_id in ids[start:end]
    ]
    listing = request.operation.path.rpartition("/")[2]
    state.drift.page_served("plentific", listing, records, ids, start, end)
    headers = (
        ("x-pagination-count", str(len(ids))),
        ("x-pagination-limit", str(request.limit)),
        ("x-pagination-offset", str(request.offset)),
    )
    return answered(request, rows, headers)


def found(records: Collection, uuid: str) -> Record:
    """The record; raises RefusedError (404) when there is none."""
    record = records.get(uuid)
    if record is None:
        raise RefusedError(404)
    return record


def _selected(
    data: PlentificData,
    request: Request,
    records: Collection,
    ids: list[str],
    filters: Mapping[str, Filter],
) -> list[str]:
    for name, value in request.query.items():
        if name.endswith(("_from", "_to")):
            holds = _date_condition(name, value, data.settings)
            ids = [record_id for record_id in ids if holds(records[record_id])]
        elif given := filters.get(name):
            ids = [record_id for record_id in ids if given(data, records[record_id], value)]
        elif name != "sort_by":
            ids = records.having(ids, name, value)
    return ids


def _sorted(ids: list[str], records: Collection, sort_by: str | None) -> list[str]:
    if sort_by is None:
        return ids
    name = sort_by.removeprefix("-")
    if name != "created":  # the order of creation is how they are listed
        ids = sorted(ids, key=lambda record_id: records[record_id].get(name) or "")
    return ids[::-1] if sort_by.startswith("-") else ids


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
