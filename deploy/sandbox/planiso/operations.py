"""The table of Planiso's operations: what each does, and how a call finds its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from secrets import compare_digest
from typing import Any

from deploy.sandbox.collection import Record
from deploy.sandbox.documented import Documented, operations
from deploy.sandbox.exchange import Answer, Call, bearer_token, json_answer
from deploy.sandbox.planiso.data import API_KEY
from deploy.sandbox.planiso.forms import read_form
from deploy.sandbox.planiso.records import Conflict, add, change
from deploy.sandbox.planiso.resources import EQUIPMENT_TYPE, USER, WRITABLE, Resource
from deploy.sandbox.planiso.views import created_view, read_view, type_view
from deploy.sandbox.provider import Provider, Resolved
from deploy.sandbox.routing import RouteTable
from deploy.sandbox.shaping import shaped
from deploy.sandbox.state import SandboxState

DOCUMENTED = operations("planiso")
NUMBER = "no"  # the parameter of every path that has one


class MissingError(Exception):
    """There is no record with the number in the path."""


def list_all(
    resource: Resource, operation: Documented, _number: str, state: SandboxState, _call: Call
) -> Answer:
    """GET every record, inactive ones too, in the order of their creation."""
    data = state.planiso
    rows = [
        shaped(operation.answer, read_view(data, data.records[resource.plural][number]))
        for number in data.records[resource.plural].listing()
    ]
    return envelope(operation.status, "", rows)


def list_types(
    resource: Resource, operation: Documented, _number: str, state: SandboxState, _call: Call
) -> Answer:
    """GET every equipment type, by the alphabet."""
    records = sorted(state.planiso.records[resource.plural], key=lambda one: one["type_name"])
    rows = [shaped(operation.answer, type_view(record)) for record in records]
    return envelope(operation.status, "", rows)


def find(
    resource: Resource, operation: Documented, number: str, state: SandboxState, _call: Call
) -> Answer:
    """GET one record."""
    record = state.planiso.records[resource.plural].get(number)
    if record is None:
        status = int(state.planiso.settings.missing_record)
        return envelope(status, f"The {resource.name} {number} doesn't exist", [])
    shown = shaped(operation.answer, read_view(state.planiso, record))
    return envelope(operation.status, f"{resource.word} found", shown)


def create(
    resource: Resource, operation: Documented, _number: str, state: SandboxState, call: Call
) -> Answer:
    """POST a new record, with its organization if the form describes one."""
    values = read_form(operation, call, _required(resource))
    _check_types(state, values)
    record = add(state.planiso, resource, values, call.now)
    shown = shaped(operation.answer, created_view(state.planiso, resource, record))
    return envelope(operation.status, resource.created, shown)


def update(
    resource: Resource, operation: Documented, number: str, state: SandboxState, call: Call
) -> Answer:
    """PUT fields of a record; answers those, and its number."""
    record = _existing(state, resource, number)
    values = read_form(operation, call, _required(resource) & set(operation.body or {}))
    change(state.planiso, resource, record, values, call.now)
    shown = read_view(state.planiso, record)
    if resource.update_whole:
        return envelope(operation.status, resource.updated, shaped(operation.answer, shown))
    changed = {name: shown[name] for name in (*values, *resource.update_adds)}
    return envelope(operation.status, resource.updated, {**changed, NUMBER: record["no"]})


def deactivate(
    resource: Resource, operation: Documented, number: str, state: SandboxState, _call: Call
) -> Answer:
    """DELETE a record, which makes it inactive; what it refers to stays as it is."""
    _existing(state, resource, number)["active"] = False
    message = f"{resource.word} deleted successfully"
    if resource is USER and state.planiso.settings.delete_user_body:
        body = {"code": operation.status, "message": message, "data": []}
        return json_answer(200, body)
    return envelope(operation.status, message, [])


def envelope(status: int, message: str, data: Any) -> Answer:
    """The documented body of every answer; 204 cannot have one."""
    if status == 204:
        return Answer(status)
    return json_answer(status, {"code": status, "message": message, "data": data})


def _handlers(resource: Resource) -> dict[str, Callable[..., Answer]]:
    return {
        f"list_{resource.plural}": partial(list_all, resource),
        f"find_{resource.name}": partial(find, resource),
        f"create_{resource.name}": partial(create, resource),
        f"update_{resource.name}": partial(update, resource),
        f"delete_{resource.name}": partial(deactivate, resource),
    }


HANDLERS: Mapping[str, Callable[..., Answer]] = {
    **{name: handler for one in WRITABLE for name, handler in _handlers(one).items()},
    "list_equipment_types": partial(list_types, EQUIPMENT_TYPE),
}
ROUTES = RouteTable(DOCUMENTED.values())


def resolve(method: str, path: str) -> Resolved:
    """Find the operation of a request."""
    found = ROUTES.find(path)
    if found is None:
        return Resolved("unknown_path", partial(_refuse, 404, "There is no such path"))
    methods, params = found
    operation = methods.get(method)
    if operation is None:
        return Resolved("unknown_method", partial(_refuse, 405, f"{method} is not allowed here"))
    return Resolved(operation.name, partial(_run, operation, params.get(NUMBER, "")))


def _run(operation: Documented, number: str, state: SandboxState, call: Call) -> Answer:
    if not compare_digest((bearer_token(call) or "").encode(), API_KEY.encode()):
        return envelope(401, "No valid API key provided", [])
    try:
        _check_bare(operation, call)
        return HANDLERS[operation.name](operation, number, state, call)
    except MissingError as error:
        return envelope(404, str(error), [])
    except Conflict as error:
        return envelope(409, str(error), [])
    except ValueError as error:
        return envelope(400, str(error), [])


def _refuse(status: int, message: str, _state: SandboxState, _call: Call) -> Answer:
    return envelope(status, message, [])


def _check_bare(operation: Documented, call: Call) -> None:
    """No operation has query parameters, and not all have a body."""
    if call.query:
        raise ValueError("no query parameters are expected")
    if operation.body is None and call.body:
        raise ValueError("no body is expected")


def _existing(state: SandboxState, resource: Resource, number: str) -> Record:
    record = state.planiso.records[resource.plural].get(number)
    if record is None:
        raise MissingError(f"The {resource.name} {number} doesn't exist")
    return record


def _required(resource: Resource) -> set[str]:
    rules = DOCUMENTED[f"create_{resource.name}"].body or {}
    return {name for name, rule in rules.items() if rule.required}


def _check_types(state: SandboxState, values: Mapping[str, Any]) -> None:
    if state.planiso.settings.unknown_references == "accept":
        return
    for number in values.get("type_nos", ()):
        if str(number) not in state.planiso.records[EQUIPMENT_TYPE.plural]:
            raise ValueError(f"type_nos: the equipment type {number} doesn't exist")


PLANISO = Provider(
    name="planiso",
    prefix="/planiso",
    resolve=resolve,
    expire_tokens=lambda _state: None,
)
"""Planiso as the server mounts it; its key never expires."""
