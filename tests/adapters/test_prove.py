"""Each client proves its credentials with one request that changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from adapters.http.errors import Transient, Unauthorised
from deploy.sandbox import Sandbox, running_sandbox
from tests.adapters.contract.calls import CREDENTIALS, connected

WRONG: Mapping[str, str] = {
    "plentific": "client_secret",
    "facilitee": "client_secret",
    "planiso": "api_key",
    "essensys": "password",
}
ASKED: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(WRONG, ("POST", "create_token")),
    "planiso": ("GET", "list_equipment_types"),
}


def url(sandbox: Sandbox, provider: str) -> str:
    return str(getattr(sandbox, f"{provider}_url"))


@pytest.mark.parametrize("provider", WRONG)
async def test_right_credentials_are_proven_by_one_request(provider: str) -> None:
    async with (
        running_sandbox() as sandbox,
        connected(provider, url(sandbox, provider), **CREDENTIALS[provider]) as client,
    ):
        await client.prove()
        (seen,) = sandbox.state.requests.find()

    assert (seen.method, seen.operation) == ASKED[provider]


@pytest.mark.parametrize("provider", WRONG)
async def test_wrong_credentials_are_refused(provider: str) -> None:
    given = {**CREDENTIALS[provider], WRONG[provider]: "not-the-right-one"}
    async with (
        running_sandbox() as sandbox,
        connected(provider, url(sandbox, provider), **given) as client,
    ):
        with pytest.raises(Unauthorised, match=f"^{provider}: {ASKED[provider][1]}: "):
            await client.prove()


@pytest.mark.parametrize("provider", WRONG)
async def test_nothing_is_proven_where_nobody_answers(provider: str) -> None:
    async with connected(provider, "http://127.0.0.1:9") as client:
        with pytest.raises(Transient, match="no connection"):
            await client.prove()
