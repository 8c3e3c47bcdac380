"""POST /oauth2/token: the password grant, and the refresh grant if it is switched on."""

from __future__ import annotations

from deploy.sandbox.essensys.data import CLIENT_ID, CLIENT_SECRET, PASSWORD, USERNAME
from deploy.sandbox.exchange import Answer, Call, json_answer, parse_form
from deploy.sandbox.state import SandboxState

CLIENT = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
OWNER = {"username": USERNAME, "password": PASSWORD}


def create_token(state: SandboxState, call: Call) -> Answer:
    """Issue an access and a refresh token; errors are those of OAuth 2.0."""
    try:
        form = parse_form(call)
    except ValueError as error:
        return _error("invalid_request", str(error))
    grant = form.pop("grant_type", "")
    if any(form.pop(name, None) != value for name, value in CLIENT.items()):
        return _error("invalid_client", "the client is not known")
    if grant == "refresh_token":
        return _refresh(state, call, form)
    if grant != "password":
        return _error("unsupported_grant_type", f"grant_type {grant!r} is not supported")
    if form.pop("scope", None) != "hubapi":
        return _error("invalid_scope", "scope must be hubapi")
    if any(form.pop(name, None) != value for name, value in OWNER.items()):
        return _error("invalid_grant", "user name or password is wrong")
    if form:
        return _error("invalid_request", f"unknown parameters: {', '.join(sorted(form))}")
    return _issue(state, call)


def _refresh(state: SandboxState, call: Call, form: dict[str, str]) -> Answer:
    if not state.essensys.settings.refresh_grant:
        return _error("unsupported_grant_type", "grant_type 'refresh_token' is not supported")
    token = form.pop("refresh_token", "")
    if form.keys() - {"scope"}:
        return _error("invalid_request", f"unknown parameters: {', '.join(sorted(form))}")
    if not state.essensys.tokens.use_refresh(token):
        return _error("invalid_grant", "the refresh token is not valid")
    return _issue(state, call)


def _issue(state: SandboxState, call: Call) -> Answer:
    seconds = state.essensys.settings.token_seconds
    body = {
        "access_token": state.essensys.tokens.issue(call.now, seconds),
        "token_type": "bearer",
        "expires_in": seconds,
        "refresh_token": state.essensys.tokens.issue_refresh(),
        "scope": "hubapi",
    }
    return json_answer(200, body, (("cache-control", "no-store"),))


def _error(code: str, description: str) -> Answer:
    return json_answer(400, {"error": code, "error_description": description})
