"""POST .../api/connect/token: the client credentials grant."""

from __future__ import annotations

import secrets

from deploy.sandbox.documented import check_body, operations
from deploy.sandbox.exchange import Answer, Call, json_answer, parse_form
from deploy.sandbox.facilitee.data import CLIENT_ID, CLIENT_SECRET
from deploy.sandbox.facilitee.problems import Problem, bad_request
from deploy.sandbox.state import SandboxState
from deploy.sandbox.tokens import TOKEN_PREFIX

GRANTED_SCOPE = "openid"  # whatever was asked for


def create_token(state: SandboxState, call: Call) -> Answer:
    """Issue an access token; raises Problem."""
    try:
        form = parse_form(call)
        check_body(operations("facilitee")["create_token"].body or {}, form)
    except ValueError as error:
        raise bad_request(f"{error}.") from error
    given = [form["client_id"].encode(), form["client_secret"].encode()]
    known = [CLIENT_ID.encode(), CLIENT_SECRET.encode()]
    if not all(secrets.compare_digest(*pair) for pair in zip(given, known, strict=True)):
        raise Problem(401, "invalid-credentials", "The client credentials are wrong.")
    tokens, seconds = state.facilitee.tokens, state.facilitee.settings.token_seconds
    answer = {
        "access_token": tokens.issue(call.now, seconds),
        "token_type": "Bearer",
        "expires_in": seconds,
        "scope": GRANTED_SCOPE,
        "id_token": TOKEN_PREFIX + secrets.token_urlsafe(24),
    }
    return json_answer(200, answer, (("cache-control", "no-store"),))
