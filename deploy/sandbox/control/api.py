"""The control API under /_sandbox: JSON in, JSON out (see the package's docstring)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.sandbox import drift, recording
from deploy.sandbox.control import essensys, facilitee, planiso, plentific
from deploy.sandbox.control.asking import Ask, Endpoint
from deploy.sandbox.faults import Fault
from deploy.sandbox.state import SandboxState


def add_fault(state: SandboxState, ask: Ask) -> Any:
    """Add a fault: {match: {provider, method, path, operation}, kind, ...}."""
    settings = dict(ask.body)
    match = settings.pop("match", {})
    kind = settings.pop("kind", "")
    if not isinstance(match, dict) or match.keys() - {"provider", "method", "path", "operation"}:
        raise ValueError("match can have provider, method, path and operation")
    if settings.keys() & {"id", "matched", "applied", "held"}:
        raise ValueError("id, matched, applied and held are answers, not settings")
    return fault_json(state.faults.add(kind, **match, **settings))


def list_faults(state: SandboxState, _ask: Ask) -> Any:
    """The faults in force, with how often they applied and whom they hold."""
    return [fault_json(fault) for fault in state.faults.active]


def clear_faults(state: SandboxState, _ask: Ask) -> Any:
    """Remove all faults; held requests go on."""
    state.faults.clear()
    return {}


def release_faults(state: SandboxState, ask: Ask) -> Any:
    """Let held requests go on: of one fault, or of all."""
    wanted = ask.params.get("fault_id")
    faults = [fault for fault in state.faults.active if wanted in (None, str(fault.id))]
    if wanted is not None and not faults:
        raise LookupError(f"no fault {wanted}")
    released = sum(fault.held for fault in faults)
    for fault in faults:
        state.faults.release(fault)
    return {"released": released}


def add_drift(state: SandboxState, ask: Ask) -> Any:
    """Add a page drift rule: {provider, listing, action, after_page, rows, times}."""
    return drift.as_json(state.drift.add(**ask.body))


def list_drift(state: SandboxState, _ask: Ask) -> Any:
    """The page drift rules."""
    return [drift.as_json(rule) for rule in state.drift.rules]


def clear_drift(state: SandboxState, _ask: Ask) -> Any:
    """Remove all page drift rules."""
    state.drift.clear()
    return {}


def list_requests(state: SandboxState, ask: Ask) -> Any:
    """The recorded requests, filtered by ?provider, operation, method, path (regex)."""
    return [recording.as_json(entry) for entry in state.requests.find(**ask.query)]


def clear_requests(state: SandboxState, _ask: Ask) -> Any:
    """Forget the recorded requests and their counts."""
    state.requests.clear()
    return {}


def counts(state: SandboxState, _ask: Ask) -> Any:
    """How many records there are, and how often each operation was called."""
    return {
        "plentific": plentific.counts(state),
        "essensys": essensys.counts(state),
        "facilitee": facilitee.counts(state),
        "planiso": planiso.counts(state),
        "requests": dict(state.requests.counts),
    }


def expire_tokens(state: SandboxState, ask: Ask) -> Any:
    """Make all tokens of a provider invalid."""
    tokens = {
        "plentific": state.plentific.tokens,
        "essensys": state.essensys.tokens,
        "facilitee": state.facilitee.tokens,
    }
    if ask.params["provider"] not in tokens:
        raise LookupError(f"no provider {ask.params['provider']}")
    tokens[ask.params["provider"]].expire_all()
    return {}


def read_clock(state: SandboxState, _ask: Ask) -> Any:
    """The providers' time."""
    return {"now": state.now().isoformat(), "offset_seconds": state.clock_offset.total_seconds()}


def move_clock(state: SandboxState, ask: Ask) -> Any:
    """Move the providers' time: {advance_seconds}."""
    if ask.body.keys() != {"advance_seconds"}:
        raise ValueError("advance_seconds is needed")
    state.clock_offset += timedelta(seconds=float(ask.body["advance_seconds"]))
    return read_clock(state, ask)


def fault_json(fault: Fault) -> dict[str, Any]:
    """A fault as the control API shows it."""
    return asdict(fault)


ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("POST", "/faults", add_fault),
    ("GET", "/faults", list_faults),
    ("DELETE", "/faults", clear_faults),
    ("POST", "/faults/release", release_faults),
    ("POST", "/faults/{fault_id}/release", release_faults),
    ("POST", "/page-drift", add_drift),
    ("GET", "/page-drift", list_drift),
    ("DELETE", "/page-drift", clear_drift),
    ("GET", "/requests", list_requests),
    ("DELETE", "/requests", clear_requests),
    ("GET", "/counts", counts),
    ("GET", "/clock", read_clock),
    ("POST", "/clock", move_clock),
    ("POST", "/{provider}/expire-tokens", expire_tokens),
    *plentific.ROUTES,
    *essensys.ROUTES,
    *facilitee.ROUTES,
    *planiso.ROUTES,
)


def control_routes(state: SandboxState) -> list[Route]:
    """The routes of the control API over a state."""
    return [
        Route(path, _served(state, endpoint), methods=[method]) for method, path, endpoint in ROUTES
    ]


def _served(
    state: SandboxState, endpoint: Endpoint
) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    """An endpoint as Starlette calls it; wrong requests become one readable line."""

    async def serve(request: Request) -> Response:
        try:
            ask = Ask(dict(request.path_params), dict(request.query_params), await _body(request))
            return _json(200, endpoint(state, ask))
        except KeyError as error:
            return _json(400, {"detail": f"{error.args[0]} is needed"})
        except LookupError as error:
            return _json(404, {"detail": str(error)})
        except (ValueError, TypeError) as error:
            return _json(400, {"detail": str(error)})

    return serve


async def _body(request: Request) -> Mapping[str, Any]:
    raw = await request.body()
    body = orjson.loads(raw) if raw else {}
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 - a wrong request
    return body


def _json(status: int, value: Any) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")
