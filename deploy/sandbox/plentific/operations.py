"""The table of Plentific's operations, and how a call finds its own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from secrets import compare_digest

from deploy.sandbox.documented import Documented
from deploy.sandbox.exchange import Answer, Call, bearer_token, json_answer
from deploy.sandbox.plentific import (
    bulk_import,
    files,
    invoices,
    kinds,
    payments,
    reports,
    work_order_calls,
    work_order_parts,
    work_order_progress,
    work_orders,
)
from deploy.sandbox.plentific.answers import API_VERSION, answered, page
from deploy.sandbox.plentific.crud import OPERATIONS, Handler, Kind, handlers
from deploy.sandbox.plentific.data import CLIENT_ID, CLIENT_SECRET
from deploy.sandbox.plentific.requests import RefusedError, Request, check_request
from deploy.sandbox.plentific.webhooks import EVENTS, matches
from deploy.sandbox.provider import Provider, Resolved
from deploy.sandbox.routing import RouteTable
from deploy.sandbox.state import SandboxState

PUBLIC = "create_token"  # the one operation that needs no token


def create_token(state: SandboxState, request: Request) -> Answer:
    """POST /token: client_id and client_secret as JSON, nothing else."""
    given = [request.body[name].encode() for name in ("client_id", "client_secret")]
    known = [CLIENT_ID.encode(), CLIENT_SECRET.encode()]
    if not all(compare_digest(*pair) for pair in zip(given, known, strict=True)):
        raise RefusedError(401, "The client credentials are not valid.")
    seconds = state.plentific.settings.token_seconds
    token = state.plentific.tokens.issue(request.call.now, seconds)
    answer = {
        "access_token": token,
        "expires_in": seconds,
        "scope": "client_metadata",
        "token_type": "Bearer",
    }
    return answered(request, answer)


def list_category_services(state: SandboxState, request: Request) -> Answer:
    """GET /categories/{category_uuid}/services."""
    data, category = state.plentific, request.uuids[0]
    if category not in data.of("categories"):
        raise RefusedError(404)
    return page(
        state,
        request,
        data.of("services"),
        listed=lambda service: category in service["category_uuid_list"],
    )


def list_webhook_events(state: SandboxState, request: Request) -> Answer:
    """GET /webhooks/events: every event with the subscriptions that want it, not paged."""
    subscriptions = list(state.plentific.of("webhook_subscriptions"))
    events = [
        {
            "event": event,
            "matching_subscriptions": [one["uuid"] for one in subscriptions if matches(one, event)],
        }
        for event in EVENTS
    ]
    return answered(request, events)


WORK_ORDERS = Kind("work_order", "work_orders", row=work_orders.row)
INVOICES = Kind(
    "invoice",
    "invoices",
    row=invoices.row,
    filters={"organisation_uuid": lambda _data, one, value: invoices.organisation_of(one) == value},
)

HANDLERS: Mapping[str, Handler] = {
    "create_token": create_token,
    **{name: one for kind in kinds.ASSETS for name, one in handlers(kind)},
    **dict(handlers(WORK_ORDERS, "list", "get")),
    "create_work_order": work_order_calls.create,
    "update_work_order": work_order_calls.update,
    "list_work_order_appointed_contractors": work_order_calls.appointed_contractors,
    **{
        name: one
        for kind in work_order_progress.KINDS.values()
        for name, one in handlers(kind, "list", "get")
    },
    "update_work_order_completion_report": work_order_progress.decide_report,
    "update_work_order_quote": work_order_progress.decide_quote,
    "update_work_order_outstanding_issue": work_order_progress.update_issue,
    **dict(handlers(kinds.CONTACTS, "list", "get")),
    "create_work_order_contact": work_order_parts.create_contact,
    "update_work_order_contact": work_order_parts.update_contact,
    "delete_work_order_contact": work_order_parts.delete_contact,
    "delete_all_work_order_contacts": work_order_parts.delete_all_contacts,
    "list_work_order_faults": work_order_parts.list_faults,
    "get_work_order_fault": work_order_parts.get_fault,
    "update_work_order_fault": work_order_parts.update_fault,
    "delete_work_order_fault": work_order_parts.delete_fault,
    "create_bulk_import": bulk_import.create,
    "get_bulk_import": bulk_import.get,
    "delete_bulk_import": bulk_import.delete,
    **dict(handlers(kinds.CATEGORIES, "list")),
    "list_category_services": list_category_services,
    **dict(handlers(kinds.FAULT_CATEGORIES, "list")),
    **dict(handlers(kinds.SERVICES, "list")),
    **dict(handlers(INVOICES, "list", "get")),
    "list_unpaid_invoices_bank_transfer_payment_details": payments.list_unpaid,
    "get_invoice_bank_transfer_payment_details": payments.get,
    "create_invoice_bank_transfer_payment_details": payments.create,
    "get_invoice_pdf": files.get_invoice_pdf,
    **dict(handlers(kinds.ORGANISATIONS, "list", "get")),
    **dict(handlers(kinds.REPORTS, "list", "get")),
    **dict(handlers(reports.RUNS, "list")),
    "create_report_run": reports.create,
    "get_report_run": reports.get,
    **dict(handlers(kinds.ACCOUNT_CODES, "list", "create", "update", "delete")),
    **dict(handlers(kinds.TAGS)),
    **dict(handlers(kinds.PROPERTY_GROUPS, "list", "create", "delete")),
    "upload_file": files.upload,
    "get_file": files.get,
    **dict(handlers(kinds.SUBSCRIPTIONS, "list", "create", "get", "delete")),
    "list_webhook_events": list_webhook_events,
    **dict(handlers(kinds.ROLES, "list")),
    **dict(handlers(kinds.USERS, "list", "create", "get")),
}
ROUTES = RouteTable(OPERATIONS.values())


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
    operation: Documented, params: Mapping[str, str], state: SandboxState, call: Call
) -> Answer:
    if operation.name != PUBLIC and not state.plentific.tokens.valid(bearer_token(call), call.now):
        return _detail(401, "The access token is missing, wrong or expired.")
    try:
        request = check_request(call, operation, params)
        return HANDLERS[operation.name](state, request)
    except RefusedError as refusal:
        return _detail(refusal.status, refusal.detail)


def _detail(status: int, message: str) -> Answer:
    if not message:
        return Answer(status)
    return json_answer(status, {"detail": message}, (API_VERSION,))


PLENTIFIC = Provider(
    name="plentific",
    prefix="/plentific/2021-10-28",
    resolve=resolve,
    expire_tokens=lambda state: state.plentific.tokens.expire_all(),
)
