"""The table of Facilitee's operations: what each does, and how a call finds its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from deploy.sandbox.documented import Documented, operations
from deploy.sandbox.exchange import Answer, Call, bearer_token, json_answer
from deploy.sandbox.facilitee import units
from deploy.sandbox.facilitee.country_codes import COUNTRY_CODES
from deploy.sandbox.facilitee.handlers import (
    create,
    delete_company,
    delete_type,
    find_by_email,
    list_all,
    read,
    update,
)
from deploy.sandbox.facilitee.kinds import (
    COMPANY,
    MANAGER,
    OWNER,
    PROPERTY,
    PROPERTY_TYPE,
    PROPERTY_USER,
    PROVIDER,
    UNIT,
    UNIT_TYPE,
)
from deploy.sandbox.facilitee.listing import list_issues, list_page, list_units
from deploy.sandbox.facilitee.problems import Problem, problem_answer
from deploy.sandbox.facilitee.requests import Request, check_request
from deploy.sandbox.facilitee.token import create_token
from deploy.sandbox.provider import Provider, Resolved
from deploy.sandbox.routing import RouteTable
from deploy.sandbox.shaping import shaped
from deploy.sandbox.state import SandboxState

PREFIX = "/facilitee"
TOKEN_BASE = "/api"  # noqa: S105 - a path
API_BASE = "/api/public"
TOKEN = "create_token"  # noqa: S105 - an operation's name

# Gives what the answer is cut from; None: an answer without a body.
Handler = Callable[[SandboxState, Request], Any]


def list_country_codes(_state: SandboxState, _request: Request) -> Any:
    """GET the telephone codes of countries."""
    return COUNTRY_CODES


HANDLERS: Mapping[str, Handler] = {
    "list_country_codes": list_country_codes,
    "create_owner": partial(create, OWNER),
    "get_owner": partial(read, OWNER),
    "get_owner_id_by_email": partial(find_by_email, OWNER),
    "list_owners": partial(list_page, OWNER),
    "update_owner": partial(update, OWNER),
    "create_owner_company": partial(create, COMPANY),
    "get_owner_company": partial(read, COMPANY),
    "list_owner_companies": partial(list_page, COMPANY),
    "update_owner_company": partial(update, COMPANY),
    "delete_owner_company": delete_company,
    "create_property_manager": partial(create, MANAGER),
    "get_property_manager": partial(read, MANAGER),
    "get_property_manager_id_by_email": partial(find_by_email, MANAGER),
    "list_property_managers": partial(list_page, MANAGER),
    "update_property_manager": partial(update, MANAGER),
    "create_property_type": partial(create, PROPERTY_TYPE),
    "get_property_type": partial(read, PROPERTY_TYPE),
    "list_property_types": partial(list_all, PROPERTY_TYPE),
    "update_property_type": partial(update, PROPERTY_TYPE),
    "delete_property_type": partial(delete_type, PROPERTY_TYPE),
    "create_property_unit_type": partial(create, UNIT_TYPE),
    "get_property_unit_type": partial(read, UNIT_TYPE),
    "list_property_unit_types": partial(list_all, UNIT_TYPE),
    "update_property_unit_type": partial(update, UNIT_TYPE),
    "delete_property_unit_type": partial(delete_type, UNIT_TYPE),
    "create_property": partial(create, PROPERTY),
    "get_property": partial(read, PROPERTY),
    "list_properties": partial(list_page, PROPERTY),
    "update_property": partial(update, PROPERTY),
    "create_property_unit": units.create,
    "get_property_unit": partial(read, UNIT),
    "list_property_units": list_units,
    "update_property_unit": units.update,
    "change_property_unit_owner": units.change_owner,
    "assign_property_user_to_property_unit": units.assign_user,
    "remove_property_user_from_property_unit": units.remove_user,
    "create_service_provider": partial(create, PROVIDER),
    "get_service_provider": partial(read, PROVIDER),
    "list_service_providers": partial(list_page, PROVIDER),
    "update_service_provider": partial(update, PROVIDER),
    "create_property_user": partial(create, PROPERTY_USER),
    "get_property_user": partial(read, PROPERTY_USER),
    "get_property_user_id_by_email": partial(find_by_email, PROPERTY_USER),
    "list_property_users": partial(list_page, PROPERTY_USER),
    "update_property_user": partial(update, PROPERTY_USER),
    "list_issues": list_issues,
}


@dataclass(frozen=True, slots=True)
class Route:
    """An operation with its path; parameters have numbers, as two operations may name the same
    one differently (a property's id and a unit's, in /PropertyUnit/{...}).
    """

    documented: Documented
    method: str
    path: str
    params: tuple[str, ...]


def _route(documented: Documented) -> Route:
    params = tuple(re.findall(r"\{(\w+)\}", documented.path))
    path = documented.path
    for number, name in enumerate(params):
        path = path.replace(f"{{{name}}}", f"{{p{number}}}")
    base = TOKEN_BASE if documented.name == TOKEN else API_BASE
    return Route(documented, documented.method, base + path, params)


ROUTES = RouteTable(_route(documented) for documented in operations("facilitee").values())


def resolve(method: str, path: str) -> Resolved:
    """Find the operation of a request."""
    found = ROUTES.find(path)
    if found is None:
        return Resolved("unknown_path", partial(_refuse, Problem(404, "error", "No such path.")))
    methods, values = found
    route = methods.get(method)
    if route is None:
        wrong = Problem(405, "error", f"{method} is not allowed here.")
        return Resolved("unknown_method", partial(_refuse, wrong))
    return Resolved(
        route.documented.name,
        partial(_run, route.documented, dict(zip(route.params, values.values(), strict=True))),
    )


def _run(
    documented: Documented, params: Mapping[str, str], state: SandboxState, call: Call
) -> Answer:
    try:
        if documented.name == TOKEN:
            return create_token(state, call)
        _check_token(state, call)
        request = check_request(documented, call, params)
        return _answer(documented, HANDLERS[documented.name](state, request))
    except Problem as problem:
        return problem_answer(problem, call.path)


def _check_token(state: SandboxState, call: Call) -> None:
    if not state.facilitee.tokens.valid(bearer_token(call), call.now):
        raise Problem(401, "authorization-error", "The access token is missing or expired.")


def _answer(documented: Documented, value: Any) -> Answer:
    if value is None:
        return Answer(documented.status)
    if isinstance(value, dict):
        value = shaped(documented.answer, value)
    elif isinstance(value, list):
        value = [shaped(documented.answer, one) for one in value]
    return json_answer(documented.status, value)


def _refuse(problem: Problem, _state: SandboxState, call: Call) -> Answer:
    return problem_answer(problem, call.path)


FACILITEE = Provider(
    name="facilitee",
    prefix=PREFIX,
    resolve=resolve,
    expire_tokens=lambda state: state.facilitee.tokens.expire_all(),
)
"""Facilitee as the server mounts it: the token outside of the API's own base."""
