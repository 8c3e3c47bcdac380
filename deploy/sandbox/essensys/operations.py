"""What can be called at essensys: the token, and GET, query, PUT and DELETE of every resource."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import orjson

from deploy.sandbox.collection import Record
from deploy.sandbox.essensys.catalogue import BY_PATH
from deploy.sandbox.essensys.fields import render
from deploy.sandbox.essensys.queries import parse_query
from deploy.sandbox.essensys.resource import BadRequestError, Resource
from deploy.sandbox.essensys.token import create_token
from deploy.sandbox.exchange import Answer, Call, bearer_token, json_answer, parse_form, unique
from deploy.sandbox.provider import Provider, Resolved
from deploy.sandbox.state import SandboxState

PATH = re.compile(r"/api/1\.0/([a-z]+)(?:/|/(-?\d+)/?)?")

Handler = Callable[[SandboxState, Call, Resource], Answer]


def get_by_id(record_id: str, state: SandboxState, call: Call, resource: Resource) -> Answer:
    """GET {path}/{id}."""
    if call.query:
        raise BadRequestError("a GET by id takes no parameters")
    data = state.essensys
    records = resource.records(data)
    record = records.get(record_id)
    if record is not None and resource.shows(data, record):
        found = [records[one] for one in records.listing()]
        if not resource.by_id_answers_all:
            found = [record]
        rows = [
            {"row_num": str(row), **render(resource.fields(data), data, one)}
            for row, one in enumerate(found, 1)
        ]
        return json_answer(200, _list_envelope(state, call, resource, rows, len(rows)))
    if data.settings.missing_record == "empty":
        return json_answer(200, _list_envelope(state, call, resource, [], 0))
    return failure(404, f"{resource.path} {record_id} does not exist", call.now)


def query(state: SandboxState, call: Call, resource: Resource) -> Answer:
    """GET {path}?where=...&fields=...&startrecord=...&endrecord=..."""
    data, settings = state.essensys, state.essensys.settings
    fields = resource.fields(data)
    try:
        given = unique(call.query)
    except ValueError as error:
        raise BadRequestError(str(error)) from error
    ignore_unknown = settings.unknown_where_field == "ignore"
    known = (*fields, *resource.queryable)
    asked = parse_query(given, known, ignore_unknown=ignore_unknown)
    records = resource.records(data)
    ids = records.listing()
    for holds in (resource.shows, *asked.conditions):
        ids = [record_id for record_id in ids if holds(data, records[record_id])]
    end = asked.end or asked.start + (settings.default_page_size or len(ids) + 1)
    if settings.max_page_size:
        end = min(end, asked.start + settings.max_page_size)
    rows = [
        {"row_num": str(row), **render(asked.fields or fields, data, records[record_id])}
        for row, record_id in enumerate(ids[asked.start : end], asked.start + 1)
    ]
    state.drift.page_served("essensys", resource.path, records, ids, asked.start, end)
    total = len(rows) if settings.total_count_is_page else len(ids)
    return json_answer(200, _list_envelope(state, call, resource, rows, total))


def put(state: SandboxState, call: Call, resource: Resource) -> Answer:
    """PUT {path} with the form field `data`: makes new records, all of them or none."""
    form = resource.put
    if form is None:
        return failure(405, f"{resource.path} cannot be written", call.now)
    items = _items(call, resource)
    values = [
        form.check(state.essensys, item, f"{resource.plural}[{index}]")
        for index, item in enumerate(items)
    ]
    saved = [form.create(state.essensys, checked, call.now) for checked in values]
    fields = resource.fields(state.essensys)
    body = envelope(call.now)
    body["response"][resource.plural] = [
        render(fields, state.essensys, record, saved=True) for record in saved
    ]
    return json_answer(200, body)


def delete(state: SandboxState, call: Call, resource: Resource) -> Answer:
    """DELETE {path} with the form field `itemid`."""
    if not resource.can_delete:
        return failure(405, f"{resource.path} cannot be deleted", call.now)
    form = _form(call, "itemid")
    records = resource.records(state.essensys)
    record = records.get(form)
    if record is None or not resource.shows(state.essensys, record):
        return failure(404, f"{resource.path} {form} does not exist", call.now)
    records.remove(form)
    return json_answer(200, envelope(call.now))


def envelope(now: datetime, status: str = "OK") -> dict[str, Any]:
    """The answer without items."""
    return {
        "response": {
            "id": str(uuid4()),
            "status": status,
            "providername": "Operate API",
            "datetimeutc": now.astimezone(UTC).strftime("%d/%m/%Y %H:%M:%S"),
        }
    }


def failure(status: int, message: str, now: datetime) -> Answer:
    """An error; the document shows none, so do not read more into it than the status."""
    body = envelope(now, "ERROR")
    body["response"]["message"] = message
    return json_answer(status, body)


def resolve(method: str, path: str) -> Resolved:
    """Find what a request means; paths are case-insensitive."""
    path = path.lower()
    if path == "/oauth2/token":
        if method == "POST":
            return Resolved("create_token", create_token)
        return Resolved("unknown_method", partial(_refuse, 405, "POST is expected"))
    match = PATH.fullmatch(path)
    resource = BY_PATH.get(match[1]) if match else None
    if match is None or resource is None:
        return Resolved("unknown_path", partial(_refuse, 404, "no such resource"))
    name, handler = _handler(method, match[2] or "")
    if handler is None or (method == "GET" and not resource.can_get):
        return Resolved("unknown_method", partial(_refuse, 405, f"{method} is not allowed here"))
    return Resolved(f"{name} {resource.path}", partial(_run, handler, resource))


def _handler(method: str, record_id: str) -> tuple[str, Handler | None]:
    if record_id:
        return "get", partial(get_by_id, record_id) if method == "GET" else None
    handlers: dict[str, tuple[str, Handler]] = {
        "GET": ("query", query),
        "PUT": ("put", put),
        "DELETE": ("delete", delete),
    }
    return handlers.get(method, ("", None))


def _run(handler: Handler, resource: Resource, state: SandboxState, call: Call) -> Answer:
    if not state.essensys.tokens.valid(bearer_token(call), call.now):
        refusal = {"message": "Authorization has been denied for this request."}
        return json_answer(401, refusal, (("www-authenticate", "Bearer"),))
    try:
        return handler(state, call, resource)
    except BadRequestError as error:
        return failure(400, str(error), call.now)


def _refuse(status: int, message: str, _state: SandboxState, call: Call) -> Answer:
    return failure(status, message, call.now)


def _list_envelope(
    state: SandboxState, call: Call, resource: Resource, rows: list[Record], total: int
) -> dict[str, Any]:
    body = envelope(call.now)
    empty = state.essensys.settings.empty_list
    if rows or empty == "array":
        body["response"][resource.plural] = rows
    elif empty == "null":
        body["response"][resource.plural] = None
    body["response"]["totalCount"] = str(total)
    return body


def _items(call: Call, resource: Resource) -> list[Any]:
    try:
        body = orjson.loads(_form(call, "data"))
    except orjson.JSONDecodeError as error:
        raise BadRequestError("data is not JSON") from error
    plural = resource.put_plural or resource.plural
    if not isinstance(body, dict) or set(body) != {plural}:
        raise BadRequestError(f"data must be an object with {plural} and nothing else")
    items = body[plural]
    if not isinstance(items, list) or not items:
        raise BadRequestError(f"{plural} must be a list of at least one item")
    return items


def _form(call: Call, name: str) -> str:
    """The one field that the form must have; raises BadRequestError."""
    if call.query:
        raise BadRequestError(f"{call.method} takes no query parameters")
    try:
        form = parse_form(call)
    except ValueError as error:
        raise BadRequestError(str(error)) from error
    if set(form) != {name}:
        raise BadRequestError(f"the form must have the field {name} and no other")
    return form[name]


ESSENSYS = Provider(
    name="essensys",
    prefix="/essensys",
    resolve=resolve,
    expire_tokens=lambda state: state.essensys.tokens.expire_all(),
)
