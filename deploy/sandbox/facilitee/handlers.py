"""What most of Facilitee's operations do: read, list, make, change and delete a kind of record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deploy.sandbox.collection import Record
from deploy.sandbox.facilitee.formats import is_phone
from deploy.sandbox.facilitee.kinds import COMPANY, KINDS, OWNER, Kind
from deploy.sandbox.facilitee.problems import Problem, not_found
from deploy.sandbox.facilitee.records import add, change, with_email
from deploy.sandbox.facilitee.requests import Request
from deploy.sandbox.state import SandboxState

PARENT = "ownerId"  # in the path of the operations about an owner's companies


def read(kind: Kind, state: SandboxState, request: Request) -> Any:
    """GET one record."""
    return kind.view(state.facilitee, found(kind, state, request), request.call.now)


def find_by_email(kind: Kind, state: SandboxState, request: Request) -> Any:
    """GET the id of the user with an e-mail address."""
    email = request.query["email"]
    record = with_email(state.facilitee.records[kind.name], email)
    if record is None:
        raise Problem(
            404, "entity-not-found", f"{kind.entity} with this email not found in database."
        )
    return record["id"]


def list_all(kind: Kind, state: SandboxState, request: Request) -> Any:
    """GET every record, without pages."""
    data = state.facilitee
    return [kind.row(data, record, request.call.now) for record in data.records[kind.name]]


def create(kind: Kind, state: SandboxState, request: Request) -> Any:
    """POST a new record."""
    data, now = state.facilitee, request.call.now
    values = {**request.body, **checked_parent(kind, state, request)}
    check_references(kind, state, values, "Creation failed.")
    _check_email(kind, state, values, None)
    record = add(data, kind, saved(kind, values), now)
    return kind.view(data, record, now)


def update(kind: Kind, state: SandboxState, request: Request) -> Any:
    """PUT fields of a record."""
    data, now = state.facilitee, request.call.now
    record = found(kind, state, request)
    check_references(kind, state, request.body, "Update failed.")
    _check_email(kind, state, request.body, record)
    change(data, kind, record, saved(kind, replacing(kind, state, request)), now)
    return kind.view(data, record, now)


def delete_company(state: SandboxState, request: Request) -> Any:
    """DELETE a company of an owner; answers its id."""
    record = found(COMPANY, state, request)
    state.facilitee.records[COMPANY.name].remove(str(record["id"]))
    return {"id": record["id"]}


def delete_type(kind: Kind, state: SandboxState, request: Request) -> Any:
    """DELETE a type that is not used; nothing is answered."""
    record = found(kind, state, request)
    if not kind.view(state.facilitee, record, request.call.now)["canDelete"]:
        raise Problem(403, "forbidden-action", f"{kind.entity} {record['id']} is used.")
    state.facilitee.records[kind.name].remove(str(record["id"]))


def found(kind: Kind, state: SandboxState, request: Request) -> Record:
    """The record whose id is the last of the path; raises Problem when there is none."""
    parent = checked_parent(kind, state, request)
    number = list(request.params.values())[-1]
    record = state.facilitee.records[kind.name].get(str(number))
    if record is None or any(record[name] != value for name, value in parent.items()):
        raise not_found(kind.entity, number)
    return record


def checked_parent(kind: Kind, state: SandboxState, request: Request) -> dict[str, int]:
    """The owner in the path of a company's operations; raises Problem when it does not exist."""
    if kind is not COMPANY:
        return {}
    number = request.params[PARENT]
    if str(number) not in state.facilitee.records[OWNER.name]:
        raise not_found(OWNER.entity, number)
    return {PARENT: number}


def check_references(
    kind: Kind, state: SandboxState, values: Mapping[str, Any], outcome: str
) -> None:
    """Refuse ids of records that do not exist, unless the switch says to accept them."""
    if state.facilitee.settings.unknown_references == "accept":
        return
    for field, other in kind.references.items():
        given = values.get(field)
        for number in given if isinstance(given, list) else [given]:
            if number is not None and str(number) not in state.facilitee.records[other]:
                entity = KINDS[other].entity
                raise Problem(
                    404,
                    "entity-not-found",
                    f"{entity} with id {number} not found in database. {outcome}",
                )


def saved(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are really saved: a badly formatted telephone number is not."""
    phone = (values.get("countryCode"), values.get("phoneNumber"))
    if "countryCode" not in kind.blank or is_phone(*phone, kind.code):
        return dict(values)
    cleared = phone == (None, None)
    left_out = () if cleared else ("countryCode", "phoneNumber")
    return {name: value for name, value in values.items() if name not in left_out}


def replacing(kind: Kind, state: SandboxState, request: Request) -> dict[str, Any]:
    """What a PUT writes: the fields given, and with the switch blanks in place of the others."""
    if not state.facilitee.settings.put_clears_omitted or request.documented.body is None:
        return dict(request.body)
    # A unit that is sent without a manager keeps its own.
    cleared = [name for name in request.documented.body if name != "managerId"]
    return {**{name: kind.blank[name] for name in cleared if name in kind.blank}, **request.body}


def _check_email(
    kind: Kind, state: SandboxState, values: Mapping[str, Any], record: Record | None
) -> None:
    for other in KINDS.values() if kind.is_user else ():
        if not other.is_user:
            continue
        taken = with_email(state.facilitee.records[other.name], values["email"])
        if taken is not None and taken is not record:
            status = int(state.facilitee.settings.duplicate_email)
            raise Problem(status, "user-already-exists", "A user with this email exists already.")
