"""The table of Plentific's operations that are simulated, and how a call finds its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from secrets import compare_digest

from deploy.sandbox.exchange import Answer, Call, bearer_token, json_answer
from deploy.sandbox.plentific import invoices, work_orders
from deploy.sandbox.plentific.data import CLIENT_ID, CLIENT_SECRET
from deploy.sandbox.plentific.formats import day
from deploy.sandbox.plentific.listing import API_VERSION, detail_answer, list_answer
from deploy.sandbox.plentific.requests import (
    DATES,
    ORGANISATION,
    BadRequestError,
    Check,
    Request,
    check_request,
    json_object,
    one_of,
    text,
)
from deploy.sandbox.provider import Provider, Resolved
from deploy.sandbox.routing import RouteTable
from deploy.sandbox.state import SandboxState


@dataclass(frozen=True, slots=True)
class Operation:
    """One documented operation; `query` names its query parameters, `public` needs no token."""

    name: str
    method: str
    path: str
    handler: Callable[[SandboxState, Request], Answer]
    query: Mapping[str, Check] = field(default_factory=dict)
    paged: bool = False
    public: bool = False


def create_token(state: SandboxState, request: Request) -> Answer:
    """POST /token: client_id and client_secret as JSON, nothing else."""
    body = json_object(request.call)
    if set(body) != {"client_id", "client_secret"}:
        raise BadRequestError("The body must have client_id and client_secret, and nothing else.")
    given = [str(body["client_id"]).encode(), str(body["client_secret"]).encode()]
    known = [CLIENT_ID.encode(), CLIENT_SECRET.encode()]
    if not all(compare_digest(*pair) for pair in zip(given, known, strict=True)):
        return detail(401, "The client credentials are not valid.")
    seconds = state.plentific.settings.token_seconds
    token = state.plentific.tokens.issue(request.call.now, seconds)
    answer = {
        "access_token": token,
        "expires_in": seconds,
        "scope": "client_metadata",
        "token_type": "Bearer",
    }
    return json_answer(200, answer, (API_VERSION,))


def list_work_orders(state: SandboxState, request: Request) -> Answer:
    """GET /work-orders."""
    orders = state.plentific.work_orders
    return list_answer(state, request, "work-orders", orders, work_orders.row)


def get_work_order(state: SandboxState, request: Request) -> Answer:
    """GET /work-orders/{work_order_uuid}."""
    return detail_answer(state.plentific.work_orders.get(request.params["work_order_uuid"]))


def list_invoices(state: SandboxState, request: Request) -> Answer:
    """GET /invoices."""
    return list_answer(state, request, "invoices", state.plentific.invoices, invoices.row)


def get_invoice(state: SandboxState, request: Request) -> Answer:
    """GET /invoices/{invoice_uuid}."""
    return detail_answer(state.plentific.invoices.get(request.params["invoice_uuid"]))


WORK_ORDER_FILTERS: Mapping[str, Check] = {
    "status": one_of(work_orders.STATUSES),
    "external_reference": text,
    **DATES,
    **ORGANISATION,
}
INVOICE_FILTERS: Mapping[str, Check] = {
    "status": one_of(invoices.STATUSES),
    "paid_from": day,
    "paid_to": day,
    **DATES,
    **ORGANISATION,
}

OPERATIONS = (
    Operation("create_token", "POST", "/token", create_token, public=True),
    Operation(
        "list_work_orders", "GET", "/work-orders", list_work_orders, WORK_ORDER_FILTERS, paged=True
    ),
    Operation("get_work_order", "GET", "/work-orders/{work_order_uuid}", get_work_order),
    Operation("list_invoices", "GET", "/invoices", list_invoices, INVOICE_FILTERS, paged=True),
    Operation("get_invoice", "GET", "/invoices/{invoice_uuid}", get_invoice),
)
ROUTES = RouteTable(OPERATIONS)


def detail(status: int, message: str) -> Answer:
    """The documented error body of 400, 401 and 403; other errors have none."""
    return json_answer(status, {"detail": message}, (API_VERSION,))


def resolve(method: str, path: str) -> Resolved:
    """Find the operation of a request."""
    found = ROUTES.find(path)
    if found is None:
        return Resolved("unknown_path", lambda _state, _call: Answer(404))
    methods, params = found
    operation = methods.get(method)
    if operation is None:
        allow = ("allow", ", ".join(sorted(methods)))
        return Resolved("unknown_method", lambda _state, _call: Answer(405, headers=(allow,)))
    return Resolved(operation.name, partial(_run, operation, params))


def _run(
    operation: Operation, params: Mapping[str, str], state: SandboxState, call: Call
) -> Answer:
    if not operation.public and not state.plentific.tokens.valid(bearer_token(call), call.now):
        return detail(401, "The access token is missing, wrong or expired.")
    try:
        request = check_request(call, params, operation.query, paged=operation.paged)
        return operation.handler(state, request)
    except BadRequestError as error:
        return detail(400, str(error))


PLENTIFIC = Provider(
    name="plentific",
    prefix="/plentific/2021-10-28",
    resolve=resolve,
    expire_tokens=lambda state: state.plentific.tokens.expire_all(),
)
